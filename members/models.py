"""Who a person is: profile, identities, addresses, children, consents, preferences, and who looked (MEM, OMN-02..04, SEC-07)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.enums import Channel
from core.history import keep_history
from members.enums import (
    AccessAction,
    ConsentPurpose,
    Gender,
    MaritalStatus,
    MemberStatus,
    MergeCaseState,
    MergeReason,
    MessageChannel,
    MessageType,
    Provider,
)


@keep_history(exclude=["updated_at"])
class Member(models.Model):
    """One person on the platform. `one_id` is opaque, not guessable and never reused (OMN-02)."""

    one_id = models.CharField("one_id", max_length=40, unique=True)
    status = models.CharField(_("status"), max_length=15, choices=MemberStatus.choices, default=MemberStatus.ACTIVE)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, db_index=False, related_name="merged_from")
    name = models.CharField(_("name"), max_length=64, blank=True)
    nickname = models.CharField(_("nickname"), max_length=32, blank=True)
    avatar_url = models.CharField(_("avatar"), max_length=2048, blank=True)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender.choices, default=Gender.UNKNOWN)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)  # E.164; the way to reach them, verified or not
    phone_verified_at = models.DateTimeField(_("phone verified"), null=True, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    email_verified_at = models.DateTimeField(_("e-mail verified"), null=True, blank=True)
    landline = models.CharField(_("home number"), max_length=20, blank=True)
    callable_from = models.TimeField(_("callable from"), null=True, blank=True)
    callable_until = models.TimeField(_("callable until"), null=True, blank=True)
    province_code = models.CharField(_("province"), max_length=6, blank=True)
    city_code = models.CharField(_("city"), max_length=6, blank=True)
    district_code = models.CharField(_("district"), max_length=6, blank=True)
    country = models.CharField(_("country"), max_length=64, blank=True)
    occupation = models.CharField(_("occupation"), max_length=32, blank=True)
    marital_status = models.CharField(_("marital status"), max_length=10, choices=MaritalStatus.choices, default=MaritalStatus.UNKNOWN)
    registered_at = models.DateTimeField(_("registered"))
    register_channel = models.CharField(_("registered through"), max_length=15, choices=Channel.choices)
    register_source = models.CharField(_("registration source"), max_length=64, blank=True)
    inviter = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="invited", verbose_name=_("invited by"))
    version = models.PositiveIntegerField(_("version"), default=1)
    updated_at = models.DateTimeField(_("updated"))  # when they registered, or anything that members.MembersUpdated tells last changed
    is_synthetic = models.BooleanField(_("synthetic person"), default=False)  # demo data: the purchases are real, the person is made up

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(
                condition=Q(status=MemberStatus.MERGED, merged_into__isnull=False) | (~Q(status=MemberStatus.MERGED) & Q(merged_into=None)),
                name="members_member_merged_names_its_survivor",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="members_member_not_merged_into_itself"),
        ]
        indexes = [
            models.Index(fields=["phone"], condition=~Q(phone=""), name="members_member_phone"),
            models.Index(fields=["updated_at"], name="members_member_updated"),
            # of the merged alone: nearly everybody is in no other, and an index of that would be read whole to find one
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="members_member_merged"),
        ]
        # migration 0002 adds right(phone, 4), name prefixes and two-character pieces of names, which Django cannot name

    def __str__(self) -> str:
        return self.one_id


@keep_history()
class Identity(models.Model):
    """A name somebody else vouches for: (provider, scope, external id). Only verified ones are unique (ruling 16)."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="identities")
    provider = models.CharField(_("provider"), max_length=20, choices=Provider.choices)
    scope = models.CharField(_("scope"), max_length=40, blank=True)  # store code for store-bound providers, else empty
    external_id = models.CharField(_("external id"), max_length=128)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "scope", "external_id"],
                condition=Q(verified_at__isnull=False),
                name="members_identity_verified_is_unique",
            ),
            models.UniqueConstraint(fields=["member", "provider", "scope", "external_id"], name="members_identity_once_per_member"),
        ]
        indexes = [models.Index(fields=["external_id", "provider"], name="members_identity_external")]


