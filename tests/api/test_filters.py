"""A list's filters and its query serializer speak of the same parameters: one that only the serializer knew would widen the answer."""

import pytest

from activity.api import filters as fact_filters
from activity.api import shapes as fact_shapes
from core.api.filters import Filters
from core.api.serializers import PageQuery
from coupons.api import filters as coupons_filters
from coupons.api import shapes as coupons_shapes
from engagement.api import filters as engagement_filters
from engagement.api import shapes as engagement_shapes
from points.api import filters as points_filters
from points.api import shapes as points_shapes
from stores.api import shapes as member_shapes
from stores.api.filters import MembersOfProgrammeFilters


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        (fact_shapes.OrdersQuery, fact_filters.OrderFilters),
        (fact_shapes.AfterSalesQuery, fact_filters.AfterSaleFilters),
        (fact_shapes.EventsQuery, fact_filters.EventFilters),
        (member_shapes.MembersQuery, MembersOfProgrammeFilters),
        (points_shapes.EntriesQuery, points_filters.EntryFilters),
        (points_shapes.LotsQuery, points_filters.LotFilters),
        (points_shapes.HoldsQuery, points_filters.HoldFilters),
        (points_shapes.RedemptionsQuery, points_filters.RedemptionFilters),
        (coupons_shapes.CouponsQuery, coupons_filters.CouponFilters),
        (engagement_shapes.CampaignsQuery, engagement_filters.CampaignFilters),
    ],
)
def test_every_parameter_of_a_list_has_its_filter(query: type[PageQuery], filters: type[Filters]) -> None:
    read = set(filters.base_filters) | {name for names in filters.together.values() for name in names}
    assert read == set(query().fields) - set(PageQuery().fields)
