"""Orders from a file (STO, DAT, ruling 5): read into staging, sorted there, recorded in chunks on the road of the API.

Every chunk is one transaction, so a killed import leaves whole chunks behind; started again it reads the file anew and finds these
recorded already. A dry run is the same code with each chunk rolled back.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import groupby, islice, takewhile
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _

from activity import file_facts, returns
from activity.enums import ImportPhase, LineRole
from activity.file_facts import FileLine, Group
from activity.inputs import AfterSaleIn, OrderIn
from activity.mapping import GIVEN_BY_STORE, ONE_ID, OrderMapping, Reader, Skipped, Staged
from activity.models import AfterSale, Order
from activity.services import staging
from activity.services.after_sales import record_after_sales
from activity.services.orders import record_orders
from activity.services.outcomes import Recorded
from core import csvio, sql
from core.csvio import Flaw, Opener
from core.enums import Channel, Origin
from core.errors import DomainError
from core.scope import Scope
from core.watching import Unwatched, Watcher
from members import selectors as members_selectors
from members import services as members_services
from members.rules import IdentityClaim, Profile
from members.services import Newcomer
from stores import selectors as stores_selectors

if TYPE_CHECKING:
    from stores.models import Store

ORDERS_AT_MOST = 5_000  # a transaction (ruling 5)
LINES_AT_MOST = 20_000  # a transaction: orders of many lines come in smaller chunks
PREVIEWED = 10
T = TypeVar("T")
_LINE_COLUMNS = ", ".join(Staged._fields)


@dataclass
class Fate:
    """What became of some of the file's lines. amount_micro: exact, as in the file (millionths of its currency)."""

    lines: int = 0
    pieces: int = 0
    amount_micro: int = 0

    def add(self, lines: int, pieces: int, amount_micro: int) -> None:
        self.lines += lines
        self.pieces += pieces
        self.amount_micro += amount_micro


@dataclass
class Totals:
    """Amounts recorded in one currency, in minor units; source_*: the same in the shop's own where it was converted."""

    orders: int = 0
    settled_minor: int = 0
    postage_minor: int = 0
    source_settled_minor: int = 0
    after_sales: int = 0
    refund_minor: int = 0
    refund_postage_minor: int = 0
    source_refund_minor: int = 0


@dataclass
class ImportReport:
    """What an import has done; the fates of all lines add up to the file's (control totals).

    orders, after_sales: how many were recorded, known already, refused.  members: how many whom the file names were known before, and not
    (these are made if the mapping says so).  fates: by what became of the lines; skipped: the same for lines passed over on purpose.
    totals: by currency.
    """

    dry_run: bool
    shift_days: int
    lines: int = 0
    unreadable: int = 0
    orders: dict[str, int] = field(default_factory=lambda: {"recorded": 0, "known": 0, "refused": 0})
    after_sales: dict[str, int] = field(default_factory=lambda: {"recorded": 0, "known": 0, "refused": 0})
    members: dict[str, int] = field(default_factory=lambda: {"known": 0, "unknown": 0})
    fates: dict[str, Fate] = field(default_factory=dict)
    skipped: dict[str, Fate] = field(default_factory=dict)
    matching: dict[str, int] = field(default_factory=dict)
    totals: dict[str, Totals] = field(default_factory=dict)
    flaws: int = 0

    def control(self) -> Fate:
        """All readable lines together: equals the file's own sums."""
        total = Fate()
        for fate in [*self.fates.values(), *self.skipped.values()]:
            total.add(fate.lines, fate.pieces, fate.amount_micro)
        return total

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"control": asdict(self.control())}


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
) -> ImportReport:
    """Record the orders and returns of a file; bad lines refuse their order and nothing else.

    scope: the stores the file may speak for.  report_to: opens the error report, called only when there is something to report.
    until: leave what was placed at or after this moment for another run.  stops: moments in order; at each, `at_stop` is called when all
    that was placed before it is committed, and nothing that was placed later (ruling 5: a month's facts, then that month's cycle).
    Same file twice: the same database.
    Raises NotACsvFile, BadMapping, StoreNotFound for a store beyond the scope (before anything is written).
    """
    watcher = watcher or Unwatched()
    report = ImportReport(dry_run=dry_run, shift_days=shift_days)
    layout = csvio.look(open_file, encoding=mapping.encoding, delimiter=mapping.delimiter)
    reader = Reader(mapping, layout.heading, shift_days=shift_days)
    run = _Run(mapping, _stores(mapping, scope), scope.actor, booked_at, report)
    with staging.private_tables(), _own_tables():
        watcher.phase(ImportPhase.READING, total=layout.size)
        _stage(open_file, layout, reader, report, watcher)
        _execute("ANALYZE activity_import_line")
        sql.run("activity/imports/orders")
        if mapping.returns_prefix:
            watcher.phase(ImportPhase.MATCHING, total=0)
            _match_returns()
        report.members = _count_members(mapping)
        _record_all(run, watcher, until, stops, at_stop)
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
    if mapping.member.provider in GIVEN_BY_STORE and mapping.member.scope:
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
    found = sql.one(name, provider=by.provider, scope=by.scope, is_given_by_store=by.provider in GIVEN_BY_STORE)
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


