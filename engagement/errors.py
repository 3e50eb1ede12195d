"""Refusals of campaigns."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotFound


class CampaignNotFound(NotFound):
    code = "campaign_not_found"
    title = _("There is no such campaign.")


class CampaignCodeTaken(DomainError):
    """values: campaign."""

    code = "campaign_code_taken"
    title = _("Another campaign of the programme has this code.")


class AudienceRequired(DomainError):
    """No campaign goes out without saying to whom (MSG-13)."""

    code = "audience_required"
    status = 400
    title = _("Say whom the campaign is for.")


class CampaignNotReady(DomainError):
    """values: problems, in words."""

    code = "campaign_not_ready"
    title = _("The campaign cannot go out like this.")


class CampaignInOtherState(DomainError):
    """values: state, is_submitted."""

    code = "campaign_in_other_state"
    title = _("The campaign is not in a state that allows this.")


class CampaignApprover(DomainError):
    """Who wrote or submitted a campaign cannot approve it."""

    code = "campaign_approver"
    title = _("Somebody else must approve the campaign.")
