"""Tags, the versions of their rules, and who has them (TAG-01..03, TAG-08, TAG-13, TAG-15, TAG-16)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history import keep_history
from core.versions import Version
from tags.enums import RunReason, RunState, TagGroup, TagKind, TagSource


@keep_history()
class Tag(models.Model):
    """A word about members of one programme. slot: the bit of an automatic tag in its programme's words, never used again.

    colour: a name of the palette.  priority: the higher one wins where a campaign maps tags to coupons (CPN-14).
    retired_at: no longer given; who had it by rule loses it at the next run, who had it by hand keeps it as history only.
    """

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=40)
    description = models.CharField(_("description"), max_length=300, blank=True)
    group = models.CharField(_("group"), max_length=12, choices=TagGroup.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=TagKind.choices)
    colour = models.CharField(_("colour"), max_length=12, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    slot = models.PositiveIntegerField(null=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="tags_tag_code_is_unique"),
            models.UniqueConstraint(fields=["programme", "slot"], name="tags_tag_slot_is_unique"),
            models.CheckConstraint(
                condition=Q(kind="auto", slot__isnull=False) | Q(kind="manual", slot=None), name="tags_tag_automatic_ones_have_a_slot"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TagVersion(Version):
    """One edition of an automatic tag's rule: a document of the rule language (docs/rules/tags.md)."""

    tag = models.ForeignKey(Tag, models.PROTECT, related_name="versions", verbose_name=_("tag"))
    rule = models.JSONField(_("rule"))

    class Meta:
        verbose_name = _("rule of a tag")
        verbose_name_plural = _("rules of tags")
        constraints = [
            models.UniqueConstraint(fields=["tag", "number"], name="tags_tagversion_numbered"),
            models.UniqueConstraint(fields=["tag"], condition=Q(state="draft"), name="tags_tagversion_one_draft"),
            models.UniqueConstraint(fields=["tag"], condition=Q(state="published"), name="tags_tagversion_one_published"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} v{self.number}"


class MemberTag(models.Model):
    """That a membership has, or had, a tag from then until then. An open row of a rule and one by hand may stand side by side.

    version: the rule that gave it.  why: the values that matched then, by operand (tags.rules.compiling.operand_key).  reason: of staff.

    The database does not look up what the keys refer to: a run writes rows from memberships, tags and versions it has just read, by the
    hundred thousand. The constraints and indexes below serve them.
    """

    membership = models.ForeignKey(
        "stores.Membership", models.PROTECT, db_constraint=False, db_index=False, related_name="+", verbose_name=_("membership")
    )
    tag = models.ForeignKey(Tag, models.PROTECT, db_constraint=False, db_index=False, related_name="+", verbose_name=_("tag"))
    source = models.CharField(_("source"), max_length=10, choices=TagSource.choices)
    version = models.ForeignKey(
        TagVersion, models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+", verbose_name=_("rule of a tag")
    )
    why = models.JSONField(_("values"), default=dict)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("since"))
    started_by = models.CharField(_("by"), max_length=60)
    ended_at = models.DateTimeField(_("until"), null=True)
    ended_by = models.CharField(_("ended by"), max_length=60, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("tag of a member")
        verbose_name_plural = _("tags of members")
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "tag"], condition=Q(ended_at=None, source="rule"), name="tags_membertag_one_by_rule"
            ),
            models.UniqueConstraint(
                fields=["membership", "tag"], condition=Q(ended_at=None) & ~Q(source="rule"), name="tags_membertag_one_by_hand"
            ),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="tags_membertag_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["tag", "membership"], condition=Q(ended_at=None), name="tags_membertag_holders"),
            models.Index(fields=["membership", "-started_at", "-id"], name="tags_membertag_of_member"),
            models.Index(fields=["membership", "-ended_at", "-id"], condition=Q(ended_at__isnull=False), name="tags_membertag_ended"),
        ]


class TagExclusion(models.Model):
    """That a member is never to be given a tag, by rule or by hand (A-34)."""

    membership = models.ForeignKey("stores.Membership", models.PROTECT, related_name="+", verbose_name=_("membership"))
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="exclusions", verbose_name=_("tag"))
    reason = models.CharField(_("reason"), max_length=200)
    actor = models.CharField(_("by"), max_length=60)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("tag never to be given")
        verbose_name_plural = _("tags never to be given")
        constraints = [models.UniqueConstraint(fields=["membership", "tag"], name="tags_tagexclusion_once")]


class TagRun(models.Model):
    """One time that a programme's tags were judged. A nightly one is unique per day, for ever.

    as_of_on: the local day it judged (ages and days since an order are of this day), until it is done the day it was asked for; of a
    nightly one its night.  tag_ids: which tags; empty: all.
    result: {"added": {tag id: n}, "removed": {tag id: n}, "facts": n}.  phase, done, total: progress for people.
    """

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    reason = models.CharField(_("why"), max_length=10, choices=RunReason.choices)
    as_of_on = models.DateField(_("day"))
    tag_ids = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.DUE)
    phase = models.CharField(_("phase"), max_length=30, blank=True)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("total"), default=0)
    result = models.JSONField(_("result"), default=dict)
    requested_by = models.CharField(_("asked by"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("tagging run")
        verbose_name_plural = _("tagging runs")
        constraints = [
            models.UniqueConstraint(fields=["programme", "as_of_on"], condition=Q(reason="nightly"), name="tags_tagrun_one_a_night"),
        ]
        indexes = [models.Index(fields=["programme", "-created_at"], name="tags_tagrun_newest")]
