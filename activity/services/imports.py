"""Orders from a file (STO, DAT, ruling 5): read into staging, sorted there, recorded in chunks on the road of the API.

Every chunk is one transaction, so a killed import leaves whole chunks behind; started again it reads the file anew and finds these
recorded already. A dry run is the same code with each chunk rolled back.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby, islice, takewhile
from typing import TYPE_CHECKING, Any, TextIO
from zlib import crc32

from django.db import connection
from django.utils.translation import gettext as _

from activity import returns
from activity.enums import ImportPhase, LineRole
from activity.file_facts import FileLine, Group
from activity.mapping import ONE_ID, OrderMapping, Reader, Skipped, Staged
from activity.services import staging
from activity.services.import_parts import ORDERS_AT_MOST, Done, Run, record_part
from activity.services.import_report import Fate, ImportReport
from core import csvio, sql
from core.csvio import Flaw, Opener
from core.errors import DomainError
from core.lanes import Lanes, lanes
from core.scope import Scope
from core.watching import Unwatched, Watcher
from members.enums import STORE_BOUND
from stores import selectors as stores_selectors

if TYPE_CHECKING:
    from stores.models import Store

LINES_AT_MOST = 20_000  # a transaction: orders of many lines come in smaller chunks
CHUNKS_AHEAD = 1  # that wait behind the one under way, so that no lane stands still
PREVIEWED = 10
UnderWay = tuple[Sequence[Group], Callable[[], list[Done]]]
_LINE_COLUMNS = ", ".join(Staged._fields)


@dataclass(frozen=True)
class Preview:
    """The first rows of a file as they would be read: the cells, and what they mean or why they cannot be read."""

    heading: tuple[str, ...]
    rows: tuple[tuple[int, list[str], dict[str, Any], str], ...]  # line, cells, meaning by field, reason


def preview_orders(*, open_file: Opener, mapping: OrderMapping, limit: int = PREVIEWED) -> Preview:
    """Read the first rows and write nothing. Raises NotACsvFile, BadMapping."""
    layout = csvio.look(open_file, encoding=mapping.encoding, delimiter=mapping.delimiter)
    reader = Reader(mapping, layout.heading)
    found: list[tuple[int, list[str], dict[str, Any], str]] = []
    for row in islice(csvio.rows(open_file, layout), limit):
        read = row if isinstance(row, Flaw) else reader.staged(row.line, row.cells)
        cells = [] if isinstance(row, Flaw) else row.cells
        match read:
            case Flaw():
                found.append((read.line, cells, {}, str(read.reason)))
            case Skipped():
                found.append((row.line, cells, {"skipped": read.reason}, ""))
            case Staged():
                found.append((row.line, cells, read._asdict(), ""))
    return Preview(layout.heading, tuple(found))


def import_orders(
    *,
    open_file: Opener,
    mapping: OrderMapping,
    scope: Scope,
    booked_at: datetime,
    shift_days: int = 0,
    dry_run: bool = False,
    watcher: Watcher | None = None,
    report_to: Callable[[], AbstractContextManager[TextIO]] | None = None,
    until: datetime | None = None,
    stops: Sequence[datetime] = (),
    at_stop: Callable[[datetime], None] = lambda moment: None,
    at_once: int = 1,
) -> ImportReport:
    """Record the orders and returns of a file; bad lines refuse their order and nothing else.

    scope: the stores the file may speak for.  report_to: opens the error report, called only when there is something to report.
    until: leave what was placed at or after this moment for another run.  stops: moments in order; at each, `at_stop` is called when all
    that was placed before it is committed, and nothing that was placed later (ruling 5: a month's facts, then that month's cycle).
    at_once: so many members' orders are recorded side by side, each on a connection of its own; those of one member stay in order.
    Same file twice: the same database.
    Raises NotACsvFile, BadMapping, StoreNotFound for a store beyond the scope (before anything is written).
    """
    watcher = watcher or Unwatched()
    layout = csvio.look(open_file, encoding=mapping.encoding, delimiter=mapping.delimiter)
    reader = Reader(mapping, layout.heading, shift_days=shift_days)
    report = ImportReport(dry_run=dry_run, shift_days=shift_days, unread=reader.unread)
    run = Run(mapping, _stores(mapping, scope), scope.actor, booked_at, report)
    with _own_tables(), lanes(at_once, staging.private_tables) as side_by_side:
        watcher.phase(ImportPhase.READING, total=layout.size)
        _stage(open_file, layout, reader, report, watcher)
        _execute("ANALYZE activity_import_line")
        sql.run("activity/imports/orders")
        if mapping.returns_prefix:
            watcher.phase(ImportPhase.MATCHING, total=0)
            _match_returns()
        report.members = _count_members(mapping)
        _record_all(run, watcher, until, stops, at_stop, side_by_side)
        for row in sql.rows("activity/imports/fates"):
            report.fates[row["fate"]] = Fate(row["lines"], int(row["pieces"]), int(row["amount_micro"]))
        report.matching = {name: int(value) for name, value in (sql.one("activity/imports/matching") or {}).items()}
        report.flaws = _report_flaws(open_file, layout, report_to, watcher)
    return report


@contextmanager
def _own_tables() -> Iterator[None]:
    sql.run("activity/imports/drop")
    sql.run("activity/imports/create")
    try:
        yield
    finally:
        sql.run("activity/imports/drop")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _stores(mapping: OrderMapping, scope: Scope) -> dict[str, "Store"]:
    """The stores of the file, by code. Numbers that a store gives out are looked up within these stores alone."""
    codes = {*mapping.store.codes.values(), mapping.store.otherwise} - {""}
    if mapping.member.provider in STORE_BOUND and mapping.member.scope:
        stores_selectors.store_by_code(mapping.member.scope, scope)
    return {code: stores_selectors.store_by_code(code, scope) for code in sorted(codes)}


def _stage(open_file: Opener, layout: csvio.Layout, reader: Reader, report: ImportReport, watcher: Watcher) -> None:
    """COPY the file into staging, slice by slice, so that the watcher can write down between two how far it is."""
    position = [0]
    lines = _read(csvio.rows(open_file, layout, at=lambda place: position.__setitem__(0, place)), reader, report)
    while some := list(islice(lines, LINES_AT_MOST)):
        sql.copy_in("activity_import_line", _LINE_COLUMNS, some)
        watcher.at(position[0])
    watcher.at(layout.size)


def _read(rows: Iterable[csvio.Row | Flaw], reader: Reader, report: ImportReport) -> Iterator[tuple[Any, ...]]:
    """Staged lines of the file; those that cannot be read go along with their reason, those passed over are counted here."""
    for row in rows:
        report.lines += 1
        read = row if isinstance(row, Flaw) else reader.staged(row.line, row.cells)
        if isinstance(read, Staged):
            yield read
        elif isinstance(read, Flaw):
            report.unreadable += 1
            yield _as_line(read)
        else:
            report.skipped.setdefault(read.reason, Fate()).add(1, read.quantity, read.amount_micro)


def _as_line(flaw: Flaw) -> tuple[Any, ...]:
    return flaw.line, "", flaw.group, False, None, "", LineRole.FLAW.value, flaw.field, "", str(flaw.reason), "", "", "", 0, 0, 0, ""


def _count_members(mapping: OrderMapping) -> dict[str, int]:
    by = mapping.member
    name = "activity/imports/members_by_one_id" if by.provider == ONE_ID else "activity/imports/members"
    found = sql.one(name, provider=by.provider, scope=by.scope, is_given_by_store=by.provider in STORE_BOUND)
    assert found is not None, "an aggregate answers a row"
    return dict(found)


def _match_returns() -> None:
    """Say which purchases the returns belong to, item by item; the matches of many items are written together."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql.text("activity/imports/movements"))
        movements = (
            returns.Movement((store_code, member_key, sku), is_return, line, quantity, order_no, line_no)
            for store_code, member_key, sku, is_return, line, quantity, order_no, line_no in _fetched(cursor)
        )
        matches = returns.match(movements)
        while some := list(islice(matches, LINES_AT_MOST)):
            sql.copy_in("activity_import_match", "return_line, order_no, line_no, quantity", some)
    _execute("ANALYZE activity_import_match")


