"""Exchanges of points between programmes as others read them (PTS-23)."""

from django.db.models import QuerySet

from core import scope as scopes
from core.scope import Scope
from points.models import PointsExchange


def exchanges(scope: Scope) -> QuerySet[PointsExchange]:
    """Those that gave points of a programme within reach, with both entries, both programmes and the member."""
    rows = scopes.narrow(PointsExchange.objects.all(), scope)
    return rows.select_related("pair__from_programme", "pair__to_programme", "from_entry__account__membership__member", "to_entry")
