"""Keeping what rules read: the wide facts rows, brought up to date from notes and from the calendar (docs/rules/tags.md, Facts).

An event leaves a note for each membership it concerns, in its own transaction (`mark_stale`). A refresh reckons anew the rows that notes
tell of and those in which something changes by time alone, in transactions of at most so many memberships each: a killed worker loses
nothing but its last batch. What differs is written, and leaves a note that the tags of that member are to be judged again (tags.TagDue).
One session at a time moves the facts of a programme; others wait for the end of its batch.
"""

import json
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from django.db import connection, transaction
from psycopg.sql import SQL, Literal

from activity.enums import EventKind
from core import sql
from core.enums import VersionState
from growth.rules.rfm import DEFAULT_TERMS
from growth.selectors import rfm
from stores import selectors as stores_selectors
from stores.enums import ProgrammeKind
from tags.models import FactClock, Segment, TagVersion, WatchedFigure
from tags.rules import language
from tags.rules.catalogue import Moment
from tags.rules.compiling import counting
from tags.rules.figures import Basket, of_key
from tags.selectors.catalogues import catalogue
from tags.selectors.facts import one_pass, statement

if TYPE_CHECKING:
    from stores.models import Programme

log = structlog.get_logger(__name__)
LOCK_CLASS = 7331  # first key of the advisory locks that hold a programme's facts; the second is the programme
BATCH = 200_000  # memberships of one transaction
MANY = 20_000  # memberships for which one pass over all orders is cheaper than looking each up
LINE_DAYS = 365  # as far back as the row's own figures look at lines
TABLES = ("facts_note", "facts_wanted", "facts_order", "facts_line", "facts_event", "facts_figure")
# What a visit is: everything members do themselves, other than hearing what became of their reviews and deals.
VISITS = sorted(
    set(EventKind)
    - {EventKind.DEAL, EventKind.REVIEW_APPROVED, EventKind.REVIEW_DELETED, EventKind.PHOTO_REVIEW_APPROVED, EventKind.PHOTO_REVIEW_DELETED}
)


def refresh(*, now: datetime, programme_id: int | None = None, limit: int = BATCH) -> int:
    """Bring the facts of a programme, or of all that use tags, to its local day; answers how many rows were written.

    limit: memberships of one transaction.  Run twice it writes nothing. A programme without facts, or whose RFM model looks at another
    window since, is reckoned whole.
    """
    return sum(
        _Refresh(programme, store_ids, now, limit).run()
        for programme, store_ids in stores_selectors.programmes_with_stores()
        if programme.tags_on and programme_id in (None, programme.pk)
    )


def fill(programme_id: int, now: datetime) -> int:
    """Reckon every row of a programme anew and watch what its rules ask for; answers how many were written, 0 where all were right."""
    programme, store_ids = next(each for each in stores_selectors.programmes_with_stores() if each[0].pk == programme_id)
    return _Refresh(programme, store_ids, now, BATCH).run(everything=True)


@transaction.atomic
def watch(programme_id: int) -> None:
    """Keep in the rows what the rules in use ask for: what is new is asked of sources until the next refresh has filled it in."""
    wanted = {basket.key for basket in _baskets(programme_id)}
    there = set(WatchedFigure.objects.filter(programme_id=programme_id).values_list("key", flat=True))
    WatchedFigure.objects.filter(programme_id=programme_id, key__in=there - wanted).delete()
    WatchedFigure.objects.bulk_create(
        [WatchedFigure(programme_id=programme_id, key=key) for key in sorted(wanted - there)], ignore_conflicts=True
    )


def _baskets(programme_id: int) -> set[Basket]:
    """What the published rules of a programme's tags and its segments ask for."""
    versions = TagVersion.objects.filter(tag__programme_id=programme_id, tag__retired_at=None, state=VersionState.PUBLISHED)
    segments = Segment.objects.filter(programme_id=programme_id, retired_at=None)
    found: set[Basket] = set()
    for rule in [*versions.values_list("rule", flat=True), *segments.values_list("rule", flat=True)]:
        try:
            found |= set(language.baskets(language.read(rule)))
        except language.InvalidRule:  # it asks for a derived variable that is no more; it finds nobody
            log.exception("rule_cannot_be_read", programme_id=programme_id)
    return found


@dataclass(frozen=True)
class _Days:
    """The local day rows are reckoned as of, and the moments it stands for."""

    at: Moment
    now: datetime

    @property
    def on(self) -> date:
        return self.at.on

    @property
    def month_on(self) -> date:
        """The first day of the third closed month back: as far as falling visits look."""
        found = self.on.replace(day=1)
        for _month in range(3):
            found = (found - timedelta(days=1)).replace(day=1)
        return found


