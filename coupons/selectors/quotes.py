"""Prices for members: growth says what their levels are worth, the rules here reckon (ruling 11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coupons.models import Coupon
from coupons.rules import prices as rules
from coupons.rules import words
from coupons.rules.discounts import Goods, Taken
from coupons.rules.discounts import reckon as reckon_coupons
from coupons.rules.prices import Activity, Giver, LineIn, PriceTerms, Quote
from coupons.selectors import baskets
from coupons.selectors import coupons as selectors
from coupons.selectors.coupons import CouponNow, plain_code
from growth.selectors import prices
from points.rules import checkout
from points.rules.checkout import Payment
from points.selectors import prices as points_prices
from points.selectors.prices import Purse
from stores import selectors as stores_selectors


def quote(
    *, membership_id: int, lines: Sequence[LineIn], activity: Activity | None, postage_minor: int, channel: str | None, at: datetime
) -> Quote:
    """What some goods cost a member at a moment, with the benefits of one programme (ruling 22). Nothing is kept or taken."""
    return rules.reckon(lines, terms=_terms(prices.price_terms(membership_id, at, channel)), activity=activity, postage_minor=postage_minor)


@dataclass(frozen=True)
class Offered:
    """A coupon asked about in a quote. code: as it was sent.  coupon: None where the member has no such coupon.

    taken: what it takes off each line and the postage.  refusal: code why nothing, words: the same as people read it; empty where it does.
    """

    code: str
    coupon: CouponNow | None
    taken: Taken
    refusal: str
    words: str


def offers(*, membership_id: int, codes: Sequence[str], quote: Quote, store_id: int | None, at: datetime) -> tuple[Offered, ...]:
    """What coupons take off a price after level and activity, in the order asked (ruling 25): of the programme or the platform's.

    store_id: where the goods are bought; None where that is not known, so that coupons of certain stores are refused.
    """
    membership = stores_selectors.membership_rows(membership_id).get()
    programmes = {membership.programme_id, stores_selectors.platform_programme().pk}
    rows = Coupon.objects.filter(
        code__in=[plain_code(code) for code in codes],
        membership__member_id=membership.member_id,
        membership__programme_id__in=programmes,
        membership__programme__coupons_on=True,
    )
    found = {each.coupon.code: each for each in selectors.now_of(list(rows.select_related("template__programme", "store")), at)}
    asked = [found.get(plain_code(code)) for code in codes]
    usable = [each for each in asked if each is not None and each.is_usable]
    goods = tuple(
        Goods(line.line.line_no, line.line.sku, line.line.category, line.line.quantity, line.pay_minor, line.line.is_gift_card)
        for line in quote.lines
    )
    basket = baskets.basket(
        membership_id=membership_id,
        store_id=store_id,
        goods=goods,
        postage_minor=quote.postage_minor,
        counts_orders=any(each.coupon.first_order for each in usable),
    )
    taken = dict(
        zip((each.coupon.pk for each in usable), reckon_coupons([baskets.terms(each.coupon) for each in usable], basket), strict=True)
    )
    return tuple(_offered(code, each, taken.get(each.coupon.pk) if each else None) for code, each in zip(codes, asked, strict=True))


def _offered(code: str, found: CouponNow | None, taken: Taken | None) -> Offered:
    if found is None:
        missing = "coupon_not_found"
        return Offered(code, None, Taken(), missing, words.basket_reason(missing, min_spend_minor=0, spend_minor=0, currency=""))
    if taken is None:
        return Offered(code, found, Taken(), found.refusal, found.reason)
    said = words.basket_reason(
        taken.refusal, min_spend_minor=found.coupon.min_spend_minor, spend_minor=taken.spend_minor, currency=found.currency
    )
    return Offered(code, found, taken, taken.refusal, said)


def payment(*, membership_id: int, programme_id: int, total_minor: int, wanted: int, at: datetime) -> tuple[Payment, Purse] | None:
    """What points pay of a basket, the last step of its price (ruling 25); None where the programme has no points rules.

    total_minor: goods and postage to pay.  wanted: points the member would like to pay with; 0 asks how many could.
    """
    purse = points_prices.purse(membership_id, programme_id, at)
    if purse is None:
        return None
    return checkout.pay(total_minor, wanted=wanted, available=purse.available, terms=purse.terms), purse


def _terms(found: prices.PriceTerms) -> PriceTerms:
    return PriceTerms(
        discount=(found.discount[0], _giver(found.discount[1])) if found.discount else None,
        member_prices=tuple((by_sku, _giver(giver)) for by_sku, giver in found.member_prices),
        free_shipping=(found.free_shipping[0], _giver(found.free_shipping[1])) if found.free_shipping else None,
        paid=_giver(found.paid) if found.paid else None,
    )


def _giver(giver: prices.Giver) -> Giver:
    source, benefit = giver.source, giver.benefit
    return Giver(
        benefit=benefit.code if benefit else "",
        name=benefit.name if benefit else source.name,
        level=source.code,
        level_name=source.name,
        track=source.track,
        inherited_from=source.inherited_from,
        matched_programme=source.matched_programme,
        words=benefit.words if benefit else "",
    )
