"""From a draft to an approved campaign, and to its stop: what people do to it (CPN-12..14, PRD-19, OP-4). docs/rules/campaigns.md.

draft -> approved -> running -> finished | stopped. A draft that was submitted waits for a second person and is not changed meanwhile.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import reasons
from core.errors import InvalidInput, VersionMismatch
from core.history import because
from engagement.enums import AudienceKind, CampaignState, Goal
from engagement.errors import AudienceRequired, CampaignApprover, CampaignCodeTaken, CampaignInOtherState, CampaignNotReady
from engagement.models import Campaign, CampaignOffer
from engagement.rules import BUDGET_AT_MOST, MESSAGE_AT_MOST, OFFERS_AT_MOST, POINTS_AT_MOST, CampaignIn
from engagement.selectors import audience
from engagement.selectors import campaigns as selectors
from engagement.selectors.campaigns import Choices
from engagement.services import telling
from stores import services as stores_services

_SAID = (
    "name", "goal", "audience_kind", "tag_id", "segment_id", "rule", "starts_at", "ends_at", "points", "gives_tag_id", "message",
    "budget_minor",
)  # fmt: skip


@transaction.atomic
def create_campaign(*, programme_id: int, code: str, said: CampaignIn, actor: str, at: datetime) -> Campaign:
    """Begin a draft. Raises AudienceRequired, CampaignCodeTaken, InvalidInput for what makes no sense or is of another programme."""
    stores_services.lock_programme(programme_id)
    if Campaign.objects.filter(programme_id=programme_id, code=code).exists():
        raise CampaignCodeTaken(campaign=code)
    values = _checked(said, programme_id)
    campaign = Campaign.objects.create(programme_id=programme_id, code=code, created_by=actor, created_at=at, changed_by=actor, **values)
    _write_offers(campaign, said)
    return campaign


@transaction.atomic
def change_campaign(*, campaign_id: int, said: CampaignIn, actor: str, at: datetime) -> Campaign:
    """Change a draft that does not wait for approval. Raises as `create_campaign`, CampaignNotFound, CampaignInOtherState."""
    campaign = _hold(campaign_id)
    _demand(campaign, submitted=False)
    for name, value in _checked(said, campaign.programme_id).items():
        setattr(campaign, name, value)
    campaign.changed_by = actor
    campaign.revision += 1
    with because(actor=actor, at=at):
        campaign.save(update_fields=[*(name.removesuffix("_id") for name in _SAID), "changed_by", "revision"])
    campaign.offers.all().delete()
    _write_offers(campaign, said)
    return campaign


@transaction.atomic
def discard_campaign(*, campaign_id: int, actor: str, at: datetime) -> None:
    """Throw a draft away that does not wait for approval. Raises CampaignNotFound, CampaignInOtherState."""
    campaign = _hold(campaign_id)
    _demand(campaign, submitted=False)
    with because(actor=actor, at=at):
        campaign.delete()


@transaction.atomic
def submit_campaign(*, campaign_id: int, actor: str, at: datetime) -> Campaign:
    """Ask a second person to approve a draft. Raises CampaignNotReady with everything that is wrong, CampaignInOtherState."""
    campaign = _hold(campaign_id)
    _demand(campaign, submitted=False)
    _refuse_unready(campaign)
    campaign.submitted_by, campaign.submitted_at, campaign.return_reason = actor, at, ""
    with because(actor=actor, at=at):
        campaign.save(update_fields=["submitted_by", "submitted_at", "return_reason"])
    return campaign


@transaction.atomic
def return_campaign(*, campaign_id: int, reason: str, actor: str, at: datetime) -> Campaign:
    """Give a submitted draft back to who wrote it, or take one's own back. Raises InvalidInput for no reason, CampaignInOtherState."""
    campaign = _hold(campaign_id)
    _demand(campaign, submitted=True)
    campaign.return_reason = reasons.checked(reason)
    campaign.submitted_by, campaign.submitted_at = "", None
    with because(actor=actor, at=at, reason=campaign.return_reason):
        campaign.save(update_fields=["submitted_by", "submitted_at", "return_reason"])
    return campaign


@transaction.atomic
def approve_campaign(*, campaign_id: int, revision: int, actor: str, at: datetime) -> Campaign:
    """Let a submitted draft go out at its time. revision: of what the approver has read.

    Raises CampaignApprover for who wrote or submitted it, VersionMismatch for one that was changed meanwhile, CampaignNotReady,
    CampaignInOtherState.
    """
    campaign = _hold(campaign_id)
    _demand(campaign, submitted=True)
    if actor in {campaign.submitted_by, campaign.changed_by}:
        raise CampaignApprover()
    if campaign.revision != revision:
        raise VersionMismatch()
    _refuse_unready(campaign)
    campaign.state, campaign.approved_by, campaign.approved_at = CampaignState.APPROVED, actor, at
    with because(actor=actor, at=at):
        campaign.save(update_fields=["state", "approved_by", "approved_at"])
    telling.tell(campaign, at=at)
    return campaign


