import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
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
                    name="ExchangePair",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("ratio_from", models.PositiveIntegerField(verbose_name="points given")),
                        ("ratio_to", models.PositiveIntegerField(verbose_name="points received")),
                        ("step", models.PositiveIntegerField(default=1, verbose_name="step")),
                        ("minimum", models.PositiveIntegerField(default=1, verbose_name="at least")),
                        ("daily_cap", models.PositiveIntegerField(blank=True, null=True, verbose_name="points a day at most")),
                        ("is_on", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "from_programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.programme",
                                verbose_name="from programme",
                            ),
                        ),
                        (
                            "to_programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="stores.programme",
                                verbose_name="to programme",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "exchange pair",
                        "verbose_name_plural": "exchange pairs",
                        "constraints": [
                            models.UniqueConstraint(fields=("from_programme", "to_programme"), name="points_pair_one_per_direction"),
                            models.CheckConstraint(
                                condition=models.Q(("from_programme", models.F("to_programme")), _negated=True), name="points_pair_of_two"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("minimum__gte", 1), ("ratio_from__gte", 1), ("ratio_to__gte", 1), ("step__gte", 1)),
                                name="points_pair_values_positive",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExchangePairEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_context", pghistory.utils.JSONField(null=True)),
                        ("pgh_context_id", models.UUIDField(null=True)),
                        ("id", models.BigIntegerField()),
                        ("ratio_from", models.PositiveIntegerField(verbose_name="points given")),
                        ("ratio_to", models.PositiveIntegerField(verbose_name="points received")),
                        ("step", models.PositiveIntegerField(default=1, verbose_name="step")),
                        ("minimum", models.PositiveIntegerField(default=1, verbose_name="at least")),
                        ("daily_cap", models.PositiveIntegerField(blank=True, null=True, verbose_name="points a day at most")),
                        ("is_on", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "from_programme",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="stores.programme",
                                verbose_name="from programme",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="points.exchangepair",
                            ),
                        ),
                        (
                            "to_programme",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="stores.programme",
                                verbose_name="to programme",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="LiabilityDay",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("day_on", models.DateField(verbose_name="day")),
                        ("opening", models.BigIntegerField(verbose_name="opening")),
                        ("issued", models.BigIntegerField(verbose_name="issued")),
                        ("redeemed", models.BigIntegerField(verbose_name="redeemed")),
                        ("expired", models.BigIntegerField(verbose_name="expired")),
                        ("reversed", models.BigIntegerField(verbose_name="reversed")),
                        ("closing", models.BigIntegerField(verbose_name="closing")),
                        ("debt", models.BigIntegerField(verbose_name="owed by members")),
                        ("members", models.IntegerField(verbose_name="members with points")),
                        ("by_kind", models.JSONField(default=dict)),
                        ("unit_cost_minor", models.PositiveIntegerField(verbose_name="cost of a point")),
                        ("taken_at", models.DateTimeField(verbose_name="taken")),
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
                        "verbose_name": "points liability",
                        "verbose_name_plural": "points liability",
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "day_on"), name="points_liability_one_per_day"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "closing",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        models.F("opening"), "+", models.F("issued")
                                                    ),
                                                    "-",
                                                    models.F("redeemed"),
                                                ),
                                                "-",
                                                models.F("expired"),
                                            ),
                                            "-",
                                            models.F("reversed"),
                                        ),
                                    )
                                ),
                                name="points_liability_adds_up",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PointsAccount",
                    fields=[
                        (
                            "membership",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="points_account",
                                serialize=False,
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                        ("balance", models.BigIntegerField(default=0, verbose_name="balance")),
                        ("held", models.BigIntegerField(default=0, verbose_name="held")),
                        ("debt", models.BigIntegerField(default=0, verbose_name="debt")),
                        ("version", models.BigIntegerField(default=0, verbose_name="version")),
                        ("is_live", models.BooleanField(default=False)),
                    ],
                    options={
                        "verbose_name": "points account",
                        "verbose_name_plural": "points accounts",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("balance__gte", 0)), name="points_account_balance_not_negative"),
                            models.CheckConstraint(
                                condition=models.Q(("held__gte", 0), ("held__lte", models.F("balance"))),
                                name="points_account_held_within_balance",
                            ),
                            models.CheckConstraint(condition=models.Q(("debt__gte", 0)), name="points_account_debt_not_negative"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PointsEntry",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("account_version", models.BigIntegerField(verbose_name="number")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("earn", "earned"),
                                    ("bonus", "bonus"),
                                    ("gift", "gift"),
                                    ("opening", "opening balance"),
                                    ("adjust", "adjusted"),
                                    ("redeem", "redeemed"),
                                    ("expire", "expired"),
                                    ("reverse", "reversed"),
                                    ("restore", "given back"),
                                    ("repay", "debt repaid"),
                                    ("exchange_out", "exchanged out"),
                                    ("exchange_in", "exchanged in"),
                                    ("merge", "merged"),
                                ],
                                max_length=15,
                                verbose_name="kind",
                            ),
                        ),
                        ("requested", models.BigIntegerField(verbose_name="requested")),
                        ("delta", models.BigIntegerField(verbose_name="points")),
                        ("owed", models.BigIntegerField(default=0, verbose_name="owed")),
                        ("forgiven", models.BigIntegerField(default=0, verbose_name="not taken")),
                        ("balance_after", models.BigIntegerField(verbose_name="balance after")),
                        ("debt_after", models.BigIntegerField(verbose_name="debt after")),
                        ("source_type", models.CharField(max_length=20, verbose_name="kind of cause")),
                        ("source_id", models.CharField(max_length=64, verbose_name="cause")),
                        ("rule", models.CharField(blank=True, max_length=40, verbose_name="rule")),
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
                                to="points.pointsaccount",
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
                                to="points.pointsentry",
                                verbose_name="belongs to",
                            ),
                        ),
                        (
                            "rules",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="points.pointsversion",
                                verbose_name="rules",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "points entry",
                        "verbose_name_plural": "points entries",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("reverses__isnull", False)), fields=["reverses"], name="points_entry_reversals"
                            ),
                            models.Index(fields=["source_type", "source_id"], name="points_entry_of_cause"),
                            models.Index(fields=["booked_at"], name="points_entry_booked"),
                            models.Index(
                                condition=models.Q(("account_version__gt", 500)),
                                fields=["account", "occurred_at", "id"],
                                name="points_entry_after_many",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("account", "account_version"), name="points_entry_one_per_version"),
                            models.UniqueConstraint(fields=("account", "effect_key"), name="points_entry_one_per_effect"),
                            models.CheckConstraint(
                                condition=models.Q(("requested", 0), _negated=True), name="points_entry_requested_not_zero"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("delta__lt", 0),
                                        ("forgiven", 0),
                                        ("kind", "repay"),
                                        ("owed", models.F("delta")),
                                        ("requested", models.F("delta")),
                                    ),
                                    models.Q(
                                        models.Q(("kind", "repay"), _negated=True),
                                        (
                                            "delta",
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("requested"), "+", models.F("owed")
                                                ),
                                                "+",
                                                models.F("forgiven"),
                                            ),
                                        ),
                                        ("forgiven__gte", 0),
                                        ("owed__gte", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="points_entry_parts_add_up",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind", "reverse"), ("kind", "repay"), models.Q(("forgiven", 0), ("owed", 0)), _connector="OR"
                                ),
                                name="points_entry_only_reversals_owe",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("balance_after__gte", 0), ("debt_after__gte", 0)),
                                name="points_entry_balance_not_negative",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PointsAdjustment",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("delta", models.IntegerField(verbose_name="points")),
                        ("reason", models.CharField(max_length=200, verbose_name="reason")),
                        (
                            "state",
                            models.CharField(
                                choices=[("pending", "waits for approval"), ("posted", "posted"), ("rejected", "rejected")],
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("effect_key", models.CharField(max_length=120)),
                        ("requested_by", models.CharField(max_length=60, verbose_name="asked by")),
                        ("requested_at", models.DateTimeField(verbose_name="asked")),
                        ("decided_by", models.CharField(blank=True, max_length=60, verbose_name="decided by")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="adjustments",
                                to="points.pointsaccount",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "entry",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="adjustment",
                                to="points.pointsentry",
                                verbose_name="entry",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "adjustment of points",
                        "verbose_name_plural": "adjustments of points",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "pending")), fields=["requested_at"], name="points_adjustment_waiting"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("account", "effect_key"), name="points_adjustment_one_per_effect"),
                            models.CheckConstraint(condition=models.Q(("delta", 0), _negated=True), name="points_adjustment_not_zero"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at", None), ("entry", None), ("state", "pending")),
                                    models.Q(("entry__isnull", False), ("state", "posted")),
                                    models.Q(("decided_at__isnull", False), ("entry", None), ("state", "rejected")),
                                    _connector="OR",
                                ),
                                name="points_adjustment_posted_has_its_entry",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by", ""), models.Q(("decided_by", models.F("requested_by")), _negated=True), _connector="OR"
                                ),
                                name="points_adjustment_two_people",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PointsExchange",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("points_out", models.PositiveIntegerField(verbose_name="points given")),
                        ("points_in", models.PositiveIntegerField(verbose_name="points received")),
                        ("ratio_from", models.PositiveIntegerField()),
                        ("ratio_to", models.PositiveIntegerField()),
                        ("exchanged_at", models.DateTimeField(verbose_name="time")),
                        (
                            "from_entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exchanged_out",
                                to="points.pointsentry",
                                verbose_name="from",
                            ),
                        ),
                        (
                            "pair",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exchanges",
                                to="points.exchangepair",
                                verbose_name="exchange pair",
                            ),
                        ),
                        (
                            "to_entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exchanged_in",
                                to="points.pointsentry",
                                verbose_name="to",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "exchange of points",
                        "verbose_name_plural": "exchanges of points",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("points_in__gte", 1), ("points_out__gte", 1)), name="points_exchange_moves_points"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PointsHold",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("amount", models.BigIntegerField(verbose_name="points")),
                        ("captured", models.BigIntegerField(default=0, verbose_name="captured")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("active", "active"),
                                    ("captured", "captured"),
                                    ("released", "released"),
                                    ("timed_out", "timed out"),
                                ],
                                default="active",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("order_no", models.CharField(blank=True, max_length=64, verbose_name="order number")),
                        ("effect_key", models.CharField(max_length=120)),
                        ("request_digest", models.CharField(max_length=32)),
                        ("actor", models.CharField(max_length=60, verbose_name="by")),
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("expires_at", models.DateTimeField(verbose_name="void from")),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="holds",
                                to="points.pointsaccount",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "entry",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="hold",
                                to="points.pointsentry",
                                verbose_name="captured by",
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
                        "verbose_name": "hold of points",
                        "verbose_name_plural": "holds of points",
                        "indexes": [
                            models.Index(fields=["account", "-id"], name="points_hold_of_account"),
                            models.Index(condition=models.Q(("state", "active")), fields=["expires_at"], name="points_hold_to_time_out"),
                            models.Index(
                                condition=models.Q(("order_no", ""), _negated=True),
                                fields=["store", "order_no"],
                                name="points_hold_of_order",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("account", "effect_key"), name="points_hold_one_per_effect"),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 1), ("captured__gte", 0), ("captured__lte", models.F("amount"))),
                                name="points_hold_captured_within_amount",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("captured", 0), ("closed_at", None), ("entry", None), ("state", "active")),
                                    models.Q(
                                        ("captured__gte", 1), ("closed_at__isnull", False), ("entry__isnull", False), ("state", "captured")
                                    ),
                                    models.Q(
                                        ("captured", 0),
                                        ("closed_at__isnull", False),
                                        ("entry", None),
                                        ("state__in", ("released", "timed_out")),
                                    ),
                                    _connector="OR",
                                ),
                                name="points_hold_ends_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PointsLot",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("amount", models.BigIntegerField(verbose_name="points")),
                        ("remaining", models.BigIntegerField(verbose_name="remaining")),
                        ("held", models.BigIntegerField(default=0, verbose_name="held")),
                        ("earned_at", models.DateTimeField(verbose_name="earned")),
                        ("available_from", models.DateTimeField(verbose_name="can be spent from")),
                        ("ends_at", models.DateTimeField(null=True, verbose_name="ends")),
                        ("is_open", models.BooleanField(default=True)),
                        (
                            "account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lots",
                                to="points.pointsaccount",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lot",
                                to="points.pointsentry",
                                verbose_name="earned by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "lot of points",
                        "verbose_name_plural": "lots of points",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("is_open", True)),
                                fields=["account", "ends_at", "earned_at", "id"],
                                name="points_lot_burn_order",
                            ),
                            models.Index(fields=["account", "id"], name="points_lot_of_account"),
                            models.Index(
                                condition=models.Q(("ends_at__isnull", False), ("is_open", True)),
                                fields=["ends_at"],
                                name="points_lot_that_ends",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("amount__gte", 1)), name="points_lot_amount_positive"),
                            models.CheckConstraint(
                                condition=models.Q(("remaining__gte", 0), ("remaining__lte", models.F("amount"))),
                                name="points_lot_remaining_within_amount",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("held__gte", 0), ("held__lte", models.F("remaining"))),
                                name="points_lot_held_within_remaining",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("is_open", True), ("remaining__gt", 0)),
                                    models.Q(("is_open", False), ("remaining", 0)),
                                    _connector="OR",
                                ),
                                name="points_lot_open_means_left",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HoldPart",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("amount", models.BigIntegerField(verbose_name="points")),
                        (
                            "hold",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="points.pointshold",
                                verbose_name="hold of points",
                            ),
                        ),
                        (
                            "lot",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.pointslot", verbose_name="lot"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "part of a hold",
                        "verbose_name_plural": "parts of holds",
                        "constraints": [
                            models.UniqueConstraint(fields=("hold", "lot"), name="points_holdpart_once_per_lot"),
                            models.CheckConstraint(condition=models.Q(("amount__gte", 1)), name="points_holdpart_positive"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PointsMove",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("delta", models.BigIntegerField(verbose_name="points")),
                        (
                            "entry",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="moves",
                                to="points.pointsentry",
                                verbose_name="entry",
                            ),
                        ),
                        (
                            "instead_of",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="points.pointslot",
                                verbose_name="instead of",
                            ),
                        ),
                        (
                            "lot",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="points.pointslot", verbose_name="lot"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "move of a lot",
                        "verbose_name_plural": "moves of lots",
                        "indexes": [
                            models.Index(fields=["entry", "id"], name="points_move_of_entry"),
                            models.Index(
                                condition=models.Q(("instead_of__isnull", False)), fields=["instead_of"], name="points_move_instead"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("delta", 0), _negated=True), name="points_move_not_zero")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PointsVersion",
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
                        ("points_per_unit", models.DecimalField(decimal_places=4, default=0, max_digits=9, verbose_name="points per yuan")),
                        ("order_minimum_minor", models.BigIntegerField(default=0, verbose_name="least order amount")),
                        ("order_cap", models.PositiveIntegerField(blank=True, null=True, verbose_name="points of an order at most")),
                        ("excludes_virtual", models.BooleanField(default=False, verbose_name="not for virtual goods")),
                        (
                            "only_categories",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=100),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="only these categories",
                            ),
                        ),
                        (
                            "not_categories",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=100),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="not these categories",
                            ),
                        ),
                        (
                            "only_skus",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=64),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="only these SKUs",
                            ),
                        ),
                        (
                            "not_skus",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=64),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="not these SKUs",
                            ),
                        ),
                        (
                            "lifetime_months",
                            models.PositiveSmallIntegerField(blank=True, default=24, null=True, verbose_name="valid for (months)"),
                        ),
                        ("pending_days", models.PositiveSmallIntegerField(default=0, verbose_name="can be spent after (days)")),
                        (
                            "reversal_policy",
                            models.CharField(
                                choices=[
                                    ("debt", "the member owes the rest"),
                                    ("within_balance", "what is there is taken, the rest is written off"),
                                    ("only_pending", "only points that cannot be spent yet are taken"),
                                ],
                                default="debt",
                                max_length=15,
                                verbose_name="when reversed points are spent",
                            ),
                        ),
                        ("restore_grace_days", models.PositiveSmallIntegerField(default=0, verbose_name="grace of returned points (days)")),
                        ("unit_cost_minor", models.PositiveIntegerField(default=100, verbose_name="cost of a point")),
                        ("redeem_value_minor", models.PositiveIntegerField(default=100, verbose_name="value of a point")),
                        ("redeem_minimum", models.PositiveIntegerField(default=1, verbose_name="least points of a redemption")),
                        (
                            "redeem_share",
                            models.DecimalField(
                                decimal_places=3, default=1, max_digits=4, verbose_name="share of an order that points may pay"
                            ),
                        ),
                        ("hold_minutes", models.PositiveIntegerField(default=30, verbose_name="a hold lasts (minutes)")),
                        ("adjust_limit", models.PositiveIntegerField(default=100, verbose_name="adjustment without approval up to")),
                        (
                            "operator_adjust_limit",
                            models.PositiveIntegerField(
                                default=1000, verbose_name="operators and administrators: adjustment without approval up to"
                            ),
                        ),
                        (
                            "based_on",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="points.pointsversion",
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
                        "verbose_name": "points rules",
                        "verbose_name_plural": "points rules",
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "number"), name="points_version_numbered"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "draft")), fields=("programme",), name="points_version_one_draft"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "published")), fields=("programme",), name="points_version_one_published"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("order_minimum_minor__gte", 0),
                                    ("points_per_unit__gte", 0),
                                    ("redeem_minimum__gte", 1),
                                    ("redeem_share__gte", 0),
                                    ("hold_minutes__gte", 1),
                                    ("redeem_share__lte", 1),
                                ),
                                name="points_version_values_make_sense",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("operator_adjust_limit__gte", models.F("adjust_limit"))),
                                name="points_version_operators_adjust_no_less",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PointsRule",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "code",
                            models.CharField(
                                choices=[
                                    ("purchase", "purchase"),
                                    ("review", "review"),
                                    ("photo_review", "photo review"),
                                    ("share", "share"),
                                    ("check_in", "check-in"),
                                    ("task", "task completed"),
                                ],
                                max_length=15,
                                verbose_name="rule",
                            ),
                        ),
                        ("task", models.CharField(blank=True, max_length=40, verbose_name="task")),
                        ("is_on", models.BooleanField(default=True, verbose_name="in use")),
                        ("points", models.PositiveIntegerField(default=0, verbose_name="points")),
                        ("daily_cap", models.PositiveIntegerField(blank=True, null=True, verbose_name="times a day")),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rules",
                                to="points.pointsversion",
                                verbose_name="points rules",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "points rule",
                        "verbose_name_plural": "points rules",
                        "constraints": [
                            models.UniqueConstraint(fields=("version", "code", "task"), name="points_rule_once_per_version"),
                            models.CheckConstraint(
                                condition=models.Q(("code", "task"), ("task", ""), _connector="XOR"), name="points_rule_task_is_named"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PointsMultiplier",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("member_day", "member day"), ("campaign", "campaign"), ("level", "level")],
                                max_length=10,
                                verbose_name="depends on",
                            ),
                        ),
                        ("key", models.CharField(blank=True, max_length=60, verbose_name="which")),
                        ("factor", models.DecimalField(decimal_places=2, max_digits=4, verbose_name="times")),
                        ("day_of_month", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="day of the month")),
                        ("valid_from", models.DateTimeField(blank=True, null=True, verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="multipliers",
                                to="points.pointsversion",
                                verbose_name="points rules",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "multiplier",
                        "verbose_name_plural": "multipliers",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("factor__gte", 1)), name="points_multiplier_at_least_one"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "member_day"), _negated=True),
                                    models.Q(("day_of_month__gte", 1), ("day_of_month__lte", 31)),
                                    _connector="OR",
                                ),
                                name="points_multiplier_has_its_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "campaign"), _negated=True),
                                    models.Q(("valid_from__isnull", False), ("valid_until__gt", models.F("valid_from"))),
                                    _connector="OR",
                                ),
                                name="points_multiplier_campaign_has_its_days",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RedeemMinimum",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("level_code", models.CharField(max_length=20, verbose_name="level")),
                        ("points", models.PositiveIntegerField(verbose_name="points")),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="minimums",
                                to="points.pointsversion",
                                verbose_name="points rules",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "minimum of a level",
                        "verbose_name_plural": "minimums of levels",
                        "constraints": [
                            models.UniqueConstraint(fields=("version", "level_code"), name="points_minimum_once_per_level"),
                            models.CheckConstraint(condition=models.Q(("points__gte", 1)), name="points_minimum_at_least_one"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reward",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.SlugField(max_length=40, verbose_name="code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
                        ("kind", models.CharField(max_length=20, verbose_name="kind")),
                        ("payload", models.JSONField(blank=True, default=dict, verbose_name="content")),
                        ("points", models.PositiveIntegerField(verbose_name="points")),
                        ("stock", models.PositiveIntegerField(blank=True, null=True, verbose_name="stock")),
                        ("taken", models.PositiveIntegerField(default=0, verbose_name="redeemed")),
                        ("per_member", models.PositiveIntegerField(blank=True, null=True, verbose_name="per member at most")),
                        ("valid_from", models.DateTimeField(blank=True, null=True, verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
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
                        "verbose_name": "reward",
                        "verbose_name_plural": "rewards",
                        "constraints": [
                            models.UniqueConstraint(fields=("programme", "code"), name="points_reward_code_is_unique"),
                            models.CheckConstraint(condition=models.Q(("points__gte", 1)), name="points_reward_costs_points"),
                            models.CheckConstraint(
                                condition=models.Q(("stock", None), ("taken__lte", models.F("stock")), _connector="OR"),
                                name="points_reward_stock_not_exceeded",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Redemption",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("points", models.PositiveIntegerField(verbose_name="points")),
                        (
                            "state",
                            models.CharField(
                                choices=[("fulfilled", "fulfilled"), ("cancelled", "cancelled")],
                                default="fulfilled",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("result", models.JSONField(default=dict, verbose_name="given")),
                        ("effect_key", models.CharField(max_length=120)),
                        ("actor", models.CharField(max_length=60, verbose_name="by")),
                        ("created_at", models.DateTimeField(verbose_name="redeemed at")),
                        ("cancelled_at", models.DateTimeField(null=True, verbose_name="cancelled")),
                        ("cancelled_by", models.CharField(blank=True, max_length=60, verbose_name="cancelled by")),
                        ("cancel_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="redemptions",
                                to="points.pointsaccount",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="redemption",
                                to="points.pointsentry",
                                verbose_name="entry",
                            ),
                        ),
                        (
                            "reward",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="redemptions",
                                to="points.reward",
                                verbose_name="reward",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "redemption",
                        "verbose_name_plural": "redemptions",
                        "indexes": [
                            models.Index(fields=["account", "-id"], name="points_redemption_of_account"),
                            models.Index(fields=["reward", "-id"], name="points_redemption_of_reward"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("account", "effect_key"), name="points_redemption_one_per_effect"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cancelled_at", None), ("state", "fulfilled")),
                                    models.Q(("cancelled_at__isnull", False), ("state", "cancelled")),
                                    _connector="OR",
                                ),
                                name="points_redemption_cancelled_has_its_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RewardCode",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("code", models.CharField(max_length=80, verbose_name="code")),
                        (
                            "redemption",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="code",
                                to="points.redemption",
                                verbose_name="redemption",
                            ),
                        ),
                        (
                            "reward",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="points.reward", verbose_name="reward"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "code of a reward",
                        "verbose_name_plural": "codes of rewards",
                        "indexes": [
                            models.Index(condition=models.Q(("redemption", None)), fields=["reward", "id"], name="points_rewardcode_free")
                        ],
                        "constraints": [models.UniqueConstraint(fields=("reward", "code"), name="points_rewardcode_once")],
                    },
                ),
                migrations.CreateModel(
                    name="RewardEvent",
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
                        ("kind", models.CharField(max_length=20, verbose_name="kind")),
                        ("payload", models.JSONField(blank=True, default=dict, verbose_name="content")),
                        ("points", models.PositiveIntegerField(verbose_name="points")),
                        ("stock", models.PositiveIntegerField(blank=True, null=True, verbose_name="stock")),
                        ("taken", models.PositiveIntegerField(default=0, verbose_name="redeemed")),
                        ("per_member", models.PositiveIntegerField(blank=True, null=True, verbose_name="per member at most")),
                        ("valid_from", models.DateTimeField(blank=True, null=True, verbose_name="valid from")),
                        ("valid_until", models.DateTimeField(blank=True, null=True, verbose_name="valid until")),
                        ("is_on", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="points.reward",
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
                pgtrigger.migrations.AddTrigger(
                    model_name="exchangepair",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "points_exchangepairevent" ("daily_cap", "from_programme_id", "id", "is_on", "minimum", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "ratio_from", "ratio_to", "step", "to_programme_id") SELECT old_values."daily_cap", old_values."from_programme_id", old_values."id", old_values."is_on", old_values."minimum", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."ratio_from", old_values."ratio_to", old_values."step", old_values."to_programme_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="410c132007f15244f1c9251b87c11cabafd9c25c",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_f9e27",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="points_exchangepair",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="exchangepair",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "points_exchangepairevent" ("daily_cap", "from_programme_id", "id", "is_on", "minimum", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "ratio_from", "ratio_to", "step", "to_programme_id") SELECT old_values."daily_cap", old_values."from_programme_id", old_values."id", old_values."is_on", old_values."minimum", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."ratio_from", old_values."ratio_to", old_values."step", old_values."to_programme_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="d9b75d9e132c628806ce5c43e2d0156af7c6b708",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_770d3",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="points_exchangepair",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="reward",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "points_rewardevent" ("code", "description", "id", "is_on", "kind", "name", "payload", "per_member", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "programme_id", "stock", "taken", "valid_from", "valid_until") SELECT old_values."code", old_values."description", old_values."id", old_values."is_on", old_values."kind", old_values."name", old_values."payload", old_values."per_member", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."points", old_values."programme_id", old_values."stock", old_values."taken", old_values."valid_from", old_values."valid_until" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="b1ddc62c4926c76e7f414422208d127d1e75e356",
                            level="STATEMENT",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_d72f0",
                            referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                            table="points_reward",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="reward",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "points_rewardevent" ("code", "description", "id", "is_on", "kind", "name", "payload", "per_member", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "programme_id", "stock", "taken", "valid_from", "valid_until") SELECT old_values."code", old_values."description", old_values."id", old_values."is_on", old_values."kind", old_values."name", old_values."payload", old_values."per_member", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."points", old_values."programme_id", old_values."stock", old_values."taken", old_values."valid_from", old_values."valid_until" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                            hash="66a15e475f5c23ac64a5003eb0b81f1055608e4d",
                            level="STATEMENT",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_ce509",
                            referencing="REFERENCING OLD TABLE AS old_values ",
                            table="points_reward",
                            when="AFTER",
                        ),
                    ),
                ),
            ],
        ),
    ]
