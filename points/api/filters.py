"""Filters of the lists of points."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django_filters import CharFilter

from core.api.filters import Filters
from members import selectors as members_selectors
from points.enums import HoldState
from points.models import PointsEntry, PointsExchange, PointsHold, PointsLot, Redemption


class EntryFilters(Filters):
    class Meta:
        model = PointsEntry
        fields = {"kind": ["exact"], "occurred_at": ["gte", "lt"]}


class LotFilters(Filters):
    is_open = CharFilter(method="with_something_left")

    class Meta:
        model = PointsLot
        fields: ClassVar[dict[str, list[str]]] = {}

    def with_something_left(self, rows: QuerySet[Any], _name: str, said: str) -> QuerySet[Any]:
        return rows.filter(is_open=said == "true")


class HoldFilters(Filters):
    """A hold whose time is over counts as timed out, whether or not a job has said so."""

    state = CharFilter(method="in_state")

    class Meta:
        model = PointsHold
        fields = {"order_no": ["exact"]}

    def in_state(self, rows: QuerySet[Any], _name: str, state: str) -> QuerySet[Any]:
        over = Q(state=HoldState.ACTIVE, expires_at__lte=self.call.now)
        if state == HoldState.ACTIVE:
            return rows.filter(state=state).exclude(over)
        return rows.filter(Q(state=state) | over) if state == HoldState.TIMED_OUT else rows.filter(state=state)


class ExchangeFilters(Filters):
    """Raises MemberNotFound for one out of reach."""

    member = CharFilter(method="of_member")
    from_programme = CharFilter(field_name="pair__from_programme__code")
    to_programme = CharFilter(field_name="pair__to_programme__code")

    class Meta:
        model = PointsExchange
        fields: ClassVar[dict[str, list[str]]] = {}

    def of_member(self, rows: QuerySet[Any], _name: str, one_id: str) -> QuerySet[Any]:
        return rows.filter(from_entry__account__membership__member=members_selectors.reachable(one_id, self.call.scope))


class RedemptionFilters(Filters):
    """Raises MemberNotFound for one out of reach."""

    member = CharFilter(method="of_member")
    reward = CharFilter(field_name="reward__code")

    class Meta:
        model = Redemption
        fields = {"state": ["exact"]}

    def of_member(self, rows: QuerySet[Any], _name: str, one_id: str) -> QuerySet[Any]:
        return rows.filter(account__membership__member=members_selectors.reachable(one_id, self.call.scope))
