"""No fact lies more than a day ahead of the door's clock: a year mistyped must give nothing, and block nothing that comes later."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from activity import services as activity_services
from activity.models import AfterSale, Order, WalletBalance
from activity.services import Recorded
from core.errors import InvalidInput
from stores.models import Store
from tests.activity.facts import after_sale, event, order, record, wallet
from tests.world import NOW

pytestmark = pytest.mark.django_db
A_DAY_AHEAD = NOW + timedelta(days=1)
LATER = A_DAY_AHEAD + timedelta(seconds=1)


def recorded(shop: Store, buyer: int, kind: str, field: str, moment: datetime) -> Recorded:
    """What is answered to a fact of which one time is `moment`."""
    of_field: dict[str, Any] = {field: moment}
    if kind == "order":
        return record(order(shop.pk, buyer, status="cancelled" if field == "cancelled_at" else "completed", **of_field))[0]
    told: dict[str, Any] = {"actor": "test", "booked_at": NOW}
    if kind == "after_sale":
        return activity_services.record_after_sales(after_sales=[after_sale(shop.pk, refund_minor=100, **of_field)], **told)[0]
    if kind == "wallet":
        return activity_services.record_wallets(wallets=[wallet(buyer, shop.pk, **of_field)], **told)[0]
    return activity_services.record_events(events=[event(buyer, **of_field)], **told)[0]


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        *(("order", f"{name}_at") for name in ("paid", "shipped", "received", "completed", "cancelled")),
        ("after_sale", "applied_at"),
        ("after_sale", "settled_at"),
        ("wallet", "as_of"),
        ("event", "occurred_at"),
    ],
)
def test_a_time_may_be_a_day_ahead_and_no_more(shop: Store, buyer: int, kind: str, field: str) -> None:
    refused = recorded(shop, buyer, kind, field, LATER)
    assert (refused.ok, refused.code) == (False, "invalid")
    assert isinstance(refused.problem, InvalidInput) and refused.problem.field == field
    assert not (Order.objects.exists() or AfterSale.objects.exists() or WalletBalance.objects.exists())
    assert recorded(shop, buyer, kind, field, A_DAY_AHEAD).ok


def test_an_order_placed_in_the_future_is_refused(shop: Store, buyer: int) -> None:
    later: dict[str, Any] = {"placed_at": LATER, "paid_at": LATER}
    [answer] = record(order(shop.pk, buyer, **later))
    assert (answer.ok, answer.code) == (False, "invalid")
