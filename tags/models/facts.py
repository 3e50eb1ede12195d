"""What rules read: one wide row a membership, kept fresh from notes and from the calendar (issue 5 item 1, ruling 11)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class MemberFact(models.Model):
    """Everything that rules may ask of a membership, as its sources stood at the last refresh (tags/services/facts.py).

    The row says when things happened, never how long ago: an age or "30 days since" is reckoned from the day a rule is judged on.
    Figures of windows are of the windows that end with the local day `as_of_on`; next_change_on is the first local day after it on
    which one of them changes by time alone, empty if none ever does. Rows exist for active memberships of active members.

    Orders are those completed and not refunded whole (as RFM counts them, ruling 21); amounts are net of refunds, in minor units of
    the programme's currency, orders in another currency counting as orders only.
    children: a number a child, birth month x 3 + gender (0 unknown, 1 male, 2 female), months counted from the year 0.
    level, paid_level: codes of what counts now, empty for none.  priced_*: orders in the programme's currency.
    rfm_orders, rfm_amount_minor: of the window of the published RFM model.  returned_365: completed orders of which something came
    back, finished_365: all that were completed.  visits_falling: the visits of the last closed months fell twice (A-36).
    figures: {id of a watched figure: [..]}, only where there is something (tags/rules/figures.py).

    The keys are looked up by nobody: rows are reckoned from memberships in the same statement, by the million.
    """

    membership = models.OneToOneField("stores.Membership", models.CASCADE, primary_key=True, db_constraint=False, related_name="+")
    member = models.ForeignKey("members.Member", models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    programme = models.ForeignKey("stores.Programme", models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    as_of_on = models.DateField()
    next_change_on = models.DateField(null=True)
    # who they are
    gender = models.CharField(max_length=10)
    birthday = models.DateField(null=True)
    province_code = models.CharField(max_length=6)
    city_code = models.CharField(max_length=6)
    country = models.CharField(max_length=64)
    children = ArrayField(models.IntegerField())
    marketing = models.BooleanField()
    # how they came
    register_channel = models.CharField(max_length=15)
    register_source = models.CharField(max_length=64)
    joined_on = models.DateField()
    joined_by = models.CharField(max_length=15)
    # what they hold
    level = models.CharField(max_length=20)
    paid_level = models.CharField(max_length=20)
    growth = models.BigIntegerField()
    points = models.BigIntegerField()
    wallet_minor = models.BigIntegerField(null=True)
    recharged_minor = models.BigIntegerField(null=True)
    coupons_usable = models.IntegerField()
    coupons_used_180 = models.IntegerField()
    # what they bought
    orders = models.IntegerField()
    orders_30 = models.IntegerField()
    orders_90 = models.IntegerField()
    orders_180 = models.IntegerField()
    orders_365 = models.IntegerField()
    amount_minor = models.BigIntegerField()
    amount_30_minor = models.BigIntegerField()
    amount_90_minor = models.BigIntegerField()
    amount_180_minor = models.BigIntegerField()
    amount_365_minor = models.BigIntegerField()
    priced_365 = models.IntegerField()
    items_365 = models.BigIntegerField()
    goods_365_minor = models.BigIntegerField()
    discount_365_minor = models.BigIntegerField()
    returned_365 = models.IntegerField()
    finished_365 = models.IntegerField()
    first_order_on = models.DateField(null=True)
    second_order_on = models.DateField(null=True)
    last_order_on = models.DateField(null=True)
    rfm_orders = models.IntegerField()
    rfm_amount_minor = models.BigIntegerField()
    top_category = models.CharField(max_length=200)
    top_brand = models.CharField(max_length=64)
    top_item = models.CharField(max_length=64)
    channels = ArrayField(models.CharField(max_length=15))
    # what they did
    visit_days_30 = models.IntegerField()
    visit_days_90 = models.IntegerField()
    last_visit_on = models.DateField(null=True)
    visits_falling = models.BooleanField()
    figures = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["programme", "membership"], name="tags_memberfact_in_order"),
            models.Index(fields=["programme", "next_change_on"], condition=Q(next_change_on__isnull=False), name="tags_memberfact_due"),
        ]


class FactStale(models.Model):
    """A note that a membership's facts must be reckoned anew: an event told of something that they hold.

    Only added, and deleted by its id when it has been seen to, as growth.RfmStale: nobody waits for anybody.
    """

    membership = models.ForeignKey("stores.Membership", models.CASCADE, db_constraint=False, db_index=False, related_name="+")


class FactClock(models.Model):
    """That the facts of a programme are kept, since when, and how far. as_of_on: the local day to which no row is behind.

    basis: what all rows were reckoned by besides their sources (the window of the RFM model); another one reckons all of them anew.
    """

    programme = models.OneToOneField("stores.Programme", models.CASCADE, primary_key=True, related_name="+")
    as_of_on = models.DateField(null=True)
    basis = models.CharField(max_length=60)
    filled_at = models.DateTimeField(null=True)


class WatchedFigure(models.Model):
    """A parameterised figure that a rule in use asks for, kept in MemberFact.figures under this row's id.

    key: what it counts, in words of the rule language: {"bought": {"by": "category", "value": "...", "days": 180}}.
    filled_at: empty until every row of the programme has it.
    """

    programme = models.ForeignKey("stores.Programme", models.CASCADE, related_name="+")
    key = models.CharField(max_length=500)
    filled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="tags_watchedfigure_once")]
