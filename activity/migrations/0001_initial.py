import django.db.models.deletion
from django.db import migrations, models

import core.at_once


class Migration(migrations.Migration):
    initial = True

    # The first is not needed by any table here: the library's many steps are taken before there are more tables to go through at each.
    dependencies = [
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("members", "0001_initial"),
        ("stores", "0001_initial"),
    ]

    operations = [
        core.at_once.AtOnce(
            operations=[
                migrations.CreateModel(
                    name="BehaviourEvent",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("source", models.CharField(max_length=40, verbose_name="source")),
                        ("event_id", models.CharField(max_length=100, verbose_name="event id")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("login", "login"),
                                    ("enter", "entered the shop"),
                                    ("view", "viewed"),
                                    ("click", "clicked"),
                                    ("search", "searched"),
                                    ("favourite", "added to favourites"),
                                    ("unfavourite", "removed from favourites"),
                                    ("cart_add", "put in the cart"),
                                    ("cart_remove", "took out of the cart"),
                                    ("deal", "closed a deal"),
                                    ("review.submitted", "wrote a review"),
                                    ("review.approved", "review approved"),
                                    ("review.deleted", "review deleted"),
                                    ("photo_review.submitted", "sent a photo review"),
                                    ("photo_review.approved", "photo review approved"),
                                    ("photo_review.deleted", "photo review deleted"),
                                    ("share", "shared"),
                                    ("check_in", "checked in"),
                                    ("task", "finished a task"),
                                    ("reservation", "made a reservation"),
                                ],
                                max_length=30,
                                verbose_name="kind",
                            ),
                        ),
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
                        ("origin", models.CharField(choices=[("live", "live"), ("backfill", "backfill")], default="live", max_length=10)),
                        ("occurred_at", models.DateTimeField(verbose_name="time")),
                        ("spu", models.CharField(blank=True, max_length=64, verbose_name="SPU")),
                        ("sku", models.CharField(blank=True, max_length=64, verbose_name="SKU")),
                        ("order_no", models.CharField(blank=True, max_length=64, verbose_name="order number")),
                        ("line_no", models.PositiveIntegerField(null=True, verbose_name="line")),
                        ("path", models.CharField(blank=True, max_length=300, verbose_name="page")),
                        ("dwell_seconds", models.PositiveIntegerField(null=True, verbose_name="seconds on the page")),
                        ("entrance", models.CharField(blank=True, max_length=100, verbose_name="entrance")),
                        ("attributes", models.JSONField(default=dict, verbose_name="attributes")),
                        ("booked_at", models.DateTimeField(verbose_name="recorded")),
                    ],
                    options={
                        "verbose_name": "behaviour event",
                        "verbose_name_plural": "behaviour events",
                        "db_table": "activity_behaviourevent",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="BehaviourEventKey",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("source", models.CharField(max_length=40)),
                        ("event_id", models.CharField(max_length=100)),
                        ("digest", models.CharField(max_length=64)),
                        ("behaviour_id", models.BigIntegerField()),
                        ("occurred_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("source", "event_id"), name="activity_eventkey_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Order",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("order_no", models.CharField(max_length=64, verbose_name="order number")),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                        ("digest", models.CharField(max_length=64)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("placed", "awaiting payment"),
                                    ("paid", "paid, not shipped"),
                                    ("shipped", "shipped"),
                                    ("received", "received"),
                                    ("completed", "completed"),
                                    ("cancelled", "cancelled"),
                                ],
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
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
                        ("origin", models.CharField(choices=[("live", "live"), ("backfill", "backfill")], default="live", max_length=10)),
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
                                max_length=3,
                                verbose_name="currency",
                            ),
                        ),
                        ("goods_minor", models.BigIntegerField(verbose_name="goods")),
                        ("discount_minor", models.BigIntegerField(default=0, verbose_name="discount")),
                        ("coupon_minor", models.BigIntegerField(default=0, verbose_name="coupons")),
                        ("points_minor", models.BigIntegerField(default=0, verbose_name="paid by points")),
                        ("points_used", models.BigIntegerField(default=0, verbose_name="points used")),
                        ("postage_minor", models.BigIntegerField(default=0, verbose_name="postage")),
                        ("paid_minor", models.BigIntegerField(verbose_name="paid")),
                        ("settled_minor", models.BigIntegerField(verbose_name="settled")),
                        ("refunded_minor", models.BigIntegerField(default=0, verbose_name="refunded")),
                        ("net_minor", models.BigIntegerField(verbose_name="settled, net of refunds")),
                        (
                            "source_currency",
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
                                verbose_name="shop's currency",
                            ),
                        ),
                        ("source_rate", models.DecimalField(decimal_places=6, max_digits=14, null=True, verbose_name="fixed rate")),
                        ("source_settled_minor", models.BigIntegerField(null=True, verbose_name="settled, shop's currency")),
                        ("placed_at", models.DateTimeField(verbose_name="placed")),
                        ("paid_at", models.DateTimeField(null=True, verbose_name="paid at")),
                        ("shipped_at", models.DateTimeField(null=True, verbose_name="shipped at")),
                        ("received_at", models.DateTimeField(null=True, verbose_name="received at")),
                        ("completed_at", models.DateTimeField(null=True, verbose_name="completed at")),
                        ("cancelled_at", models.DateTimeField(null=True, verbose_name="cancelled at")),
                        ("receiver_name", models.CharField(blank=True, max_length=64, verbose_name="receiver")),
                        ("receiver_phone", models.CharField(blank=True, max_length=20, verbose_name="receiver's phone")),
                        ("receiver_address", models.CharField(blank=True, max_length=400, verbose_name="receiver's address")),
                        ("country", models.CharField(blank=True, max_length=64, verbose_name="country")),
                        ("coupon_codes", models.JSONField(default=list)),
                        ("booked_at", models.DateTimeField(verbose_name="recorded")),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.member", verbose_name="member"
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.store", verbose_name="store"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "order",
                        "verbose_name_plural": "orders",
                        "indexes": [
                            models.Index(fields=["member", "-placed_at", "-id"], name="activity_order_of_member"),
                            models.Index(fields=["store", "-placed_at", "-id"], name="activity_order_of_store"),
                            models.Index(
                                condition=models.Q(("status", "completed")),
                                fields=["completed_at"],
                                include=("member", "store", "net_minor", "settled_minor"),
                                name="activity_order_completed",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("order_no", "store"), name="activity_order_once_per_store"),
                            models.CheckConstraint(
                                condition=models.Q(("goods_minor__gte", 0), ("paid_minor__gte", 0), ("settled_minor__gte", 0)),
                                name="activity_order_amounts_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("refunded_minor__gte", 0)), name="activity_order_refunded_not_negative"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("net_minor__gte", 0), ("net_minor__lte", models.F("settled_minor"))),
                                name="activity_order_net_within_settled",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "completed"), _negated=True), ("completed_at__isnull", False), _connector="OR"
                                ),
                                name="activity_order_completed_has_its_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AfterSale",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("after_sale_no", models.CharField(max_length=64, verbose_name="after-sale number")),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                        ("digest", models.CharField(max_length=64)),
                        ("order_no", models.CharField(blank=True, max_length=64, verbose_name="order number")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("return", "return and refund"), ("refund", "refund only"), ("exchange", "exchange")],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("applied", "applied"),
                                    ("reviewing", "in review"),
                                    ("approved", "approved"),
                                    ("refunded", "refunded"),
                                    ("exchanged", "exchanged"),
                                    ("rejected", "rejected"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        ("names_lines", models.BooleanField(default=True)),
                        ("origin", models.CharField(choices=[("live", "live"), ("backfill", "backfill")], default="live", max_length=10)),
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
                                max_length=3,
                                verbose_name="currency",
                            ),
                        ),
                        ("refund_minor", models.BigIntegerField(verbose_name="refund")),
                        ("postage_minor", models.BigIntegerField(default=0, verbose_name="postage refunded")),
                        (
                            "source_currency",
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
                            ),
                        ),
                        ("source_rate", models.DecimalField(decimal_places=6, max_digits=14, null=True)),
                        ("source_refund_minor", models.BigIntegerField(null=True)),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("applied_at", models.DateTimeField(verbose_name="applied")),
                        ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                        ("effects_at", models.DateTimeField(null=True)),
                        ("receiver_name", models.CharField(blank=True, max_length=64, verbose_name="receiver")),
                        ("receiver_phone", models.CharField(blank=True, max_length=20, verbose_name="receiver's phone")),
                        ("receiver_address", models.CharField(blank=True, max_length=400, verbose_name="receiver's address")),
                        ("booked_at", models.DateTimeField(verbose_name="recorded")),
                        (
                            "member",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="members.member",
                                verbose_name="member",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.store", verbose_name="store"
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="after_sales",
                                to="activity.order",
                                verbose_name="order",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "after-sale",
                        "verbose_name_plural": "after-sales",
                        "indexes": [
                            models.Index(fields=["member", "-applied_at", "-id"], name="activity_aftersale_of_member"),
                            models.Index(
                                condition=models.Q(("order", None)), fields=["order_no", "store"], name="activity_aftersale_orphans"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("after_sale_no", "store"), name="activity_aftersale_once_per_store"),
                            models.CheckConstraint(
                                condition=models.Q(("postage_minor__gte", 0), ("refund_minor__gte", 0)),
                                name="activity_aftersale_amounts_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "refunded"), _negated=True), ("settled_at__isnull", False), _connector="OR"
                                ),
                                name="activity_aftersale_refunded_has_its_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrderLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("line_no", models.PositiveIntegerField(verbose_name="line")),
                        ("sku", models.CharField(max_length=64, verbose_name="SKU")),
                        ("spu", models.CharField(blank=True, max_length=64, verbose_name="SPU")),
                        ("name", models.CharField(max_length=200, verbose_name="item")),
                        ("brand", models.CharField(blank=True, max_length=64, verbose_name="brand")),
                        ("category", models.CharField(blank=True, max_length=200, verbose_name="category")),
                        ("attributes", models.JSONField(default=dict, verbose_name="attributes")),
                        ("unit_price_minor", models.BigIntegerField(verbose_name="unit price")),
                        ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                        ("paid_minor", models.BigIntegerField(verbose_name="paid")),
                        ("refunded_minor", models.BigIntegerField(default=0, verbose_name="refunded")),
                        ("refunded_quantity", models.PositiveIntegerField(default=0, verbose_name="returned")),
                        ("source_paid_minor", models.BigIntegerField(null=True)),
                        ("is_virtual", models.BooleanField(default=False, verbose_name="virtual")),
                        ("is_gift_card", models.BooleanField(default=False, verbose_name="gift card")),
                        (
                            "order",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="activity.order"),
                        ),
                    ],
                    options={
                        "verbose_name": "order line",
                        "verbose_name_plural": "order lines",
                        "constraints": [
                            models.UniqueConstraint(fields=("order", "line_no"), name="activity_orderline_once"),
                            models.CheckConstraint(
                                condition=models.Q(("paid_minor__gte", 0), ("unit_price_minor__gte", 0)),
                                name="activity_orderline_amounts_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("refunded_minor__gte", 0), ("refunded_minor__lte", models.F("paid_minor"))),
                                name="activity_orderline_refunded_within_paid",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WalletBalance",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                                max_length=3,
                                verbose_name="currency",
                            ),
                        ),
                        ("balance_minor", models.BigIntegerField(verbose_name="balance")),
                        ("red_packet_minor", models.BigIntegerField(default=0, verbose_name="red packets")),
                        ("recharge_total_minor", models.BigIntegerField(default=0, verbose_name="recharged in all")),
                        ("spent_total_minor", models.BigIntegerField(default=0, verbose_name="spent in all")),
                        ("gift_total_minor", models.BigIntegerField(default=0, verbose_name="given in all")),
                        ("as_of", models.DateTimeField(verbose_name="as of")),
                        ("booked_at", models.DateTimeField(verbose_name="recorded")),
                        (
                            "membership",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="wallet",
                                to="stores.membership",
                                verbose_name="membership",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "wallet balance",
                        "verbose_name_plural": "wallet balances",
                    },
                ),
                migrations.CreateModel(
                    name="AfterSaleLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("line_no", models.PositiveIntegerField(verbose_name="line")),
                        ("quantity", models.PositiveIntegerField(default=0, verbose_name="quantity")),
                        ("refund_minor", models.BigIntegerField(verbose_name="refund")),
                        ("applied_minor", models.BigIntegerField(default=0, verbose_name="refund taken off the line")),
                        ("sku", models.CharField(blank=True, max_length=64, verbose_name="SKU")),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="item")),
                        (
                            "after_sale",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="activity.aftersale"),
                        ),
                    ],
                    options={
                        "verbose_name": "after-sale line",
                        "verbose_name_plural": "after-sale lines",
                        "constraints": [
                            models.UniqueConstraint(fields=("after_sale", "line_no"), name="activity_aftersaleline_once"),
                            models.CheckConstraint(
                                condition=models.Q(("applied_minor__gte", 0), ("refund_minor__gte", 0)),
                                name="activity_aftersaleline_amounts_not_negative",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