class _Refresh:
    """One programme, brought to one local day."""

    def __init__(self, programme: "Programme", store_ids: Collection[int], now: datetime, limit: int) -> None:
        self.programme, self.limit = programme, limit
        on = now.astimezone(ZoneInfo(programme.time_zone)).date()
        self.days = _Days(Moment(on, catalogue(programme.pk)), now)
        model = rfm.published(programme.pk)
        self.rfm_days = model.window_days if model else DEFAULT_TERMS.window_days
        self.store_ids = None if programme.kind == ProgrammeKind.PLATFORM else sorted(store_ids)

    def run(self, *, everything: bool = False) -> int:
        basis = f"rfm:{self.rfm_days}"
        watch(self.programme.pk)
        clock, _created = FactClock.objects.get_or_create(programme=self.programme, defaults={"basis": basis})
        if everything or clock.filled_at is None or clock.basis != basis:
            return self._fill(basis)
        written = 0
        while True:
            wanted, now_written = self._batch_of_stale()
            written += now_written
            if wanted < self.limit:
                break
        self._fill_figures()
        FactClock.objects.filter(pk=clock.pk).update(as_of_on=self.days.on)
        return written

    def _fill(self, basis: str) -> int:
        """All rows, by membership id, with all figures that are watched."""
        asked = list(WatchedFigure.objects.filter(programme=self.programme))
        written, after = 0, 0
        while True:
            last, now_written = self._batch_of_all(after, asked)
            written += now_written
            if last is None:
                break
            after = last
        with transaction.atomic():
            WatchedFigure.objects.filter(pk__in=[each.pk for each in asked], filled_at=None).update(filled_at=self.days.now)
            FactClock.objects.filter(pk=self.programme.pk).update(basis=basis, filled_at=self.days.now, as_of_on=self.days.on)
        _execute("ANALYZE tags_memberfact")  # before rules take it for the empty table it was
        log.info("facts_filled", programme_id=self.programme.pk, written=written)
        return written

    @transaction.atomic
    def _batch_of_all(self, after: int, asked: list[WatchedFigure]) -> tuple[int | None, int]:
        """The next memberships behind an id: the last of them, None after the end; and how many rows were written."""
        self._open()
        wanted = sql.run("tags/facts/want_all", programme_id=self.programme.pk, after=after, limit=self.limit)
        if not wanted:
            return None, 0
        sql.run("tags/facts/note_wanted")
        written = self._reckon(wanted, asked)
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(membership_id) FROM facts_wanted")
            return cursor.fetchone()[0], written

    @transaction.atomic
    def _batch_of_stale(self) -> tuple[int, int]:
        """Memberships that notes or the calendar tell of: how many notes and rows were found, how many rows were written."""
        self._open()
        notes = sql.run("tags/facts/take_notes", programme_id=self.programme.pk, limit=self.limit)
        wanted = sql.run("tags/facts/want_stale", programme_id=self.programme.pk, on=self.days.on, limit=self.limit)
        if not wanted:
            return 0, 0
        asked = WatchedFigure.objects.filter(programme=self.programme, filled_at__isnull=False)
        return max(notes, wanted), self._reckon(wanted, list(asked))

    def _open(self) -> None:
        """Hold the programme's facts until the transaction ends, and have this session's work tables, empty."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, self.programme.pk])
        sql.run("tags/facts/create")
        for table in TABLES:
            _execute(f"DELETE FROM {table}")  # noqa: S608  (our own names)

    def _reckon(self, wanted: int, asked: list[WatchedFigure]) -> int:
        """Write the rows of facts_wanted, so many, where they differ; answers how many did."""
        on, until = self.days.on, self.days.at.until
        scope: Mapping[str, Any] = {"store_ids": self.store_ids, "time_zone": self.programme.time_zone, "until": until}
        baskets = {figure.pk: of_key(figure.key) for figure in asked}
        events_since = self.days.at.midnight(min([self.days.month_on, on - timedelta(days=89), *_first_days(baskets, on, is_event=True)]))
        since_on = min([on - timedelta(days=LINE_DAYS - 1), *_first_days(baskets, on, is_event=False)])
        of_many = "_of_many" if wanted > MANY else ""
        _execute("ANALYZE facts_wanted")
        _execute("SET LOCAL work_mem = '128MB'")
        with one_pass() if of_many else nullcontext():
            sql.run(f"tags/facts/read_orders{of_many}", currency=self.programme.currency, **scope)
            _execute("ANALYZE facts_order")
            sql.run(f"tags/facts/read_lines{of_many}", since_on=since_on)
        sql.run("tags/facts/read_events", since=events_since, visits=VISITS, **scope)
        for table in ("facts_line", "facts_event"):
            _execute(f"ANALYZE {table}")
        if baskets:
            sql.run("tags/facts/reckon_figures", on=on, baskets=_told(baskets))
            _execute("ANALYZE facts_figure")
        written = sql.run(
            "tags/facts/write",
            programme_id=self.programme.pk,
            on=on,
            now=self.days.now,
            day_begins=self.days.at.midnight(on),
            events_since=events_since,
            rfm_days=self.rfm_days,
            visits=VISITS,
            store_ids=self.store_ids,
            time_zone=self.programme.time_zone,
        )
        written += sql.run("tags/facts/drop_inactive")
        sql.run("tags/facts/drop_notes")
        return written

    @transaction.atomic
    def _fill_figures(self) -> None:
        """Figures that are watched since the last refresh: each counted once for the whole programme."""
        fresh = list(WatchedFigure.objects.filter(programme=self.programme, filled_at=None))
        if not fresh:
            return
        self._open()
        for figure in fresh:
            basket = of_key(figure.key)
            told = SQL(sql.text("tags/facts/fill_figure")).format(
                id=Literal(figure.pk),
                columns=SQL(", ").join(SQL("counted." + name) for name in basket.columns),
                days=Literal(basket.days),
                counted=counting(basket, self.days.at, statement(basket)),
                programme=Literal(self.programme.pk),
            )
            with connection.cursor() as cursor:
                cursor.execute(told.as_string(cursor.connection))
        WatchedFigure.objects.filter(pk__in=[each.pk for each in fresh]).update(filled_at=self.days.now)


def _first_days(baskets: Mapping[int, Basket], on: date, *, is_event: bool) -> list[date]:
    """The first days of the windows of baskets."""
    return [on - timedelta(days=basket.days - 1) for basket in baskets.values() if bool(basket.event) == is_event]


def _told(baskets: Mapping[int, Basket]) -> str:
    return json.dumps(
        [
            {"id": number, "event": basket.event, "by": basket.by, "value": basket.value, "days": basket.days}
            for number, basket in baskets.items()
        ]
    )


def _execute(statement_text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement_text)
