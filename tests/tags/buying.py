"""Members who buy and visit so many days before today; facts come in through activity, as from a shop."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from core.enums import Origin
from members import services as members_services
from stores.models import Membership, Store
from tags.models import MemberFact
from tags.selectors import matching
from tags.services import facts
from tests.activity.facts import after_sale, event, line, order, record
from tests.world import NOW

ON = date(2024, 5, 20)
DAY = timedelta(days=1)
POWDER = "母婴/奶粉"
_numbers = count(1)


def buy(shop: Store, member: Membership, paid_minor: int = 10000, *, days_ago: int = 0, quantity: int = 1, **values: Any) -> str:
    """One completed order of one line, so many days ago; answers its number. category, brand, sku, spu: of the line."""
    order_no = f"B{next(_numbers)}"
    of_line = {name: values.pop(name) for name in ("category", "brand", "sku", "spu") if name in values}
    at = NOW - days_ago * DAY
    said = {
        "status": "completed",
        "placed_at": at,
        "completed_at": at,
        "lines": [line(1, paid_minor, quantity=quantity, **of_line)],
        **values,
    }
    origin = said.pop("origin", Origin.LIVE)
    [answer] = record(order(shop.pk, member.member_id, order_no, **said), at=max(at, NOW), origin=origin)
    assert answer.ok, answer.problem
    return order_no


def refund(shop: Store, order_no: str, refund_minor: int) -> None:
    [answer] = record(after_sale(shop.pk, f"AS{next(_numbers)}", order_no, refund_minor=refund_minor))
    assert answer.ok, answer.problem


def visit(shop: Store | None, member: Membership, *, days_ago: int = 0, at: datetime | None = None, **values: Any) -> None:
    moment = at or NOW - days_ago * DAY
    told = event(member.member_id, f"V{next(_numbers)}", store_id=shop.pk if shop else None, occurred_at=moment, **values)
    [answer] = record(told, at=max(moment, NOW))
    assert answer.ok, answer.problem


def child(member: Membership, months: int, gender: str = "unknown") -> None:
    """A child of so many full months today."""
    number = ON.year * 12 + ON.month - 1 - months
    members_services.add_child(
        member_id=member.member_id,
        birth_month=date(number // 12, number % 12 + 1, 1),
        gender=gender,
        guardian_consent_at=NOW,
        actor="test",
        at=NOW,
    )


def fact(member: Membership) -> MemberFact:
    return MemberFact.objects.get(pk=member.pk)


def refresh(of: Membership, at: datetime = NOW) -> int:
    return facts.refresh(now=at, programme_id=of.programme_id)


def found(rule: Any, of: Membership, on: date = ON) -> set[int]:
    """Membership ids that a rule of the programme holds for."""
    return set(matching.page(rule, of.programme_id, on, 0, 1000))