@transaction.atomic
def stop_campaign(*, campaign_id: int, reason: str, actor: str, at: datetime) -> Campaign:
    """Give nothing more, at once; what was given stays. A batch that is under way ends first. A stopped one is answered again.

    Raises InvalidInput for a reason that says nothing, CampaignInOtherState for a draft and for one that has finished.
    """
    campaign = _hold(campaign_id)
    if campaign.state == CampaignState.STOPPED:
        return campaign
    if campaign.state not in (CampaignState.APPROVED, CampaignState.RUNNING):
        raise CampaignInOtherState(state=campaign.state, is_submitted=campaign.submitted_at is not None)
    campaign.stop_reason = reasons.checked(reason)
    campaign.state, campaign.ended_at, campaign.ended_by = CampaignState.STOPPED, at, actor
    with because(actor=actor, at=at, reason=campaign.stop_reason):
        campaign.save(update_fields=["state", "ended_at", "ended_by", "stop_reason"])
    telling.tell(campaign, at=at)
    return campaign


def problems(campaign: Campaign) -> list[str]:
    """What keeps a campaign from going out, in words; nothing when all is well."""
    said, programme = selectors.as_said(campaign), campaign.programme
    choices = selectors.choices(programme.pk)
    found = list(audience.audience(said, programme.pk, choices).problems)
    if not said.gives_something:
        found.append(_("It gives nothing: choose a coupon, points, a tag or a message."))
    if said.offers and not programme.coupons_on:
        found.append(_("The programme does without coupons."))
    if any(offer.template_id not in choices.templates for offer in said.offers):
        found.append(_("One of its coupons is no longer in use."))
    if any(tag_id not in choices.tags for tag_id in _tags(said)):
        found.append(_("One of its tags is no longer in use."))
    if said.points and (not programme.points_on or selectors.point_cost(programme.pk) is None):
        found.append(_("The programme has no points."))
    costs = selectors.estimate(said, programme.pk, 1)
    if costs.affordable == 0:
        found.append(_("The budget does not reach a single member."))
    return found


def _refuse_unready(campaign: Campaign) -> None:
    found = problems(campaign)
    if found:
        raise CampaignNotReady("; ".join(found), problems=found)


def _hold(campaign_id: int) -> Campaign:
    """Held until the transaction ends, with all that belongs to it. Raises CampaignNotFound."""
    list(Campaign.objects.filter(pk=campaign_id).select_for_update().values_list("pk"))
    return selectors.campaign(campaign_id)


def _demand(campaign: Campaign, *, submitted: bool) -> None:
    is_submitted = campaign.submitted_at is not None
    if campaign.state != CampaignState.DRAFT or is_submitted is not submitted:
        raise CampaignInOtherState(state=campaign.state, is_submitted=is_submitted)


def _checked(said: CampaignIn, programme_id: int) -> dict[str, Any]:
    """The columns. Things named must be the programme's own."""
    choices = selectors.choices(programme_id)
    name = said.name.strip()
    if not 0 < len(name) <= 80:
        raise InvalidInput(_("A campaign has a name of at most 80 characters."), field="name")
    if said.goal not in Goal.values:
        raise InvalidInput(field="goal", allowed=Goal.values)
    if said.ends_at is not None and said.ends_at <= said.starts_at:
        raise InvalidInput(_("The end must lie after the beginning."), field="ends_at")
    named = {AudienceKind.TAG: said.tag_id, AudienceKind.SEGMENT: said.segment_id, AudienceKind.RULE: said.rule}
    if said.audience_kind not in AudienceKind.values or not named[said.audience_kind]:
        raise AudienceRequired()
    if any(value is not None for kind, value in named.items() if kind != said.audience_kind):
        raise InvalidInput(field="audience_kind")
    found = audience.audience(said, programme_id, choices)
    if found.problems:
        raise InvalidInput(" ".join(found.problems), field=said.audience_kind, problems=list(found.problems))
    _check_gifts(said, choices)
    return {field: getattr(said, field) for field in _SAID} | {"name": name, "message": said.message.strip()}


def _check_gifts(said: CampaignIn, choices: Choices) -> None:
    if any(offer.template_id not in choices.templates for offer in said.offers):
        raise InvalidInput(_("There is no such coupon in this programme."), field="offers")
    if len(said.offers) > OFFERS_AT_MOST or len({offer.tag_id for offer in said.offers}) < len(said.offers):
        raise InvalidInput(_("Each tag has one coupon, and there are at most ten."), field="offers")
    if any(offer.tag_id is not None and offer.tag_id not in choices.tags for offer in said.offers):
        raise InvalidInput(_("There is no such tag in this programme."), field="offers")
    if said.gives_tag_id is not None and said.gives_tag_id not in choices.tags:
        raise InvalidInput(_("There is no such tag in this programme."), field="gives_tag")
    if said.points is not None and not 0 < said.points <= POINTS_AT_MOST:
        raise InvalidInput(_("Points are a whole number between 1 and %(most)s.") % {"most": POINTS_AT_MOST}, field="points")
    if len(said.message.strip()) > MESSAGE_AT_MOST:
        raise InvalidInput(_("A message has at most %(most)s characters.") % {"most": MESSAGE_AT_MOST}, field="message")
    if not 0 <= said.budget_minor <= BUDGET_AT_MOST:
        raise InvalidInput(_("A budget is an amount of money from 0 on."), field="budget")


def _tags(said: CampaignIn) -> set[int]:
    return {tag_id for tag_id in (said.gives_tag_id, *(offer.tag_id for offer in said.offers)) if tag_id is not None}


def _write_offers(campaign: Campaign, said: CampaignIn) -> None:
    CampaignOffer.objects.bulk_create(
        CampaignOffer(campaign=campaign, template_id=offer.template_id, tag_id=offer.tag_id) for offer in said.offers
    )