def _fetched(cursor: Any) -> Iterator[Any]:
    while rows := cursor.fetchmany(LINES_AT_MOST):
        yield from rows


def _record_all(
    run: Run,
    watcher: Watcher,
    until: datetime | None,
    stops: Sequence[datetime],
    at_stop: Callable[[datetime], None],
    side_by_side: Lanes,
) -> None:
    """Record chunk by chunk. While one is under way the next is read; at a stop nothing is under way."""
    with connection.cursor() as counting:
        counting.execute("SELECT count(*) FROM activity_import_order WHERE problem = ''")
        watcher.phase(ImportPhase.RECORDING, total=counting.fetchone()[0])
    done = 0

    def settle(under_way: deque[UnderWay], left: int) -> None:
        nonlocal done
        while len(under_way) > left:
            chunk, answers = under_way.popleft()
            _note(run, answers())
            done += len(chunk)
            watcher.at(done)

    with connection.chunked_cursor() as cursor:
        cursor.execute(sql.text("activity/imports/lines"))
        lines = (FileLine._make(row) for row in _fetched(cursor))
        groups: Iterator[Group] = (list(group) for _seq, group in groupby(lines, key=lambda line: line.seq))
        if until is not None:
            groups = takewhile(lambda group: group[0].placed_at < until, groups)
        waiting = deque(stops)
        under_way: deque[UnderWay] = deque()
        for chunk in _chunks(groups, stops):
            while waiting and chunk[0][0].placed_at >= waiting[0]:
                settle(under_way, 0)
                at_stop(waiting.popleft())
            under_way.append((chunk, side_by_side.start(partial(record_part, run), _parts(chunk, len(side_by_side)))))
            settle(under_way, CHUNKS_AHEAD)
        settle(under_way, 0)
        for stop in waiting:
            at_stop(stop)


