"""Campaigns from draft to end: who may do what when, and what cannot go out (CPN-13, MSG-13, docs/rules/campaigns.md)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.errors import DomainError, InvalidInput, VersionMismatch
from core.models import OutboxMessage
from engagement.enums import AudienceKind, CampaignState, Goal
from engagement.errors import (
    AudienceRequired,
    CampaignApprover,
    CampaignCodeTaken,
    CampaignInOtherState,
    CampaignNotFound,
    CampaignNotReady,
)
from engagement.models import Campaign
from engagement.rules import CampaignIn, OfferIn
from engagement.selectors import audience
from engagement.selectors import campaigns as selectors
from engagement.services import campaigns as services
from engagement.services import issuing
from stores.models import Programme
from tags.models import Segment
from tests import world
from tests.coupons import house as coupons_house
from tests.engagement import house
from tests.engagement.house import APPROVER, WRITER
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(programme: Programme) -> CampaignIn:
    """One that could go out."""
    [member] = house.members(programme, 1)
    return house.said(house.tagged(programme, "m", member), coupons_house.template(programme))


def test_a_draft_keeps_what_was_said_of_it(programme: Programme) -> None:
    tag, other = house.tagged(programme, "m"), house.tagged(programme, "n")
    coupon, dear = coupons_house.template(programme), coupons_house.template(programme)
    of = house.said(
        tag,
        (other, dear),
        coupon,
        points=20,
        gives_tag_id=other.pk,
        message="新品到店",
        ends_at=NOW + timedelta(days=7),
        budget_minor=300_00,
    )
    campaign = house.draft(programme, of, code="milk")
    assert selectors.as_said(selectors.campaign(campaign.pk)) == of
    assert (campaign.state, campaign.revision, campaign.created_by) == (CampaignState.DRAFT, 1, WRITER)
    changed = house.said(tag, coupon, name="改名")
    services.change_campaign(campaign_id=campaign.pk, said=changed, actor="staff:9", at=NOW)
    found = selectors.campaign(campaign.pk)
    assert selectors.as_said(found) == changed
    assert (found.revision, found.changed_by, found.created_by) == (2, "staff:9", WRITER)


def test_a_code_is_taken_once_in_a_programme(programme: Programme, said: CampaignIn) -> None:
    house.draft(programme, said, code="milk")
    with pytest.raises(CampaignCodeTaken):
        house.draft(programme, said, code="milk")
    assert Campaign.objects.count() == 1


def test_a_campaign_without_audience_is_refused(programme: Programme, said: CampaignIn) -> None:
    """MSG-13."""
    for kind in AudienceKind:
        with pytest.raises(AudienceRequired):
            house.draft(programme, house.said(audience_kind=kind, offers=said.offers))
    assert not Campaign.objects.exists()


def other_values(programme: Programme) -> dict[str, dict[str, Any]]:
    """What makes no sense, by the field that is refused."""
    elsewhere = world.store("S002").programme
    foreign_tag, foreign_coupon = house.tagged(elsewhere, "x"), coupons_house.template(elsewhere)
    own = coupons_house.template(programme)
    return {
        "name": {"name": " "},
        "ends_at": {"ends_at": NOW},
        "tag": {"tag_id": foreign_tag.pk},
        "rule": {"audience_kind": AudienceKind.RULE, "tag_id": None, "rule": {"==": [{"var": "no_such_field"}, 1]}},
        "audience_kind": {"rule": {"missing": {"var": "gender"}}},
        "offers": {"offers": (OfferIn(foreign_coupon.pk),)},
        "offers ": {"offers": (OfferIn(own.pk, foreign_tag.pk),)},
        "offers  ": {"offers": (OfferIn(own.pk), OfferIn(own.pk))},
        "gives_tag": {"gives_tag_id": foreign_tag.pk},
        "points": {"points": 100_001},
        "message": {"message": "x" * 501},
        "budget": {"budget_minor": -1},
    }


def test_values_that_make_no_sense_or_are_of_another_programme_are_refused(programme: Programme) -> None:
    tag = house.tagged(programme, "m")
    for field, values in other_values(programme).items():
        with pytest.raises(InvalidInput) as refused:
            house.draft(programme, house.said(tag, **values))
        assert refused.value.field == field.strip()
    assert not Campaign.objects.exists()


def test_the_three_audiences_are_one_rule(programme: Programme) -> None:
    """RFM-12: audience = segment."""
    tag = house.tagged(programme, "m")
    rule = {"==": [{"var": "gender"}, "female"]}
    segment = Segment.objects.create(programme=programme, code="women", name="女性", rule=rule)
    choices = selectors.choices(programme.pk)
    of_tag = house.said(tag)
    of_segment = house.said(audience_kind=AudienceKind.SEGMENT, segment_id=segment.pk)
    of_rule = house.said(audience_kind=AudienceKind.RULE, rule=rule)
    assert [audience.rule_of(each, choices) for each in (of_tag, of_segment, of_rule)] == [{"has_tag": "m"}, rule, rule]


def test_the_six_goals_are_told_apart(programme: Programme) -> None:
    """CPN-13: Campaign.goal has 6 values; 6 campaigns -> 6 groups with 1 each."""
    tag = house.tagged(programme, "m")
    assert [goal.value for goal in Goal] == ["acquire", "activate", "convert", "retain", "revenue", "refer"]
    for goal in Goal:
        house.draft(programme, house.said(tag, goal=goal, message="x"))
    assert selectors.by_goal(programme.pk) == dict.fromkeys(Goal, 1)


def not_ready(programme: Programme) -> dict[str, CampaignIn]:
    tag, coupon = house.tagged(programme, "m"), coupons_house.template(programme)
    off = coupons_house.template(programme)
    return {
        "gives nothing": house.said(tag),
        "budget": house.said(tag, coupon, budget_minor=29_99),
        "coupons": house.said(tag, off),
    }


def test_what_cannot_go_out_is_not_submitted(programme: Programme) -> None:
    found = not_ready(programme)
    drafts = {name: house.draft(programme, of) for name, of in found.items()}
    drafts["coupons"].offers.get().template.__class__.objects.filter(pk=found["coupons"].offers[0].template_id).update(is_on=False)
    for name, campaign in drafts.items():
        with pytest.raises(CampaignNotReady) as refused:
            services.submit_campaign(campaign_id=campaign.pk, actor=WRITER, at=NOW)
        assert name in str(refused.value.detail)
        assert len(refused.value.problems) == 1
    assert not Campaign.objects.exclude(submitted_at=None).exists()


def test_a_second_person_approves(programme: Programme, said: CampaignIn) -> None:
    """Neither who submitted nor who changed it last; then it is approved, and other programs are told."""
    campaign = house.draft(programme, said)
    services.change_campaign(campaign_id=campaign.pk, said=said, actor="staff:3", at=NOW)
    services.submit_campaign(campaign_id=campaign.pk, actor=WRITER, at=NOW)
    for actor in (WRITER, "staff:3"):
        with pytest.raises(CampaignApprover):
            services.approve_campaign(campaign_id=campaign.pk, revision=2, actor=actor, at=NOW)
    assert selectors.campaign(campaign.pk).state == CampaignState.DRAFT
    services.approve_campaign(campaign_id=campaign.pk, revision=2, actor=APPROVER, at=NOW)
    found = selectors.campaign(campaign.pk)
    assert (found.state, found.approved_by, found.approved_at) == (CampaignState.APPROVED, APPROVER, NOW)
    message = OutboxMessage.objects.get(topic="campaign.changed")
    assert message.payload == {"programme": programme.code, "campaign": campaign.code, "state": "approved", "targeted": 0, "settled": 0}


def test_nobody_approves_what_he_has_not_read(programme: Programme, said: CampaignIn) -> None:
    campaign = house.submitted(programme, said)
    services.return_campaign(campaign_id=campaign.pk, reason="还要改预算", actor=WRITER, at=NOW)
    services.change_campaign(campaign_id=campaign.pk, said=said, actor=WRITER, at=NOW)
    services.submit_campaign(campaign_id=campaign.pk, actor=WRITER, at=NOW)
    with pytest.raises(VersionMismatch):
        services.approve_campaign(campaign_id=campaign.pk, revision=1, actor=APPROVER, at=NOW)
    assert selectors.campaign(campaign.pk).state == CampaignState.DRAFT


def test_what_is_sent_back_says_why_and_can_be_changed_again(programme: Programme, said: CampaignIn) -> None:
    campaign = house.submitted(programme, said)
    with pytest.raises(InvalidInput):
        services.return_campaign(campaign_id=campaign.pk, reason="no", actor=APPROVER, at=NOW)
    services.return_campaign(campaign_id=campaign.pk, reason="预算太高", actor=APPROVER, at=NOW)
    found = selectors.campaign(campaign.pk)
    assert (found.state, found.submitted_at, found.return_reason) == (CampaignState.DRAFT, None, "预算太高")
    services.change_campaign(campaign_id=campaign.pk, said=said, actor=WRITER, at=NOW)


VERBS: dict[str, Callable[[Campaign], object]] = {
    "change": lambda each: services.change_campaign(
        campaign_id=each.pk, said=selectors.as_said(selectors.campaign(each.pk)), actor=WRITER, at=NOW
    ),
    "discard": lambda each: services.discard_campaign(campaign_id=each.pk, actor=WRITER, at=NOW),
    "submit": lambda each: services.submit_campaign(campaign_id=each.pk, actor=WRITER, at=NOW),
    "return": lambda each: services.return_campaign(campaign_id=each.pk, reason="还要再改", actor=APPROVER, at=NOW),
    "approve": lambda each: services.approve_campaign(campaign_id=each.pk, revision=each.revision, actor=APPROVER, at=NOW),
    "stop": lambda each: services.stop_campaign(campaign_id=each.pk, reason="发错人群", actor=APPROVER, at=NOW),
}
ALLOWED = {
    "draft": {"change", "discard", "submit"},
    "submitted": {"return", "approve"},
    "approved": {"stop"},
    "running": {"stop"},
    "finished": set(),
    "stopped": {"stop"},  # answered again
}


def bring(programme: Programme, said: CampaignIn, state: str) -> Campaign:
    if state == "draft":
        return house.draft(programme, said)
    if state == "submitted":
        return house.submitted(programme, said)
    campaign = house.approved(programme, said)
    if state in ("running", "stopped"):
        issuing.begin_campaign(campaign_id=campaign.pk, at=NOW)
    if state == "stopped":
        VERBS["stop"](campaign)
    if state == "finished":
        issuing.run_campaign(campaign_id=campaign.pk, now=lambda: NOW)
    return selectors.campaign(campaign.pk)


@pytest.mark.parametrize("state", ALLOWED)
def test_every_step_that_is_not_listed_is_refused(programme: Programme, said: CampaignIn, state: str) -> None:
    """Campaign: draft -> approved -> running -> finished | stopped; each verb in each state."""
    for verb, act in VERBS.items():
        campaign = bring(programme, said, state)
        before = Campaign.objects.filter(pk=campaign.pk).values().get()
        if verb in ALLOWED[state]:
            act(campaign)
            continue
        with pytest.raises(CampaignInOtherState):
            act(campaign)
        assert Campaign.objects.filter(pk=campaign.pk).values().get() == before


def test_a_campaign_that_is_not_there_is_told_so(db: None) -> None:
    for verb in ("submit", "stop", "discard"):
        with pytest.raises(CampaignNotFound):
            VERBS[verb](Campaign(pk=987_654_321))
    assert issubclass(CampaignNotFound, DomainError)
