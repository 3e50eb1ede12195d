"""The daily summary of members, their months, and the function that reads them (ruling 29; docs/rules/summary.md)."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

_FUNCTIONS = Path(__file__).parents[1] / "sql" / "functions"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_access_log_and_search"),
        ("stores", "0002_member_numbers"),
        ("tags", "0001_initial"),
    ]

    operations = [
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
        migrations.RunSQL((_FUNCTIONS / "tags_months.sql").read_text(encoding="utf-8"), "DROP FUNCTION tags_months"),
    ]
