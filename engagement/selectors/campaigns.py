"""Campaigns as pages, the API and the services read them, and what a programme's campaigns may name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from core import sql
from engagement.enums import CampaignState, Goal
from engagement.errors import CampaignNotFound
from engagement.models import Campaign
from engagement.rules import CampaignIn, Estimate, OfferIn, cost_of
from points.selectors import versions as points_versions

RELATED = ("programme", "tag", "segment", "gives_tag")


def campaigns(programme_id: int) -> QuerySet[Campaign]:
    """All of a programme, those that begin last first."""
    return Campaign.objects.filter(programme_id=programme_id).select_related(*RELATED).order_by("-starts_at", "-id")


def campaign(campaign_id: int) -> Campaign:
    """One with its offers. Raises CampaignNotFound."""
    found = Campaign.objects.filter(pk=campaign_id).select_related(*RELATED).prefetch_related("offers__tag", "offers__template").first()
    if found is None:
        raise CampaignNotFound()
    return found


def waiting(programme_id: int) -> QuerySet[Campaign]:
    """Those that wait for approval, the longest waiting first."""
    return campaigns(programme_id).filter(state=CampaignState.DRAFT, submitted_at__isnull=False).order_by("submitted_at", "id")


def by_goal(programme_id: int) -> dict[Goal, int]:
    """How many campaigns there are for each of the six goals (CPN-13)."""
    rows = Campaign.objects.filter(programme_id=programme_id).values("goal").annotate(count=Count("id")).values_list("goal", "count")
    found = dict(rows)
    return {goal: found.get(goal, 0) for goal in Goal}


@dataclass(frozen=True)
class Offered:
    """What a campaign may name. cost_minor: what one coupon of a template may cost.  rule: of a segment."""

    id: int
    code: str
    name: str
    cost_minor: int
    priority: int
    rule: Mapping[str, Any] | None


@dataclass(frozen=True)
class Choices:
    """By id."""

    templates: Mapping[int, Offered]
    tags: Mapping[int, Offered]
    segments: Mapping[int, Offered]


def choices(programme_id: int) -> Choices:
    """Templates in use, tags and segments of a programme, by name. One statement."""
    found: dict[str, dict[int, Offered]] = {"template": {}, "tag": {}, "segment": {}}
    for row in sql.rows("engagement/campaigns/offered", programme_id=programme_id):
        kind, rule = row.pop("kind"), row.pop("rule")
        found[kind][row["id"]] = Offered(**row, rule=json.loads(rule) if rule else None)
    return Choices(found["template"], found["tag"], found["segment"])


def as_said(campaign: Campaign) -> CampaignIn:
    """A campaign as the value that the services take."""
    names = (
        "name", "goal", "audience_kind", "starts_at", "ends_at", "tag_id", "segment_id", "rule", "points", "gives_tag_id", "message",
        "budget_minor",
    )  # fmt: skip
    offers = sorted(campaign.offers.all(), key=lambda offer: (offer.tag_id is None, offer.pk))
    return CampaignIn(
        **{name: getattr(campaign, name) for name in names}, offers=tuple(OfferIn(offer.template_id, offer.tag_id) for offer in offers)
    )


def point_cost(programme_id: int) -> int | None:
    """What a point costs in the books; None where the programme has no points rules."""
    published = points_versions.versions(programme_id).filter(state="published")
    return published.values_list("unit_cost_minor", flat=True).first()


def estimate(said: CampaignIn, programme_id: int, members: int) -> Estimate:
    """What a campaign may cost, its dearest coupon for everybody."""
    known = choices(programme_id).templates
    dearest = max((known[offer.template_id].cost_minor for offer in said.offers if offer.template_id in known), default=0)
    points = point_cost(programme_id) if said.points else 0
    return Estimate(members, cost_of(dearest, said.points, points or 0), said.budget_minor)
