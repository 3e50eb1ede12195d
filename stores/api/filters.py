"""Filters of the list of members by what stores know of them."""

from typing import Any

from django.db.models import QuerySet
from django_filters import CharFilter

from members.api.filters import MemberFilters
from stores import selectors
from stores.models import Membership


class MembersOfProgrammeFilters(MemberFilters):
    """Raises ProgrammeNotFound for one out of reach."""

    programme = CharFilter(method="in_programme")

    def in_programme(self, members: QuerySet[Any], _name: str, code: str) -> QuerySet[Any]:
        programme = selectors.programme_by_code(code, self.call.scope)
        return members.filter(pk__in=Membership.objects.filter(programme=programme).values("member_id"))
