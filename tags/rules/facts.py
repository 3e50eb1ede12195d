"""A membership's facts as Python reads them: the columns of tags.MemberFact, and what is looked up beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tags.rules.figures import Basket
from tags.rules.kinds import Value

CHILD_STEP = 3  # a child is kept as birth month x 3 + gender
CHILD_GENDERS = {"unknown": 0, "male": 1, "female": 2}


@dataclass(frozen=True)
class Facts:
    """One row. baskets: those in use and those asked for; a basket of which nothing is there may be absent.

    tags: codes of the tags held now, by rule or by hand.  f_dropped: in the newest RFM cycle (A-37).  derived: by name.
    """

    membership_id: int
    member_id: int
    as_of_on: date
    joined_on: date
    gender: str = "unknown"
    birthday: date | None = None
    province_code: str = ""
    city_code: str = ""
    country: str = ""
    children: tuple[int, ...] = ()
    marketing: bool = False
    register_channel: str = ""
    register_source: str = ""
    joined_by: str = ""
    level: str = ""
    paid_level: str = ""
    growth: int = 0
    points: int = 0
    wallet_minor: int | None = None
    recharged_minor: int | None = None
    coupons_usable: int = 0
    coupons_used_180: int = 0
    orders: int = 0
    orders_30: int = 0
    orders_90: int = 0
    orders_180: int = 0
    orders_365: int = 0
    amount_minor: int = 0
    amount_30_minor: int = 0
    amount_90_minor: int = 0
    amount_180_minor: int = 0
    amount_365_minor: int = 0
    priced_365: int = 0
    items_365: int = 0
    goods_365_minor: int = 0
    discount_365_minor: int = 0
    returned_365: int = 0
    finished_365: int = 0
    first_order_on: date | None = None
    second_order_on: date | None = None
    last_order_on: date | None = None
    rfm_orders: int = 0
    rfm_amount_minor: int = 0
    top_category: str = ""
    top_brand: str = ""
    top_item: str = ""
    channels: tuple[str, ...] = ()
    visit_days_30: int = 0
    visit_days_90: int = 0
    last_visit_on: date | None = None
    visits_falling: bool = False
    baskets: Mapping[Basket, tuple[int, ...]] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    f_dropped: bool = False
    derived: Mapping[str, Value] = field(default_factory=dict)
