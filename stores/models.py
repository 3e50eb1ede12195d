"""Stores, programmes, who belongs to them, who works for them, which programs speak for them (STO, API-02, OMN-05)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from oauth2_provider.models import AbstractApplication

from core.enums import Currency
from core.history import keep_history
from stores.enums import (
    AttemptProblem,
    BusinessModel,
    DeliveryState,
    MembershipSource,
    MembershipStatus,
    ProgrammeKind,
    RequiredTrack,
    StaffRole,
    StoreKind,
)


@keep_history()
class Programme(models.Model):
    """A membership programme: the platform's, or one of a store or store group. Counts everything in its own currency and zone."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=ProgrammeKind.choices)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")  # rules all that is counted (ruling 19)
    growth_on = models.BooleanField(_("growth"), default=True)
    points_on = models.BooleanField(_("points"), default=True)
    coupons_on = models.BooleanField(_("coupons"), default=True)
    tags_on = models.BooleanField(_("tags"), default=True)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints = [models.UniqueConstraint(fields=["kind"], condition=Q(kind="platform"), name="stores_programme_one_platform")]

    def __str__(self) -> str:
        return self.name


@keep_history()
class Store(models.Model):
    """A shop on the platform. Its programme may be shared by a group of stores."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="stores", verbose_name=_("programme"))
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=StoreKind.choices)
    platform = models.CharField(_("sales platform"), max_length=40, blank=True)  # own_b2c, taobao, ... (STO-05)
    business_model = models.CharField(_("business model"), max_length=3, choices=BusinessModel.choices, default=BusinessModel.B2C)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")  # display only (ruling 19)
    order_url_template = models.CharField(_("order page"), max_length=300, blank=True)  # {order_no} is put in (CSL-06)
    after_sale_url_template = models.CharField(_("after-sale page"), max_length=300, blank=True)  # {after_sale_no}, {order_no}
    foreign_currency = models.CharField(_("foreign currency"), max_length=3, choices=Currency.choices, blank=True)
    foreign_rate = models.DecimalField(_("fixed rate"), max_digits=14, decimal_places=6, null=True, blank=True)  # 1 foreign = rate own
    require_track = models.CharField(_("who may buy"), max_length=10, choices=RequiredTrack.choices, blank=True)  # empty: all (LVL-18)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        constraints = [
            models.CheckConstraint(
                condition=Q(foreign_currency="", foreign_rate=None) | (~Q(foreign_currency="") & Q(foreign_rate__gt=0)),
                name="stores_store_foreign_currency_has_rate",
            )
        ]

    def __str__(self) -> str:
        return self.name


@keep_history()
class Membership(models.Model):
    """A member in a programme (会籍). Level, growth, points, coupons and tags hang on it."""

    member = models.ForeignKey("members.Member", models.PROTECT, related_name="memberships", verbose_name=_("member"))
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="memberships", verbose_name=_("programme"))
    member_no = models.CharField(_("member number"), max_length=20)
    joined_at = models.DateTimeField(_("joined"))
    source = models.CharField(_("source"), max_length=15, choices=MembershipSource.choices)
    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("joined at"))
    status = models.CharField(_("status"), max_length=10, choices=MembershipStatus.choices, default=MembershipStatus.ACTIVE)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["member", "programme"], name="stores_membership_once_per_programme"),
            models.UniqueConstraint(fields=["programme", "member_no"], name="stores_membership_number_is_unique"),
        ]
        indexes = [models.Index(fields=["member_no"], name="stores_membership_number")]


@keep_history()
class StaffAssignment(models.Model):
    """A role somebody has in a store, or on the platform (store empty), from and until a moment."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="assignments", verbose_name=_("user"))
    store = models.ForeignKey(Store, models.CASCADE, null=True, blank=True, related_name="assignments", verbose_name=_("store"))
    role = models.CharField(_("role"), max_length=20, choices=StaffRole.choices)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("staff role")
        verbose_name_plural = _("staff roles")
        constraints = [
            models.UniqueConstraint(fields=["user", "store", "role"], nulls_distinct=False, name="stores_staffassignment_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="stores_staffassignment_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class ApiClient(AbstractApplication):
    """A program that speaks for a store, or for the platform (store empty), by OAuth 2.0 client credentials (API-02)."""

    store = models.ForeignKey(Store, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("store"))
    scopes = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("scopes"))
    requests_per_minute = models.PositiveIntegerField(_("requests a minute"), default=600)
    is_active = models.BooleanField(pgettext_lazy("switched on", "active"), default=True)

    class Meta(AbstractApplication.Meta):
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def is_usable(self, request: object) -> bool:
        """Whether tokens are given out and taken: asked at every request, so that switching a client or its store off works at once."""
        return self.is_active and (self.store is None or self.store.is_active)


class ServiceNote(models.Model):
    """What customer service wrote down about a member, for the stores of one programme."""

    member = models.ForeignKey("members.Member", models.CASCADE, related_name="service_notes", verbose_name=_("member"))
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    body = models.TextField(_("note"), max_length=2000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("service note")
        verbose_name_plural = _("service notes")
        indexes = [models.Index(fields=["member", "-created_at", "-id"], name="stores_servicenote_newest")]


@keep_history(exclude=["secret", "failing_since", "resting_until", "failures_in_row"])
class WebhookEndpoint(models.Model):
    """Where a store, or the platform (store empty), wants to hear of facts. The secret is a Standard Webhooks one (whsec_...).

    failing_since: the first failure since the last success.  resting_until: the circuit is open, nothing is sent before (API-03).
    """

    store = models.ForeignKey(Store, models.CASCADE, null=True, blank=True, related_name="endpoints", verbose_name=_("store"))
    url = models.URLField(_("address"), max_length=500)
    secret = models.CharField(_("secret"), max_length=100)
    topics = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("topics"))  # empty: all
    is_active = models.BooleanField(pgettext_lazy("switched on", "active"), default=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    resting_until = models.DateTimeField(_("resting until"), null=True, blank=True)
    failures_in_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One message to one endpoint, tried again until it is taken or given up. The oldest waiting one of a member goes first (ruling 9).

    queued_at: since when it is tried; sending it again by hand starts anew.  attempts: tries since then.
    next_attempt_at: empty while it stands behind an earlier message of its ordering key, and nobody need look at it.
    lease, leased_until: the claim of the worker that has it under way; a killed worker's claim runs out.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"))
    message = models.ForeignKey("core.OutboxMessage", models.CASCADE, related_name="+", verbose_name=_("message"))
    ordering_key = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    queued_at = models.DateTimeField(pgettext_lazy("time", "queued"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    lease = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    delivered_at = models.DateTimeField(pgettext_lazy("time", "delivered"), null=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "message"], name="stores_webhookdelivery_once"),
            models.CheckConstraint(
                condition=Q(lease=None, leased_until=None)
                | Q(lease__isnull=False, leased_until__isnull=False, state=DeliveryState.WAITING),
                name="stores_webhookdelivery_only_waiting_ones_are_leased",
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "ordering_key", "message"], condition=Q(state="waiting"), name="stores_webhookdelivery_waiting"
            ),
            models.Index(
                fields=["endpoint", "next_attempt_at", "message"], condition=Q(state="waiting"), name="stores_webhookdelivery_due"
            ),
            models.Index(fields=["endpoint"], condition=Q(lease__isnull=False), name="stores_webhookdelivery_leased"),
        ]


class WebhookAttempt(models.Model):
    """The delivery log: what was sent when, what came back."""

    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="log", verbose_name=_("delivery"))
    at = models.DateTimeField(_("time"))
    status = models.PositiveIntegerField(_("answer"), null=True)
    problem = models.CharField(_("problem"), max_length=20, choices=AttemptProblem.choices, blank=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)  # technical words: never a part of the answer's body
    duration_ms = models.PositiveIntegerField(_("milliseconds"))

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
