"""Filters of the lists of tags."""

from core.api.filters import Filters
from tags.models import Tag


class TagFilters(Filters):
    class Meta:
        model = Tag
        fields = {"group": ["exact"], "kind": ["exact"]}
