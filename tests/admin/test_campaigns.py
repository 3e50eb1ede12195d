"""Pages of campaigns: what a second person decides, and how it is shown."""

from django.urls import reverse

from core.masking import Role
from engagement.models import Campaign
from engagement.services import campaigns
from tests.admin.campaign_rows import said
from tests.admin.conftest import Sit, Street


def test_who_sends_back_without_a_reason_stays_with_the_campaign(street: Street, sit: Sit) -> None:
    programme, now = street.ours.store.programme, street.now
    made = campaigns.create_campaign(programme_id=programme.pk, code="spring", said=said(programme, "春", now), actor="staff:0", at=now)
    campaigns.submit_campaign(campaign_id=made.pk, actor="staff:0", at=now)
    decision = {"decision": "return", "reason": "", "revision": Campaign.objects.get(pk=made.pk).revision}
    answer = sit(street.staff[Role.APPROVER]).post(reverse("admin:engagement_decide", args=[made.pk]), decision)
    assert answer["Location"] == reverse("admin:engagement_campaign", args=[made.pk])
    assert Campaign.objects.get(pk=made.pk).submitted_at is not None


def test_the_state_of_a_campaign_that_has_begun_is_told_once(street: Street, sit: Sit) -> None:
    campaign = Campaign.objects.get(pk=street.ours.ids["campaign_id"])
    page = sit(street.staff[Role.OPERATOR]).get(reverse("admin:engagement_campaign", args=[campaign.pk])).content.decode()
    assert page.count(f'data-state="{campaign.state}"') == 1
