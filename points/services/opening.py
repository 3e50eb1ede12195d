"""Taking over points of the system before, with their ends, once an account, from a CSV (issue item 1, LVL-34)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TextIO
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import csvio
from core.csvio import Flaw, Opener, Row
from core.enums import Origin
from core.watching import Unwatched, Watcher
from growth.services.opening import members_of
from points.enums import EntryKind
from points.errors import PointsOff
from points.models import PointsAccount, PointsEntry, PointsVersion
from points.rules.lots import LotTerms
from points.selectors import versions
from points.services import ledger
from points.services.ledger import EntryIn
from stores import selectors as stores_selectors
from stores import services as stores_services

AT_ONCE = 1000  # rows of a transaction's step
EFFECT_KEY = "opening"  # with the last day: once a lot
NEVER = "never"
POINTS_AT_MOST = ledger.AT_MOST


@dataclass(frozen=True)
class Opened:
    """What became of the lines: taken over, known from an earlier run, refused.  points: how many were taken over."""

    lines: int
    taken_over: int
    known: int
    refused: int
    points: int


@dataclass(frozen=True)
class _Wanted:
    row: Row
    membership_id: int
    points: int
    ends_on: date | None

    @property
    def effect_key(self) -> str:
        return f"{EFFECT_KEY}:{self.ends_on or NEVER}"


def import_points(
    *,
    open_file: Opener,
    programme_id: int,
    actor: str,
    booked_at: datetime,
    apply: bool,
    report_to: Callable[[], TextIO],
    watcher: Watcher | None = None,
) -> Opened:
    """Take over the lines of a file with the columns one_id or phone, points, ends_on: the last local day (empty: they never end).

    A line is a lot, so a member may have several of different ends. Posted as history of kind `opening`, so only before the account has
    live entries. All of an account's lots come from one run: a line taken over before is known, others of that account are refused.
    Refused lines go to the report, the others are loaded. apply False: nothing is kept. Raises NotACsvFile, PointsOff.
    """
    layout = csvio.look(open_file)
    if not {"one_id", "phone"} & set(layout.heading) or not {"points", "ends_on"} <= set(layout.heading):
        raise csvio.NotACsvFile(_("The file needs a column one_id or phone, points and ends_on."))
    rules = versions.published(programme_id)
    if rules is None or not rules.programme.points_on:
        raise PointsOff()
    watcher = watcher or Unwatched()
    watcher.phase("taking_over", total=layout.size)
    flaws: list[Flaw] = []
    judge = _Judge(rules, booked_at, layout.heading, flaws)
    lines = taken = points = 0
    reading = csvio.rows(open_file, layout, at=watcher.at)
    with transaction.atomic():
        while some := list(islice(reading, AT_ONCE)):
            lines += len(some)
            flaws += [each for each in some if isinstance(each, Flaw)]
            new = judge.sift([each for each in some if isinstance(each, Row)])
            _take_over(new, rules, actor, booked_at)
            taken, points = taken + len(new), points + sum(each.points for each in new)
        transaction.set_rollback(not apply)
    flaws.sort(key=lambda flaw: flaw.line)
    if flaws:
        with report_to() as report:
            csvio.write_report(report, layout.heading, csvio.report_lines(open_file, layout, flaws))
    return Opened(lines, taken, judge.known, len(flaws), points)


class _Judge:
    """Says which lines to take over. opened: accounts that this run has opened, whose other lots may follow."""

    def __init__(self, rules: PointsVersion, booked_at: datetime, heading: Sequence[str], flaws: list[Flaw]) -> None:
        self.programme = rules.programme
        self.today = booked_at.astimezone(ZoneInfo(self.programme.time_zone)).date()
        self.heading = heading
        self.flaws = flaws
        self.known = 0
        self.opened: set[int] = set()
        self.seen: set[tuple[int, str]] = set()

    def sift(self, rows: Sequence[Row]) -> list[_Wanted]:
        """Those to take over; what is wrong with others is added to the flaws, and what is known counted."""
        sound = self._read(rows)
        ids = {each.membership_id for each in sound}
        stores_services.lock_memberships(ids)
        openings = PointsEntry.objects.filter(account__in=ids, kind=EntryKind.OPENING)
        before = {(account, key): points for account, key, points in openings.values_list("account_id", "effect_key", "requested")}
        closed = {account for account, _key in before} - self.opened
        live = set(PointsAccount.objects.filter(pk__in=ids, is_live=True).values_list("pk", flat=True))
        new = []
        for each in sound:
            key = (each.membership_id, each.effect_key)
            if key in self.seen:
                self._flaw(each.row, "ends_on", _("This member stands in the file twice with this end."))
            elif before.get(key) == each.points:
                self.known += 1
            elif each.membership_id in closed:
                self._flaw(each.row, "points", _("Points of this account were taken over before."))
            elif each.membership_id in live:
                self._flaw(each.row, "points", _("The account has live entries: history can no longer be loaded."))
            else:
                new.append(each)
                self.opened.add(each.membership_id)
            self.seen.add(key)
        return new

    def _read(self, rows: Sequence[Row]) -> list[_Wanted]:
        cells = {row.line: dict(zip(self.heading, row.cells, strict=True)) for row in rows}
        members = members_of(cells)
        found = {member_id for member_id in members.values() if member_id is not None}
        memberships = stores_selectors.memberships_in(self.programme.pk, found)
        sound = []
        for row in rows:
            said, member_id = cells[row.line], members[row.line]
            points, ends_on = said["points"].strip(), said["ends_on"].strip()
            membership_id = memberships.get(member_id) if member_id is not None else None
            if membership_id is None:
                self._flaw(row, "one_id" if said.get("one_id") else "phone", _("Nobody of this programme is known by this."))
            elif not (points.isascii() and points.isdigit() and 0 < int(points) <= POINTS_AT_MOST):
                self._flaw(row, "points", _("Points are a whole number above 0."))
            elif ends_on and (last := _day(ends_on)) is None:
                self._flaw(row, "ends_on", _("The end is a day like 2025-12-31, or empty."))
            elif ends_on and last is not None and last < self.today:
                self._flaw(row, "ends_on", _("These points have ended already."))
            else:
                sound.append(_Wanted(row, membership_id, int(points), _day(ends_on) if ends_on else None))
        return sound

    def _flaw(self, row: Row, field: str, reason: object) -> None:
        self.flaws.append(Flaw(row.line, field, str(reason)))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _take_over(new: Sequence[_Wanted], rules: PointsVersion, actor: str, booked_at: datetime) -> None:
    zone = ZoneInfo(rules.programme.time_zone)
    ledger.post_entries(
        entries=[
            EntryIn(
                membership_id=each.membership_id,
                kind=EntryKind.OPENING,
                requested=each.points,
                source_type="import",
                source_id=f"line {each.row.line}",
                effect_key=each.effect_key,
                occurred_at=booked_at,
                actor=actor,
                rules_id=rules.pk,
                lot=LotTerms(
                    earned_at=booked_at,
                    available_from=booked_at,
                    ends_at=datetime.combine(each.ends_on + timedelta(days=1), time(), zone) if each.ends_on else None,
                ),
            )
            for each in new
        ],
        booked_at=booked_at,
        origin=Origin.BACKFILL,
    )
