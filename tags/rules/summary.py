"""What the daily summary tells of a member at a store (DAT-22..DAT-63), and how its days become months. docs/rules/summary.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Family(StrEnum):
    """Kinds of facts that a store tells of or not. What it never told of is unknown, never 0 (A-49)."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    CARTS = "carts"
    FAVOURITES = "favourites"
    CLICKS = "clicks"
    DWELL = "dwell"
    RATINGS = "ratings"


class InMonth(StrEnum):
    """What a month is of its days."""

    SUM = "sum"
    MAX = "max"


@dataclass(frozen=True)
class Indicator:
    """A figure of a day. code: in names of derived variables.  column: of tags.MemberDay.  id: of the requirement."""

    code: str
    column: str
    label: str | Promise
    family: Family
    id: str
    is_money: bool = False
    in_month: InMonth = InMonth.SUM


INDICATORS: dict[str, Indicator] = {
    each.code: each
    for each in (
        Indicator("pay_amount", "paid_minor", _("paid for goods"), Family.ORDERS, "DAT-35", is_money=True),
        Indicator("pay_ord", "deals", _("deals"), Family.ORDERS, "DAT-36"),
        Indicator("pay_qty", "pieces", _("pieces"), Family.ORDERS, "DAT-37"),
        Indicator("postage", "postage_minor", _("postage"), Family.ORDERS, "DAT-38", is_money=True),
        Indicator("discount", "discount_minor", _("discount"), Family.ORDERS, "DAT-39", is_money=True),
        Indicator("discount2", "second_discount_minor", _("discount on a discount"), Family.ORDERS, "DAT-40", is_money=True),
        Indicator("discount_ord", "discounted_deals", _("discounted deals"), Family.ORDERS, "DAT-41"),
        Indicator("discount2_ord", "twice_discounted_deals", _("deals discounted twice"), Family.ORDERS, "DAT-42"),
        Indicator("max_price", "highest_price_minor", _("highest price of a piece"), Family.ORDERS, "DAT-33", True, InMonth.MAX),
        Indicator("categories", "categories", _("categories bought"), Family.ORDERS, "DAT-34", in_month=InMonth.MAX),
        Indicator("refund_ord", "refunds", _("refunds"), Family.REFUNDS, "DAT-52"),
        Indicator("refund_amount", "refund_minor", _("amount refunded"), Family.REFUNDS, "DAT-52", is_money=True),
        Indicator("cart_add", "cart_adds", _("items put in the cart"), Family.CARTS, "DAT-45"),
        Indicator("cart_remove", "cart_removes", _("items taken out of the cart"), Family.CARTS, "DAT-46"),
        Indicator("favourite", "favourites", _("items added to favourites"), Family.FAVOURITES, "DAT-47"),
        Indicator("unfavourite", "unfavourites", _("items removed from favourites"), Family.FAVOURITES, "DAT-48"),
        Indicator("click_item", "items_clicked", _("items clicked"), Family.CLICKS, "DAT-50"),
        Indicator("ipv", "clicks", _("clicks on items"), Family.CLICKS, "DAT-50"),
        Indicator("dwell", "dwell_seconds", _("seconds in the shop"), Family.DWELL, "DAT-51"),
        Indicator("good_review", "good_reviews", _("good reviews"), Family.RATINGS, "DAT-53"),
    )
}
# No fact of ours tells of them: always unknown. 43 parcels, 44 parcels without postage, 54 complaints, 55 seconds of consulting; 30 and
# 56..61 are of the whole web.
UNKNOWN = ("DAT-30", "DAT-43", "DAT-44", "DAT-54", "DAT-55", "DAT-56", "DAT-57", "DAT-58", "DAT-59", "DAT-60", "DAT-61", "DAT-63")

BANDS = ("0-50", "50-100", "100-200", "200-500", "500+")  # of paid unit prices, lower bound inclusive (DAT-28)


def month_of(day: date) -> int:
    """A month as one number that counts on: year x 12 + month - 1."""
    return day.year * 12 + day.month - 1


def newest_closed(today: date) -> int:
    """The month that derived variables call 0: the last one that is over on this local day (A-53)."""
    return month_of(today) - 1


def main_band(pieces: Sequence[int]) -> str | None:
    """The price band most pieces were bought in; of equals the higher one; None without a piece (DAT-28)."""
    best = max(pieces, default=0)
    return next((BANDS[place] for place in reversed(range(len(pieces))) if pieces[place] == best), None) if best else None


def ratio(part: int | None, whole: int | None, places: str = "0.0001") -> Decimal | None:
    """part / whole, half up; None where either is unknown or the whole is 0 (DAT-60..DAT-63)."""
    if part is None or not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal(places), ROUND_HALF_UP)


def per_thirty_days(deals: int | None, days: int | None) -> Decimal | None:
    """How often somebody buys: deals in thirty days since the first (DAT-32). 3 in 148 days: 0.61."""
    return None if deals is None else ratio(deals * 30, days, "0.01")
