"""Filters of the lists of facts."""

from typing import Any

from django.db.models import QuerySet
from django_filters import CharFilter

from activity.models import AfterSale, BehaviourEvent, Order
from core.api.filters import Filters
from members import selectors as members_selectors
from stores import selectors as stores_selectors

BETWEEN = ["gte", "lt"]


class FactFilters(Filters):
    """Raises StoreNotFound, MemberNotFound for those out of reach."""

    store = CharFilter(method="at_store")
    member = CharFilter(method="of_member")

    def at_store(self, rows: QuerySet[Any], _name: str, code: str) -> QuerySet[Any]:
        return rows.filter(store=stores_selectors.store_by_code(code, self.call.scope))

    def of_member(self, rows: QuerySet[Any], _name: str, one_id: str) -> QuerySet[Any]:
        return rows.filter(member=members_selectors.reachable(one_id, self.call.scope))


class OrderFilters(FactFilters):
    class Meta:
        model = Order
        fields = {"order_no": ["exact"], "status": ["exact"], "placed_at": BETWEEN}


class AfterSaleFilters(FactFilters):
    class Meta:
        model = AfterSale
        fields = {"after_sale_no": ["exact"], "order_no": ["exact"], "status": ["exact"], "applied_at": BETWEEN}


class EventFilters(FactFilters):
    class Meta:
        model = BehaviourEvent
        fields = {"kind": ["exact"], "channel": ["exact"], "occurred_at": BETWEEN}
