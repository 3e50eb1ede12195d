"""Tagging by hand from a list of people (TAG-02): a CSV with one_id or phone, one row a member."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TextIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import csvio
from core.csvio import Flaw, Opener, Row
from core.watching import Unwatched, Watcher
from growth.services.opening import members_of
from stores import selectors as stores_selectors
from tags.enums import TagSource
from tags.errors import TagNotFound, TagRetired
from tags.models import Tag
from tags.services import giving

JOB = "tag_members"  # an upload: parameters tag_id, reason, actor, dry_run
AT_ONCE = 1000  # rows of a transaction
COLUMNS = ("one_id", "phone")  # one of them


@dataclass(frozen=True)
class Tagged:
    """What became of the lines: tagged now, tagged by hand before, refused."""

    lines: int
    tagged: int
    had: int
    refused: int


def tag_members(
    *,
    open_file: Opener,
    tag_id: int,
    reason: str = "",
    actor: str,
    at: datetime,
    apply: bool,
    report_to: Callable[[], AbstractContextManager[TextIO]],
    watcher: Watcher | None = None,
) -> Tagged:
    """Give the people of a file a tag; other columns are passed over. Refused lines go to the report, the others are tagged.

    apply False: nothing is kept. The file again tags nobody twice. Raises NotACsvFile, TagNotFound, TagRetired.
    """
    layout = csvio.look(open_file)
    if not set(COLUMNS) & set(layout.heading):
        raise csvio.NotACsvFile(_("The file needs a column one_id or phone."))
    tag = Tag.objects.filter(pk=tag_id).first()
    if tag is None:
        raise TagNotFound()
    if tag.retired_at is not None:
        raise TagRetired()
    watcher = watcher or Unwatched()
    watcher.phase("tagging", total=layout.size)
    flaws: list[Flaw] = []
    lines = tagged = had = 0
    reading = csvio.rows(open_file, layout, at=watcher.at)
    while some := list(islice(reading, AT_ONCE)):
        lines += len(some)
        flaws += [each for each in some if isinstance(each, Flaw)]
        with transaction.atomic():
            found = _memberships(tag, layout.heading, [each for each in some if isinstance(each, Row)], flaws)
            given = giving.give_tag(membership_ids=found, tag_id=tag.pk, source=TagSource.FILE, reason=reason, actor=actor, at=at)
            transaction.set_rollback(not apply)
        never = [line for membership_id in given.never for line in found[membership_id]]
        flaws += [Flaw(line, "", _("This member is never to be given this tag.")) for line in never]
        tagged += len(given.new)
        had += sum(map(len, found.values())) - len(given.new) - len(never)
    flaws.sort(key=lambda flaw: flaw.line)
    if flaws:
        with report_to() as report:
            csvio.write_report(report, layout.heading, csvio.report_lines(open_file, layout, flaws))
    return Tagged(lines, tagged, had, len(flaws))


def _memberships(tag: Tag, heading: Sequence[str], rows: Sequence[Row], flaws: list[Flaw]) -> dict[int, list[int]]:
    """The lines that name each membership; what names nobody of the programme is added to the flaws."""
    cells = {row.line: dict(zip(heading, row.cells, strict=True)) for row in rows}
    members = members_of(cells)
    known = {member_id for member_id in members.values() if member_id is not None}
    memberships = stores_selectors.memberships_in(tag.programme_id, known)
    found: dict[int, list[int]] = {}
    for line, member_id in members.items():
        membership_id = memberships.get(member_id) if member_id is not None else None
        if membership_id is None:
            field = "one_id" if cells[line].get("one_id") else "phone"
            flaws.append(Flaw(line, field, _("Nobody of this programme is known by this.")))
        else:
            found.setdefault(membership_id, []).append(line)
    return found
