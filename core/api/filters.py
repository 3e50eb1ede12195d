"""Filters of lists: what remains of the rows, once an operation's query serializer has checked the parameters."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import FilterSet

from core.api.operations import Call


class Filters(FilterSet):
    """Each parameter of a list but `limit` and `cursor` has its filter here, or is read by another's.

    together: the latter, by the parameter that reads them, {"provider": ("scope", "external_id")}. tests/api/test_filters.py compares the
    names with the query serializer's.
    """

    together: ClassVar[dict[str, tuple[str, ...]]] = {}

    def __init__(self, call: Call, rows: QuerySet[Any]) -> None:
        super().__init__(call.query, rows)
        self.call = call

    def rows(self) -> QuerySet[Any]:
        """Those that fit. Raises what a filter raises for something out of the caller's reach."""
        assert self.is_valid(), self.errors  # a value the form refuses would be left out, and the answer wider
        found: QuerySet[Any] = self.qs
        return found
