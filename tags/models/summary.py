"""What members did day by day at each store, and their months (DAT-05, DAT-06, DRV-01..14; ruling 29; docs/rules/summary.md)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberDay(models.Model):
    """What one member did at one store on one local day of its programme; rows exist for days on which something was told.

    membership: in the store's programme.  Empty: nothing of that kind was told that day, which selectors.summary reads as 0 from the day
    on which the store first told of that kind (tags.DaySource), and as unknown before (A-49).
    Deals are orders paid that day. Amounts are minor units of the programme's currency; what is refunded later stands on its own day.
    pieces_by_band: by paid unit price, below 50, 100, 200, 500, and from 500 (DAT-28).
    """

    membership = models.ForeignKey(
        "stores.Membership", models.CASCADE, db_constraint=False, db_index=False, related_name="+", verbose_name=_("membership")
    )
    store = models.ForeignKey(
        "stores.Store", models.CASCADE, db_constraint=False, db_index=False, related_name="+", verbose_name=_("store")
    )
    day_on = models.DateField(_("day"))
    paid_minor = models.BigIntegerField(_("paid for goods"), null=True)
    deals = models.PositiveIntegerField(_("deals"), null=True)
    pieces = models.BigIntegerField(_("pieces"), null=True)
    postage_minor = models.BigIntegerField(_("postage"), null=True)
    discount_minor = models.BigIntegerField(_("discount"), null=True)
    second_discount_minor = models.BigIntegerField(_("discount on a discount"), null=True)
    discounted_deals = models.PositiveIntegerField(_("discounted deals"), null=True)
    twice_discounted_deals = models.PositiveIntegerField(_("deals discounted twice"), null=True)
    highest_price_minor = models.BigIntegerField(_("highest price of a piece"), null=True)
    categories = models.PositiveIntegerField(_("categories bought"), null=True)
    top_category = models.CharField(_("category with the highest amount"), max_length=200, null=True)
    pieces_by_band = ArrayField(models.BigIntegerField(), size=5, null=True, verbose_name=_("pieces by price"))
    refunds = models.PositiveIntegerField(_("refunds"), null=True)
    refund_minor = models.BigIntegerField(_("refunded"), null=True)
    cart_adds = models.PositiveIntegerField(_("items put in the cart"), null=True)
    cart_removes = models.PositiveIntegerField(_("items taken out of the cart"), null=True)
    favourites = models.PositiveIntegerField(_("items added to favourites"), null=True)
    unfavourites = models.PositiveIntegerField(_("items removed from favourites"), null=True)
    items_clicked = models.PositiveIntegerField(_("items clicked"), null=True)
    clicks = models.PositiveIntegerField(_("clicks on items"), null=True)
    dwell_seconds = models.BigIntegerField(_("seconds in the shop"), null=True)
    good_reviews = models.PositiveIntegerField(_("good reviews"), null=True)

    class Meta:
        verbose_name = _("day of a member")
        verbose_name_plural = _("days of members")
        constraints = [models.UniqueConstraint(fields=["membership", "day_on", "store"], name="tags_memberday_once")]
        indexes = [models.Index(fields=["store", "day_on"], name="tags_memberday_of_store")]


class DayStale(models.Model):
    """A note that a member's day at a store must be reckoned anew; no day: all days, since an order or after-sale may have moved.

    Only added, and deleted by its id when it has been seen to, as growth.RfmStale.
    """

    member = models.ForeignKey("members.Member", models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    store = models.ForeignKey("stores.Store", models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    day_on = models.DateField(null=True)


class DaySource(models.Model):
    """Since when a store tells of a kind of fact: the first day that any of its members has of it. Before, nobody knows (A-54)."""

    store = models.ForeignKey("stores.Store", models.CASCADE, related_name="+", verbose_name=_("store"))
    family = models.CharField(_("kind of fact"), max_length=12)  # tags.rules.summary.Family
    first_on = models.DateField(_("since"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "family"], name="tags_daysource_once")]


class MemberSeries(models.Model):
    """The months of one indicator of a membership, newest first, for derived variables (ruling 29); the platform's sum up all stores.

    newest: year x 12 + month - 1 of the last month above 0.  months: that month and the twelve before it, so that twelve closed ones are
    there while the newest still runs. Months that follow are 0 until a new row says otherwise: nothing is rewritten when a month ends.
    """

    membership = models.ForeignKey("stores.Membership", models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    indicator = models.CharField(max_length=20)
    newest = models.IntegerField()
    months = ArrayField(models.BigIntegerField(), size=13)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "indicator"], name="tags_memberseries_once")]