@keep_history(exclude=["last_used_at"])
class Address(models.Model):
    """Where goods go. At most twenty a member, one default (MEM-07..11)."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="addresses")
    label = models.CharField(_("label"), max_length=20, blank=True)
    receiver = models.CharField(_("receiver"), max_length=64)
    phone = models.CharField(_("phone"), max_length=20)
    country = models.CharField(_("country"), max_length=64, blank=True)
    province_code = models.CharField(_("province"), max_length=6, blank=True)
    city_code = models.CharField(_("city"), max_length=6, blank=True)
    district_code = models.CharField(_("district"), max_length=6, blank=True)
    street = models.CharField(_("street"), max_length=255)
    is_default = models.BooleanField(_("default"), default=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [models.UniqueConstraint(fields=["member"], condition=Q(is_default=True), name="members_address_one_default")]


@keep_history()
class Child(models.Model):
    """A child of the member, kept with a guardian's consent: birth month and gender, never a name (DAT-20, PIPL 28-31)."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="children")
    birth_month = models.DateField(_("birth month"))  # the first day of the month
    gender = models.CharField(_("gender"), max_length=10, choices=Gender.choices, default=Gender.UNKNOWN)
    guardian_consent_at = models.DateTimeField(_("guardian's consent"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("child")
        verbose_name_plural = _("children")
        constraints = [
            models.CheckConstraint(condition=Q(birth_month__day=1), name="members_child_birth_month_is_a_month"),
        ]


@keep_history()
class Consent(models.Model):
    """What a member agreed to, in which words, when, where, and when they took it back (PRV-01)."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20, choices=ConsentPurpose.choices)
    policy_version = models.CharField(_("policy version"), max_length=20)
    channel = models.CharField(_("channel"), max_length=15, choices=Channel.choices)
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(fields=["member", "purpose"], condition=Q(withdrawn_at=None), name="members_consent_one_in_force"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")), name="members_consent_withdrawn_after_given"
            ),
        ]


@keep_history()
class Preference(models.Model):
    """A switch the member moved away from its default: marketing is off, everything else on (MEM-18, PRV-06)."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="preferences")
    channel = models.CharField(_("channel"), max_length=10, choices=MessageChannel.choices)
    message_type = models.CharField(_("message type"), max_length=10, choices=MessageType.choices)
    is_on = models.BooleanField(_("on"))
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(fields=["member", "channel", "message_type"], name="members_preference_once")]


class MergeCase(models.Model):
    """Two members who may be one person: weaker than proof, so a person decides (A-44). Executing it comes later."""

    first = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("first member"))
    second = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("second member"))
    reason = models.CharField(_("reason"), max_length=30, choices=MergeReason.choices)
    evidence = models.JSONField(_("evidence"), default=dict)  # {"provider": ..., "job": ..., "line": ...}: never the value itself
    state = models.CharField(_("state"), max_length=10, choices=MergeCaseState.choices, default=MergeCaseState.OPEN)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("merge case")
        verbose_name_plural = _("merge cases")
        constraints = [
            models.UniqueConstraint(fields=["first", "second", "reason"], name="members_mergecase_once_per_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="members_mergecase_in_id_order"),
        ]


class AccessLog(models.Model):
    """Who looked at whom (SEC-07, R21): only added to, cut by month. The search text is kept as a hash only.

    The table and its primary key (at, id) are made in migration 0002; partitions by core.partitions.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("time"))
    actor = models.CharField(_("actor"), max_length=60)  # "staff:12", "client:7"
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("user")
    )
    action = models.CharField(_("action"), max_length=10, choices=AccessAction.choices)
    member = models.ForeignKey(Member, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("member"))
    field = models.CharField(_("field"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    search_hash = models.CharField(_("search hash"), max_length=64, blank=True)
    hits = models.PositiveIntegerField(_("hits"), null=True)
    store_ids = models.JSONField(default=list)  # the stores the actor had at that moment: who may read this line
    ip = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        managed = False
        db_table = "members_accesslog"
        verbose_name = _("access log line")
        verbose_name_plural = _("access log")
