"""Filters of the list of members, as far as members know: the apps above add theirs."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import CharFilter, IsoDateTimeFilter

from core.api.filters import Filters
from members import selectors
from members.models import Member


class MemberFilters(Filters):
    together = {"provider": ("scope", "external_id")}

    provider = CharFilter(method="proved_as")
    callable_at = IsoDateTimeFilter(method="callable_then")
    updated_since = IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Member
        fields = {"phone": ["exact"], "status": ["exact"], "registered_at": ["gte", "lt"]}

    def callable_then(self, members: QuerySet[Member], _name: str, moment: datetime) -> QuerySet[Member]:
        return selectors.callable_at(members, timezone.localtime(moment).time())

    def proved_as(self, members: QuerySet[Member], _name: str, provider: str) -> QuerySet[Member]:
        """At most one: a verified identity is unique."""
        return members.filter(
            identities__provider=provider,
            identities__scope=self.call.query["scope"],
            identities__external_id=self.call.query["external_id"],
            identities__verified_at__isnull=False,
        )