@dataclass
class _Run:
    """What stays the same while one file is recorded."""

    mapping: OrderMapping
    stores: dict[str, "Store"]
    actor: str
    booked_at: datetime
    report: ImportReport

    @property
    def origin(self) -> Origin:
        return Origin(self.mapping.origin)

    def identity(self, group: Group) -> str | tuple[str, str, str]:
        by = self.mapping.member
        if by.provider == ONE_ID:
            return group[0].member_key
        scope = by.scope or (group[0].store_code if by.provider in GIVEN_BY_STORE else "")
        return by.provider, scope, group[0].member_key

    def order(self, group: Group, members: dict[Any, int]) -> OrderIn:
        return file_facts.order_of(group, **self._whose(group, members), lines_tell_paid="line_paid" in self.mapping.columns)

    def after_sales(self, group: Group, members: dict[Any, int]) -> list[AfterSaleIn]:
        return file_facts.after_sales_of(group, **self._whose(group, members), kind=self.mapping.returns_kind)

    def _whose(self, group: Group, members: dict[Any, int]) -> dict[str, int]:
        nobody = 0  # refused by the services as member_not_found
        return {"store_id": self.stores[group[0].store_code].pk, "member_id": members.get(self.identity(group), nobody)}


def _record_all(
    run: _Run, watcher: Watcher, until: datetime | None, stops: Sequence[datetime], at_stop: Callable[[datetime], None]
) -> None:
    with connection.cursor() as counting:
        counting.execute("SELECT count(*) FROM activity_import_order WHERE problem = ''")
        watcher.phase(ImportPhase.RECORDING, total=counting.fetchone()[0])
    done = 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql.text("activity/imports/lines"))
        lines = (FileLine._make(row) for row in _fetched(cursor))
        groups: Iterator[Group] = (list(group) for _seq, group in groupby(lines, key=lambda line: line.seq))
        if until is not None:
            groups = takewhile(lambda group: group[0].placed_at < until, groups)
        waiting = deque(stops)
        for chunk in _chunks(groups, stops):
            while waiting and chunk[0][0].placed_at >= waiting[0]:
                at_stop(waiting.popleft())
            _record_chunk(run, chunk)
            done += len(chunk)
            watcher.at(done)
        for stop in waiting:
            at_stop(stop)


def _chunks(groups: Iterable[Group], stops: Sequence[datetime]) -> Iterator[list[Group]]:
    """Bounded runs of groups, none of which reaches over a stop."""
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


