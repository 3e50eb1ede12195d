"""Filters of the list of campaigns."""

from core.api.filters import Filters
from engagement.models import Campaign


class CampaignFilters(Filters):
    class Meta:
        model = Campaign
        fields = {"state": ["exact"], "goal": ["exact"]}
