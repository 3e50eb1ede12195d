"""The set-based road against the same rules in plain Python, on generated facts (ruling 28: the oracle shares no code with it)."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from activity.inputs import AfterSaleIn, AfterSaleLineIn, OrderIn
from activity.models import AfterSale, Order
from stores.models import Store
from tests import world
from tests.activity.facts import after_sale, line, order, record
from tests.world import NOW

pytestmark = pytest.mark.django_db
RANK = {"placed": 0, "paid": 1, "shipped": 2, "received": 3, "completed": 4}
OPEN = {"applied": 0, "reviewing": 1, "approved": 2}


@dataclass
class Kept:
    fact: OrderIn
    refunds: list[str] = field(default_factory=list)  # numbers of after-sales taken off, in turn


class Model:
    """Orders and after-sales as a shop's clerk would keep them on paper."""

    def __init__(self) -> None:
        self.orders: dict[str, Kept] = {}
        self.after_sales: dict[str, AfterSaleIn] = {}
        self.seen: Counter[str] = Counter()

    def tell(self, fact: OrderIn | AfterSaleIn) -> str:
        verdict = self._order(fact) if isinstance(fact, OrderIn) else self._after_sale(fact)
        self.seen[f"{type(fact).__name__} {verdict}"] += 1
        return verdict

    def _order(self, new: OrderIn) -> str:
        known = self.orders.get(new.order_no)
        if known is None:
            self.orders[new.order_no] = Kept(new)
            waiting = [number for number, each in self.after_sales.items() if each.order_no == new.order_no and each.status == "refunded"]
            self.orders[new.order_no].refunds = waiting
            return "applied"
        old = known.fact
        if new.version < old.version:
            return "stale_version"
        if new.version == old.version:
            return "replay" if new == old else "version_conflict"
        goes_on = RANK[new.status] >= RANK[old.status] if new.status in RANK and old.status in RANK else (
            new.status == "cancelled" and old.status in ("placed", "paid", "cancelled")
        )  # fmt: skip
        if not goes_on:
            return "status_backwards"
        known.fact = new
        return "applied"

    def _after_sale(self, new: AfterSaleIn) -> str:
        old = self.after_sales.get(new.after_sale_no)
        if old is not None:
            if new.version < old.version:
                return "stale_version"
            if new.version == old.version:
                return "replay" if new == old else "version_conflict"
            if old.status not in OPEN and new.status != old.status:
                return "status_backwards"
            if old.status in OPEN and new.status in OPEN and OPEN[new.status] < OPEN[old.status]:
                return "status_backwards"
        bought = self.orders.get(new.order_no)
        if bought is not None:
            if {each.line_no for each in new.lines} - {each.line_no for each in bought.fact.lines}:
                return "unknown_line"
            if new.status == "refunded" and new.after_sale_no not in bought.refunds:
                bought.refunds.append(new.after_sale_no)
        self.after_sales[new.after_sale_no] = new
        return "applied"

    def refunded(self, order_no: str) -> tuple[dict[int, int], dict[str, int]]:
        """What is taken off each line, and by each refund, one refund after the other, by hand."""
        kept = self.orders[order_no]
        left = {each.line_no: each.paid_minor for each in kept.fact.lines}
        by_refund = {}
        for number in kept.refunds:
            refund = self.after_sales[number]
            before = sum(left.values())
            for each in refund.lines:
                if each.line_no in left:
                    left[each.line_no] -= min(each.refund_minor, left[each.line_no])
            if not refund.lines:
                self._share_out(min(refund.refund_minor, before), left)
            by_refund[number] = before - sum(left.values())
            self.seen["cut short"] += by_refund[number] < refund.refund_minor
        return {each.line_no: each.paid_minor - left[each.line_no] for each in kept.fact.lines}, by_refund

    def _share_out(self, amount: int, left: dict[int, int]) -> None:
        total = sum(left.values())
        if not total:
            return
        exact = {number: amount * held / total for number, held in left.items()}
        shares = {number: int(amount * held // total) for number, held in left.items()}
        short = sorted(left, key=lambda number: (-(amount * left[number] % total), number))
        if len({amount * held % total for held in left.values()}) < len(left):
            self.seen["tie"] += 1
        for number in short[: amount - sum(shares.values())]:
            shares[number] += 1
        assert all(abs(shares[number] - exact[number]) <= 1 for number in left)
        for number, share in shares.items():
            left[number] -= share


def some_fact(rng: random.Random, shop: Store, owners: dict[str, int]) -> OrderIn | AfterSaleIn:
    number = rng.randrange(6)
    order_no = f"O{number}"
    if rng.random() < 0.3:
        numbers = sorted(rng.sample(range(1, 5), rng.randint(2, 4)))
        status = rng.choice([*RANK, "paid", "completed", "cancelled"])
        lines = [line(place, rng.choice([0, 100, 100, 100, 333])) for place in numbers]
        return order(shop.pk, owners[order_no], order_no, version=rng.randint(1, 6), status=status, lines=lines)
    said: dict[str, Any] = {"status": rng.choice([*OPEN, *["refunded"] * 6, "rejected"]), "version": rng.randint(1, 3)}
    after_sale_no = f"AS{number}-{rng.randrange(6)}"
    if rng.random() < 0.6:
        return after_sale(shop.pk, after_sale_no, order_no, refund_minor=rng.choice([0, 1, 2, 50, 101, 5000]), **said)
    back = [AfterSaleLineIn(place, rng.choice([0, 1, 60, 100])) for place in sorted(rng.sample(range(1, 5), rng.randint(1, 2)))]
    return after_sale(shop.pk, after_sale_no, order_no, lines=back, **said)


@pytest.mark.parametrize("seed", range(3))
def test_generated_facts_end_as_they_would_by_hand(seed: int) -> None:
    rng = random.Random(seed)
    shop = world.store("S001")
    owners = {f"O{number}": world.enrol(None, f"+86138001380{number:02d}").member_id for number in range(6)}
    model = Model()
    for turn in range(40):
        some = [some_fact(rng, shop, owners) for _fact in range(rng.randint(1, 8))]
        kind = type(some[0])
        batch = [fact for fact in some if type(fact) is kind]
        if kind is AfterSaleIn:  # one an order, so that whose turn it is does not hang on the order of their rows
            batch = list({fact.order_no: fact for fact in batch}.values())
        wanted = [model.tell(fact) for fact in batch]
        answers = record(*batch, at=NOW + timedelta(minutes=turn))
        assert [("applied" if answer.applied else "replay") if answer.ok else answer.code for answer in answers] == wanted
        kept = {row.order_no: row for row in Order.objects.prefetch_related("lines", "after_sales__lines")}
        assert set(kept) == set(model.orders)
        for order_no, row in kept.items():
            by_line, by_refund = model.refunded(order_no)
            assert {each.line_no: each.refunded_minor for each in row.lines.all()} == by_line, order_no
            assert row.refunded_minor == sum(by_line.values())
            assert {
                refund.after_sale_no: sum(each.applied_minor for each in refund.lines.all())
                for refund in row.after_sales.all()
                if refund.status == "refunded"
            } == by_refund, order_no
    assert set(AfterSale.objects.values_list("after_sale_no", flat=True)) == set(model.after_sales)
    assert model.seen["OrderIn applied"] > 5
    assert model.seen["AfterSaleIn applied"] > 5


def test_the_generator_meets_every_verdict_and_ties() -> None:
    model = Model()
    shop = world.store("S001")
    for seed in range(8):
        rng = random.Random(seed)
        for _fact in range(200):
            model.tell(some_fact(rng, shop, {f"O{number}": number for number in range(6)}))
        for order_no in model.orders:
            model.refunded(order_no)
    wanted = ["applied", "replay", "stale_version", "version_conflict", "status_backwards"]
    assert all(model.seen[f"{kind} {verdict}"] for kind in ("OrderIn", "AfterSaleIn") for verdict in wanted[:1] + wanted[2:]), model.seen
    assert model.seen["AfterSaleIn unknown_line"]
    assert model.seen["tie"] > 10
    assert model.seen["cut short"] > 10
