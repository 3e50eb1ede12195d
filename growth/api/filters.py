"""Filters of the lists of growth."""

from typing import Any

from django.db.models import QuerySet
from django_filters import CharFilter

from core.api.filters import Filters
from growth.models import GrowthEntry, Subscription
from members import selectors as members_selectors


class EntryFilters(Filters):
    class Meta:
        model = GrowthEntry
        fields = {"reason": ["exact"], "occurred_at": ["gte", "lt"]}


class SubscriptionFilters(Filters):
    """Raises MemberNotFound for one out of reach."""

    member = CharFilter(method="of_member")
    plan = CharFilter(field_name="plan__code")

    class Meta:
        model = Subscription
        fields = {"state": ["exact"]}

    def of_member(self, rows: QuerySet[Any], _name: str, one_id: str) -> QuerySet[Any]:
        return rows.filter(membership__member=members_selectors.reachable(one_id, self.call.scope))
