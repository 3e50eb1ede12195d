"""Recording a part of a file: who its orders belong to, the orders, then the returns; one transaction on the road of the API."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.db.models import Count, F, Sum

from activity import file_facts
from activity.file_facts import Group
from activity.inputs import AfterSaleIn, OrderIn
from activity.mapping import ONE_ID, OrderMapping
from activity.models import AfterSale, Order
from activity.services.after_sales import record_after_sales
from activity.services.import_report import ImportReport, Totals
from activity.services.orders import record_orders
from activity.services.outcomes import Recorded
from core.enums import Channel, Origin
from core.errors import DomainError
from members import selectors as members_selectors
from members import services as members_services
from members.enums import STORE_BOUND
from members.rules import IdentityClaim, Profile
from members.services import Newcomer

if TYPE_CHECKING:
    from stores.models import Store

ORDERS_AT_MOST = 5_000  # a transaction (ruling 5)
T = TypeVar("T")


@dataclass
class Run:
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
        scope = by.scope or (group[0].store_code if by.provider in STORE_BOUND else "")
        return by.provider, scope, group[0].member_key

    def order(self, group: Group, members: dict[Any, int]) -> OrderIn:
        return file_facts.order_of(group, **self._whose(group, members), lines_tell_paid="line_paid" in self.mapping.columns)

    def after_sales(self, group: Group, members: dict[Any, int]) -> list[AfterSaleIn]:
        return file_facts.after_sales_of(group, **self._whose(group, members), kind=self.mapping.returns_kind)

    def _whose(self, group: Group, members: dict[Any, int]) -> dict[str, int]:
        nobody = 0  # refused by the services as member_not_found
        return {"store_id": self.stores[group[0].store_code].pk, "member_id": members.get(self.identity(group), nobody)}


@dataclass
class Done:
    """What became of some groups. counts: by kind ("orders", "after_sales") and outcome.  totals: by currency."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    totals: dict[str, Totals] = field(default_factory=dict)
    refused: list[tuple[Group, DomainError]] = field(default_factory=list)

    def add_to(self, report: ImportReport) -> None:
        for (kind, outcome), count in self.counts.items():
            getattr(report, kind)[outcome] += count
        for currency, these in self.totals.items():
            report.totals.setdefault(currency, Totals()).add(vars(these))


def record_part(run: Run, part: Sequence[Group]) -> Done:
    """One transaction: the members of these orders, the orders, then the returns."""
    done = Done()
    with transaction.atomic():
        members = _members(run, part)
        orders = _built(part, done, lambda group: [] if group[0].is_return else [run.order(group, members)])
        _record(run, orders, record_orders, "orders", done)
        after_sales = _built(part, done, lambda group: run.after_sales(group, members) if group[0].is_return else [])
        _record(run, after_sales, record_after_sales, "after_sales", done)
        if run.report.dry_run:
            transaction.set_rollback(True)
    return done


def _members(run: Run, chunk: Sequence[Group]) -> dict[Any, int]:
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


def _newcomer(run: Run, group: Group, key: tuple[str, str, str]) -> Newcomer:
    provider, scope, external_id = key
    profile: dict[str, Any] = file_facts.header_of(group).get("profile", {})
    return Newcomer(
        profile=Profile(**profile),
        identities=[IdentityClaim(provider, external_id, scope, verified_at=group[0].placed_at)],
        registered_at=group[0].placed_at,
        channel=Channel.IMPORT,
    )


def _built(part: Sequence[Group], done: Done, build: Callable[[Group], list[T]]) -> list[tuple[Group, T]]:
    built: list[tuple[Group, T]] = []
    for group in part:
        try:
            built += [(group, fact) for fact in build(group)]
        except DomainError as problem:
            done.refused.append((group, problem))
    return built


def _record(run: Run, built: Sequence[tuple[Group, Any]], service: Callable[..., list[Recorded]], kind: str, done: Done) -> None:
    for some in _slices(built, ORDERS_AT_MOST):
        answers = service(**{kind: [fact for _group, fact in some]}, actor=run.actor, booked_at=run.booked_at, origin=run.origin)
        done.refused += [(some[answer.index][0], answer.problem) for answer in answers if answer.problem is not None]
        done.counts.update((kind, "recorded" if answer.applied else "known") for answer in answers if answer.ok)
        _add_up(done, kind, [answer.id for answer in answers if answer.id is not None])


def _add_up(done: Done, kind: str, ids: Sequence[int]) -> None:
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
        done.totals.setdefault(row.pop("of"), Totals()).add(row)
