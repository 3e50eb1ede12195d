"""Taking over growth values and levels of the system before, once a membership, from a CSV (issue item 9, LVL-34)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TextIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import csvio
from core.csvio import Flaw, Opener, Row
from core.enums import Origin
from core.errors import DomainError
from core.phones import to_e164
from core.watching import Unwatched, Watcher
from growth.enums import LevelCause, Reason, Track
from growth.errors import SchemeNotFound
from growth.models import GrowthAccount, GrowthEntry, LevelHistory
from growth.selectors import schemes as schemes_selectors
from growth.services import changes, ledger
from growth.services.changes import Change
from growth.services.ledger import EntryIn
from members import selectors as members_selectors
from members.enums import Provider
from stores import selectors as stores_selectors
from stores import services as stores_services

AT_ONCE = 1000  # rows of a transaction
EFFECT_KEY = "opening"  # once an account
GROWTH_AT_MOST = 10**12
CARDS = ("VIP1", "VIP2", "VIP3", "VIP4", "VIP5")  # card levels of other systems: the levels of ours from the lowest up (LVL-34)


@dataclass(frozen=True)
class Opened:
    """What became of the lines: taken over, known from an earlier run, refused."""

    lines: int
    taken_over: int
    known: int
    refused: int


@dataclass(frozen=True)
class _Wanted:
    row: Row
    membership_id: int
    growth: int
    level_id: int | None


def import_growth(
    *,
    open_file: Opener,
    programme_id: int,
    actor: str,
    booked_at: datetime,
    apply: bool,
    report_to: Callable[[], TextIO],
    watcher: Watcher | None = None,
) -> Opened:
    """Take over the lines of a file with the columns one_id or phone, growth_value, level (either may be empty).

    Posted as history with reason `opening`, levels noted as taken over. A line that has been taken over is known; with another value,
    or for an account that lives already, it is refused. Refused lines go to the report, the others are loaded. apply False: nothing is
    kept. Raises NotACsvFile, SchemeNotFound.
    """
    layout = csvio.look(open_file)
    missing = not {"one_id", "phone"} & set(layout.heading) or not {"growth_value", "level"} & set(layout.heading)
    if missing:
        raise csvio.NotACsvFile(_("The file needs a column one_id or phone, and growth_value or level."))
    version = schemes_selectors.published(programme_id)
    if version is None:
        raise SchemeNotFound()
    terms = sorted(version.terms.all(), key=lambda each: each.rank)
    level_ids = {each.level.code: each.level_id for each in terms} | {card: each.level_id for card, each in zip(CARDS, terms, strict=False)}
    watcher = watcher or Unwatched()
    watcher.phase("taking_over", total=layout.size)
    flaws: list[Flaw] = []
    lines = taken = known = 0
    reading = csvio.rows(open_file, layout, at=watcher.at)
    with transaction.atomic():
        while some := list(islice(reading, AT_ONCE)):
            lines += len(some)
            flaws += [each for each in some if isinstance(each, Flaw)]
            rows = [each for each in some if isinstance(each, Row)]
            new, same = _judge(layout.heading, rows, programme_id, level_ids, flaws)
            _take_over(new, version.pk, actor, booked_at)
            taken, known = taken + len(new), known + same
        transaction.set_rollback(not apply)
    flaws.sort(key=lambda flaw: flaw.line)
    if flaws:
        with report_to() as report:
            csvio.write_report(report, layout.heading, csvio.report_lines(open_file, layout, flaws))
    return Opened(lines, taken, known, len(flaws))


def _judge(
    heading: Sequence[str], rows: Sequence[Row], programme_id: int, level_ids: Mapping[str, int], flaws: list[Flaw]
) -> tuple[list[_Wanted], int]:
    """The lines to take over, and how many are known; what is wrong with the others is added to the flaws."""
    cells = {row.line: dict(zip(heading, row.cells, strict=True)) for row in rows}
    members = members_of(cells)
    memberships = stores_selectors.memberships_in(programme_id, {found for found in members.values() if isinstance(found, int)})
    sound: dict[int, _Wanted] = {}
    for row in rows:
        said, member_id = cells[row.line], members[row.line]
        growth, level = said.get("growth_value", "").strip(), said.get("level", "").strip()
        membership_id = memberships.get(member_id) if isinstance(member_id, int) else None
        if membership_id is None:
            flaws.append(Flaw(row.line, "one_id" if said.get("one_id") else "phone", _("Nobody of this programme is known by this.")))
        elif growth and not (growth.isascii() and growth.isdigit() and int(growth) <= GROWTH_AT_MOST):
            flaws.append(Flaw(row.line, "growth_value", _("The growth value must be a whole number, not negative.")))
        elif level and level not in level_ids:
            flaws.append(Flaw(row.line, "level", _("There is no such level.")))
        elif membership_id in sound:
            flaws.append(Flaw(row.line, "", _("This member stands in the file twice.")))
        else:
            sound[membership_id] = _Wanted(row, membership_id, int(growth or 0), level_ids.get(level))
    stores_services.lock_memberships(sound)
    before = dict(GrowthEntry.objects.filter(account__in=sound, effect_key=EFFECT_KEY).values_list("account_id", "requested"))
    levelled = set(LevelHistory.objects.filter(membership__in=sound, cause=LevelCause.IMPORTED).values_list("membership_id", flat=True))
    live = set(GrowthAccount.objects.filter(membership__in=sound, is_live=True).values_list("membership_id", flat=True))
    new, known = [], 0
    for wanted in sound.values():
        if wanted.membership_id in before or wanted.membership_id in levelled:
            if before.get(wanted.membership_id, 0) == wanted.growth:
                known += 1
            else:
                flaws.append(Flaw(wanted.row.line, "growth_value", _("Taken over before with another growth value.")))
        elif wanted.growth and wanted.membership_id in live:
            flaws.append(Flaw(wanted.row.line, "growth_value", _("The account has live entries: history can no longer be loaded.")))
        else:
            new.append(wanted)
    return new, known


def members_of(cells: Mapping[int, Mapping[str, str]]) -> dict[int, int | None]:
    """Member ids by line, by one_id or else by verified phone."""
    keys: dict[int, str | tuple[str, str, str] | None] = {}
    for line, said in cells.items():
        one_id, phone = said.get("one_id", "").strip(), said.get("phone", "").strip()
        try:
            keys[line] = one_id or (Provider.PHONE.value, "", to_e164(phone))
        except DomainError:
            keys[line] = None
    found = members_selectors.resolve_many(
        one_ids=[key for key in keys.values() if isinstance(key, str)],
        identities=[key for key in keys.values() if isinstance(key, tuple)],
    )
    return {line: found.get(key) if key is not None else None for line, key in keys.items()}


def _take_over(new: Sequence[_Wanted], version_id: int, actor: str, booked_at: datetime) -> None:
    """Levels first, so that the entry finds them held and raises nobody who is high enough."""
    changes.record(
        [
            Change(
                membership_id=each.membership_id,
                track=Track.FREE,
                cause=LevelCause.IMPORTED,
                source=f"line:{each.row.line}",
                actor=actor,
                occurred_at=booked_at,
                automatic_id=each.level_id,
                version_id=version_id,
            )
            for each in new
            if each.level_id is not None
        ],
        booked_at=booked_at,
        origin=Origin.BACKFILL,
    )
    ledger.post_entries(
        entries=[
            EntryIn(
                membership_id=each.membership_id,
                requested=each.growth,
                reason=Reason.OPENING,
                source_type="import",
                source_id=f"line {each.row.line}",
                effect_key=EFFECT_KEY,
                occurred_at=booked_at,
                actor=actor,
            )
            for each in new
            if each.growth
        ],
        booked_at=booked_at,
        origin=Origin.BACKFILL,
    )
