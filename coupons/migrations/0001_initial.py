import django.contrib.postgres.fields
import django.core.validators
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
        ("stores", "0002_member_numbers"),
    ]

    operations = [
        core.at_once.AtOnce(
            operations=[
                migrations.CreateModel(
                    name="Coupon",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("available", "available"),
                                    ("reserved", "reserved"),
                                    ("used", "used"),
                                    ("expired", "expired"),
                                    ("revoked", "revoked"),
                                ],
                                default="available",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("claim", "claimed"),
                                    ("staff", "given by staff"),
                                    ("campaign", "campaign"),
                                    ("level_gift", "gift pack of a level"),
                                    ("reward", "bought with points"),
                                    ("newcomer", "newcomer pack"),
                                    ("referral", "brought a friend"),
                                    ("monthly", "monthly pack of a level"),
                                ],
                                max_length=12,
                                verbose_name="source",
                            ),
                        ),
                        ("source_id", models.CharField(blank=True, max_length=64, verbose_name="cause")),
                        ("effect_key", models.CharField(max_length=120)),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("amount", "amount off"),
                                    ("percent", "percentage off"),
                                    ("shipping", "free shipping coupon"),
                                    ("gift", "gift"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("face_minor", models.BigIntegerField(null=True, verbose_name="amount off")),
                        ("pay_rate", models.DecimalField(decimal_places=4, max_digits=5, null=True, verbose_name="share to pay")),
                        ("cap_minor", models.BigIntegerField(null=True, verbose_name="takes off at most")),
                        ("min_spend_minor", models.BigIntegerField(verbose_name="minimum spend")),
                        (
                            "store_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), default=list, size=None, verbose_name="stores"
                            ),
                        ),
                        (
                            "categories",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200), default=list, size=None, verbose_name="categories"
                            ),
                        ),
                        (
                            "skus",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=64), default=list, size=None, verbose_name="goods"
                            ),
                        ),
                        ("stackable", models.BooleanField(verbose_name="may be combined")),
                        ("first_order", models.BooleanField(verbose_name="first order only")),
                        ("return_on_refund", models.BooleanField(verbose_name="comes back on a full refund")),
                        (
                            "cost_bearer",
                            models.CharField(
                                choices=[("store", "the store"), ("platform", "the platform")], max_length=10, verbose_name="paid for by"
                            ),
                        ),
                        ("cost_minor", models.BigIntegerField(verbose_name="costs at most")),
                        ("validity_words", models.CharField(blank=True, max_length=20)),
                        ("received_at", models.DateTimeField(verbose_name="received")),
                        ("valid_from", models.DateTimeField(verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(verbose_name="valid until")),
                        ("grace_until", models.DateTimeField(null=True, verbose_name="usable until")),
                        ("order_no", models.CharField(blank=True, max_length=64, verbose_name="order number")),
                        ("reserved_at", models.DateTimeField(null=True, verbose_name="reserved at")),
                        ("reserved_until", models.DateTimeField(null=True, verbose_name="reserved until")),
                        ("used_at", models.DateTimeField(null=True, verbose_name="used at")),
                        ("discount_minor", models.BigIntegerField(null=True, verbose_name="took off")),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
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
                            "store",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.store",
                                verbose_name="store",
                            ),
                        ),
                        (
                            "template",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="coupons",
                                to="coupons.coupontemplate",
                                verbose_name="coupon template",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "coupon",
                        "verbose_name_plural": "coupons",
                        "indexes": [
                            models.Index(fields=["membership", "-received_at", "-id"], name="coupons_coupon_of_member"),
                            models.Index(condition=models.Q(("state", "available")), fields=["valid_until"], name="coupons_coupon_ending"),
                            models.Index(
                                condition=models.Q(("state", "reserved")), fields=["reserved_until"], name="coupons_coupon_timing_out"
                            ),
                            models.Index(
                                condition=models.Q(("order_no", ""), _negated=True),
                                fields=["store", "order_no"],
                                name="coupons_coupon_of_order",
                            ),
                            models.Index(fields=["source", "source_id"], name="coupons_coupon_of_cause"),
                            models.Index(fields=["template", "state"], name="coupons_coupon_of_template"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("membership", "effect_key"), name="coupons_coupon_one_per_effect"),
                            models.CheckConstraint(
                                condition=models.Q(("valid_until__gt", models.F("valid_from"))), name="coupons_coupon_ends_after_start"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("ended_at", None),
                                        ("order_no", ""),
                                        ("reserved_until", None),
                                        ("state", "available"),
                                        ("store", None),
                                        ("used_at", None),
                                    ),
                                    models.Q(
                                        ("ended_at", None),
                                        ("reserved_until__isnull", False),
                                        ("state", "reserved"),
                                        ("store__isnull", False),
                                        ("used_at", None),
                                    ),
                                    models.Q(("ended_at", None), ("state", "used"), ("store__isnull", False), ("used_at__isnull", False)),
                                    models.Q(("ended_at__isnull", False), ("state__in", ["expired", "revoked"])),
                                    _connector="OR",
                                ),
                                name="coupons_coupon_state_has_its_times",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CouponPack",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        (
                            "trigger",
                            models.CharField(
                                choices=[
                                    ("registered", "joining"),
                                    ("invited", "bringing a friend who joins"),
                                    ("monthly", "holding a level on a day of the month"),
                                ],
                                max_length=12,
                                verbose_name="given for",
                            ),
                        ),
                        ("level", models.CharField(blank=True, max_length=20, verbose_name="level")),
                        (
                            "day_of_month",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(28)],
                                verbose_name="day of the month",
                            ),
                        ),
                        ("is_on", models.BooleanField(default=True, verbose_name="in use")),
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
                        "verbose_name": "coupon pack",
                        "verbose_name_plural": "coupon packs",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("day_of_month__isnull", False), ("trigger", "monthly"), models.Q(("level", ""), _negated=True)
                                    ),
                                    models.Q(models.Q(("trigger", "monthly"), _negated=True), ("day_of_month", None), ("level", "")),
                                    _connector="OR",
                                ),
                                name="coupons_pack_monthly_names_level_and_day",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CouponPackEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        (
                            "trigger",
                            models.CharField(
                                choices=[
                                    ("registered", "joining"),
                                    ("invited", "bringing a friend who joins"),
                                    ("monthly", "holding a level on a day of the month"),
                                ],
                                max_length=12,
                                verbose_name="given for",
                            ),
                        ),
                        ("level", models.CharField(blank=True, max_length=20, verbose_name="level")),
                        (
                            "day_of_month",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(28)],
                                verbose_name="day of the month",
                            ),
                        ),
                        ("is_on", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="coupons.couponpack",
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
                    name="CouponStep",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "state_from",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("available", "available"),
                                    ("reserved", "reserved"),
                                    ("used", "used"),
                                    ("expired", "expired"),
                                    ("revoked", "revoked"),
                                ],
                                max_length=10,
                                verbose_name="from",
                            ),
                        ),
                        (
                            "state_to",
                            models.CharField(
                                choices=[
                                    ("available", "available"),
                                    ("reserved", "reserved"),
                                    ("used", "used"),
                                    ("expired", "expired"),
                                    ("revoked", "revoked"),
                                ],
                                max_length=10,
                                verbose_name="to",
                            ),
                        ),
                        ("cause", models.CharField(max_length=20, verbose_name="cause")),
                        ("order_no", models.CharField(blank=True, max_length=64, verbose_name="order number")),
                        ("discount_minor", models.BigIntegerField(null=True, verbose_name="took off")),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("actor", models.CharField(max_length=60, verbose_name="by")),
                        ("occurred_at", models.DateTimeField(verbose_name="time")),
                        ("booked_at", models.DateTimeField(verbose_name="booked")),
                        (
                            "coupon",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="steps",
                                to="coupons.coupon",
                                verbose_name="coupon",
                            ),
                        ),
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
                            "store",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.store",
                                verbose_name="store",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "step of a coupon",
                        "verbose_name_plural": "steps of coupons",
                        "indexes": [
                            models.Index(fields=["coupon", "id"], name="coupons_couponstep_in_order"),
                            models.Index(
                                condition=models.Q(
                                    ("state_from", "used"), ("state_to__in", ["used", "expired", "revoked"]), _connector="OR"
                                ),
                                fields=["membership", "-occurred_at", "-id"],
                                name="coupons_couponstep_of_member",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CouponTemplate",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("amount", "amount off"),
                                    ("percent", "percentage off"),
                                    ("shipping", "free shipping coupon"),
                                    ("gift", "gift"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("face_minor", models.BigIntegerField(blank=True, null=True, verbose_name="amount off")),
                        (
                            "pay_rate",
                            models.DecimalField(blank=True, decimal_places=4, max_digits=5, null=True, verbose_name="share to pay"),
                        ),
                        ("cap_minor", models.BigIntegerField(blank=True, null=True, verbose_name="takes off at most")),
                        ("min_spend_minor", models.BigIntegerField(default=0, verbose_name="minimum spend")),
                        (
                            "store_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name="stores"
                            ),
                        ),
                        (
                            "categories",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200), blank=True, default=list, size=None, verbose_name="categories"
                            ),
                        ),
                        (
                            "skus",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=64), blank=True, default=list, size=None, verbose_name="goods"
                            ),
                        ),
                        (
                            "validity",
                            models.CharField(
                                choices=[
                                    ("fixed", "between two moments"),
                                    ("hours", "hours after receipt"),
                                    ("days", "days after receipt"),
                                ],
                                max_length=10,
                                verbose_name="validity",
                            ),
                        ),
                        ("valid_amount", models.PositiveIntegerField(blank=True, null=True, verbose_name="hours or days")),
                        ("valid_from", models.DateTimeField(blank=True, null=True, verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
                        ("stock", models.PositiveIntegerField(blank=True, null=True, verbose_name="stock")),
                        ("issued", models.PositiveIntegerField(default=0, verbose_name="issued")),
                        ("per_member", models.PositiveIntegerField(blank=True, null=True, verbose_name="per member at most")),
                        ("cost_minor", models.BigIntegerField(default=0, verbose_name="costs at most")),
                        ("budget_minor", models.BigIntegerField(blank=True, null=True, verbose_name="budget")),
                        ("committed_minor", models.BigIntegerField(default=0, verbose_name="budget committed")),
                        ("stackable", models.BooleanField(default=False, verbose_name="may be combined")),
                        ("first_order", models.BooleanField(default=False, verbose_name="first order only")),
                        ("return_on_refund", models.BooleanField(default=True, verbose_name="comes back on a full refund")),
                        (
                            "cost_bearer",
                            models.CharField(
                                choices=[("store", "the store"), ("platform", "the platform")],
                                default="store",
                                max_length=10,
                                verbose_name="paid for by",
                            ),
                        ),
                        ("is_claimable", models.BooleanField(default=False, verbose_name="members may claim it")),
                        ("claim_from", models.DateTimeField(blank=True, null=True, verbose_name="claimed from")),
                        ("claim_until", models.DateTimeField(blank=True, null=True, verbose_name="claimed until")),
                        ("min_level", models.CharField(blank=True, max_length=20, verbose_name="level at least")),
                        ("staff_may_give", models.BooleanField(default=False, verbose_name="customer service may give it")),
                        ("is_on", models.BooleanField(default=True, verbose_name="in use")),
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
                        "verbose_name": "coupon template",
                        "verbose_name_plural": "coupon templates",
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "code"), name="coupons_template_code_is_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("stock", None), ("issued__lte", models.F("stock")), _connector="OR"),
                                name="coupons_template_stock_not_exceeded",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("budget_minor", None), ("committed_minor__lte", models.F("budget_minor")), _connector="OR"
                                ),
                                name="coupons_template_budget_not_exceeded",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("committed_minor__gte", 0), ("cost_minor__gte", 0), ("min_spend_minor__gte", 0)),
                                name="coupons_template_amounts_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("face_minor__gt", 0), ("kind", "amount"), ("pay_rate", None)),
                                    models.Q(("face_minor", None), ("kind", "percent"), ("pay_rate__gt", 0), ("pay_rate__lt", 1)),
                                    models.Q(("kind", "shipping"), ("pay_rate", None)),
                                    models.Q(("face_minor", None), ("kind", "gift"), ("pay_rate", None)),
                                    _connector="OR",
                                ),
                                name="coupons_template_kind_has_its_value",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("valid_until__isnull", False), ("validity", "fixed")),
                                    models.Q(models.Q(("validity", "fixed"), _negated=True), ("valid_amount__gte", 1)),
                                    _connector="OR",
                                ),
                                name="coupons_template_ends",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CouponTemplateEvent",
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
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("amount", "amount off"),
                                    ("percent", "percentage off"),
                                    ("shipping", "free shipping coupon"),
                                    ("gift", "gift"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("face_minor", models.BigIntegerField(blank=True, null=True, verbose_name="amount off")),
                        (
                            "pay_rate",
                            models.DecimalField(blank=True, decimal_places=4, max_digits=5, null=True, verbose_name="share to pay"),
                        ),
                        ("cap_minor", models.BigIntegerField(blank=True, null=True, verbose_name="takes off at most")),
                        ("min_spend_minor", models.BigIntegerField(default=0, verbose_name="minimum spend")),
                        (
                            "store_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name="stores"
                            ),
                        ),
                        (
                            "categories",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200), blank=True, default=list, size=None, verbose_name="categories"
                            ),
                        ),
                        (
                            "skus",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=64), blank=True, default=list, size=None, verbose_name="goods"
                            ),
                        ),
                        (
                            "validity",
                            models.CharField(
                                choices=[
                                    ("fixed", "between two moments"),
                                    ("hours", "hours after receipt"),
                                    ("days", "days after receipt"),
                                ],
                                max_length=10,
                                verbose_name="validity",
                            ),
                        ),
                        ("valid_amount", models.PositiveIntegerField(blank=True, null=True, verbose_name="hours or days")),
                        ("valid_from", models.DateTimeField(blank=True, null=True, verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
                        ("stock", models.PositiveIntegerField(blank=True, null=True, verbose_name="stock")),
                        ("per_member", models.PositiveIntegerField(blank=True, null=True, verbose_name="per member at most")),
                        ("cost_minor", models.BigIntegerField(default=0, verbose_name="costs at most")),
                        ("budget_minor", models.BigIntegerField(blank=True, null=True, verbose_name="budget")),
                        ("stackable", models.BooleanField(default=False, verbose_name="may be combined")),
                        ("first_order", models.BooleanField(default=False, verbose_name="first order only")),
                        ("return_on_refund", models.BooleanField(default=True, verbose_name="comes back on a full refund")),
                        (
                            "cost_bearer",
                            models.CharField(
                                choices=[("store", "the store"), ("platform", "the platform")],
                                default="store",
                                max_length=10,
                                verbose_name="paid for by",
                            ),
                        ),
                        ("is_claimable", models.BooleanField(default=False, verbose_name="members may claim it")),
                        ("claim_from", models.DateTimeField(blank=True, null=True, verbose_name="claimed from")),
                        ("claim_until", models.DateTimeField(blank=True, null=True, verbose_name="claimed until")),
                        ("min_level", models.CharField(blank=True, max_length=20, verbose_name="level at least")),
                        ("staff_may_give", models.BooleanField(default=False, verbose_name="customer service may give it")),
                        ("is_on", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="coupons.coupontemplate",
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
                    name="PackItem",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "quantity",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)],
                                verbose_name="quantity",
                            ),
                        ),
                        (
                            "pack",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="items",
                                to="coupons.couponpack",
                                verbose_name="coupon pack",
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
                        "verbose_name": "coupon in a pack",
                        "verbose_name_plural": "coupons in packs",
                        "constraints": [models.UniqueConstraint(fields=("pack", "template"), name="coupons_packitem_once")],
                    },
                ),
                migrations.CreateModel(
                    name="PackRun",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("period_on", models.DateField(verbose_name="month")),
                        ("position", models.BigIntegerField(default=0)),
                        ("issued", models.PositiveIntegerField(default=0, verbose_name="issued")),
                        ("refused", models.PositiveIntegerField(default=0, verbose_name="refused")),
                        ("started_at", models.DateTimeField(verbose_name="started")),
                        ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                        (
                            "pack",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="runs",
                                to="coupons.couponpack",
                                verbose_name="coupon pack",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "monthly pack given",
                        "verbose_name_plural": "monthly packs given",
                        "constraints": [models.UniqueConstraint(fields=("pack", "period_on"), name="coupons_packrun_once_a_month")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="couponpack",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "coupons_couponpackevent" ("day_of_month", "id", "is_on", "level", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "trigger") SELECT old_values."day_of_month", old_values."id", old_values."is_on", old_values."level", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."programme_id", old_values."trigger" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="de888b02c926a01841e0b5df6bbb15e35ed80bb2",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_bd391",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="coupons_couponpack",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="couponpack",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "coupons_couponpackevent" ("day_of_month", "id", "is_on", "level", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "trigger") SELECT old_values."day_of_month", old_values."id", old_values."is_on", old_values."level", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."programme_id", old_values."trigger" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="48dadc8770fab3ca49338a3d40a9d7ec97f409a3",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_28ce6",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="coupons_couponpack",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="coupontemplate",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."budget_minor" IS DISTINCT FROM (NEW."budget_minor") OR OLD."cap_minor" IS DISTINCT FROM (NEW."cap_minor") OR OLD."categories" IS DISTINCT FROM (NEW."categories") OR OLD."claim_from" IS DISTINCT FROM (NEW."claim_from") OR OLD."claim_until" IS DISTINCT FROM (NEW."claim_until") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."cost_bearer" IS DISTINCT FROM (NEW."cost_bearer") OR OLD."cost_minor" IS DISTINCT FROM (NEW."cost_minor") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."face_minor" IS DISTINCT FROM (NEW."face_minor") OR OLD."first_order" IS DISTINCT FROM (NEW."first_order") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_claimable" IS DISTINCT FROM (NEW."is_claimable") OR OLD."is_on" IS DISTINCT FROM (NEW."is_on") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."min_level" IS DISTINCT FROM (NEW."min_level") OR OLD."min_spend_minor" IS DISTINCT FROM (NEW."min_spend_minor") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."pay_rate" IS DISTINCT FROM (NEW."pay_rate") OR OLD."per_member" IS DISTINCT FROM (NEW."per_member") OR OLD."programme_id" IS DISTINCT FROM (NEW."programme_id") OR OLD."return_on_refund" IS DISTINCT FROM (NEW."return_on_refund") OR OLD."skus" IS DISTINCT FROM (NEW."skus") OR OLD."stackable" IS DISTINCT FROM (NEW."stackable") OR OLD."staff_may_give" IS DISTINCT FROM (NEW."staff_may_give") OR OLD."stock" IS DISTINCT FROM (NEW."stock") OR OLD."store_ids" IS DISTINCT FROM (NEW."store_ids") OR OLD."valid_amount" IS DISTINCT FROM (NEW."valid_amount") OR OLD."valid_from" IS DISTINCT FROM (NEW."valid_from") OR OLD."valid_until" IS DISTINCT FROM (NEW."valid_until") OR OLD."validity" IS DISTINCT FROM (NEW."validity"))',
                            func='INSERT INTO "coupons_coupontemplateevent" ("budget_minor", "cap_minor", "categories", "claim_from", "claim_until", "code", "cost_bearer", "cost_minor", "description", "face_minor", "first_order", "id", "is_claimable", "is_on", "kind", "min_level", "min_spend_minor", "name", "pay_rate", "per_member", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "return_on_refund", "skus", "stackable", "staff_may_give", "stock", "store_ids", "valid_amount", "valid_from", "valid_until", "validity") VALUES (OLD."budget_minor", OLD."cap_minor", OLD."categories", OLD."claim_from", OLD."claim_until", OLD."code", OLD."cost_bearer", OLD."cost_minor", OLD."description", OLD."face_minor", OLD."first_order", OLD."id", OLD."is_claimable", OLD."is_on", OLD."kind", OLD."min_level", OLD."min_spend_minor", OLD."name", OLD."pay_rate", OLD."per_member", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', OLD."id", OLD."programme_id", OLD."return_on_refund", OLD."skus", OLD."stackable", OLD."staff_may_give", OLD."stock", OLD."store_ids", OLD."valid_amount", OLD."valid_from", OLD."valid_until", OLD."validity"); RETURN NULL;',
                            hash="8eb7fa7e405d07701bd1413bc670eb210467cf79",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_9cfe0",
                            table="coupons_coupontemplate",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="coupontemplate",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "coupons_coupontemplateevent" ("budget_minor", "cap_minor", "categories", "claim_from", "claim_until", "code", "cost_bearer", "cost_minor", "description", "face_minor", "first_order", "id", "is_claimable", "is_on", "kind", "min_level", "min_spend_minor", "name", "pay_rate", "per_member", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "return_on_refund", "skus", "stackable", "staff_may_give", "stock", "store_ids", "valid_amount", "valid_from", "valid_until", "validity") SELECT old_values."budget_minor", old_values."cap_minor", old_values."categories", old_values."claim_from", old_values."claim_until", old_values."code", old_values."cost_bearer", old_values."cost_minor", old_values."description", old_values."face_minor", old_values."first_order", old_values."id", old_values."is_claimable", old_values."is_on", old_values."kind", old_values."min_level", old_values."min_spend_minor", old_values."name", old_values."pay_rate", old_values."per_member", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."programme_id", old_values."return_on_refund", old_values."skus", old_values."stackable", old_values."staff_may_give", old_values."stock", old_values."store_ids", old_values."valid_amount", old_values."valid_from", old_values."valid_until", old_values."validity" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="24f6687edc6294bb6afcccbc7e39a1e4c8d285ae",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_f9c68",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="coupons_coupontemplate",
                            when="AFTER",
                        ),
                    ),
                ),
            ],
        ),
    ]
