"""What a campaign says, and the arithmetic of its budget and its result. Amounts are minor units of the programme's currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from engagement.enums import AudienceKind, Goal

POINTS_AT_MOST = 100_000  # for each member: beyond it, a slip of the keyboard
BUDGET_AT_MOST = 10**12
MESSAGE_AT_MOST = 500
OFFERS_AT_MOST = 10


@dataclass(frozen=True)
class OfferIn:
    """A coupon for holders of a tag; for all others where tag_id is None."""

    template_id: int
    tag_id: int | None = None


@dataclass(frozen=True)
class CampaignIn:
    """What an operator says of a campaign; names and units as in engagement.models.Campaign. rule, segment_id and tag_id: one of them."""

    name: str
    goal: Goal
    audience_kind: AudienceKind
    starts_at: datetime
    ends_at: datetime | None = None
    tag_id: int | None = None
    segment_id: int | None = None
    rule: Mapping[str, Any] | None = None
    offers: tuple[OfferIn, ...] = ()
    points: int | None = None
    gives_tag_id: int | None = None
    message: str = ""
    budget_minor: int = 0

    @property
    def gives_something(self) -> bool:
        return bool(self.offers or self.points or self.gives_tag_id or self.message)


def cost_of(template_cost_minor: int | None, points: int | None, point_cost_minor: int) -> int:
    """What one member may cost: the coupon as if it were used, and the points as the books value them."""
    return (template_cost_minor or 0) + (points or 0) * point_cost_minor


def within_budget(costs: Sequence[int], left_minor: int) -> list[bool]:
    """Whom the budget reaches, in the order given: `([30, 30, 20], 50)` -> `[True, False, True]`. Nobody waits behind a dear one."""
    reached = []
    for cost in costs:
        fits = cost <= left_minor
        left_minor -= cost if fits else 0
        reached.append(fits)
    return reached


@dataclass(frozen=True)
class Estimate:
    """What a campaign may cost before it goes out. each_minor: the dearest member.  most_minor: all of them, budget aside.

    affordable: members that the budget reaches at least; None where nothing costs anything.
    """

    members: int
    each_minor: int
    budget_minor: int

    @property
    def most_minor(self) -> int:
        return self.members * self.each_minor

    @property
    def affordable(self) -> int | None:
        return self.budget_minor // self.each_minor if self.each_minor else None

    @property
    def is_short(self) -> bool:
        """Whether the budget may not reach everybody."""
        return self.most_minor > self.budget_minor


def share(part: int, whole: int) -> Decimal | None:
    """A rate in per cent with one place, halves up: `(25, 100)` -> 25.0; None of nobody."""
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None


def each(total_minor: int, count: int) -> int | None:
    """Minor units for one of them, halves up: 8,000 over 4 orders is 2,000; None without any."""
    return int((Decimal(total_minor) / count).quantize(Decimal(1), ROUND_HALF_UP)) if count else None


def roi(revenue_minor: int, cost_minor: int) -> tuple[Decimal, Decimal] | None:
    """Return on what was spent, gross and net (MET-06): revenue 2,000.00 of cost 500.00 is (4.00, 3.00); None while nothing was spent."""
    if not cost_minor:
        return None
    gross = (Decimal(revenue_minor) / cost_minor).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return gross, gross - 1
