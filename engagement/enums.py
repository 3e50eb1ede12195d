"""Stored symbols of campaigns."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Goal(models.TextChoices):
    """What a campaign is for (CPN-13)."""

    ACQUIRE = "acquire", pgettext_lazy("goal", "win new members")
    ACTIVATE = "activate", pgettext_lazy("goal", "wake up members")
    CONVERT = "convert", pgettext_lazy("goal", "turn members into buyers")
    RETAIN = "retain", pgettext_lazy("goal", "keep members")
    REVENUE = "revenue", pgettext_lazy("goal", "sell more")
    REFER = "refer", pgettext_lazy("goal", "have members bring others")


class AudienceKind(models.TextChoices):
    """Who is meant: holders of a tag, a saved segment, or whom a rule of the tag language holds for."""

    TAG = "tag", pgettext_lazy("audience", "members with a tag")
    SEGMENT = "segment", pgettext_lazy("audience", "a segment")
    RULE = "rule", pgettext_lazy("audience", "a rule")


class CampaignState(models.TextChoices):
    """draft -> approved -> running -> finished or stopped; what is approved may be stopped before it begins. Codes are part of the API."""

    DRAFT = "draft", pgettext_lazy("campaign", "draft")
    APPROVED = "approved", pgettext_lazy("campaign", "approved")
    RUNNING = "running", pgettext_lazy("campaign", "running")
    FINISHED = "finished", pgettext_lazy("campaign", "finished")
    STOPPED = "stopped", pgettext_lazy("campaign", "stopped")


class RecipientState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("recipient", "not reached yet")
    GIVEN = "given", pgettext_lazy("recipient", "given")
    REFUSED = "refused", pgettext_lazy("recipient", "got nothing")


class Outcome(models.TextChoices):
    """What became of one thing that a campaign gives, where it is not a refusal of the app that gives it."""

    GIVEN = "given", pgettext_lazy("recipient", "given")
    CAMPAIGN_BUDGET = "campaign_budget", _("the budget of the campaign was used up")
    NO_OFFER = "no_offer", _("no coupon is meant for this member")
    MEMBER_FROZEN = "member_frozen", _("the member is frozen or has left")
    POINTS_OFF = "points_off", _("the programme has no points")
    TAG_RETIRED = "tag_retired", _("the tag is no longer given")
    TAG_EXCLUDED = "tag_excluded", _("the member is never to have this tag")
    OPTED_OUT = "opted_out", _("wants no marketing messages")
    MESSAGE_CAP = "message_cap", _("has had the one marketing message of the day")
