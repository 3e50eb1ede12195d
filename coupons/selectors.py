"""Prices for members: growth says what their levels are worth, the rules here reckon (ruling 11)."""

from collections.abc import Sequence
from datetime import datetime

from coupons import rules
from coupons.rules import Activity, Giver, LineIn, PriceTerms, Quote
from growth.selectors import prices


def quote(
    *, membership_id: int, lines: Sequence[LineIn], activity: Activity | None, postage_minor: int, channel: str | None, at: datetime
) -> Quote:
    """What some goods cost a member at a moment, with the benefits of one programme (ruling 22). Nothing is kept or taken."""
    return rules.reckon(lines, terms=_terms(prices.price_terms(membership_id, at, channel)), activity=activity, postage_minor=postage_minor)


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
