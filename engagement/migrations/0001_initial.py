import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import core.at_once


class Migration(migrations.Migration):
    initial = True

    # The first is not needed by any table here: the library's many steps are taken before there are more tables to go through at each.
    dependencies = [
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("coupons", "0001_initial"),
        ("stores", "0002_member_numbers"),
        ("tags", "0001_initial"),
    ]

    operations = [
        core.at_once.AtOnce(
            operations=[
                migrations.CreateModel(
                    name="Campaign",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        (
                            "goal",
                            models.CharField(
                                choices=[
                                    ("acquire", "win new members"),
                                    ("activate", "wake up members"),
                                    ("convert", "turn members into buyers"),
                                    ("retain", "keep members"),
                                    ("revenue", "sell more"),
                                    ("refer", "have members bring others"),
                                ],
                                max_length=10,
                                verbose_name="goal",
                            ),
                        ),
                        (
                            "audience_kind",
                            models.CharField(
                                choices=[("tag", "members with a tag"), ("segment", "a segment"), ("rule", "a rule")],
                                max_length=10,
                                verbose_name="audience",
                            ),
                        ),
                        ("rule", models.JSONField(blank=True, null=True, verbose_name="rule")),
                        ("starts_at", models.DateTimeField(verbose_name="begins")),
                        ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
                        ("points", models.PositiveIntegerField(blank=True, null=True, verbose_name="points")),
                        ("message", models.CharField(blank=True, max_length=500, verbose_name="message")),
                        ("budget_minor", models.BigIntegerField(default=0, verbose_name="budget")),
                        ("committed_minor", models.BigIntegerField(default=0, verbose_name="budget committed")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("approved", "approved"),
                                    ("running", "running"),
                                    ("finished", "finished"),
                                    ("stopped", "stopped"),
                                ],
                                default="draft",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("revision", models.PositiveIntegerField(default=1, verbose_name="revision")),
                        ("created_by", models.CharField(max_length=60, verbose_name="created by")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("changed_by", models.CharField(max_length=60, verbose_name="changed by")),
                        ("submitted_by", models.CharField(blank=True, max_length=60, verbose_name="submitted by")),
                        ("submitted_at", models.DateTimeField(null=True, verbose_name="submitted")),
                        ("return_reason", models.CharField(blank=True, max_length=200, verbose_name="sent back because")),
                        ("approved_by", models.CharField(blank=True, max_length=60, verbose_name="approved by")),
                        ("approved_at", models.DateTimeField(null=True, verbose_name="approved")),
                        ("started_at", models.DateTimeField(null=True, verbose_name="started")),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                        ("ended_by", models.CharField(blank=True, max_length=60, verbose_name="ended by")),
                        ("stop_reason", models.CharField(blank=True, max_length=200, verbose_name="reason of the stop")),
                        ("targeted", models.PositiveIntegerField(default=0, verbose_name="targeted")),
                        ("settled", models.PositiveIntegerField(default=0, verbose_name="reached")),
                        (
                            "gives_tag",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tags.tag",
                                verbose_name="tag to give",
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.programme",
                                verbose_name="programme",
                            ),
                        ),
                        (
                            "segment",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tags.segment",
                                verbose_name="segment",
                            ),
                        ),
                        (
                            "tag",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tags.tag",
                                verbose_name="tag",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "campaign",
                        "verbose_name_plural": "campaigns",
                        "indexes": [
                            models.Index(fields=["programme", "-starts_at", "-id"], name="engagement_campaign_newest"),
                            models.Index(
                                condition=models.Q(("state__in", ["approved", "running"])),
                                fields=["starts_at"],
                                name="engagement_campaign_due",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "code"), name="engagement_campaign_code_is_unique"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("audience_kind", "tag"), ("rule", None), ("segment", None), ("tag__isnull", False)),
                                    models.Q(("audience_kind", "segment"), ("rule", None), ("segment__isnull", False), ("tag", None)),
                                    models.Q(("audience_kind", "rule"), ("rule__isnull", False), ("segment", None), ("tag", None)),
                                    _connector="OR",
                                ),
                                name="engagement_campaign_has_one_audience",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                                name="engagement_campaign_ends_after_start",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("committed_minor__gte", 0), ("committed_minor__lte", models.F("budget_minor"))),
                                name="engagement_campaign_budget_not_exceeded",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("approved_at", None), ("state", "draft")),
                                    models.Q(("approved_at__isnull", False), ("started_at", None), ("state", "approved")),
                                    models.Q(("ended_at", None), ("started_at__isnull", False), ("state", "running")),
                                    models.Q(("ended_at__isnull", False), ("started_at__isnull", False), ("state", "finished")),
                                    models.Q(("approved_at__isnull", False), ("ended_at__isnull", False), ("state", "stopped")),
                                    _connector="OR",
                                ),
                                name="engagement_campaign_state_has_its_times",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CampaignEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("code", models.SlugField(db_index=False, max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        (
                            "goal",
                            models.CharField(
                                choices=[
                                    ("acquire", "win new members"),
                                    ("activate", "wake up members"),
                                    ("convert", "turn members into buyers"),
                                    ("retain", "keep members"),
                                    ("revenue", "sell more"),
                                    ("refer", "have members bring others"),
                                ],
                                max_length=10,
                                verbose_name="goal",
                            ),
                        ),
                        (
                            "audience_kind",
                            models.CharField(
                                choices=[("tag", "members with a tag"), ("segment", "a segment"), ("rule", "a rule")],
                                max_length=10,
                                verbose_name="audience",
                            ),
                        ),
                        ("rule", models.JSONField(blank=True, null=True, verbose_name="rule")),
                        ("starts_at", models.DateTimeField(verbose_name="begins")),
                        ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
                        ("points", models.PositiveIntegerField(blank=True, null=True, verbose_name="points")),
                        ("message", models.CharField(blank=True, max_length=500, verbose_name="message")),
                        ("budget_minor", models.BigIntegerField(default=0, verbose_name="budget")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("approved", "approved"),
                                    ("running", "running"),
                                    ("finished", "finished"),
                                    ("stopped", "stopped"),
                                ],
                                default="draft",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("revision", models.PositiveIntegerField(default=1, verbose_name="revision")),
                        ("created_by", models.CharField(max_length=60, verbose_name="created by")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("changed_by", models.CharField(max_length=60, verbose_name="changed by")),
                        ("submitted_by", models.CharField(blank=True, max_length=60, verbose_name="submitted by")),
                        ("submitted_at", models.DateTimeField(null=True, verbose_name="submitted")),
                        ("return_reason", models.CharField(blank=True, max_length=200, verbose_name="sent back because")),
                        ("approved_by", models.CharField(blank=True, max_length=60, verbose_name="approved by")),
                        ("approved_at", models.DateTimeField(null=True, verbose_name="approved")),
                        ("started_at", models.DateTimeField(null=True, verbose_name="started")),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                        ("ended_by", models.CharField(blank=True, max_length=60, verbose_name="ended by")),
                        ("stop_reason", models.CharField(blank=True, max_length=200, verbose_name="reason of the stop")),
                        (
                            "gives_tag",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="tags.tag",
                                verbose_name="tag to give",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="engagement.campaign",
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="stores.programme",
                                verbose_name="programme",
                            ),
                        ),
                        (
                            "segment",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="tags.segment",
                                verbose_name="segment",
                            ),
                        ),
                        (
                            "tag",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="tags.tag",
                                verbose_name="tag",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="CampaignOffer",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="offers",
                                to="engagement.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "tag",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tags.tag", verbose_name="tag"
                            ),
                        ),
                        (
                            "template",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="coupons.coupontemplate",
                                verbose_name="coupon template",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "coupon of a campaign",
                        "verbose_name_plural": "coupons of campaigns",
                        "constraints": [
                            models.UniqueConstraint(fields=("campaign", "tag"), name="engagement_campaignoffer_once", nulls_distinct=False)
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CampaignRecipient",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "not reached yet"), ("given", "given"), ("refused", "got nothing")],
                                default="waiting",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("coupon_result", models.CharField(blank=True, max_length=30, verbose_name="coupon")),
                        ("points_result", models.CharField(blank=True, max_length=30, verbose_name="points")),
                        ("tag_result", models.CharField(blank=True, max_length=30, verbose_name="tag")),
                        ("message_result", models.CharField(blank=True, max_length=30, verbose_name="message")),
                        ("notice_id", models.BigIntegerField(null=True)),
                        ("cost_minor", models.BigIntegerField(default=0, verbose_name="costs at most")),
                        ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="recipients",
                                to="engagement.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "coupon",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="coupons.coupon",
                                verbose_name="coupon",
                            ),
                        ),
                        (
                            "membership",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                        (
                            "template",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="coupons.coupontemplate",
                                verbose_name="coupon template",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "recipient of a campaign",
                        "verbose_name_plural": "recipients of campaigns",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["campaign", "membership"],
                                name="engagement_recipient_waiting",
                            ),
                            models.Index(fields=["membership", "-settled_at", "-id"], name="engagement_recipient_of_member"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("campaign", "membership"), name="engagement_campaignrecipient_once"),
                            models.UniqueConstraint(fields=("coupon",), name="engagement_campaignrecipient_own_coupon"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cost_minor", 0), ("coupon", None), ("settled_at", None), ("state", "waiting")),
                                    models.Q(models.Q(("state", "waiting"), _negated=True), ("settled_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="engagement_campaignrecipient_settled_has_its_time",
                            ),
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="campaign",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "engagement_campaignevent" ("approved_at", "approved_by", "audience_kind", "budget_minor", "changed_by", "code", "created_at", "created_by", "ended_at", "ended_by", "ends_at", "gives_tag_id", "goal", "id", "message", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "programme_id", "return_reason", "revision", "rule", "segment_id", "started_at", "starts_at", "state", "stop_reason", "submitted_at", "submitted_by", "tag_id") SELECT old_values."approved_at", old_values."approved_by", old_values."audience_kind", old_values."budget_minor", old_values."changed_by", old_values."code", old_values."created_at", old_values."created_by", old_values."ended_at", old_values."ended_by", old_values."ends_at", old_values."gives_tag_id", old_values."goal", old_values."id", old_values."message", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."points", old_values."programme_id", old_values."return_reason", old_values."revision", old_values."rule", old_values."segment_id", old_values."started_at", old_values."starts_at", old_values."state", old_values."stop_reason", old_values."submitted_at", old_values."submitted_by", old_values."tag_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."approved_at" IS DISTINCT FROM (new_values."approved_at") OR old_values."approved_by" IS DISTINCT FROM (new_values."approved_by") OR old_values."audience_kind" IS DISTINCT FROM (new_values."audience_kind") OR old_values."budget_minor" IS DISTINCT FROM (new_values."budget_minor") OR old_values."changed_by" IS DISTINCT FROM (new_values."changed_by") OR old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by" IS DISTINCT FROM (new_values."created_by") OR old_values."ended_at" IS DISTINCT FROM (new_values."ended_at") OR old_values."ended_by" IS DISTINCT FROM (new_values."ended_by") OR old_values."ends_at" IS DISTINCT FROM (new_values."ends_at") OR old_values."gives_tag_id" IS DISTINCT FROM (new_values."gives_tag_id") OR old_values."goal" IS DISTINCT FROM (new_values."goal") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."message" IS DISTINCT FROM (new_values."message") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."points" IS DISTINCT FROM (new_values."points") OR old_values."programme_id" IS DISTINCT FROM (new_values."programme_id") OR old_values."return_reason" IS DISTINCT FROM (new_values."return_reason") OR old_values."revision" IS DISTINCT FROM (new_values."revision") OR old_values."rule" IS DISTINCT FROM (new_values."rule") OR old_values."segment_id" IS DISTINCT FROM (new_values."segment_id") OR old_values."started_at" IS DISTINCT FROM (new_values."started_at") OR old_values."starts_at" IS DISTINCT FROM (new_values."starts_at") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."stop_reason" IS DISTINCT FROM (new_values."stop_reason") OR old_values."submitted_at" IS DISTINCT FROM (new_values."submitted_at") OR old_values."submitted_by" IS DISTINCT FROM (new_values."submitted_by") OR old_values."tag_id" IS DISTINCT FROM (new_values."tag_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="8938d44ab7f7a5b81436043690d47f8380bbbf2e",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_c039c",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="engagement_campaign",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="campaign",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "engagement_campaignevent" ("approved_at", "approved_by", "audience_kind", "budget_minor", "changed_by", "code", "created_at", "created_by", "ended_at", "ended_by", "ends_at", "gives_tag_id", "goal", "id", "message", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "programme_id", "return_reason", "revision", "rule", "segment_id", "started_at", "starts_at", "state", "stop_reason", "submitted_at", "submitted_by", "tag_id") SELECT old_values."approved_at", old_values."approved_by", old_values."audience_kind", old_values."budget_minor", old_values."changed_by", old_values."code", old_values."created_at", old_values."created_by", old_values."ended_at", old_values."ended_by", old_values."ends_at", old_values."gives_tag_id", old_values."goal", old_values."id", old_values."message", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."points", old_values."programme_id", old_values."return_reason", old_values."revision", old_values."rule", old_values."segment_id", old_values."started_at", old_values."starts_at", old_values."state", old_values."stop_reason", old_values."submitted_at", old_values."submitted_by", old_values."tag_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="366bfe5db113d663cbb00bd71b175f11ad557c90",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_b6c15",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="engagement_campaign",
                            when="AFTER",
                        ),
                    ),
                ),
            ],
        ),
    ]
