"""What came of a campaign: whom it reached, what was used, what it brought in and what it cost (PRD-19, DSH-08, MET-06, CPN-13)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import pgettext_lazy

from core import sql
from core.errors import DomainError
from core.registry import Text
from engagement import rules
from engagement.enums import Outcome
from engagement.models import Campaign

GIFTS: dict[str, Text] = {
    "coupon": pgettext_lazy("gift", "coupon"),
    "points": pgettext_lazy("gift", "points"),
    "tag": pgettext_lazy("gift", "tag"),
    "message": pgettext_lazy("gift", "message"),
}


@dataclass(frozen=True)
class Report:
    """What came of a campaign until now. Amounts are minor units of the programme's currency.

    targeted: members written down.  settled: of whom it is said what they got.  given: who got anything.  issued, pointed, tagged, queued:
    who got a coupon, points, the tag, a message in the outbox.  sent: messages that went out.  opened: None, since nobody tells us.
    participants: members who used the coupon; None for a campaign without one.  used: coupons.  orders, revenue_minor: on which coupons
    were used, net of refunds.  cost_minor: what used coupons took off, and what the points given cost.  committed_minor: if all were used.
    """

    targeted: int
    settled: int
    given: int
    issued: int
    pointed: int
    tagged: int
    queued: int
    opted_out: int
    sent: int
    participants: int | None
    used: int
    orders: int
    revenue_minor: int
    discount_minor: int
    points_cost_minor: int
    budget_minor: int
    committed_minor: int
    opened: int | None = None

    @property
    def cost_minor(self) -> int:
        return self.discount_minor + self.points_cost_minor

    @property
    def cost_per_order_minor(self) -> int | None:
        return rules.each(self.cost_minor, self.orders)

    @property
    def usage(self) -> Decimal | None:
        """Per cent of the coupons given that were used (CPN-16)."""
        return rules.share(self.used, self.issued)

    @property
    def participation(self) -> Decimal | None:
        """Per cent of the members targeted who took part (DSH-08)."""
        return None if self.participants is None else rules.share(self.participants, self.targeted)

    @property
    def roi(self) -> tuple[Decimal, Decimal] | None:
        """Revenue to cost, gross and net of the cost (MET-06)."""
        return rules.roi(self.revenue_minor, self.cost_minor)


def report(campaign: Campaign) -> Report:
    """Two statements."""
    found = dict(sql.one("engagement/report/totals", campaign_id=campaign.pk) or {})
    if not campaign.offers.exists():
        found["participants"] = None
    return Report(
        **found,
        budget_minor=campaign.budget_minor,
        committed_minor=campaign.committed_minor,
    )


@dataclass(frozen=True)
class Day:
    """A local day on which something happened."""

    day: date
    issued: int
    used: int
    discount_minor: int
    revenue_minor: int


def days(campaign: Campaign) -> list[Day]:
    return [Day(**row) for row in sql.rows("engagement/report/days", campaign_id=campaign.pk, zone=campaign.programme.time_zone)]


@dataclass(frozen=True)
class OutcomeCount:
    """How many members had this result of a thing. gift: of GIFTS.  result: its code."""

    gift: str
    result: str
    members: int

    @property
    def gift_words(self) -> Text:
        return GIFTS[self.gift]

    @property
    def words(self) -> Text:
        return result_words(self.result)


def outcomes(campaign_id: int) -> list[OutcomeCount]:
    return [OutcomeCount(**row) for row in sql.rows("engagement/report/outcomes", campaign_id=campaign_id)]


def result_words(code: str) -> Text:
    """A result in words: ours, or the refusal of the app that was asked."""
    if code in Outcome.values:
        return Outcome(code).label
    found = next((refusal for refusal in _refusals(DomainError) if refusal.code == code), None)
    return found.title if found else code


def _refusals(of: type[DomainError]) -> list[type[DomainError]]:
    return [each for direct in of.__subclasses__() for each in (direct, *_refusals(direct))]
