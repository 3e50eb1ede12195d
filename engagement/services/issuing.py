"""Carrying campaigns out: writing down whom each means when it begins, then giving, in bounded transactions (CPN-12, ARC-16).

Each campaign is held by a session lock. Who is meant is one transaction; what members get is one transaction for 500 of them, which
ends with what each of them got: killed anywhere and started again, it goes on there, and nobody gets anything twice.
docs/rules/campaigns.md, Giving.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from django.db import transaction
from django.db.models import Q

from core import locks, sql
from core.history import because
from coupons.enums import CouponSource
from coupons.services import issuing as coupons_services
from engagement import rules
from engagement.enums import CampaignState, Outcome, RecipientState
from engagement.models import Campaign
from engagement.selectors import audience
from engagement.selectors import campaigns as selectors
from engagement.services import telling
from points.enums import EntryKind
from points.selectors import versions as points_versions
from points.services import ledger, lots
from points.services.ledger import EntryIn
from stores import services as stores_services
from tags.enums import TagSource
from tags.services import facts
from tags.services import giving as tags_services

if TYPE_CHECKING:
    from points.models import PointsVersion

log = structlog.get_logger(__name__)
LOCK_CLASS = 7351  # first key of the advisory locks that hold campaigns
AT_ONCE = 500  # members of a transaction (ARC-16)
ACTOR = "system"


def run_due(*, now: Callable[[], datetime], at_once: int = AT_ONCE) -> int:
    """Begin the campaigns whose time has come, and bring those under way to their end; answers how many have finished.

    now: the door's clock, read for every batch.  Those that another worker is at are left to it.
    """
    is_due = Q(state=CampaignState.RUNNING) | Q(state=CampaignState.APPROVED, starts_at__lte=now())
    finished = 0
    for campaign_id in Campaign.objects.filter(is_due).order_by("starts_at", "id").values_list("pk", flat=True):
        try:
            finished += run_campaign(campaign_id=campaign_id, now=now, at_once=at_once)
        except Exception:
            log.exception("campaign_failed", campaign_id=campaign_id)  # the others go on, and the next tick tries it again
    return finished


def run_campaign(*, campaign_id: int, now: Callable[[], datetime], at_once: int = AT_ONCE) -> bool:
    """Begin a campaign if its time has come, and give until everybody has been reached; whether it has finished by this.

    False as well where another worker holds it, where it is stopped meanwhile, and where its time has not come.
    """
    with locks.held(LOCK_CLASS, [campaign_id]) as free:
        if not free or not begin_campaign(campaign_id=campaign_id, at=now()):
            return False
        while give_next(campaign_id=campaign_id, at=now(), at_once=at_once):
            pass
        return finish_campaign(campaign_id=campaign_id, at=now())


def begin_campaign(*, campaign_id: int, at: datetime) -> bool:
    """Write down whom an approved campaign means as of now; whether it is running. One that is running already is left as it is."""
    campaign = selectors.campaign(campaign_id)
    if campaign.state == CampaignState.APPROVED and campaign.starts_at <= at:
        facts.refresh(now=at, programme_id=campaign.programme_id)  # in transactions of its own
        return _begin(campaign_id, at)
    return campaign.state == CampaignState.RUNNING


@transaction.atomic
def _begin(campaign_id: int, at: datetime) -> bool:
    campaign = _hold(campaign_id)
    if campaign.state != CampaignState.APPROVED:
        return False
    programme = campaign.programme
    found = audience.audience(selectors.as_said(campaign), programme.pk, selectors.choices(programme.pk))
    targeted = 0
    if not found.problems:  # a tag or segment that is gone since the approval means nobody
        for membership_ids in audience.pages(found.rule, programme.pk, audience.local_day(at, programme.time_zone)):
            targeted += sql.run("engagement/recipients/add", campaign_id=campaign.pk, membership_ids=membership_ids)
    campaign.state, campaign.started_at, campaign.targeted = CampaignState.RUNNING, at, targeted
    with because(actor=ACTOR, at=at):
        campaign.save(update_fields=["state", "started_at", "targeted"])
    telling.tell(campaign, at=at)
    log.info("campaign_began", campaign_id=campaign.pk, targeted=targeted)
    return True


@transaction.atomic
def give_next(*, campaign_id: int, at: datetime, at_once: int = AT_ONCE) -> int:
    """Give the next members what a running campaign gives, all or nothing; answers how many were settled, 0 when nothing is left to do."""
    rows = sql.rows("engagement/recipients/next", campaign_id=campaign_id, limit=at_once)
    stores_services.lock_memberships(row["membership_id"] for row in rows)
    campaign = _hold(campaign_id)
    is_over = campaign.ends_at is not None and campaign.ends_at <= at
    if not rows or is_over or campaign.state != CampaignState.RUNNING:
        return 0
    batch = _Batch(campaign, [_Recipient(**row) for row in rows], at)
    batch.give()
    settled = sql.run("engagement/recipients/settle", campaign_id=campaign_id, at=at, **batch.columns())
    assert settled == len(rows), "another worker has been at this campaign"
    Campaign.objects.filter(pk=campaign_id).update(
        settled=campaign.settled + settled, committed_minor=campaign.committed_minor + batch.committed_minor
    )
    return settled


@transaction.atomic
def finish_campaign(*, campaign_id: int, at: datetime) -> bool:
    """Close a running campaign that has reached everybody or whose time is over; whether it was closed by this."""
    campaign = _hold(campaign_id)
    is_over = campaign.ends_at is not None and campaign.ends_at <= at
    is_done = not campaign.recipients.filter(state=RecipientState.WAITING).exists()
    if campaign.state != CampaignState.RUNNING or not (is_over or is_done):
        return False
    campaign.state, campaign.ended_at, campaign.ended_by = CampaignState.FINISHED, at, ACTOR
    with because(actor=ACTOR, at=at):
        campaign.save(update_fields=["state", "ended_at", "ended_by"])
    telling.tell(campaign, at=at)
    log.info("campaign_finished", campaign_id=campaign.pk, settled=campaign.settled, committed_minor=campaign.committed_minor)
    return True


def _hold(campaign_id: int) -> Campaign:
    """Held until the transaction ends: a stop waits for the batch under way, and no batch begins after it."""
    list(Campaign.objects.filter(pk=campaign_id).select_for_update().values_list("pk"))
    return selectors.campaign(campaign_id)


@dataclass(slots=True)
class _Recipient:
    """One member of a batch, and what has become of it so far. stopped: nothing more is given."""

    membership_id: int
    member_id: int
    template_id: int | None
    is_active: bool
    coupon_cost_minor: int
    stopped: bool = False
    cost_minor: int = 0
    coupon_id: int | None = None
    notice_id: int | None = None
    results: dict[str, str] = field(default_factory=dict)

    def refuse(self, gift: str, code: str) -> None:
        self.results[gift] = code
        self.stopped = True


class _Batch:
    """Members whom the caller holds, given one thing after the other: coupon, points, tag, message. What is refused ends a member's turn,
    so that no message tells of what was not given; only a tag that a member never gets is passed over.
    """

    def __init__(self, campaign: Campaign, members: Sequence[_Recipient], at: datetime) -> None:
        self.campaign, self.members, self.at = campaign, members, at
        self.has_offers = bool(campaign.offers.all())
        self.points_rules = _points_rules(campaign)
        self.first = "coupon" if self.has_offers else "points" if campaign.points else "tag" if campaign.gives_tag_id else "message"

    def give(self) -> None:
        for member in self.members:
            if not member.is_active:
                member.refuse(self.first, Outcome.MEMBER_FROZEN)
            elif self.has_offers and member.template_id is None:
                member.refuse("coupon", Outcome.NO_OFFER)
            elif self.campaign.points and self.points_rules is None:
                member.refuse("points", Outcome.POINTS_OFF)
        self._within_budget()
        self._give_points()
        self._give_tag()
        self._send()

    @property
    def committed_minor(self) -> int:
        return sum(member.cost_minor for member in self.members)

    def _going_on(self) -> list[_Recipient]:
        return [member for member in self.members if not member.stopped]

    def _within_budget(self) -> None:
        """Coupons to whom the budget reaches, in membership order. What a refused coupon does not cost reaches those behind it."""
        left = self.campaign.budget_minor - self.campaign.committed_minor
        point_cost = self.points_rules.unit_cost_minor if self.points_rules else 0
        waiting = self._going_on()
        while waiting:
            costs = [rules.cost_of(member.coupon_cost_minor, self.campaign.points, point_cost) for member in waiting]
            reached = rules.within_budget(costs, left)
            some = [(member, cost) for member, cost, fits in zip(waiting, costs, reached, strict=True) if fits]
            waiting = [member for member, fits in zip(waiting, reached, strict=True) if not fits]
            self._give_coupons([member for member, _cost in some])
            for member, cost in some:
                if not member.stopped:
                    member.cost_minor = cost
                    left -= cost
            if all(not member.stopped for member, _cost in some):
                break
        for member in waiting:
            member.refuse(self.first, Outcome.CAMPAIGN_BUDGET)

    def _give_coupons(self, members: Sequence[_Recipient]) -> None:
        by_template: dict[int, list[_Recipient]] = {}
        for member in members:
            if member.template_id is not None:
                by_template.setdefault(member.template_id, []).append(member)
        for template_id, some in sorted(by_template.items()):  # templates in id order (ruling 2)
            issued = coupons_services.issue_coupons(
                template_id=template_id,
                membership_ids=[member.membership_id for member in some],
                source=CouponSource.CAMPAIGN,
                source_id=str(self.campaign.pk),
                effect_key=f"campaign:{self.campaign.pk}",
                actor=self.campaign.approved_by,
                at=self.at,
            )
            for member in some:
                coupon_ids = issued.coupon_ids.get(member.membership_id)
                if coupon_ids:
                    member.coupon_id = coupon_ids[0]
                    member.results["coupon"] = Outcome.GIVEN
                else:
                    member.refuse("coupon", issued.refused[member.membership_id])

    def _give_points(self) -> None:
        points, version = self.campaign.points, self.points_rules
        members = self._going_on()
        if not points or version is None or not members:
            return
        lot = lots.earned_now(version, self.at, self.campaign.programme.time_zone)
        ledger.post_entries(
            entries=[
                EntryIn(
                    membership_id=member.membership_id,
                    kind=EntryKind.GIFT,
                    requested=points,
                    source_type="campaign",
                    source_id=str(self.campaign.pk),
                    effect_key=f"campaign:{self.campaign.pk}",
                    occurred_at=self.at,
                    actor=self.campaign.approved_by,
                    rules_id=version.pk,
                    lot=lot,
                    note=self.campaign.name,
                )
                for member in members
            ],
            booked_at=self.at,
        )
        for member in members:
            member.results["points"] = Outcome.GIVEN

    def _give_tag(self) -> None:
        members = self._going_on()
        tag = self.campaign.gives_tag
        if tag is None or not members:
            return
        if tag.retired_at is not None:
            for member in members:
                member.results["tag"] = Outcome.TAG_RETIRED
            return
        given = tags_services.give_tag(
            membership_ids=[member.membership_id for member in members],
            tag_id=tag.pk,
            source=TagSource.CAMPAIGN,
            reason=self.campaign.name,
            actor=self.campaign.approved_by,
            at=self.at,
        )
        never = set(given.never)
        for member in members:
            member.results["tag"] = Outcome.TAG_EXCLUDED if member.membership_id in never else Outcome.GIVEN

    def _send(self) -> None:
        members = self._going_on()
        if not self.campaign.message or not members:
            return
        told = telling.tell_members(self.campaign, {member.membership_id: member.member_id for member in members}, at=self.at)
        for member in members:
            member.results["message"], member.notice_id = told[member.membership_id]

    def columns(self) -> dict[str, list[Any]]:
        """What `recipients/settle` writes, by place. A member got something where one of the results says so."""
        results = [member.results for member in self.members]
        return {
            "membership_ids": [member.membership_id for member in self.members],
            "states": [RecipientState.GIVEN if Outcome.GIVEN in each.values() else RecipientState.REFUSED for each in results],
            "coupon_ids": [member.coupon_id for member in self.members],
            "coupon_results": [each.get("coupon", "") for each in results],
            "points_results": [each.get("points", "") for each in results],
            "tag_results": [each.get("tag", "") for each in results],
            "message_results": [each.get("message", "") for each in results],
            "notice_ids": [member.notice_id for member in self.members],
            "costs": [member.cost_minor for member in self.members],
        }


def _points_rules(campaign: Campaign) -> "PointsVersion | None":
    """The points rules that hold, where the campaign gives points and the programme has any."""
    if not campaign.points or not campaign.programme.points_on:
        return None
    return points_versions.versions(campaign.programme_id).filter(state="published").first()
