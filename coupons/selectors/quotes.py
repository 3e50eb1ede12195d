"""Prices for members: growth says what their levels are worth, the rules here reckon (ruling 11)."""

from collections.abc import Sequence
from datetime import datetime

from coupons.rules import prices as rules
from coupons.rules.prices import Activity, Giver, LineIn, PriceTerms, Quote
from growth.selectors import prices
from points.rules import checkout
from points.rules.checkout import Payment
from points.selectors import prices as points_prices
from points.selectors.prices import Purse


def quote(
    *, membership_id: int, lines: Sequence[LineIn], activity: Activity | None, postage_minor: int, channel: str | None, at: datetime
) -> Quote:
    """What some goods cost a member at a moment, with the benefits of one programme (ruling 22). Nothing is kept or taken."""
    return rules.reckon(lines, terms=_terms(prices.price_terms(membership_id, at, channel)), activity=activity, postage_minor=postage_minor)


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
