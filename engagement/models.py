"""Campaigns: to whom, from when, what, for how much, and what became of it for each member (ruling 11, CPN-12..14, PRD-19)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history import keep_history
from engagement.enums import AudienceKind, CampaignState, Goal, RecipientState


@keep_history(exclude=["targeted", "settled", "committed_minor"])
class Campaign(models.Model):
    """What some members of a programme are given once, within a budget.

    audience_kind names which of tag, segment and rule says who is meant; who that is gets written down when the campaign begins.
    starts_at: when it begins, once approved.  ends_at: nothing is given from then on; who was not reached by then gets nothing.
    points: whole points for each.  gives_tag: put on each.  message: the words sent to each, as the operator typed them.
    budget_minor: the most that what is given may cost; committed_minor: what is given so far may cost (coupons as if all were used).
    revision: 1, 2, 3 ... with every change, so that nobody approves what he has not read.  submitted_at: it waits for approval since.
    targeted: members written down.  settled: those of whom it is said what they got.
    """

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    goal = models.CharField(_("goal"), max_length=10, choices=Goal.choices)
    audience_kind = models.CharField(_("audience"), max_length=10, choices=AudienceKind.choices)
    tag = models.ForeignKey("tags.Tag", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tag"))
    segment = models.ForeignKey("tags.Segment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("segment"))
    rule = models.JSONField(_("rule"), null=True, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    points = models.PositiveIntegerField(_("points"), null=True, blank=True)
    gives_tag = models.ForeignKey("tags.Tag", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tag to give"))
    message = models.CharField(_("message"), max_length=500, blank=True)
    budget_minor = models.BigIntegerField(_("budget"), default=0)
    committed_minor = models.BigIntegerField(_("budget committed"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=CampaignState.choices, default=CampaignState.DRAFT)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    created_by = models.CharField(_("created by"), max_length=60)
    created_at = models.DateTimeField(_("created"))
    changed_by = models.CharField(_("changed by"), max_length=60)
    submitted_by = models.CharField(_("submitted by"), max_length=60, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    return_reason = models.CharField(_("sent back because"), max_length=200, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=60, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.CharField(_("ended by"), max_length=60, blank=True)
    stop_reason = models.CharField(_("reason of the stop"), max_length=200, blank=True)
    targeted = models.PositiveIntegerField(_("targeted"), default=0)
    settled = models.PositiveIntegerField(_("reached"), default=0)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="engagement_campaign_code_is_unique"),
            models.CheckConstraint(
                condition=Q(audience_kind=AudienceKind.TAG, tag__isnull=False, segment=None, rule=None)
                | Q(audience_kind=AudienceKind.SEGMENT, tag=None, segment__isnull=False, rule=None)
                | Q(audience_kind=AudienceKind.RULE, tag=None, segment=None, rule__isnull=False),
                name="engagement_campaign_has_one_audience",
            ),
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="engagement_campaign_ends_after_start"),
            models.CheckConstraint(
                condition=Q(committed_minor__gte=0, committed_minor__lte=F("budget_minor")),
                name="engagement_campaign_budget_not_exceeded",
            ),
            models.CheckConstraint(
                condition=Q(state=CampaignState.DRAFT, approved_at=None)
                | Q(state=CampaignState.APPROVED, approved_at__isnull=False, started_at=None)
                | Q(state=CampaignState.RUNNING, started_at__isnull=False, ended_at=None)
                | Q(state=CampaignState.FINISHED, started_at__isnull=False, ended_at__isnull=False)
                | Q(state=CampaignState.STOPPED, approved_at__isnull=False, ended_at__isnull=False),
                name="engagement_campaign_state_has_its_times",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "-starts_at", "-id"], name="engagement_campaign_newest"),
            models.Index(fields=["starts_at"], condition=Q(state__in=["approved", "running"]), name="engagement_campaign_due"),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignOffer(models.Model):
    """A coupon that a campaign gives: to holders of a tag, or, without one, to whom no tag of the others fits (CPN-14).

    A member with several of the tags gets the coupon of the one with the highest priority, and no other.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="offers", verbose_name=_("campaign"))
    tag = models.ForeignKey("tags.Tag", models.PROTECT, null=True, related_name="+", verbose_name=_("tag"))
    template = models.ForeignKey("coupons.CouponTemplate", models.PROTECT, related_name="+", verbose_name=_("coupon template"))

    class Meta:
        verbose_name = _("coupon of a campaign")
        verbose_name_plural = _("coupons of campaigns")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "tag"], nulls_distinct=False, name="engagement_campaignoffer_once"),
        ]


class CampaignRecipient(models.Model):
    """A member whom a campaign means, once for ever, and what came of it.

    template: the coupon meant for the member.  Of what the campaign gives, each has its result: "given", a code of why not
    (engagement.enums.Outcome, or the coupon's own refusal), or empty where the campaign gives none or it was not come to.
    cost_minor: what was committed for this member.  notice_id: the message in core_notice.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="recipients", verbose_name=_("campaign"))
    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="+", verbose_name=_("membership"))
    template = models.ForeignKey("coupons.CouponTemplate", models.PROTECT, null=True, related_name="+", verbose_name=_("coupon template"))
    state = models.CharField(_("state"), max_length=10, choices=RecipientState.choices, default=RecipientState.WAITING)
    coupon = models.ForeignKey("coupons.Coupon", models.PROTECT, null=True, related_name="+", verbose_name=_("coupon"))
    coupon_result = models.CharField(_("coupon"), max_length=30, blank=True)
    points_result = models.CharField(_("points"), max_length=30, blank=True)
    tag_result = models.CharField(_("tag"), max_length=30, blank=True)
    message_result = models.CharField(_("message"), max_length=30, blank=True)
    notice_id = models.BigIntegerField(null=True)
    cost_minor = models.BigIntegerField(_("costs at most"), default=0)
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("recipient of a campaign")
        verbose_name_plural = _("recipients of campaigns")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "membership"], name="engagement_campaignrecipient_once"),
            models.UniqueConstraint(fields=["coupon"], name="engagement_campaignrecipient_own_coupon"),
            models.CheckConstraint(
                condition=Q(state=RecipientState.WAITING, settled_at=None, coupon=None, cost_minor=0)
                | (~Q(state=RecipientState.WAITING) & Q(settled_at__isnull=False)),
                name="engagement_campaignrecipient_settled_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "membership"], condition=Q(state="waiting"), name="engagement_recipient_waiting"),
            models.Index(fields=["membership", "-settled_at", "-id"], name="engagement_recipient_of_member"),
        ]
