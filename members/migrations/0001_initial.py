import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import core.at_once


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        core.at_once.AtOnce(
            operations=[
                migrations.CreateModel(
                    name="AccessLog",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(verbose_name="time")),
                        ("actor", models.CharField(max_length=60, verbose_name="actor")),
                        (
                            "action",
                            models.CharField(
                                choices=[
                                    ("search", "search"),
                                    ("view", "view"),
                                    ("reveal", "reveal"),
                                    ("export", "export"),
                                    ("api_read", "API read"),
                                ],
                                max_length=10,
                                verbose_name="action",
                            ),
                        ),
                        ("field", models.CharField(blank=True, max_length=40, verbose_name="field")),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("search_hash", models.CharField(blank=True, max_length=64, verbose_name="search hash")),
                        ("hits", models.PositiveIntegerField(null=True, verbose_name="hits")),
                        ("store_ids", models.JSONField(default=list)),
                        ("ip", models.GenericIPAddressField(null=True, verbose_name="address")),
                        ("request_id", models.CharField(blank=True, max_length=64, verbose_name="request")),
                    ],
                    options={
                        "verbose_name": "access log line",
                        "verbose_name_plural": "access log",
                        "db_table": "members_accesslog",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="Address",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("label", models.CharField(blank=True, max_length=20, verbose_name="label")),
                        ("receiver", models.CharField(max_length=64, verbose_name="receiver")),
                        ("phone", models.CharField(max_length=20, verbose_name="phone")),
                        ("country", models.CharField(blank=True, max_length=64, verbose_name="country")),
                        ("province_code", models.CharField(blank=True, max_length=6, verbose_name="province")),
                        ("city_code", models.CharField(blank=True, max_length=6, verbose_name="city")),
                        ("district_code", models.CharField(blank=True, max_length=6, verbose_name="district")),
                        ("street", models.CharField(max_length=255, verbose_name="street")),
                        ("is_default", models.BooleanField(default=False, verbose_name="default")),
                        ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "member",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="addresses", to="members.member"),
                        ),
                    ],
                    options={
                        "verbose_name": "address",
                        "verbose_name_plural": "addresses",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_default", True)), fields=("member",), name="members_address_one_default"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Child",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("birth_month", models.DateField(verbose_name="birth month")),
                        (
                            "gender",
                            models.CharField(
                                choices=[("unknown", "unknown"), ("male", "male"), ("female", "female")],
                                default="unknown",
                                max_length=10,
                                verbose_name="gender",
                            ),
                        ),
                        ("guardian_consent_at", models.DateTimeField(verbose_name="guardian's consent")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "member",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="children", to="members.member"),
                        ),
                    ],
                    options={
                        "verbose_name": "child",
                        "verbose_name_plural": "children",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("birth_month__day", 1)), name="members_child_birth_month_is_a_month")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Consent",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("policy", "privacy policy"),
                                    ("profile", "sensitive profile fields"),
                                    ("marketing", "marketing messages"),
                                    ("profiling", "automatic profiling"),
                                    ("children", "data on children"),
                                    ("external_data", "data from outside"),
                                ],
                                max_length=20,
                                verbose_name="purpose",
                            ),
                        ),
                        ("policy_version", models.CharField(max_length=20, verbose_name="policy version")),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("app", "app"),
                                    ("web", "web"),
                                    ("mini_program", "mini program"),
                                    ("pos", "till"),
                                    ("admin", "back office"),
                                    ("import", "import"),
                                ],
                                max_length=15,
                                verbose_name="channel",
                            ),
                        ),
                        ("given_at", models.DateTimeField(verbose_name="given")),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                        (
                            "member",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="members.member"),
                        ),
                    ],
                    options={
                        "verbose_name": "consent",
                        "verbose_name_plural": "consents",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("withdrawn_at", None), ("withdrawn_at__gte", models.F("given_at")), _connector="OR"),
                                name="members_consent_withdrawn_after_given",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at", None)),
                                fields=("member", "purpose"),
                                name="members_consent_one_in_force",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Identity",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "provider",
                            models.CharField(
                                choices=[
                                    ("phone", "phone"),
                                    ("email", "e-mail"),
                                    ("wechat_unionid", "WeChat unionid"),
                                    ("wechat_openid", "WeChat openid"),
                                    ("qq", "QQ"),
                                    ("alipay", "Alipay"),
                                    ("taobao", "Taobao"),
                                    ("im_wangwang", "Wangwang name"),
                                    ("pos_card", "till card"),
                                    ("store_customer", "store customer number"),
                                ],
                                max_length=20,
                                verbose_name="provider",
                            ),
                        ),
                        ("scope", models.CharField(blank=True, max_length=40, verbose_name="scope")),
                        ("external_id", models.CharField(max_length=128, verbose_name="external id")),
                        ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="verified")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "member",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="identities", to="members.member"),
                        ),
                    ],
                    options={
                        "verbose_name": "identity",
                        "verbose_name_plural": "identities",
                        "indexes": [models.Index(fields=["external_id", "provider"], name="members_identity_external")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("verified_at__isnull", False)),
                                fields=("provider", "scope", "external_id"),
                                name="members_identity_verified_is_unique",
                            ),
                            models.UniqueConstraint(
                                fields=("member", "provider", "scope", "external_id"), name="members_identity_once_per_member"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Member",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("one_id", models.CharField(max_length=40, unique=True, verbose_name="one_id")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("active", "active"),
                                    ("frozen", "frozen"),
                                    ("merged", "merged"),
                                    ("erase_pending", "erasure pending"),
                                    ("erased", "erased"),
                                ],
                                default="active",
                                max_length=15,
                                verbose_name="status",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=64, verbose_name="name")),
                        ("nickname", models.CharField(blank=True, max_length=32, verbose_name="nickname")),
                        ("avatar_url", models.CharField(blank=True, max_length=2048, verbose_name="avatar")),
                        (
                            "gender",
                            models.CharField(
                                choices=[("unknown", "unknown"), ("male", "male"), ("female", "female")],
                                default="unknown",
                                max_length=10,
                                verbose_name="gender",
                            ),
                        ),
                        ("birthday", models.DateField(blank=True, null=True, verbose_name="birthday")),
                        ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                        ("phone_verified_at", models.DateTimeField(blank=True, null=True, verbose_name="phone verified")),
                        ("email", models.CharField(blank=True, max_length=254, verbose_name="e-mail")),
                        ("email_verified_at", models.DateTimeField(blank=True, null=True, verbose_name="e-mail verified")),
                        ("landline", models.CharField(blank=True, max_length=20, verbose_name="home number")),
                        ("callable_from", models.TimeField(blank=True, null=True, verbose_name="callable from")),
                        ("callable_until", models.TimeField(blank=True, null=True, verbose_name="callable until")),
                        ("province_code", models.CharField(blank=True, max_length=6, verbose_name="province")),
                        ("city_code", models.CharField(blank=True, max_length=6, verbose_name="city")),
                        ("district_code", models.CharField(blank=True, max_length=6, verbose_name="district")),
                        ("country", models.CharField(blank=True, max_length=64, verbose_name="country")),
                        ("occupation", models.CharField(blank=True, max_length=32, verbose_name="occupation")),
                        (
                            "marital_status",
                            models.CharField(
                                choices=[("unknown", "unknown"), ("single", "single"), ("married", "married")],
                                default="unknown",
                                max_length=10,
                                verbose_name="marital status",
                            ),
                        ),
                        ("registered_at", models.DateTimeField(verbose_name="registered")),
                        (
                            "register_channel",
                            models.CharField(
                                choices=[
                                    ("app", "app"),
                                    ("web", "web"),
                                    ("mini_program", "mini program"),
                                    ("pos", "till"),
                                    ("admin", "back office"),
                                    ("import", "import"),
                                ],
                                max_length=15,
                                verbose_name="registered through",
                            ),
                        ),
                        ("register_source", models.CharField(blank=True, max_length=64, verbose_name="registration source")),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                        ("updated_at", models.DateTimeField(verbose_name="updated")),
                        ("is_synthetic", models.BooleanField(default=False, verbose_name="synthetic person")),
                        (
                            "inviter",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="invited",
                                to="members.member",
                                verbose_name="invited by",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged_from",
                                to="members.member",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "member",
                        "verbose_name_plural": "members",
                        "indexes": [
                            models.Index(condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="members_member_phone"),
                            models.Index(fields=["updated_at"], name="members_member_updated"),
                            models.Index(
                                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="members_member_merged"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("merged_into__isnull", False), ("status", "merged")),
                                    models.Q(models.Q(("status", "merged"), _negated=True), ("merged_into", None)),
                                    _connector="OR",
                                ),
                                name="members_member_merged_names_its_survivor",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                                name="members_member_not_merged_into_itself",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IdentityEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        (
                            "provider",
                            models.CharField(
                                choices=[
                                    ("phone", "phone"),
                                    ("email", "e-mail"),
                                    ("wechat_unionid", "WeChat unionid"),
                                    ("wechat_openid", "WeChat openid"),
                                    ("qq", "QQ"),
                                    ("alipay", "Alipay"),
                                    ("taobao", "Taobao"),
                                    ("im_wangwang", "Wangwang name"),
                                    ("pos_card", "till card"),
                                    ("store_customer", "store customer number"),
                                ],
                                max_length=20,
                                verbose_name="provider",
                            ),
                        ),
                        ("scope", models.CharField(blank=True, max_length=40, verbose_name="scope")),
                        ("external_id", models.CharField(max_length=128, verbose_name="external id")),
                        ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="verified")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="members.identity",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="members.member",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ConsentEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("policy", "privacy policy"),
                                    ("profile", "sensitive profile fields"),
                                    ("marketing", "marketing messages"),
                                    ("profiling", "automatic profiling"),
                                    ("children", "data on children"),
                                    ("external_data", "data from outside"),
                                ],
                                max_length=20,
                                verbose_name="purpose",
                            ),
                        ),
                        ("policy_version", models.CharField(max_length=20, verbose_name="policy version")),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("app", "app"),
                                    ("web", "web"),
                                    ("mini_program", "mini program"),
                                    ("pos", "till"),
                                    ("admin", "back office"),
                                    ("import", "import"),
                                ],
                                max_length=15,
                                verbose_name="channel",
                            ),
                        ),
                        ("given_at", models.DateTimeField(verbose_name="given")),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="members.consent",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="members.member",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ChildEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("birth_month", models.DateField(verbose_name="birth month")),
                        (
                            "gender",
                            models.CharField(
                                choices=[("unknown", "unknown"), ("male", "male"), ("female", "female")],
                                default="unknown",
                                max_length=10,
                                verbose_name="gender",
                            ),
                        ),
                        ("guardian_consent_at", models.DateTimeField(verbose_name="guardian's consent")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="members.child",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="members.member",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="AddressEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("label", models.CharField(blank=True, max_length=20, verbose_name="label")),
                        ("receiver", models.CharField(max_length=64, verbose_name="receiver")),
                        ("phone", models.CharField(max_length=20, verbose_name="phone")),
                        ("country", models.CharField(blank=True, max_length=64, verbose_name="country")),
                        ("province_code", models.CharField(blank=True, max_length=6, verbose_name="province")),
                        ("city_code", models.CharField(blank=True, max_length=6, verbose_name="city")),
                        ("district_code", models.CharField(blank=True, max_length=6, verbose_name="district")),
                        ("street", models.CharField(max_length=255, verbose_name="street")),
                        ("is_default", models.BooleanField(default=False, verbose_name="default")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="members.address",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="members.member",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="MemberEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("one_id", models.CharField(max_length=40, verbose_name="one_id")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("active", "active"),
                                    ("frozen", "frozen"),
                                    ("merged", "merged"),
                                    ("erase_pending", "erasure pending"),
                                    ("erased", "erased"),
                                ],
                                default="active",
                                max_length=15,
                                verbose_name="status",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=64, verbose_name="name")),
                        ("nickname", models.CharField(blank=True, max_length=32, verbose_name="nickname")),
                        ("avatar_url", models.CharField(blank=True, max_length=2048, verbose_name="avatar")),
                        (
                            "gender",
                            models.CharField(
                                choices=[("unknown", "unknown"), ("male", "male"), ("female", "female")],
                                default="unknown",
                                max_length=10,
                                verbose_name="gender",
                            ),
                        ),
                        ("birthday", models.DateField(blank=True, null=True, verbose_name="birthday")),
                        ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                        ("phone_verified_at", models.DateTimeField(blank=True, null=True, verbose_name="phone verified")),
                        ("email", models.CharField(blank=True, max_length=254, verbose_name="e-mail")),
                        ("email_verified_at", models.DateTimeField(blank=True, null=True, verbose_name="e-mail verified")),
                        ("landline", models.CharField(blank=True, max_length=20, verbose_name="home number")),
                        ("callable_from", models.TimeField(blank=True, null=True, verbose_name="callable from")),
                        ("callable_until", models.TimeField(blank=True, null=True, verbose_name="callable until")),
                        ("province_code", models.CharField(blank=True, max_length=6, verbose_name="province")),
                        ("city_code", models.CharField(blank=True, max_length=6, verbose_name="city")),
                        ("district_code", models.CharField(blank=True, max_length=6, verbose_name="district")),
                        ("country", models.CharField(blank=True, max_length=64, verbose_name="country")),
                        ("occupation", models.CharField(blank=True, max_length=32, verbose_name="occupation")),
                        (
                            "marital_status",
                            models.CharField(
                                choices=[("unknown", "unknown"), ("single", "single"), ("married", "married")],
                                default="unknown",
                                max_length=10,
                                verbose_name="marital status",
                            ),
                        ),
                        ("registered_at", models.DateTimeField(verbose_name="registered")),
                        (
                            "register_channel",
                            models.CharField(
                                choices=[
                                    ("app", "app"),
                                    ("web", "web"),
                                    ("mini_program", "mini program"),
                                    ("pos", "till"),
                                    ("admin", "back office"),
                                    ("import", "import"),
                                ],
                                max_length=15,
                                verbose_name="registered through",
                            ),
                        ),
                        ("register_source", models.CharField(blank=True, max_length=64, verbose_name="registration source")),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                        ("is_synthetic", models.BooleanField(default=False, verbose_name="synthetic person")),
                        (
                            "inviter",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="members.member",
                                verbose_name="invited by",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="members.member",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="members.member",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="MergeCase",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("unverified_phone", "same phone, not verified"),
                                    ("identity_of_another", "an identity that belongs to another member"),
                                    ("name_and_address", "same name and address"),
                                ],
                                max_length=30,
                                verbose_name="reason",
                            ),
                        ),
                        ("evidence", models.JSONField(default=dict, verbose_name="evidence")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("approved", "approved"),
                                    ("rejected", "rejected"),
                                    ("executed", "executed"),
                                    ("reverted", "reverted"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "first",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="members.member",
                                verbose_name="first member",
                            ),
                        ),
                        (
                            "second",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="members.member",
                                verbose_name="second member",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "merge case",
                        "verbose_name_plural": "merge cases",
                        "constraints": [
                            models.UniqueConstraint(fields=("first", "second", "reason"), name="members_mergecase_once_per_pair"),
                            models.CheckConstraint(
                                condition=models.Q(("first__lt", models.F("second"))), name="members_mergecase_in_id_order"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Preference",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "channel",
                            models.CharField(
                                choices=[("sms", "SMS"), ("push", "push"), ("email", "e-mail"), ("wechat", "WeChat"), ("inbox", "inbox")],
                                max_length=10,
                                verbose_name="channel",
                            ),
                        ),
                        (
                            "message_type",
                            models.CharField(
                                choices=[("trade", "trade"), ("marketing", "marketing"), ("member", "membership"), ("system", "system")],
                                max_length=10,
                                verbose_name="message type",
                            ),
                        ),
                        ("is_on", models.BooleanField(verbose_name="on")),
                        ("changed_at", models.DateTimeField(verbose_name="changed")),
                        (
                            "member",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="preferences", to="members.member"),
                        ),
                    ],
                    options={
                        "verbose_name": "preference",
                        "verbose_name_plural": "preferences",
                        "constraints": [
                            models.UniqueConstraint(fields=("member", "channel", "message_type"), name="members_preference_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PreferenceEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        (
                            "channel",
                            models.CharField(
                                choices=[("sms", "SMS"), ("push", "push"), ("email", "e-mail"), ("wechat", "WeChat"), ("inbox", "inbox")],
                                max_length=10,
                                verbose_name="channel",
                            ),
                        ),
                        (
                            "message_type",
                            models.CharField(
                                choices=[("trade", "trade"), ("marketing", "marketing"), ("member", "membership"), ("system", "system")],
                                max_length=10,
                                verbose_name="message type",
                            ),
                        ),
                        ("is_on", models.BooleanField(verbose_name="on")),
                        ("changed_at", models.DateTimeField(verbose_name="changed")),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="members.member",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="members.preference",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="member",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_memberevent" ("avatar_url", "birthday", "callable_from", "callable_until", "city_code", "country", "district_code", "email", "email_verified_at", "gender", "id", "inviter_id", "is_synthetic", "landline", "marital_status", "merged_into_id", "name", "nickname", "occupation", "one_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_verified_at", "province_code", "register_channel", "register_source", "registered_at", "status", "version") SELECT old_values."avatar_url", old_values."birthday", old_values."callable_from", old_values."callable_until", old_values."city_code", old_values."country", old_values."district_code", old_values."email", old_values."email_verified_at", old_values."gender", old_values."id", old_values."inviter_id", old_values."is_synthetic", old_values."landline", old_values."marital_status", old_values."merged_into_id", old_values."name", old_values."nickname", old_values."occupation", old_values."one_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."phone", old_values."phone_verified_at", old_values."province_code", old_values."register_channel", old_values."register_source", old_values."registered_at", old_values."status", old_values."version" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."avatar_url" IS DISTINCT FROM (new_values."avatar_url") OR old_values."birthday" IS DISTINCT FROM (new_values."birthday") OR old_values."callable_from" IS DISTINCT FROM (new_values."callable_from") OR old_values."callable_until" IS DISTINCT FROM (new_values."callable_until") OR old_values."city_code" IS DISTINCT FROM (new_values."city_code") OR old_values."country" IS DISTINCT FROM (new_values."country") OR old_values."district_code" IS DISTINCT FROM (new_values."district_code") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."email_verified_at" IS DISTINCT FROM (new_values."email_verified_at") OR old_values."gender" IS DISTINCT FROM (new_values."gender") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."inviter_id" IS DISTINCT FROM (new_values."inviter_id") OR old_values."is_synthetic" IS DISTINCT FROM (new_values."is_synthetic") OR old_values."landline" IS DISTINCT FROM (new_values."landline") OR old_values."marital_status" IS DISTINCT FROM (new_values."marital_status") OR old_values."merged_into_id" IS DISTINCT FROM (new_values."merged_into_id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."nickname" IS DISTINCT FROM (new_values."nickname") OR old_values."occupation" IS DISTINCT FROM (new_values."occupation") OR old_values."one_id" IS DISTINCT FROM (new_values."one_id") OR old_values."phone" IS DISTINCT FROM (new_values."phone") OR old_values."phone_verified_at" IS DISTINCT FROM (new_values."phone_verified_at") OR old_values."province_code" IS DISTINCT FROM (new_values."province_code") OR old_values."register_channel" IS DISTINCT FROM (new_values."register_channel") OR old_values."register_source" IS DISTINCT FROM (new_values."register_source") OR old_values."registered_at" IS DISTINCT FROM (new_values."registered_at") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."version" IS DISTINCT FROM (new_values."version")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="25d1f4aa2e394548353df5ad5c0f1bdaf359b86d",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_b1bc1",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="members_member",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="member",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_memberevent" ("avatar_url", "birthday", "callable_from", "callable_until", "city_code", "country", "district_code", "email", "email_verified_at", "gender", "id", "inviter_id", "is_synthetic", "landline", "marital_status", "merged_into_id", "name", "nickname", "occupation", "one_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_verified_at", "province_code", "register_channel", "register_source", "registered_at", "status", "version") SELECT old_values."avatar_url", old_values."birthday", old_values."callable_from", old_values."callable_until", old_values."city_code", old_values."country", old_values."district_code", old_values."email", old_values."email_verified_at", old_values."gender", old_values."id", old_values."inviter_id", old_values."is_synthetic", old_values."landline", old_values."marital_status", old_values."merged_into_id", old_values."name", old_values."nickname", old_values."occupation", old_values."one_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."phone", old_values."phone_verified_at", old_values."province_code", old_values."register_channel", old_values."register_source", old_values."registered_at", old_values."status", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="3662a7a596fff5d2150198770f5f0c431d383a11",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_925fb",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="members_member",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="preference",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_preferenceevent" ("changed_at", "channel", "id", "is_on", "member_id", "message_type", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."changed_at", old_values."channel", old_values."id", old_values."is_on", old_values."member_id", old_values."message_type", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="5b84318c06cb93428df2a27bea4b63bba3159cbb",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_5b81f",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="members_preference",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="preference",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_preferenceevent" ("changed_at", "channel", "id", "is_on", "member_id", "message_type", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."changed_at", old_values."channel", old_values."id", old_values."is_on", old_values."member_id", old_values."message_type", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="c3099a1f98b3336789850e7869d501ed921fb826",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_2a96b",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="members_preference",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="identity",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_identityevent" ("created_at", "external_id", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "scope", "verified_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."provider", old_values."scope", old_values."verified_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="be298151b6e84dc11cb566b57091acf5be09c819",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_5716f",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="members_identity",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="identity",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_identityevent" ("created_at", "external_id", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "scope", "verified_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."provider", old_values."scope", old_values."verified_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="c057923b97753cd408523854c8d67a32f0a1a7a8",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_b83f4",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="members_identity",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="consent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_consentevent" ("channel", "given_at", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_version", "purpose", "withdrawn_at") SELECT old_values."channel", old_values."given_at", old_values."id", old_values."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."policy_version", old_values."purpose", old_values."withdrawn_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="c2b362e3a0a5eb7d414a6a994523eded1bd63717",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_679c0",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="members_consent",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="consent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_consentevent" ("channel", "given_at", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_version", "purpose", "withdrawn_at") SELECT old_values."channel", old_values."given_at", old_values."id", old_values."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."policy_version", old_values."purpose", old_values."withdrawn_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="ae80486d109a23dd564d5e20573f763e6abf053d",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_157c2",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="members_consent",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="child",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_childevent" ("birth_month", "created_at", "gender", "guardian_consent_at", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."birth_month", old_values."created_at", old_values."gender", old_values."guardian_consent_at", old_values."id", old_values."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="2891a389935d7d3ec7d528180e1fe61650f2cead",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_cf56c",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="members_child",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="child",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_childevent" ("birth_month", "created_at", "gender", "guardian_consent_at", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."birth_month", old_values."created_at", old_values."gender", old_values."guardian_consent_at", old_values."id", old_values."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="480910d385349cc562261cc7d5d21db5da3266b9",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_db61d",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="members_child",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="address",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_addressevent" ("city_code", "country", "created_at", "district_code", "id", "is_default", "label", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "province_code", "receiver", "street") SELECT old_values."city_code", old_values."country", old_values."created_at", old_values."district_code", old_values."id", old_values."is_default", old_values."label", old_values."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."phone", old_values."province_code", old_values."receiver", old_values."street" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."city_code" IS DISTINCT FROM (new_values."city_code") OR old_values."country" IS DISTINCT FROM (new_values."country") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."district_code" IS DISTINCT FROM (new_values."district_code") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_default" IS DISTINCT FROM (new_values."is_default") OR old_values."label" IS DISTINCT FROM (new_values."label") OR old_values."member_id" IS DISTINCT FROM (new_values."member_id") OR old_values."phone" IS DISTINCT FROM (new_values."phone") OR old_values."province_code" IS DISTINCT FROM (new_values."province_code") OR old_values."receiver" IS DISTINCT FROM (new_values."receiver") OR old_values."street" IS DISTINCT FROM (new_values."street")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="19fbc157569f055cebdfa56a6012ba83523ba1d8",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_2cfc4",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="members_address",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="address",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_addressevent" ("city_code", "country", "created_at", "district_code", "id", "is_default", "label", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "province_code", "receiver", "street") SELECT old_values."city_code", old_values."country", old_values."created_at", old_values."district_code", old_values."id", old_values."is_default", old_values."label", old_values."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."phone", old_values."province_code", old_values."receiver", old_values."street" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="a9c86d69689102ac1ff167753b8d911ba712c0a8",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_2af57",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="members_address",
                            when="AFTER",
                        ),
                    ),
                ),
            ],
        ),
    ]
