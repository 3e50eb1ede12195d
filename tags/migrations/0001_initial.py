import django.contrib.postgres.fields
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
        ("members", "0002_access_log_and_search"),
        ("stores", "0002_member_numbers"),
    ]

    operations = [
        core.at_once.AtOnce(
            operations=[
                migrations.CreateModel(
                    name="Segment",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
                        ("rule", models.JSONField(verbose_name="rule")),
                        ("members", models.PositiveIntegerField(null=True, verbose_name="members")),
                        ("counted_at", models.DateTimeField(null=True, verbose_name="counted")),
                        ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.programme",
                                verbose_name="programme",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "segment",
                        "verbose_name_plural": "segments",
                        "constraints": [models.UniqueConstraint(fields=("programme", "code"), name="tags_segment_code_is_unique")],
                    },
                ),
                migrations.CreateModel(
                    name="SegmentEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("code", models.SlugField(db_index=False, max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
                        ("rule", models.JSONField(verbose_name="rule")),
                        ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="tags.segment",
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
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Tag",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
                        (
                            "group",
                            models.CharField(
                                choices=[
                                    ("demographic", "who they are"),
                                    ("behaviour", "what they do"),
                                    ("interest", "what they like"),
                                    ("consumption", "what they spend"),
                                    ("lifecycle", "life cycle"),
                                    ("service", "noted by staff"),
                                ],
                                max_length=12,
                                verbose_name="group",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(choices=[("auto", "automatic"), ("manual", "by hand")], max_length=10, verbose_name="kind"),
                        ),
                        ("colour", models.CharField(blank=True, max_length=12, verbose_name="colour")),
                        ("priority", models.PositiveSmallIntegerField(default=0, verbose_name="priority")),
                        ("slot", models.PositiveIntegerField(null=True)),
                        ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.programme",
                                verbose_name="programme",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tag",
                        "verbose_name_plural": "tags",
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "code"), name="tags_tag_code_is_unique"),
                            models.UniqueConstraint(fields=("programme", "slot"), name="tags_tag_slot_is_unique"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "auto"), ("slot__isnull", False)),
                                    models.Q(("kind", "manual"), ("slot", None)),
                                    _connector="OR",
                                ),
                                name="tags_tag_automatic_ones_have_a_slot",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TagEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
                        (
                            "group",
                            models.CharField(
                                choices=[
                                    ("demographic", "who they are"),
                                    ("behaviour", "what they do"),
                                    ("interest", "what they like"),
                                    ("consumption", "what they spend"),
                                    ("lifecycle", "life cycle"),
                                    ("service", "noted by staff"),
                                ],
                                max_length=12,
                                verbose_name="group",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(choices=[("auto", "automatic"), ("manual", "by hand")], max_length=10, verbose_name="kind"),
                        ),
                        ("colour", models.CharField(blank=True, max_length=12, verbose_name="colour")),
                        ("priority", models.PositiveSmallIntegerField(default=0, verbose_name="priority")),
                        ("slot", models.PositiveIntegerField(null=True)),
                        ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="tags.tag"
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
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="TagExclusion",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("reason", models.CharField(max_length=200, verbose_name="reason")),
                        ("actor", models.CharField(max_length=60, verbose_name="by")),
                        ("created_at", models.DateTimeField(verbose_name="since")),
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
                            "tag",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="exclusions", to="tags.tag", verbose_name="tag"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tag never to be given",
                        "verbose_name_plural": "tags never to be given",
                        "constraints": [models.UniqueConstraint(fields=("membership", "tag"), name="tags_tagexclusion_once")],
                    },
                ),
                migrations.CreateModel(
                    name="TagRun",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("nightly", "nightly"),
                                    ("changes", "members touched"),
                                    ("published", "rule published"),
                                    ("by_hand", "by hand"),
                                ],
                                max_length=10,
                                verbose_name="why",
                            ),
                        ),
                        ("as_of_on", models.DateField(verbose_name="day")),
                        (
                            "tag_ids",
                            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("due", "due"), ("running", "running"), ("done", "done")],
                                default="due",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("phase", models.CharField(blank=True, max_length=30, verbose_name="phase")),
                        ("done", models.BigIntegerField(default=0, verbose_name="done")),
                        ("total", models.BigIntegerField(default=0, verbose_name="total")),
                        ("result", models.JSONField(default=dict, verbose_name="result")),
                        ("requested_by", models.CharField(blank=True, max_length=60, verbose_name="asked by")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("started_at", models.DateTimeField(null=True, verbose_name="started")),
                        ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.programme",
                                verbose_name="programme",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tagging run",
                        "verbose_name_plural": "tagging runs",
                        "indexes": [models.Index(fields=["programme", "-created_at"], name="tags_tagrun_newest")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("reason", "nightly")), fields=("programme", "as_of_on"), name="tags_tagrun_one_a_night"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TagVersion",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("number", models.PositiveIntegerField(verbose_name="version")),
                        (
                            "state",
                            models.CharField(
                                choices=[("draft", "draft"), ("published", "published"), ("retired", "retired")],
                                default="draft",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("created_by", models.CharField(max_length=60, verbose_name="created by")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("published_by", models.CharField(blank=True, max_length=60, verbose_name="published by")),
                        ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                        ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                        ("rule", models.JSONField(verbose_name="rule")),
                        (
                            "based_on",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tags.tagversion",
                                verbose_name="based on",
                            ),
                        ),
                        (
                            "tag",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="tags.tag", verbose_name="tag"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rule of a tag",
                        "verbose_name_plural": "rules of tags",
                        "constraints": [
                            models.UniqueConstraint(fields=("tag", "number"), name="tags_tagversion_numbered"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "draft")), fields=("tag",), name="tags_tagversion_one_draft"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "published")), fields=("tag",), name="tags_tagversion_one_published"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MemberTag",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("rule", "by rule"),
                                    ("staff", "by staff"),
                                    ("file", "by file"),
                                    ("campaign", "by campaign"),
                                    ("client", "by program"),
                                ],
                                max_length=10,
                                verbose_name="source",
                            ),
                        ),
                        ("why", models.JSONField(default=dict, verbose_name="values")),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("started_at", models.DateTimeField(verbose_name="since")),
                        ("started_by", models.CharField(max_length=60, verbose_name="by")),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="until")),
                        ("ended_by", models.CharField(blank=True, max_length=60, verbose_name="ended by")),
                        ("end_reason", models.CharField(blank=True, max_length=200, verbose_name="reason of the end")),
                        (
                            "membership",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                        (
                            "tag",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tags.tag",
                                verbose_name="tag",
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tags.tagversion",
                                verbose_name="rule of a tag",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tag of a member",
                        "verbose_name_plural": "tags of members",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("ended_at", None)), fields=["tag", "membership"], name="tags_membertag_holders"
                            ),
                            models.Index(fields=["membership", "-started_at", "-id"], name="tags_membertag_of_member"),
                            models.Index(
                                condition=models.Q(("ended_at__isnull", False)),
                                fields=["membership", "-ended_at", "-id"],
                                name="tags_membertag_ended",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None), ("source", "rule")),
                                fields=("membership", "tag"),
                                name="tags_membertag_one_by_rule",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None), models.Q(("source", "rule"), _negated=True)),
                                fields=("membership", "tag"),
                                name="tags_membertag_one_by_hand",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ended_at", None), ("ended_at__gte", models.F("started_at")), _connector="OR"),
                                name="tags_membertag_ends_after_start",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MemberBits",
                    fields=[
                        (
                            "membership",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="stores.membership",
                            ),
                        ),
                        ("words", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                    ],
                ),
                migrations.CreateModel(
                    name="TagDue",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "membership",
                            models.ForeignKey(
                                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="stores.membership"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="DayStale",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("day_on", models.DateField(null=True)),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="members.member",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="stores.store",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="DaySource",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("family", models.CharField(max_length=12, verbose_name="kind of fact")),
                        ("first_on", models.DateField(verbose_name="since")),
                        (
                            "store",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="stores.store", verbose_name="store"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("store", "family"), name="tags_daysource_once")],
                    },
                ),
                migrations.CreateModel(
                    name="MemberDay",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("day_on", models.DateField(verbose_name="day")),
                        ("paid_minor", models.BigIntegerField(null=True, verbose_name="paid for goods")),
                        ("deals", models.PositiveIntegerField(null=True, verbose_name="deals")),
                        ("pieces", models.BigIntegerField(null=True, verbose_name="pieces")),
                        ("postage_minor", models.BigIntegerField(null=True, verbose_name="postage")),
                        ("discount_minor", models.BigIntegerField(null=True, verbose_name="discount")),
                        ("second_discount_minor", models.BigIntegerField(null=True, verbose_name="discount on a discount")),
                        ("discounted_deals", models.PositiveIntegerField(null=True, verbose_name="discounted deals")),
                        ("twice_discounted_deals", models.PositiveIntegerField(null=True, verbose_name="deals discounted twice")),
                        ("highest_price_minor", models.BigIntegerField(null=True, verbose_name="highest price of a piece")),
                        ("categories", models.PositiveIntegerField(null=True, verbose_name="categories bought")),
                        ("top_category", models.CharField(max_length=200, null=True, verbose_name="category with the highest amount")),
                        (
                            "pieces_by_band",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), null=True, size=5, verbose_name="pieces by price"
                            ),
                        ),
                        ("refunds", models.PositiveIntegerField(null=True, verbose_name="refunds")),
                        ("refund_minor", models.BigIntegerField(null=True, verbose_name="refunded")),
                        ("cart_adds", models.PositiveIntegerField(null=True, verbose_name="items put in the cart")),
                        ("cart_removes", models.PositiveIntegerField(null=True, verbose_name="items taken out of the cart")),
                        ("favourites", models.PositiveIntegerField(null=True, verbose_name="items added to favourites")),
                        ("unfavourites", models.PositiveIntegerField(null=True, verbose_name="items removed from favourites")),
                        ("items_clicked", models.PositiveIntegerField(null=True, verbose_name="items clicked")),
                        ("clicks", models.PositiveIntegerField(null=True, verbose_name="clicks on items")),
                        ("dwell_seconds", models.BigIntegerField(null=True, verbose_name="seconds in the shop")),
                        ("good_reviews", models.PositiveIntegerField(null=True, verbose_name="good reviews")),
                        (
                            "membership",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="stores.store",
                                verbose_name="store",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "day of a member",
                        "verbose_name_plural": "days of members",
                        "indexes": [models.Index(fields=["store", "day_on"], name="tags_memberday_of_store")],
                        "constraints": [models.UniqueConstraint(fields=("membership", "day_on", "store"), name="tags_memberday_once")],
                    },
                ),
                migrations.CreateModel(
                    name="MemberSeries",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("indicator", models.CharField(max_length=20)),
                        ("newest", models.IntegerField()),
                        ("months", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=13)),
                        (
                            "membership",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="stores.membership",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("membership", "indicator"), name="tags_memberseries_once")],
                    },
                ),
                migrations.CreateModel(
                    name="FactClock",
                    fields=[
                        (
                            "programme",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="stores.programme",
                            ),
                        ),
                        ("as_of_on", models.DateField(null=True)),
                        ("basis", models.CharField(max_length=60)),
                        ("filled_at", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="FactStale",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "membership",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="stores.membership",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="MemberFact",
                    fields=[
                        (
                            "membership",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="stores.membership",
                            ),
                        ),
                        ("as_of_on", models.DateField()),
                        ("next_change_on", models.DateField(null=True)),
                        ("gender", models.CharField(max_length=10)),
                        ("birthday", models.DateField(null=True)),
                        ("province_code", models.CharField(max_length=6)),
                        ("city_code", models.CharField(max_length=6)),
                        ("country", models.CharField(max_length=64)),
                        ("children", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                        ("marketing", models.BooleanField()),
                        ("register_channel", models.CharField(max_length=15)),
                        ("register_source", models.CharField(max_length=64)),
                        ("joined_on", models.DateField()),
                        ("joined_by", models.CharField(max_length=15)),
                        ("level", models.CharField(max_length=20)),
                        ("paid_level", models.CharField(max_length=20)),
                        ("growth", models.BigIntegerField()),
                        ("points", models.BigIntegerField()),
                        ("wallet_minor", models.BigIntegerField(null=True)),
                        ("recharged_minor", models.BigIntegerField(null=True)),
                        ("coupons_usable", models.IntegerField()),
                        ("coupons_used_180", models.IntegerField()),
                        ("orders", models.IntegerField()),
                        ("orders_30", models.IntegerField()),
                        ("orders_90", models.IntegerField()),
                        ("orders_180", models.IntegerField()),
                        ("orders_365", models.IntegerField()),
                        ("amount_minor", models.BigIntegerField()),
                        ("amount_30_minor", models.BigIntegerField()),
                        ("amount_90_minor", models.BigIntegerField()),
                        ("amount_180_minor", models.BigIntegerField()),
                        ("amount_365_minor", models.BigIntegerField()),
                        ("priced_365", models.IntegerField()),
                        ("items_365", models.BigIntegerField()),
                        ("goods_365_minor", models.BigIntegerField()),
                        ("discount_365_minor", models.BigIntegerField()),
                        ("returned_365", models.IntegerField()),
                        ("finished_365", models.IntegerField()),
                        ("first_order_on", models.DateField(null=True)),
                        ("second_order_on", models.DateField(null=True)),
                        ("last_order_on", models.DateField(null=True)),
                        ("rfm_orders", models.IntegerField()),
                        ("rfm_amount_minor", models.BigIntegerField()),
                        ("top_category", models.CharField(max_length=200)),
                        ("top_brand", models.CharField(max_length=64)),
                        ("top_item", models.CharField(max_length=64)),
                        ("channels", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=15), size=None)),
                        ("visit_days_30", models.IntegerField()),
                        ("visit_days_90", models.IntegerField()),
                        ("last_visit_on", models.DateField(null=True)),
                        ("visits_falling", models.BooleanField()),
                        ("figures", models.JSONField(default=dict)),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="members.member",
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="stores.programme",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["programme", "membership"], name="tags_memberfact_in_order"),
                            models.Index(
                                condition=models.Q(("next_change_on__isnull", False)),
                                fields=["programme", "next_change_on"],
                                name="tags_memberfact_due",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WatchedFigure",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("key", models.CharField(max_length=500)),
                        ("filled_at", models.DateTimeField(null=True)),
                        (
                            "programme",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="stores.programme"),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("programme", "key"), name="tags_watchedfigure_once")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="segment",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tags_segmentevent" ("code", "description", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "retired_at", "rule") SELECT old_values."code", old_values."description", old_values."id", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."programme_id", old_values."retired_at", old_values."rule" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."description" IS DISTINCT FROM (new_values."description") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."programme_id" IS DISTINCT FROM (new_values."programme_id") OR old_values."retired_at" IS DISTINCT FROM (new_values."retired_at") OR old_values."rule" IS DISTINCT FROM (new_values."rule")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="cead2b2f1a7c5f394a73fc75b3a6628ad14b05ef",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_28913",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="tags_segment",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="segment",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tags_segmentevent" ("code", "description", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "retired_at", "rule") SELECT old_values."code", old_values."description", old_values."id", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."programme_id", old_values."retired_at", old_values."rule" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="f9473325cc1cb494bb8e239e646c1620cf37001c",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_401f4",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="tags_segment",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="tag",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tags_tagevent" ("code", "colour", "description", "group", "id", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "programme_id", "retired_at", "slot") SELECT old_values."code", old_values."colour", old_values."description", old_values."group", old_values."id", old_values."kind", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."priority", old_values."programme_id", old_values."retired_at", old_values."slot" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="6f8040a5ef47a93a1851c9b7d605cc644c76eb2f",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_e7e4b",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="tags_tag",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="tag",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tags_tagevent" ("code", "colour", "description", "group", "id", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "programme_id", "retired_at", "slot") SELECT old_values."code", old_values."colour", old_values."description", old_values."group", old_values."id", old_values."kind", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."priority", old_values."programme_id", old_values."retired_at", old_values."slot" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="03383065de919e40a49635faf9843c14963999ab",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_a37ab",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="tags_tag",
                            when="AFTER",
                        ),
                    ),
                ),
            ],
        ),
    ]
