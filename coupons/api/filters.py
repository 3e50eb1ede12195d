"""Filters of the lists of coupons."""

from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet
from django_filters import CharFilter

from core.api.filters import Filters
from coupons.enums import CouponState
from coupons.models import Coupon
from coupons.selectors.coupons import grace


class CouponFilters(Filters):
    """By the clock, as `rules.states.standing` decides."""

    state = CharFilter(method="in_state")

    class Meta:
        model = Coupon
        fields: ClassVar[dict[str, list[str]]] = {}

    def in_state(self, rows: QuerySet[Any], _name: str, state: str) -> QuerySet[Any]:
        now = self.call.now
        held = Q(state=CouponState.RESERVED, reserved_until__gt=now)
        void = Q(state=CouponState.RESERVED, reserved_until__lte=now)
        late = void & Q(valid_until__lte=F("reserved_until"))
        ended = Q(valid_until__lte=now) & (Q(grace_until=None) | Q(grace_until__lte=now))
        over = (Q(state=CouponState.AVAILABLE) & ended) | (late & Q(valid_until__lte=now - grace())) | (void & ~late & ended)
        if state == CouponState.RESERVED:
            return rows.filter(held)
        if state == CouponState.AVAILABLE:
            return rows.filter(Q(state=CouponState.AVAILABLE) | void).exclude(over)
        return rows.filter(Q(state=state) | over) if state == CouponState.EXPIRED else rows.filter(state=state)
