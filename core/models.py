"""Tables of the shared kernel: answers kept for repeated calls, facts on their way out, effects put off, long work."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import JobState, NoticeState


class IdempotencyRecord(models.Model):
    """The first 2xx answer to a call, kept to answer its repetitions (ruling 7). Written in the effect's transaction."""

    client = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # sha256 of method, path and body
    status = models.PositiveSmallIntegerField()
    body = models.TextField()  # as it was sent, so that the repetition answers the same bytes
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="core_idempotency_one_per_client_and_key")]
        indexes = [models.Index(fields=["created_at"], name="core_idempotency_created")]


class CallCount(models.Model):
    """How often a caller has called in a minute, counted here while the cache is down (ruling 8). window: minutes since 1970."""

    key = models.CharField(max_length=100, primary_key=True)
    window = models.BigIntegerField()
    used = models.PositiveIntegerField()


class OutboxMessage(models.Model):
    """A fact that leaves the house, written in the fact's own transaction; `stores` fans it out to webhook endpoints.

    ordering_key: messages with the same key (a member's one_id) are delivered in the order of their ids.
    store_ids: stores whose endpoints may hear of it; the platform's endpoints hear of everything.
    """

    topic = models.CharField(max_length=60)
    ordering_key = models.CharField(max_length=64)
    store_ids = ArrayField(models.BigIntegerField(), default=list)
    payload = models.JSONField()
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField()
    fanned_out_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(fanned_out_at=None), name="core_outbox_waiting")]


class Notice(models.Model):
    """A message to a member, queued in the transaction of its cause (LVL-29). Sending is simulated until messaging exists.

    template: names the words and who may be told (core.notices).  values: what the words are filled with.  cause: "level_history:8".
    due_at: not before.  dedupe_key: once for ever.
    """

    programme_id = models.BigIntegerField()
    member_id = models.BigIntegerField()
    template = models.CharField(_("template"), max_length=40)
    values = models.JSONField(_("values"), default=dict)
    cause = models.CharField(_("cause"), max_length=60)
    dedupe_key = models.CharField(max_length=120)
    state = models.CharField(_("state"), max_length=10, choices=NoticeState.choices, default=NoticeState.QUEUED)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("due"))
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("message to a member")
        verbose_name_plural = _("messages to members")
        constraints = [models.UniqueConstraint(fields=["member_id", "dedupe_key"], name="core_notice_once")]
        indexes = [
            models.Index(fields=["member_id", "-created_at", "-id"], name="core_notice_of_member"),
            models.Index(fields=["programme_id", "-created_at", "-id"], name="core_notice_of_programme"),
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="core_notice_due"),
        ]


class EffectSkipped(models.Model):
    """An effect a handler could not give (ruling 4): shown, and retried by `replay_effects`. core.effects has the words."""

    effect_key = models.CharField(max_length=200, unique=True)
    code = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    member_id = models.BigIntegerField(null=True)
    programme_id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    booked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["member_id", "-occurred_at"], condition=Q(settled_at=None), name="core_skipped_of_member"),
            models.Index(fields=["programme_id", "-id"], name="core_skipped_of_programme"),
        ]


class Heartbeat(models.Model):
    """When somebody who must keep going was last seen: "beat" is a task that beat sent and a worker did, "ledgers" a look at all accounts.

    found: what came of it, where there is something to count: accounts that disagree with their entries.
    """

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    found = models.PositiveIntegerField(null=True)


class Job(models.Model):
    """Long work started by a person or the clock: what, how far, with what result. Doors show it; core.jobs runs it."""

    kind = models.CharField(_("kind"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    parameters = models.JSONField(default=dict)
    store_id = models.BigIntegerField(null=True)  # whose work it is; null: the platform's
    upload = models.FileField(upload_to="jobs/%Y/%m/", blank=True)
    error_file = models.FileField(upload_to="jobs/%Y/%m/", blank=True)
    phase = models.CharField(_("phase"), max_length=60, blank=True)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("total"), default=0)
    result = models.JSONField(default=dict)
    problem = models.TextField(_("problem"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("started by"))
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [models.Index(fields=["state", "id"], name="core_job_by_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
