"""What a member's levels do to prices: where a quote begins (ruling 11, A-30)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from growth.enums import BenefitKind, Track
from growth.rules.benefits import Discount, FreeShipping, MemberPrices
from growth.selectors import benefits
from growth.selectors.benefits import EffectiveBenefit, Source


@dataclass(frozen=True)
class Giver:
    """Who gives a price: a benefit of a level; benefit None for a price that the shop itself names for a paid level."""

    benefit: EffectiveBenefit | None
    source: Source


@dataclass(frozen=True)
class PriceTerms:
    """What is used up for this month is left out.

    discount: the lowest share of the price to pay.  member_prices: minor units a piece by SKU, of each level that has a list.
    free_shipping: from which amount of goods.  paid: the level held in the paid track.
    """

    discount: tuple[Decimal, Giver] | None = None
    member_prices: tuple[tuple[Mapping[str, int], Giver], ...] = ()
    free_shipping: tuple[int, Giver] | None = None
    paid: Giver | None = None


def price_terms(membership_id: int, at: datetime, channel: str | None = None) -> PriceTerms:
    """Of one membership at a moment; a quote uses one programme's benefits (ruling 22)."""
    found = benefits.of_membership(membership_id, at, channel)
    rates: list[tuple[Decimal, Giver]] = []
    lists: list[tuple[Mapping[str, int], Giver]] = []
    minimums: list[tuple[int, Giver]] = []
    for benefit in found.benefits:
        if benefit.left == 0:
            continue
        giver = Giver(benefit, benefit.source)
        match benefit.kind, benefit.value:
            case BenefitKind.DISCOUNT, Discount(rate):
                rates.append((rate, giver))
            case BenefitKind.FREE_SHIPPING, FreeShipping(minimum_minor):
                minimums.append((minimum_minor, giver))
            case BenefitKind.MEMBER_PRICE, _:
                lists += [
                    (offer.value.prices, Giver(benefit, offer.source)) for offer in benefit.offers if isinstance(offer.value, MemberPrices)
                ]
    paid = found.tracks.get(Track.PAID)
    return PriceTerms(
        discount=min(rates, key=lambda each: each[0], default=None),
        member_prices=tuple(lists),
        free_shipping=min(minimums, key=lambda each: each[0], default=None),
        paid=Giver(None, paid) if paid else None,
    )