def _chunks(groups: Iterable[Group], stops: Sequence[datetime]) -> Iterator[list[Group]]:
    """Bounded runs of groups, none of which reaches over a stop: the same runs whether they are recorded side by side or not."""
    chunk: list[Group] = []
    lines = 0
    for group in groups:
        is_full = len(chunk) >= ORDERS_AT_MOST or lines + len(group) > LINES_AT_MOST
        if chunk and (is_full or any(chunk[0][0].placed_at < stop <= group[0].placed_at for stop in stops)):
            yield chunk
            chunk, lines = [], 0
        chunk.append(group)
        lines += len(group)
    if chunk:
        yield chunk


def _parts(chunk: Sequence[Group], count: int) -> list[list[Group]]:
    """The orders of a chunk by lane; a member's are always in the same one."""
    parts: list[list[Group]] = [[] for _lane in range(count)]
    for group in chunk:
        parts[crc32(group[0].member_key.encode()) % count].append(group)
    return parts


def _note(run: Run, recorded: Sequence[Done]) -> None:
    """Count what became of a chunk, and keep what was refused for the report."""
    refused = []
    for done in recorded:
        done.add_to(run.report)
        refused += done.refused
    by_group = {group[0].seq: (group[0], problem) for group, problem in refused}
    for first, _problem in by_group.values():
        (run.report.after_sales if first.is_return else run.report.orders)["refused"] += 1
    sql.copy_in(
        "activity_import_flaw",
        "line, store_code, order_no, is_return, field, reason",
        (
            (first.first_line, first.store_code, first.order_no, first.is_return, _field(problem), str(problem.detail))
            for first, problem in by_group.values()
        ),
    )


def _field(problem: DomainError) -> str:
    return str(problem.values.get("field", ""))


def _report_flaws(
    open_file: Opener, layout: csvio.Layout, report_to: Callable[[], AbstractContextManager[TextIO]] | None, watcher: Watcher
) -> int:
    words = {"two_members": _("The lines of this order name two members."), "other_line": _("Another line of this order cannot be read.")}
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql.text("activity/imports/flaws"), words)
        flaws = (Flaw(*row) for row in _fetched(cursor))
        first = next(flaws, None)
        if first is None:
            return 0
        watcher.phase(ImportPhase.REPORTING, total=0)
        every = _after(first, flaws)
        if report_to is None:
            return sum(1 for _flaw in every)
        with report_to() as target:
            return csvio.write_report(target, layout.heading, csvio.report_lines(open_file, layout, every))


def _after(first: Flaw, rest: Iterator[Flaw]) -> Iterator[Flaw]:
    yield first
    yield from rest
