import django.contrib.postgres.fields
import django.db.models.deletion
import oauth2_provider.generators
import oauth2_provider.models
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.at_once


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "__first__"),
        ("core", "0001_initial"),
        ("members", "0001_initial"),
    ]

    operations = [
        core.at_once.AtOnce(
            operations=[
                migrations.CreateModel(
                    name="ProgrammeEvent",
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
                            "kind",
                            models.CharField(choices=[("platform", "platform"), ("store", "store")], max_length=10, verbose_name="kind"),
                        ),
                        (
                            "currency",
                            models.CharField(
                                choices=[
                                    ("CNY", "Chinese yuan"),
                                    ("GBP", "pound sterling"),
                                    ("USD", "US dollar"),
                                    ("EUR", "euro"),
                                    ("HKD", "Hong Kong dollar"),
                                ],
                                default="CNY",
                                max_length=3,
                                verbose_name="currency",
                            ),
                        ),
                        ("time_zone", models.CharField(default="Asia/Shanghai", max_length=40, verbose_name="time zone")),
                        ("growth_on", models.BooleanField(default=True, verbose_name="growth")),
                        ("points_on", models.BooleanField(default=True, verbose_name="points")),
                        ("coupons_on", models.BooleanField(default=True, verbose_name="coupons")),
                        ("tags_on", models.BooleanField(default=True, verbose_name="tags")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="stores.programme",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ServiceNote",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("body", models.TextField(max_length=2000, verbose_name="note")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="author",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="service_notes",
                                to="members.member",
                                verbose_name="member",
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
                    ],
                    options={
                        "verbose_name": "service note",
                        "verbose_name_plural": "service notes",
                        "indexes": [models.Index(fields=["member", "-created_at", "-id"], name="stores_servicenote_newest")],
                    },
                ),
                migrations.CreateModel(
                    name="StaffAssignment",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("customer_service", "customer service"),
                                    ("operator", "store operator"),
                                    ("approver", "approver"),
                                    ("auditor", "auditor"),
                                    ("till_clerk", "till clerk"),
                                    ("admin", "administrator"),
                                ],
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        ("valid_from", models.DateTimeField(verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="assignments",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="assignments",
                                to="stores.store",
                                verbose_name="store",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "staff role",
                        "verbose_name_plural": "staff roles",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("valid_until", None), ("valid_until__gt", models.F("valid_from")), _connector="OR"),
                                name="stores_staffassignment_ends_after_start",
                            ),
                            models.UniqueConstraint(
                                fields=("user", "store", "role"), name="stores_staffassignment_once", nulls_distinct=False
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StaffAssignmentEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("customer_service", "customer service"),
                                    ("operator", "store operator"),
                                    ("approver", "approver"),
                                    ("auditor", "auditor"),
                                    ("till_clerk", "till clerk"),
                                    ("admin", "administrator"),
                                ],
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        ("valid_from", models.DateTimeField(verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="stores.staffassignment",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="stores.store",
                                verbose_name="store",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Store",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("self_run", "self-run"), ("merchant", "merchant"), ("offline", "offline shop")],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("platform", models.CharField(blank=True, max_length=40, verbose_name="sales platform")),
                        (
                            "business_model",
                            models.CharField(
                                choices=[("b2c", "B2C"), ("b2b", "B2B"), ("c2c", "C2C"), ("o2o", "O2O")],
                                default="b2c",
                                max_length=3,
                                verbose_name="business model",
                            ),
                        ),
                        ("time_zone", models.CharField(default="Asia/Shanghai", max_length=40, verbose_name="time zone")),
                        ("order_url_template", models.CharField(blank=True, max_length=300, verbose_name="order page")),
                        ("after_sale_url_template", models.CharField(blank=True, max_length=300, verbose_name="after-sale page")),
                        (
                            "foreign_currency",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("CNY", "Chinese yuan"),
                                    ("GBP", "pound sterling"),
                                    ("USD", "US dollar"),
                                    ("EUR", "euro"),
                                    ("HKD", "Hong Kong dollar"),
                                ],
                                max_length=3,
                                verbose_name="foreign currency",
                            ),
                        ),
                        (
                            "foreign_rate",
                            models.DecimalField(blank=True, decimal_places=6, max_digits=14, null=True, verbose_name="fixed rate"),
                        ),
                        (
                            "require_track",
                            models.CharField(
                                blank=True,
                                choices=[("paid", "members who have bought a plan only"), ("recharge", "stored-value members only")],
                                max_length=10,
                                verbose_name="who may buy",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stores",
                                to="stores.programme",
                                verbose_name="programme",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "store",
                        "verbose_name_plural": "stores",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("foreign_currency", ""), ("foreign_rate", None)),
                                    models.Q(models.Q(("foreign_currency", ""), _negated=True), ("foreign_rate__gt", 0)),
                                    _connector="OR",
                                ),
                                name="stores_store_foreign_currency_has_rate",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StoreEvent",
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
                            "kind",
                            models.CharField(
                                choices=[("self_run", "self-run"), ("merchant", "merchant"), ("offline", "offline shop")],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("platform", models.CharField(blank=True, max_length=40, verbose_name="sales platform")),
                        (
                            "business_model",
                            models.CharField(
                                choices=[("b2c", "B2C"), ("b2b", "B2B"), ("c2c", "C2C"), ("o2o", "O2O")],
                                default="b2c",
                                max_length=3,
                                verbose_name="business model",
                            ),
                        ),
                        ("time_zone", models.CharField(default="Asia/Shanghai", max_length=40, verbose_name="time zone")),
                        ("order_url_template", models.CharField(blank=True, max_length=300, verbose_name="order page")),
                        ("after_sale_url_template", models.CharField(blank=True, max_length=300, verbose_name="after-sale page")),
                        (
                            "foreign_currency",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("CNY", "Chinese yuan"),
                                    ("GBP", "pound sterling"),
                                    ("USD", "US dollar"),
                                    ("EUR", "euro"),
                                    ("HKD", "Hong Kong dollar"),
                                ],
                                max_length=3,
                                verbose_name="foreign currency",
                            ),
                        ),
                        (
                            "foreign_rate",
                            models.DecimalField(blank=True, decimal_places=6, max_digits=14, null=True, verbose_name="fixed rate"),
                        ),
                        (
                            "require_track",
                            models.CharField(
                                blank=True,
                                choices=[("paid", "members who have bought a plan only"), ("recharge", "stored-value members only")],
                                max_length=10,
                                verbose_name="who may buy",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="stores.store",
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
                    name="WebhookAttempt",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("at", models.DateTimeField(verbose_name="time")),
                        ("status", models.PositiveIntegerField(null=True, verbose_name="answer")),
                        (
                            "problem",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("refused_address", "the address is not allowed"),
                                    ("not_found", "the host name cannot be found"),
                                    ("no_connection", "no connection"),
                                    ("not_trusted", "the certificate cannot be trusted"),
                                    ("timed_out", "no answer in time"),
                                    ("bad_answer", "the answer was not HTTP"),
                                    ("redirected", "the receiver sent us elsewhere; redirects are not followed"),
                                    ("not_accepted", "the receiver did not answer with a status of 200 to 299"),
                                ],
                                max_length=20,
                                verbose_name="problem",
                            ),
                        ),
                        ("detail", models.CharField(blank=True, max_length=300, verbose_name="detail")),
                        ("duration_ms", models.PositiveIntegerField(verbose_name="milliseconds")),
                        (
                            "delivery",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="log",
                                to="stores.webhookdelivery",
                                verbose_name="delivery",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "delivery attempt",
                        "verbose_name_plural": "delivery attempts",
                    },
                ),
                migrations.CreateModel(
                    name="WebhookDelivery",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ordering_key", models.CharField(max_length=64)),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "waiting"), ("delivered", "delivered"), ("given_up", "given up")],
                                default="waiting",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("queued_at", models.DateTimeField(verbose_name="queued")),
                        ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                        ("next_attempt_at", models.DateTimeField(null=True, verbose_name="next attempt")),
                        ("lease", models.UUIDField(editable=False, null=True)),
                        ("leased_until", models.DateTimeField(editable=False, null=True)),
                        ("delivered_at", models.DateTimeField(null=True, verbose_name="delivered")),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="core.outboxmessage",
                                verbose_name="message",
                            ),
                        ),
                        (
                            "endpoint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="stores.webhookendpoint",
                                verbose_name="webhook",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "webhook delivery",
                        "verbose_name_plural": "webhook deliveries",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("lease", None), ("leased_until", None)),
                                    models.Q(("lease__isnull", False), ("leased_until__isnull", False), ("state", "waiting")),
                                    _connector="OR",
                                ),
                                name="stores_webhookdelivery_only_waiting_ones_are_leased",
                            ),
                            models.UniqueConstraint(fields=("endpoint", "message"), name="stores_webhookdelivery_once"),
                        ],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["endpoint", "ordering_key", "message"],
                                name="stores_webhookdelivery_waiting",
                            ),
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["endpoint", "next_attempt_at", "message"],
                                name="stores_webhookdelivery_due",
                            ),
                            models.Index(
                                condition=models.Q(("lease__isnull", False)), fields=["endpoint"], name="stores_webhookdelivery_leased"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookEndpoint",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("url", models.URLField(max_length=500, verbose_name="address")),
                        ("secret", models.CharField(max_length=100, verbose_name="secret")),
                        (
                            "topics",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name="topics"
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        ("failing_since", models.DateTimeField(blank=True, null=True, verbose_name="failing since")),
                        ("resting_until", models.DateTimeField(blank=True, null=True, verbose_name="resting until")),
                        ("failures_in_row", models.PositiveIntegerField(default=0, verbose_name="failures in a row")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "store",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="endpoints",
                                to="stores.store",
                                verbose_name="store",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "webhook",
                        "verbose_name_plural": "webhooks",
                    },
                ),
                migrations.CreateModel(
                    name="WebhookEndpointEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("url", models.URLField(max_length=500, verbose_name="address")),
                        (
                            "topics",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name="topics"
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="stores.webhookendpoint",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="stores.store",
                                verbose_name="store",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ApiClient",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        (
                            "client_id",
                            models.CharField(
                                db_index=True,
                                default=oauth2_provider.generators.generate_client_id,
                                max_length=255,
                                unique=True,
                                verbose_name="client ID",
                            ),
                        ),
                        (
                            "redirect_uris",
                            models.TextField(blank=True, help_text="Allowed URIs list, space separated", verbose_name="redirect URIs"),
                        ),
                        (
                            "post_logout_redirect_uris",
                            models.TextField(
                                blank=True,
                                default="",
                                help_text="Allowed Post Logout URIs list, space separated",
                                verbose_name="post logout redirect URIs",
                            ),
                        ),
                        (
                            "client_type",
                            models.CharField(
                                choices=[("confidential", "Confidential"), ("public", "Public")], max_length=32, verbose_name="client type"
                            ),
                        ),
                        (
                            "authorization_grant_type",
                            models.CharField(
                                choices=[
                                    ("authorization-code", "Authorization code"),
                                    ("urn:ietf:params:oauth:grant-type:device_code", "Device Code"),
                                    ("implicit", "Implicit"),
                                    ("password", "Resource owner password-based"),
                                    ("client-credentials", "Client credentials"),
                                    ("openid-hybrid", "OpenID connect hybrid"),
                                ],
                                max_length=44,
                                verbose_name="authorization grant type",
                            ),
                        ),
                        (
                            "client_secret",
                            oauth2_provider.models.ClientSecretField(
                                blank=True,
                                db_index=True,
                                default=oauth2_provider.generators.generate_client_secret,
                                help_text="Client secret for authentication",
                                max_length=255,
                                verbose_name="client secret",
                            ),
                        ),
                        ("hash_client_secret", models.BooleanField(default=True, verbose_name="hash client secret")),
                        ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                        ("skip_authorization", models.BooleanField(default=False, verbose_name="skip authorization")),
                        ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                        ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                        (
                            "algorithm",
                            models.CharField(
                                blank=True,
                                choices=[("", "No OIDC support"), ("RS256", "RSA with SHA-2 256"), ("HS256", "HMAC with SHA-2 256")],
                                default="",
                                max_length=5,
                                verbose_name="algorithm",
                            ),
                        ),
                        (
                            "allowed_origins",
                            models.TextField(
                                blank=True,
                                default="",
                                help_text="Allowed origins list to enable CORS, space separated",
                                verbose_name="allowed origins",
                            ),
                        ),
                        (
                            "registration_source",
                            models.CharField(
                                choices=[
                                    ("manual", "Manual"),
                                    ("dcr", "Dynamic Client Registration"),
                                    ("cimd", "Client ID Metadata Document"),
                                ],
                                default="manual",
                                help_text="How this application was registered (manual, DCR per RFC 7591, or CIMD)",
                                max_length=32,
                                verbose_name="registration source",
                            ),
                        ),
                        (
                            "cimd_expires_at",
                            models.DateTimeField(
                                blank=True,
                                default=None,
                                help_text="When the cached Client ID Metadata Document should be re-fetched",
                                null=True,
                                verbose_name="CIMD expires at",
                            ),
                        ),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40), default=list, size=None, verbose_name="scopes"
                            ),
                        ),
                        ("requests_per_minute", models.PositiveIntegerField(default=600, verbose_name="requests a minute")),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="%(app_label)s_%(class)s",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="stores.store",
                                verbose_name="store",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "API client",
                        "verbose_name_plural": "API clients",
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Membership",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("member_no", models.CharField(max_length=20, verbose_name="member number")),
                        ("joined_at", models.DateTimeField(verbose_name="joined")),
                        (
                            "source",
                            models.CharField(
                                choices=[("registration", "registration"), ("first_contact", "first contact"), ("import", "import")],
                                max_length=15,
                                verbose_name="source",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("active", "active"), ("frozen", "frozen"), ("left", "left")],
                                default="active",
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to="members.member",
                                verbose_name="member",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.store",
                                verbose_name="joined at",
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to="stores.programme",
                                verbose_name="programme",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "membership",
                        "verbose_name_plural": "memberships",
                        "indexes": [models.Index(fields=["member_no"], name="stores_membership_number")],
                        "constraints": [
                            models.UniqueConstraint(fields=("member", "programme"), name="stores_membership_once_per_programme"),
                            models.UniqueConstraint(fields=("programme", "member_no"), name="stores_membership_number_is_unique"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Programme",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(choices=[("platform", "platform"), ("store", "store")], max_length=10, verbose_name="kind"),
                        ),
                        (
                            "currency",
                            models.CharField(
                                choices=[
                                    ("CNY", "Chinese yuan"),
                                    ("GBP", "pound sterling"),
                                    ("USD", "US dollar"),
                                    ("EUR", "euro"),
                                    ("HKD", "Hong Kong dollar"),
                                ],
                                default="CNY",
                                max_length=3,
                                verbose_name="currency",
                            ),
                        ),
                        ("time_zone", models.CharField(default="Asia/Shanghai", max_length=40, verbose_name="time zone")),
                        ("growth_on", models.BooleanField(default=True, verbose_name="growth")),
                        ("points_on", models.BooleanField(default=True, verbose_name="points")),
                        ("coupons_on", models.BooleanField(default=True, verbose_name="coupons")),
                        ("tags_on", models.BooleanField(default=True, verbose_name="tags")),
                    ],
                    options={
                        "verbose_name": "programme",
                        "verbose_name_plural": "programmes",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "platform")), fields=("kind",), name="stores_programme_one_platform"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MembershipEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("member_no", models.CharField(max_length=20, verbose_name="member number")),
                        ("joined_at", models.DateTimeField(verbose_name="joined")),
                        (
                            "source",
                            models.CharField(
                                choices=[("registration", "registration"), ("first_contact", "first contact"), ("import", "import")],
                                max_length=15,
                                verbose_name="source",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("active", "active"), ("frozen", "frozen"), ("left", "left")],
                                default="active",
                                max_length=10,
                                verbose_name="status",
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
                                verbose_name="member",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="stores.membership",
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
                            "store",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="stores.store",
                                verbose_name="joined at",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="programme",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_programmeevent" ("code", "coupons_on", "currency", "growth_on", "id", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points_on", "tags_on", "time_zone") SELECT old_values."code", old_values."coupons_on", old_values."currency", old_values."growth_on", old_values."id", old_values."kind", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."points_on", old_values."tags_on", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="584ca9574d218c67abf11a13ef95f59d04051df6",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_81bfb",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="stores_programme",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="programme",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_programmeevent" ("code", "coupons_on", "currency", "growth_on", "id", "kind", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points_on", "tags_on", "time_zone") SELECT old_values."code", old_values."coupons_on", old_values."currency", old_values."growth_on", old_values."id", old_values."kind", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."points_on", old_values."tags_on", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="7d3d3610e90dbe67429efc355e108b645853f9a2",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_5596a",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="stores_programme",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="webhookendpoint",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_webhookendpointevent" ("created_at", "id", "is_active", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id", "topics", "url") SELECT old_values."created_at", old_values."id", old_values."is_active", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."store_id", old_values."topics", old_values."url" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id") OR old_values."topics" IS DISTINCT FROM (new_values."topics") OR old_values."url" IS DISTINCT FROM (new_values."url")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="702bb850f4598a0862be8b097e9c7decb6227f13",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_edd38",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="stores_webhookendpoint",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="webhookendpoint",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_webhookendpointevent" ("created_at", "id", "is_active", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id", "topics", "url") SELECT old_values."created_at", old_values."id", old_values."is_active", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."store_id", old_values."topics", old_values."url" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="3ee8bb6e4dae7d8e148d5ea2120101246ad2854f",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_40d50",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="stores_webhookendpoint",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="store",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_storeevent" ("after_sale_url_template", "business_model", "code", "foreign_currency", "foreign_rate", "id", "is_active", "kind", "name", "order_url_template", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform", "programme_id", "require_track", "time_zone") SELECT old_values."after_sale_url_template", old_values."business_model", old_values."code", old_values."foreign_currency", old_values."foreign_rate", old_values."id", old_values."is_active", old_values."kind", old_values."name", old_values."order_url_template", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."platform", old_values."programme_id", old_values."require_track", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="37ebda9a8d7ab5a3c12d1c200687d554748fca9b",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_33f7b",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="stores_store",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="store",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_storeevent" ("after_sale_url_template", "business_model", "code", "foreign_currency", "foreign_rate", "id", "is_active", "kind", "name", "order_url_template", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "platform", "programme_id", "require_track", "time_zone") SELECT old_values."after_sale_url_template", old_values."business_model", old_values."code", old_values."foreign_currency", old_values."foreign_rate", old_values."id", old_values."is_active", old_values."kind", old_values."name", old_values."order_url_template", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."platform", old_values."programme_id", old_values."require_track", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="8b034f49c01e8c799c97124567cad3a5a4ca938f",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_b25a4",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="stores_store",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="staffassignment",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_staffassignmentevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "store_id", "user_id", "valid_from", "valid_until") SELECT old_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."role", old_values."store_id", old_values."user_id", old_values."valid_from", old_values."valid_until" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="38840eb115192ce9e42fbe52ec88d2e27060b74d",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_0c83b",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="stores_staffassignment",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="staffassignment",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_staffassignmentevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "store_id", "user_id", "valid_from", "valid_until") SELECT old_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."role", old_values."store_id", old_values."user_id", old_values."valid_from", old_values."valid_until" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="56bbb77cf12826cc6a9fe49ee9e028abe67bfaa5",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_a6101",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="stores_staffassignment",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="membership",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_membershipevent" ("id", "joined_at", "member_id", "member_no", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "source", "status", "store_id") SELECT old_values."id", old_values."joined_at", old_values."member_id", old_values."member_no", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."programme_id", old_values."source", old_values."status", old_values."store_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="f51d3f248d9411d9327cf3f17a398657585696ab",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_e44c0",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="stores_membership",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="membership",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_membershipevent" ("id", "joined_at", "member_id", "member_no", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "source", "status", "store_id") SELECT old_values."id", old_values."joined_at", old_values."member_id", old_values."member_no", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."programme_id", old_values."source", old_values."status", old_values."store_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="0cab4879cebc16de9a044e20255b91a16e9c8535",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_0336f",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="stores_membership",
                            when="AFTER",
                        ),
                    ),
                ),
            ],
        ),
    ]
