import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import core.at_once


class Migration(migrations.Migration):
    initial = True

    # The first is not needed by any table here: the library's many steps are taken before there are more tables to go through at each.
    dependencies = [
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("stores", "0001_initial"),
    ]

    operations = [
        core.at_once.AtOnce(
            operations=[
                migrations.CreateModel(
                    name="GiftItem",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("position", models.PositiveSmallIntegerField(default=1, verbose_name="position")),
                        ("kind", models.CharField(max_length=20, verbose_name="kind")),
                        ("payload", models.JSONField(default=dict, verbose_name="content")),
                        (
                            "terms",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="gifts",
                                to="growth.levelterms",
                                verbose_name="level",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "part of a gift pack",
                        "verbose_name_plural": "parts of gift packs",
                        "ordering": ["position", "id"],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("position__gte", 1)), name="growth_giftitem_position_from_1")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GrowthRule",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "code",
                            models.CharField(
                                choices=[
                                    ("login", "first login by hand of a day"),
                                    ("purchase", "completed order"),
                                    ("review", "approved review"),
                                    ("photo_review", "approved photo review"),
                                    ("share", "share"),
                                    ("check_in", "check-in"),
                                ],
                                max_length=15,
                                verbose_name="rule",
                            ),
                        ),
                        ("is_on", models.BooleanField(default=True, verbose_name="in use")),
                        ("amount", models.PositiveIntegerField(default=0, verbose_name="growth value")),
                        ("base_factor", models.DecimalField(decimal_places=2, default=1, max_digits=4, verbose_name="factor")),
                        ("daily_cap", models.PositiveIntegerField(blank=True, null=True, verbose_name="times a day")),
                        ("minimum_minor", models.BigIntegerField(default=0, verbose_name="least price paid")),
                        ("excludes_virtual", models.BooleanField(default=False, verbose_name="not for virtual goods")),
                        ("excludes_lowest", models.BooleanField(default=False, verbose_name="not for the lowest level")),
                        ("first_members", models.PositiveIntegerField(blank=True, null=True, verbose_name="first members of a product")),
                        (
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rules",
                                to="growth.ruleset",
                                verbose_name="growth rules",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "growth rule",
                        "verbose_name_plural": "growth rules",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("base_factor__gte", 0), ("minimum_minor__gte", 0)),
                                name="growth_rule_values_not_negative",
                            ),
                            models.UniqueConstraint(fields=("rule_set", "code"), name="growth_rule_once_per_set"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RfmVersion",
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
                        (
                            "window_days",
                            models.PositiveIntegerField(
                                default=365,
                                validators=[django.core.validators.MinValueValidator(30), django.core.validators.MaxValueValidator(1095)],
                                verbose_name="window (days)",
                            ),
                        ),
                        (
                            "method",
                            models.CharField(
                                choices=[("fixed", "fixed cut points"), ("quintile", "fifths of the members")],
                                default="fixed",
                                max_length=10,
                                verbose_name="bands",
                            ),
                        ),
                        (
                            "m_mode",
                            models.CharField(
                                choices=[("sum", "total of the window"), ("average", "average order")],
                                default="sum",
                                max_length=10,
                                verbose_name="monetary value",
                            ),
                        ),
                        (
                            "r_cuts",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveIntegerField(), size=4, verbose_name="R: days since the last order"
                            ),
                        ),
                        (
                            "f_cuts",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveIntegerField(), size=4, verbose_name="F: orders"
                            ),
                        ),
                        (
                            "m_cuts",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), size=4, verbose_name="M: amount"
                            ),
                        ),
                        ("weight_r", models.DecimalField(decimal_places=3, max_digits=4, verbose_name="weight of R")),
                        ("weight_f", models.DecimalField(decimal_places=3, max_digits=4, verbose_name="weight of F")),
                        ("weight_m", models.DecimalField(decimal_places=3, max_digits=4, verbose_name="weight of M")),
                        ("created_by", models.CharField(max_length=60, verbose_name="created by")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("published_by", models.CharField(blank=True, max_length=60, verbose_name="published by")),
                        ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                        ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                        (
                            "based_on",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.rfmversion",
                                verbose_name="based on",
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
                        "verbose_name": "RFM model",
                        "verbose_name_plural": "RFM models",
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "number"), name="growth_rfmversion_numbered"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "draft")), fields=("programme",), name="growth_rfmversion_one_draft"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "published")), fields=("programme",), name="growth_rfmversion_one_published"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "draft"),
                                    (
                                        "weight_r",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(models.Value(1), "-", models.F("weight_f")),
                                            "-",
                                            models.F("weight_m"),
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="growth_rfmversion_weights_sum_to_1",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RfmStale",
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
                    name="Benefit",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("discount", "discount"),
                                    ("free_shipping", "free shipping"),
                                    ("shipping_coupons", "shipping coupons every month"),
                                    ("priority_dispatch", "priority dispatch"),
                                    ("next_day", "next-day delivery"),
                                    ("time_slot", "delivery at an appointed time"),
                                    ("service_tier", "service tier"),
                                    ("priority_after_sales", "priority after-sales"),
                                    ("early_access", "early access"),
                                    ("identity", "identity marks"),
                                    ("member_price", "member price"),
                                    ("partner_code", "partner code"),
                                ],
                                max_length=25,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "nature",
                            models.CharField(
                                choices=[("practical", "practical"), ("emotional", "emotional"), ("unique", "unique")],
                                default="practical",
                                max_length=10,
                                verbose_name="nature",
                            ),
                        ),
                        (
                            "channels",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("app", "app"),
                                        ("web", "web"),
                                        ("mini_program", "mini program"),
                                        ("pos", "till"),
                                        ("admin", "back office"),
                                        ("import", "import"),
                                    ],
                                    max_length=15,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="channels",
                            ),
                        ),
                        ("description", models.CharField(blank=True, max_length=200, verbose_name="description")),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
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
                        "verbose_name": "benefit",
                        "verbose_name_plural": "benefits",
                        "constraints": [models.UniqueConstraint(fields=("programme", "code"), name="growth_benefit_code_is_unique")],
                    },
                ),
                migrations.CreateModel(
                    name="BenefitUsage",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("usage_key", models.CharField(max_length=100)),
                        ("month_on", models.DateField(verbose_name="month")),
                        (
                            "channel",
                            models.CharField(
                                blank=True,
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
                        ("reference", models.CharField(blank=True, max_length=100, verbose_name="reference")),
                        ("actor", models.CharField(max_length=60, verbose_name="by")),
                        ("used_at", models.DateTimeField(verbose_name="used")),
                        (
                            "benefit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="growth.benefit", verbose_name="benefit"
                            ),
                        ),
                        (
                            "membership",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="benefit_usages",
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "use of a benefit",
                        "verbose_name_plural": "uses of benefits",
                        "indexes": [models.Index(fields=["membership", "benefit", "month_on"], name="growth_benefitusage_of_month")],
                        "constraints": [
                            models.UniqueConstraint(fields=("membership", "benefit", "usage_key"), name="growth_benefitusage_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GrowthAccount",
                    fields=[
                        (
                            "membership",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="growth_account",
                                serialize=False,
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                        ("balance", models.BigIntegerField(default=0, verbose_name="balance")),
                        ("version", models.BigIntegerField(default=0, verbose_name="version")),
                        ("is_live", models.BooleanField(default=False)),
                    ],
                    options={
                        "verbose_name": "growth account",
                        "verbose_name_plural": "growth accounts",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("balance__gte", 0)), name="growth_account_balance_not_negative")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Level",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "track",
                            models.CharField(
                                choices=[("free", "registered"), ("paid", "paid"), ("recharge", "stored value"), ("custom", "custom")],
                                max_length=10,
                                verbose_name="track",
                            ),
                        ),
                        ("code", models.SlugField(max_length=20, verbose_name="code")),
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
                        "verbose_name": "level",
                        "verbose_name_plural": "levels",
                        "constraints": [models.UniqueConstraint(fields=("programme", "track", "code"), name="growth_level_code_is_unique")],
                    },
                ),
                migrations.CreateModel(
                    name="GiftGrant",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "state",
                            models.CharField(
                                choices=[("pending", "not yet given"), ("given", "given")],
                                default="pending",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("effect_key", models.CharField(max_length=120)),
                        ("granted_at", models.DateTimeField(verbose_name="due")),
                        ("given_at", models.DateTimeField(null=True, verbose_name="given")),
                        (
                            "membership",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="gift_grants",
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="growth.giftitem", verbose_name="gift"
                            ),
                        ),
                        (
                            "level",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="growth.level", verbose_name="level"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "gift of a level",
                        "verbose_name_plural": "gifts of levels",
                        "indexes": [models.Index(fields=["membership", "level", "-granted_at"], name="growth_giftgrant_of_level")],
                        "constraints": [
                            models.UniqueConstraint(fields=("membership", "effect_key"), name="growth_giftgrant_one_per_effect")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LevelMatch",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("value", models.JSONField(blank=True, default=dict, verbose_name="value")),
                        ("valid_from", models.DateTimeField(verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
                        (
                            "benefit",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.benefit",
                                verbose_name="or the benefit",
                            ),
                        ),
                        (
                            "from_level",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="growth.level", verbose_name="who holds"
                            ),
                        ),
                        (
                            "to_level",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.level",
                                verbose_name="the level",
                            ),
                        ),
                        (
                            "to_programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.programme", verbose_name="gets in"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "cross matching of levels",
                        "verbose_name_plural": "cross matchings of levels",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("benefit", None), ("to_level__isnull", False)),
                                    models.Q(("benefit__isnull", False), ("to_level", None)),
                                    _connector="OR",
                                ),
                                name="growth_levelmatch_level_or_benefit",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("valid_until", None), ("valid_until__gt", models.F("valid_from")), _connector="OR"),
                                name="growth_levelmatch_ends_after_start",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LevelOverride",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "track",
                            models.CharField(
                                choices=[("free", "registered"), ("paid", "paid"), ("recharge", "stored value"), ("custom", "custom")],
                                default="free",
                                max_length=10,
                                verbose_name="track",
                            ),
                        ),
                        ("is_raise", models.BooleanField(verbose_name="raises")),
                        ("steps", models.PositiveSmallIntegerField(verbose_name="steps")),
                        ("valid_from", models.DateTimeField(verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(verbose_name="valid until")),
                        ("reason", models.CharField(max_length=200, verbose_name="reason")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "waiting for approval"),
                                    ("active", "in force"),
                                    ("rejected", "rejected"),
                                    ("ended", "ended"),
                                ],
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("requested_by", models.CharField(max_length=60, verbose_name="requested by")),
                        ("requested_at", models.DateTimeField(verbose_name="requested")),
                        ("decided_by", models.CharField(blank=True, max_length=60, verbose_name="decided by")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                        (
                            "level",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="growth.level", verbose_name="level"
                            ),
                        ),
                        (
                            "membership",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="level_overrides",
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "level set by hand",
                        "verbose_name_plural": "levels set by hand",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["pending", "active"])),
                                fields=("membership", "track", "state"),
                                name="growth_leveloverride_one_in_force_one_waiting",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("valid_until__gt", models.F("valid_from"))),
                                name="growth_leveloverride_ends_after_start",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_by", models.F("requested_by")), _negated=True), ("steps__lt", 2), _connector="OR"
                                ),
                                name="growth_leveloverride_two_people",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LevelScheme",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "track",
                            models.CharField(
                                choices=[("free", "registered"), ("paid", "paid"), ("recharge", "stored value"), ("custom", "custom")],
                                default="free",
                                max_length=10,
                                verbose_name="track",
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
                        "verbose_name": "level scheme",
                        "verbose_name_plural": "level schemes",
                        "constraints": [models.UniqueConstraint(fields=("programme", "track"), name="growth_levelscheme_one_per_track")],
                    },
                ),
                migrations.CreateModel(
                    name="LevelTerms",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("rank", models.PositiveSmallIntegerField(verbose_name="rank")),
                        ("name", models.CharField(max_length=32, verbose_name="name")),
                        ("threshold", models.BigIntegerField(default=0, verbose_name="threshold")),
                        ("rfm_unit", models.PositiveIntegerField(default=100, verbose_name="RFM unit")),
                        ("description", models.CharField(blank=True, max_length=200, verbose_name="description")),
                        (
                            "level",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="growth.level", verbose_name="level"
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="terms",
                                to="growth.schemeversion",
                                verbose_name="version",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "terms of a level",
                        "verbose_name_plural": "terms of levels",
                        "ordering": ["rank"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("threshold__gte", 0)), name="growth_levelterms_threshold_not_negative"
                            ),
                            models.UniqueConstraint(fields=("version", "level"), name="growth_levelterms_once"),
                            models.UniqueConstraint(fields=("version", "rank"), name="growth_levelterms_one_per_rank"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LevelBenefit",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("value", models.JSONField(default=dict, verbose_name="value")),
                        ("monthly_quota", models.PositiveIntegerField(blank=True, null=True, verbose_name="times a month")),
                        (
                            "benefit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="growth.benefit", verbose_name="benefit"
                            ),
                        ),
                        (
                            "terms",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="benefits",
                                to="growth.levelterms",
                                verbose_name="level",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "benefit of a level",
                        "verbose_name_plural": "benefits of levels",
                        "constraints": [models.UniqueConstraint(fields=("terms", "benefit"), name="growth_levelbenefit_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Measure",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "kind",
                            models.CharField(choices=[("points_earned", "points earned"), ("recharge", "amount recharged")], max_length=15),
                        ),
                        ("amount", models.BigIntegerField()),
                        ("effect_key", models.CharField(max_length=120)),
                        ("occurred_at", models.DateTimeField()),
                        ("booked_at", models.DateTimeField()),
                        (
                            "membership",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.membership"),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["membership", "kind", "occurred_at"], name="growth_measure_in_window")],
                        "constraints": [
                            models.UniqueConstraint(fields=("membership", "kind", "effect_key"), name="growth_measure_one_per_effect"),
                            models.CheckConstraint(condition=models.Q(("amount", 0), _negated=True), name="growth_measure_not_zero"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MemberLevel",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "track",
                            models.CharField(
                                choices=[("free", "registered"), ("paid", "paid"), ("recharge", "stored value"), ("custom", "custom")],
                                max_length=10,
                                verbose_name="track",
                            ),
                        ),
                        ("level_until", models.DateTimeField(null=True, verbose_name="until")),
                        ("since", models.DateTimeField(verbose_name="since")),
                        ("protected_until", models.DateTimeField(null=True, verbose_name="protected until")),
                        ("falls_on", models.DateField(null=True, verbose_name="falls on")),
                        (
                            "automatic_level",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.level",
                                verbose_name="level by the scheme",
                            ),
                        ),
                        (
                            "level",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="growth.level", verbose_name="level"
                            ),
                        ),
                        (
                            "membership",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="levels",
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "level of a membership",
                        "verbose_name_plural": "levels of memberships",
                        "indexes": [models.Index(fields=["level"], name="growth_memberlevel_by_level")],
                        "constraints": [
                            models.UniqueConstraint(fields=("membership", "track"), name="growth_memberlevel_one_per_track"),
                            models.CheckConstraint(
                                condition=models.Q(("level_until__isnull", False), ("automatic_level", models.F("level")), _connector="OR"),
                                name="growth_memberlevel_endless_is_automatic",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaidPlan",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        ("price_minor", models.BigIntegerField(verbose_name="price")),
                        ("days", models.PositiveIntegerField(verbose_name="days")),
                        ("is_on_sale", models.BooleanField(default=True, verbose_name="on sale")),
                        (
                            "level",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="growth.level", verbose_name="level"
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
                        "verbose_name": "paid plan",
                        "verbose_name_plural": "paid plans",
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "code"), name="growth_paidplan_code_is_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("days__gte", 1), ("price_minor__gte", 0)), name="growth_paidplan_values_make_sense"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PhotoPlace",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("spu", models.CharField(max_length=64, verbose_name="SPU")),
                        ("place", models.PositiveSmallIntegerField(verbose_name="place")),
                        ("event_id", models.BigIntegerField()),
                        ("taken_at", models.DateTimeField()),
                        (
                            "membership",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.membership"),
                        ),
                        (
                            "programme",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.programme"),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "spu", "place"), name="growth_photoplace_taken_once"),
                            models.UniqueConstraint(fields=("programme", "spu", "membership"), name="growth_photoplace_one_per_member"),
                            models.CheckConstraint(condition=models.Q(("place__gte", 1)), name="growth_photoplace_from_1"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RfmClock",
                    fields=[
                        (
                            "version",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="clock",
                                serialize=False,
                                to="growth.rfmversion",
                            ),
                        ),
                        ("as_of_on", models.DateField(null=True, verbose_name="as of")),
                        ("checked_on", models.DateField(null=True, verbose_name="checked")),
                        ("differences", models.PositiveBigIntegerField(default=0, verbose_name="differences")),
                    ],
                ),
                migrations.CreateModel(
                    name="RfmRun",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("period_on", models.DateField(verbose_name="month")),
                        ("as_of", models.DateTimeField(verbose_name="as of")),
                        (
                            "state",
                            models.CharField(
                                choices=[("due", "due"), ("running", "running"), ("done", "done")],
                                default="due",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("r_cuts", django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), null=True, size=4)),
                        ("f_cuts", django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), null=True, size=4)),
                        ("m_cuts", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=4)),
                        ("phase", models.CharField(blank=True, max_length=30, verbose_name="phase")),
                        ("done", models.BigIntegerField(default=0, verbose_name="done")),
                        ("total", models.BigIntegerField(default=0, verbose_name="total")),
                        ("position", models.BigIntegerField(default=0)),
                        ("result", models.JSONField(default=dict, verbose_name="result")),
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
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="runs",
                                to="growth.rfmversion",
                                verbose_name="RFM model",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "RFM cycle",
                        "verbose_name_plural": "RFM cycles",
                        "constraints": [models.UniqueConstraint(fields=("programme", "period_on"), name="growth_rfmrun_once_per_period")],
                    },
                ),
                migrations.CreateModel(
                    name="GrowthEntry",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("account_version", models.BigIntegerField(verbose_name="number")),
                        ("requested", models.BigIntegerField(verbose_name="requested")),
                        ("applied", models.BigIntegerField(verbose_name="applied")),
                        ("balance_after", models.BigIntegerField(verbose_name="balance after")),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("login", "login"),
                                    ("purchase", "purchase"),
                                    ("review", "review"),
                                    ("photo_review", "photo review"),
                                    ("share", "share"),
                                    ("check_in", "check-in"),
                                    ("refund", "refund"),
                                    ("refund_cancelled", "refund cancelled"),
                                    ("review_deleted", "review deleted"),
                                    ("rfm", "RFM cycle"),
                                    ("adjustment", "adjustment by hand"),
                                    ("opening", "opening balance"),
                                    ("correction", "correction"),
                                    ("merge", "merged"),
                                ],
                                max_length=20,
                                verbose_name="reason",
                            ),
                        ),
                        ("source_type", models.CharField(max_length=20, verbose_name="kind of cause")),
                        ("source_id", models.CharField(max_length=64, verbose_name="cause")),
                        ("details", models.JSONField(default=dict, verbose_name="values")),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="words")),
                        ("effect_key", models.CharField(max_length=120)),
                        ("request_digest", models.CharField(max_length=32)),
                        ("actor", models.CharField(max_length=60, verbose_name="by")),
                        ("occurred_at", models.DateTimeField(verbose_name="time")),
                        ("booked_at", models.DateTimeField(verbose_name="booked")),
                        (
                            "account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="growth.growthaccount",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "reverses",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversals",
                                to="growth.growthentry",
                                verbose_name="takes back",
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.growthrule",
                                verbose_name="rule",
                            ),
                        ),
                        (
                            "rfm_run",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.rfmrun",
                                verbose_name="RFM cycle",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "growth entry",
                        "verbose_name_plural": "growth entries",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("reverses__isnull", False)), fields=["reverses"], name="growth_entry_reversals"
                            ),
                            models.Index(fields=["source_type", "source_id"], name="growth_entry_of_cause"),
                            models.Index(
                                condition=models.Q(
                                    ("reason__in", ["login", "review", "photo_review", "share", "check_in", "review_deleted"])
                                ),
                                fields=["account", "reason", "occurred_at"],
                                name="growth_entry_of_day",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("reason__in", ["login", "review", "photo_review", "share", "check_in", "review_deleted"])
                                ),
                                fields=["occurred_at"],
                                include=("account", "applied"),
                                name="growth_entry_of_activity",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("account", "account_version"), name="growth_entry_one_per_version"),
                            models.UniqueConstraint(fields=("account", "effect_key"), name="growth_entry_one_per_effect"),
                            models.CheckConstraint(
                                condition=models.Q(("requested", 0), _negated=True), name="growth_entry_requested_not_zero"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("applied__gte", 0), ("applied__lte", models.F("requested")), ("requested__gt", 0)),
                                    models.Q(("applied__gte", models.F("requested")), ("applied__lte", 0), ("requested__lt", 0)),
                                    _connector="OR",
                                ),
                                name="growth_entry_applied_within_requested",
                            ),
                            models.CheckConstraint(condition=models.Q(("balance_after__gte", 0)), name="growth_entry_balance_not_negative"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RfmSnapshot",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("r_days", models.PositiveIntegerField(null=True, verbose_name="R")),
                        ("f_count", models.PositiveIntegerField(verbose_name="F")),
                        ("m_minor", models.BigIntegerField(verbose_name="M")),
                        ("r_score", models.PositiveSmallIntegerField(verbose_name="R score")),
                        ("f_score", models.PositiveSmallIntegerField(verbose_name="F score")),
                        ("m_score", models.PositiveSmallIntegerField(verbose_name="M score")),
                        ("value_milli", models.PositiveIntegerField(verbose_name="value score")),
                        (
                            "rfm_class",
                            models.CharField(
                                choices=[
                                    ("high", "high-value active"),
                                    ("mid", "mid-value active"),
                                    ("low", "low-value active"),
                                    ("potential", "potential"),
                                    ("churn_risk", "churn risk"),
                                    ("dormant", "dormant"),
                                ],
                                max_length=12,
                                verbose_name="class",
                            ),
                        ),
                        (
                            "customer_group",
                            models.CharField(
                                choices=[
                                    ("loyal", "high-value loyal"),
                                    ("frequent_low", "frequent, low amounts"),
                                    ("potential", "potential"),
                                    ("churn_risk", "churn risk"),
                                    ("other", "other"),
                                ],
                                max_length=12,
                                verbose_name="customer group",
                            ),
                        ),
                        (
                            "layer",
                            models.CharField(
                                choices=[
                                    ("high", "highly active"),
                                    ("medium", "moderately active"),
                                    ("low", "little active"),
                                    ("dormant", "dormant"),
                                ],
                                max_length=8,
                                verbose_name="activity",
                            ),
                        ),
                        ("rfm_unit", models.PositiveIntegerField(verbose_name="RFM unit")),
                        ("bought", models.BooleanField(verbose_name="bought in the period")),
                        ("requested", models.BigIntegerField(verbose_name="requested")),
                        ("applied", models.BigIntegerField(verbose_name="applied")),
                        ("activity_growth", models.BigIntegerField(verbose_name="growth by activity")),
                        ("f_dropped", models.BooleanField(default=False, verbose_name="frequency dropped")),
                        (
                            "level",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.level",
                                verbose_name="level",
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
                            "run",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="snapshots",
                                to="growth.rfmrun",
                                verbose_name="RFM cycle",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "RFM snapshot",
                        "verbose_name_plural": "RFM snapshots",
                        "indexes": [models.Index(fields=["membership", "-run"], name="growth_rfmsnapshot_of_member")],
                        "constraints": [
                            models.UniqueConstraint(fields=("run", "membership"), name="growth_rfmsnapshot_once"),
                            models.CheckConstraint(
                                condition=models.Q(("f_score__range", (1, 5)), ("m_score__range", (1, 5)), ("r_score__range", (1, 5))),
                                name="growth_rfmsnapshot_scores_1_to_5",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RfmState",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("last_on", models.DateField(verbose_name="last order")),
                        ("orders", models.PositiveIntegerField(verbose_name="orders")),
                        ("amount_minor", models.BigIntegerField(verbose_name="amount")),
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
                        (
                            "version",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="growth.rfmversion",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("version", "membership"), name="growth_rfmstate_once")],
                    },
                ),
                migrations.CreateModel(
                    name="RuleSet",
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
                        ("factor_cap", models.DecimalField(decimal_places=2, default=3, max_digits=4, verbose_name="highest factor")),
                        ("created_by", models.CharField(max_length=60, verbose_name="created by")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("published_by", models.CharField(blank=True, max_length=60, verbose_name="published by")),
                        ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                        ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                        (
                            "based_on",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.ruleset",
                                verbose_name="based on",
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
                        "verbose_name": "growth rules",
                        "verbose_name_plural": "growth rules",
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "number"), name="growth_ruleset_numbered"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "draft")), fields=("programme",), name="growth_ruleset_one_draft"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "published")), fields=("programme",), name="growth_ruleset_one_published"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GrowthFactor",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("level", "level"), ("category", "category"), ("campaign", "campaign")],
                                max_length=10,
                                verbose_name="depends on",
                            ),
                        ),
                        ("key", models.CharField(max_length=100, verbose_name="which")),
                        ("factor", models.DecimalField(decimal_places=2, max_digits=4, verbose_name="factor")),
                        ("valid_from", models.DateTimeField(blank=True, null=True, verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
                        (
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="factors",
                                to="growth.ruleset",
                                verbose_name="growth rules",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "acceleration factor",
                        "verbose_name_plural": "acceleration factors",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("factor__gte", 0)), name="growth_factor_not_negative"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "campaign"), _negated=True),
                                    models.Q(("valid_from__isnull", False), ("valid_until__gt", models.F("valid_from"))),
                                    _connector="OR",
                                ),
                                name="growth_factor_campaign_has_its_days",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SchemeVersion",
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
                        ("unit_name", models.CharField(blank=True, max_length=16, verbose_name="name of the growth value")),
                        (
                            "basis",
                            models.CharField(
                                choices=[
                                    ("growth", "growth value"),
                                    ("spend", "amount spent"),
                                    ("order_count", "number of orders"),
                                    ("points_earned", "points earned"),
                                    ("recharge", "amount recharged"),
                                ],
                                default="growth",
                                max_length=15,
                                verbose_name="basis",
                            ),
                        ),
                        (
                            "mode",
                            models.CharField(
                                choices=[("behaviour", "behaviour"), ("rfm", "RFM"), ("hybrid", "behaviour and RFM")],
                                default="hybrid",
                                max_length=10,
                                verbose_name="growth model",
                            ),
                        ),
                        ("count_purchase", models.BooleanField(default=True, verbose_name="purchases add growth value")),
                        ("window_days", models.PositiveIntegerField(blank=True, null=True, verbose_name="window (days)")),
                        (
                            "demotion",
                            models.CharField(
                                choices=[
                                    ("none", "never falls"),
                                    ("one_step", "one level at a time"),
                                    ("direct", "straight to the level reached"),
                                ],
                                default="one_step",
                                max_length=10,
                                verbose_name="downgrade",
                            ),
                        ),
                        ("protection_days", models.PositiveIntegerField(default=90, verbose_name="protection (days)")),
                        ("grace_days", models.PositiveIntegerField(default=0, verbose_name="grace (days)")),
                        ("notice_days", models.PositiveIntegerField(default=7, verbose_name="notice before a downgrade (days)")),
                        (
                            "inactivity_demote_days",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="one level down without purchase for (days)"),
                        ),
                        ("mapping", models.JSONField(blank=True, default=dict)),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        ("created_by", models.CharField(max_length=60, verbose_name="created by")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("published_by", models.CharField(blank=True, max_length=60, verbose_name="published by")),
                        ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                        ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                        (
                            "based_on",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.schemeversion",
                                verbose_name="based on",
                            ),
                        ),
                        (
                            "scheme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="growth.levelscheme",
                                verbose_name="level scheme",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "version of a level scheme",
                        "verbose_name_plural": "versions of level schemes",
                        "constraints": [
                            models.UniqueConstraint(fields=("scheme", "number"), name="growth_schemeversion_numbered"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "draft")), fields=("scheme",), name="growth_schemeversion_one_draft"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "published")), fields=("scheme",), name="growth_schemeversion_one_published"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("basis", "growth"), ("window_days", None)),
                                    models.Q(
                                        models.Q(("basis", "growth"), _negated=True), ("window_days__gte", 30), ("window_days__lte", 365)
                                    ),
                                    _connector="OR",
                                ),
                                name="growth_schemeversion_window_30_to_365",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("published_at", None), ("state", "draft")),
                                    models.Q(models.Q(("state", "draft"), _negated=True), ("published_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="growth_schemeversion_published_has_its_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LevelReview",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("review_on", models.DateField(verbose_name="day")),
                        ("at", models.DateTimeField(verbose_name="as of")),
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
                        ("position", models.BigIntegerField(default=0)),
                        ("result", models.JSONField(default=dict, verbose_name="result")),
                        ("started_at", models.DateTimeField(null=True, verbose_name="started")),
                        ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                        (
                            "scheme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="growth.levelscheme",
                                verbose_name="level scheme",
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.schemeversion",
                                verbose_name="scheme version",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "level review",
                        "verbose_name_plural": "level reviews",
                        "constraints": [models.UniqueConstraint(fields=("scheme", "review_on"), name="growth_levelreview_once_a_day")],
                    },
                ),
                migrations.CreateModel(
                    name="LevelHistory",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "track",
                            models.CharField(
                                choices=[("free", "registered"), ("paid", "paid"), ("recharge", "stored value"), ("custom", "custom")],
                                max_length=10,
                                verbose_name="track",
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(
                                choices=[
                                    ("joined", "joined"),
                                    ("up", "risen"),
                                    ("down", "fallen at review"),
                                    ("protected", "kept: protected"),
                                    ("inactive", "fallen after long inactivity"),
                                    ("published", "new rules published"),
                                    ("mapped", "level replaced by another"),
                                    ("override", "set by hand"),
                                    ("override_ended", "override ended"),
                                    ("subscribed", "membership bought"),
                                    ("expired", "membership expired"),
                                    ("recharged", "recharge reached the threshold"),
                                    ("imported", "taken over from elsewhere"),
                                ],
                                max_length=15,
                                verbose_name="cause",
                            ),
                        ),
                        ("source", models.CharField(max_length=60, verbose_name="source")),
                        ("details", models.JSONField(default=dict, verbose_name="values")),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="words")),
                        ("actor", models.CharField(max_length=60, verbose_name="by")),
                        ("occurred_at", models.DateTimeField(verbose_name="time")),
                        ("booked_at", models.DateTimeField(verbose_name="booked")),
                        (
                            "level_from",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.level",
                                verbose_name="from",
                            ),
                        ),
                        (
                            "level_to",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.level",
                                verbose_name="to",
                            ),
                        ),
                        (
                            "membership",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="level_history",
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="growth.schemeversion",
                                verbose_name="scheme version",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "change of level",
                        "verbose_name_plural": "changes of level",
                        "indexes": [models.Index(fields=["membership", "-occurred_at", "-id"], name="growth_levelhistory_newest")],
                    },
                ),
                migrations.CreateModel(
                    name="Subscription",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("payment_no", models.CharField(max_length=64, verbose_name="payment number")),
                        ("price_minor", models.BigIntegerField(verbose_name="price")),
                        ("starts_at", models.DateTimeField(verbose_name="starts")),
                        ("ends_at", models.DateTimeField(verbose_name="ends")),
                        ("renews_itself", models.BooleanField(default=False, verbose_name="renews itself")),
                        (
                            "state",
                            models.CharField(
                                choices=[("active", "active"), ("ended", "ended")], default="active", max_length=10, verbose_name="state"
                            ),
                        ),
                        ("reminded_at", models.DateTimeField(null=True, verbose_name="reminded")),
                        ("actor", models.CharField(max_length=60, verbose_name="by")),
                        ("bought_at", models.DateTimeField(verbose_name="bought")),
                        ("booked_at", models.DateTimeField(verbose_name="booked")),
                        (
                            "membership",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="subscriptions",
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="growth.paidplan", verbose_name="plan"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "subscription",
                        "verbose_name_plural": "subscriptions",
                        "indexes": [
                            models.Index(fields=["membership", "-ends_at"], name="growth_subscription_of_member"),
                            models.Index(condition=models.Q(("state", "active")), fields=["ends_at"], name="growth_subscription_ending"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("plan", "payment_no"), name="growth_subscription_paid_once"),
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="growth_subscription_ends_after_start"
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
