"""What doors hand to the services of activity: facts already parsed, members and stores named by id. No ORM, clock or settings.

Amounts are whole minor units of the fact's own `currency`; times are aware. `activity.rules` says which of them are sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OrderLineIn:
    """paid_minor: what was (or is to be) paid for the whole line after every discount.  category: a path, "母婴/奶粉"."""

    line_no: int
    sku: str
    name: str
    quantity: int
    unit_price_minor: int
    paid_minor: int
    spu: str = ""
    brand: str = ""
    category: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)
    is_virtual: bool = False
    is_gift_card: bool = False


@dataclass(frozen=True, slots=True)
class OrderIn:
    """An order as its shop tells it. paid_minor: the lines' paid_minor and postage_minor together (while unpaid: what is to be paid).

    settled_minor: the shop's own figure, checked when given.  coupon_codes: coupons of ours used on it.
    """

    store_id: int
    order_no: str
    member_id: int
    status: str
    channel: str
    currency: str
    goods_minor: int
    paid_minor: int
    placed_at: datetime
    lines: tuple[OrderLineIn, ...]
    version: int = 1
    settled_minor: int | None = None
    discount_minor: int = 0
    coupon_minor: int = 0
    points_minor: int = 0
    points_used: int = 0
    postage_minor: int = 0
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    receiver_name: str = ""
    receiver_phone: str = ""
    receiver_address: str = ""
    country: str = ""
    coupon_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AfterSaleLineIn:
    """line_no: the order's line.  quantity: pieces that come back, 0 for money only."""

    line_no: int
    refund_minor: int
    quantity: int = 0
    sku: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class AfterSaleIn:
    """refund_minor: goods only; with lines it is their sum.  member_id None: known by the order alone.  order_no "": no order is named."""

    store_id: int
    after_sale_no: str
    order_no: str
    kind: str
    status: str
    currency: str
    refund_minor: int
    applied_at: datetime
    member_id: int | None = None
    version: int = 1
    postage_minor: int = 0
    reason: str = ""
    settled_at: datetime | None = None
    receiver_name: str = ""
    receiver_phone: str = ""
    receiver_address: str = ""
    lines: tuple[AfterSaleLineIn, ...] = ()


@dataclass(frozen=True, slots=True)
class EventIn:
    """Something a member did. source: the store's code or "platform"; (source, event_id) is recorded once.

    store_id None: an event of the platform's.
    """

    source: str
    event_id: str
    member_id: int
    store_id: int | None
    kind: str
    channel: str
    occurred_at: datetime
    spu: str = ""
    sku: str = ""
    order_no: str = ""
    line_no: int | None = None
    path: str = ""
    dwell_seconds: int | None = None
    entrance: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WalletIn:
    """What the wallet system says of a member at a store (store_id None: on the platform) at `as_of`."""

    member_id: int
    store_id: int | None
    currency: str
    balance_minor: int
    as_of: datetime
    red_packet_minor: int = 0
    recharge_total_minor: int = 0
    spent_total_minor: int = 0
    gift_total_minor: int = 0
