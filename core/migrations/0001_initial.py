import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallCount",
            fields=[
                ("key", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("window", models.BigIntegerField()),
                ("used", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="EffectSkipped",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effect_key", models.CharField(max_length=200, unique=True)),
                ("code", models.CharField(max_length=60)),
                ("values", models.JSONField(default=dict)),
                ("member_id", models.BigIntegerField(null=True)),
                ("programme_id", models.BigIntegerField()),
                ("occurred_at", models.DateTimeField()),
                ("booked_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at", None)), fields=["member_id", "-occurred_at"], name="core_skipped_of_member"
                    ),
                    models.Index(fields=["programme_id", "-id"], name="core_skipped_of_programme"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("found", models.PositiveIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="core_idempotency_created")],
                "constraints": [models.UniqueConstraint(fields=("client", "key"), name="core_idempotency_one_per_client_and_key")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("member_id", models.BigIntegerField()),
                ("template", models.CharField(max_length=40, verbose_name="template")),
                ("values", models.JSONField(default=dict, verbose_name="values")),
                ("cause", models.CharField(max_length=60, verbose_name="cause")),
                ("dedupe_key", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "queued"), ("sent", "sent"), ("suppressed", "not wanted by the member")],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
            ],
            options={
                "verbose_name": "message to a member",
                "verbose_name_plural": "messages to members",
                "indexes": [
                    models.Index(fields=["member_id", "-created_at", "-id"], name="core_notice_of_member"),
                    models.Index(fields=["programme_id", "-created_at", "-id"], name="core_notice_of_programme"),
                    models.Index(condition=models.Q(("state", "queued")), fields=["due_at"], name="core_notice_due"),
                ],
                "constraints": [models.UniqueConstraint(fields=("member_id", "dedupe_key"), name="core_notice_once")],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=60)),
                ("ordering_key", models.CharField(max_length=64)),
                ("store_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ("payload", models.JSONField()),
                ("occurred_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("fanned_out_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("fanned_out_at", None)), fields=["id"], name="core_outbox_waiting")],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60, verbose_name="kind")),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "queued"), ("running", "running"), ("done", "done"), ("failed", "failed")],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("parameters", models.JSONField(default=dict)),
                ("store_id", models.BigIntegerField(null=True)),
                ("upload", models.FileField(blank=True, upload_to="jobs/%Y/%m/")),
                ("error_file", models.FileField(blank=True, upload_to="jobs/%Y/%m/")),
                ("phase", models.CharField(blank=True, max_length=60, verbose_name="phase")),
                ("done", models.BigIntegerField(default=0, verbose_name="done")),
                ("total", models.BigIntegerField(default=0, verbose_name="total")),
                ("result", models.JSONField(default=dict)),
                ("problem", models.TextField(blank=True, verbose_name="problem")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("started_at", models.DateTimeField(null=True, verbose_name="started")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="started by",
                    ),
                ),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "indexes": [models.Index(fields=["state", "id"], name="core_job_by_state")],
            },
        ),
        append_only.install(),
    ]
