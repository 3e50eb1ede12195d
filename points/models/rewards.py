"""The points mall: what points buy, and who bought it (PTS-10..12)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history import keep_history
from points.enums import RedemptionState


@keep_history()
class Reward(models.Model):
    """Something a programme gives for points. kind, payload: apps register what a kind is, how it reads and who gives it (ruling 11).

    stock: how many there are; empty without limit.  taken: how many are gone, of those not cancelled.  per_member: at most so many each.
    """

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=20)  # "virtual_code", "coupon"
    payload = models.JSONField(_("content"), default=dict, blank=True)
    points = models.PositiveIntegerField(_("points"))
    stock = models.PositiveIntegerField(_("stock"), null=True, blank=True)
    taken = models.PositiveIntegerField(_("redeemed"), default=0)
    per_member = models.PositiveIntegerField(_("per member at most"), null=True, blank=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    is_on = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="points_reward_code_is_unique"),
            models.CheckConstraint(condition=Q(points__gte=1), name="points_reward_costs_points"),
            models.CheckConstraint(condition=Q(stock=None) | Q(taken__lte=F("stock")), name="points_reward_stock_not_exceeded"),
        ]

    def __str__(self) -> str:
        return self.name


class Redemption(models.Model):
    """That a membership took a reward. entry: what it cost.  result: what was given ({"code": "AB12"}); kept when cancelled."""

    account = models.ForeignKey("points.PointsAccount", models.PROTECT, related_name="redemptions", verbose_name=_("account"))
    reward = models.ForeignKey(Reward, models.PROTECT, related_name="redemptions", verbose_name=_("reward"))
    entry = models.OneToOneField("points.PointsEntry", models.PROTECT, related_name="redemption", verbose_name=_("entry"))
    points = models.PositiveIntegerField(_("points"))
    state = models.CharField(_("state"), max_length=10, choices=RedemptionState.choices, default=RedemptionState.FULFILLED)
    result = models.JSONField(_("given"), default=dict)
    effect_key = models.CharField(max_length=120)
    actor = models.CharField(_("by"), max_length=60)
    created_at = models.DateTimeField(_("redeemed at"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    cancelled_by = models.CharField(_("cancelled by"), max_length=60, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = [
            models.UniqueConstraint(fields=["account", "effect_key"], name="points_redemption_one_per_effect"),
            models.CheckConstraint(
                condition=Q(state="fulfilled", cancelled_at=None) | Q(state="cancelled", cancelled_at__isnull=False),
                name="points_redemption_cancelled_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="points_redemption_of_account"),
            models.Index(fields=["reward", "-id"], name="points_redemption_of_reward"),
        ]


class RewardCode(models.Model):
    """A code that a reward of kind virtual_code gives, once. Codes of cancelled redemptions are not given again: somebody has seen them."""

    reward = models.ForeignKey(Reward, models.PROTECT, related_name="codes", verbose_name=_("reward"))
    code = models.CharField(_("code"), max_length=80)
    redemption = models.OneToOneField(Redemption, models.PROTECT, null=True, related_name="code", verbose_name=_("redemption"))

    class Meta:
        verbose_name = _("code of a reward")
        verbose_name_plural = _("codes of rewards")
        constraints = [models.UniqueConstraint(fields=["reward", "code"], name="points_rewardcode_once")]
        indexes = [models.Index(fields=["reward", "id"], condition=Q(redemption=None), name="points_rewardcode_free")]