def _record_chunk(run: _Run, chunk: Sequence[Group]) -> None:
    """One transaction: the members of these orders, the orders, then the returns."""
    refused: list[tuple[Group, DomainError]] = []
    with transaction.atomic():
        members = _members(run, chunk)
        orders = _built(chunk, refused, lambda group: [] if group[0].is_return else [run.order(group, members)])
        _record(run, orders, record_orders, "orders", refused)
        after_sales = _built(chunk, refused, lambda group: run.after_sales(group, members) if group[0].is_return else [])
        _record(run, after_sales, record_after_sales, "after_sales", refused)
        if run.report.dry_run:
            transaction.set_rollback(True)
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


def _members(run: _Run, chunk: Sequence[Group]) -> dict[Any, int]:
    """Member ids by identity, of all that are known or may be made."""
    wanted = {run.identity(group): group for group in reversed(chunk)}
    if run.mapping.member.provider == ONE_ID:
        found = members_selectors.resolve_many(one_ids=[key for key in wanted if isinstance(key, str)])
    else:
        found = members_selectors.resolve_many(identities=[key for key in wanted if isinstance(key, tuple)])
    missing = [key for key in wanted if key not in found]
    if run.mapping.member.create and missing:
        newcomers = [_newcomer(run, wanted[key], key) for key in missing if isinstance(key, tuple)]
        made = members_services.register_many(
            newcomers=newcomers, source="import", actor=run.actor, booked_at=run.booked_at, origin=run.origin
        )
        found |= {key: registration.member_id for key, registration in zip(missing, made, strict=True)}
    return dict(found)


def _slices(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _newcomer(run: _Run, group: Group, key: tuple[str, str, str]) -> Newcomer:
    provider, scope, external_id = key
    profile: dict[str, Any] = file_facts.header_of(group).get("profile", {})
    return Newcomer(
        profile=Profile(**profile),
        identities=[IdentityClaim(provider, external_id, scope, verified_at=group[0].placed_at)],
        registered_at=group[0].placed_at,
        channel=Channel.IMPORT,
    )


def _built(chunk: Sequence[Group], refused: list[tuple[Group, DomainError]], build: Callable[[Group], list[T]]) -> list[tuple[Group, T]]:
    built: list[tuple[Group, T]] = []
    for group in chunk:
        try:
            built += [(group, fact) for fact in build(group)]
        except DomainError as problem:
            refused.append((group, problem))
    return built


def _record(
    run: _Run,
    built: Sequence[tuple[Group, Any]],
    service: Callable[..., list[Recorded]],
    kind: str,
    refused: list[tuple[Group, DomainError]],
) -> None:
    for some in _slices(built, ORDERS_AT_MOST):
        answers = service(**{kind: [fact for _group, fact in some]}, actor=run.actor, booked_at=run.booked_at, origin=run.origin)
        refused += [(some[answer.index][0], answer.problem) for answer in answers if answer.problem is not None]
        counts = Counter("recorded" if answer.applied else "known" for answer in answers if answer.ok)
        for name, count in counts.items():
            getattr(run.report, kind)[name] += count
        _add_up(run.report, kind, [answer.id for answer in answers if answer.id is not None])


def _add_up(report: ImportReport, kind: str, ids: Sequence[int]) -> None:
    """Read back what the recorded rows come to, inside the transaction that wrote them."""
    if kind == "orders":
        rows: Any = (
            Order.objects.filter(pk__in=ids)
            .values(of=F("currency"))
            .annotate(
                orders=Count("id"),
                settled_minor=Sum("settled_minor"),
                postage_minor=Sum("postage_minor"),
                source_settled_minor=Sum("source_settled_minor"),
            )
        )
    else:
        rows = AfterSale.objects.filter(pk__in=ids).values(of=F("currency")).annotate(
            after_sales=Count("id"), refund_minor=Sum("refund_minor"), refund_postage_minor=Sum("postage_minor"),
            source_refund_minor=Sum("source_refund_minor"),
        )  # fmt: skip
    for row in rows:
        totals = report.totals.setdefault(row.pop("of"), Totals())
        for name, value in row.items():
            setattr(totals, name, getattr(totals, name) + (value or 0))


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
