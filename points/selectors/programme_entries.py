"""The points ledger of a programme: entries by kind, cause, day and store (PTS-09, PTS-21)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, BooleanField, Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.functions import Cast

from activity import selectors as activity_selectors
from points.enums import Source
from points.models import PointsEntry
from points.selectors import entry_history


@dataclass(frozen=True)
class Wanted:
    """Which entries. kind, source: empty for all.  from_on, until_on: local days on which they were booked, both included.

    store_id: only of orders at this store, of their refunds, and of what points paid there.
    """

    kind: str = ""
    source: str = ""
    from_on: date | None = None
    until_on: date | None = None
    store_id: int | None = None


def entries(programme_id: int, zone: ZoneInfo, wanted: Wanted) -> QuerySet[PointsEntry]:
    """The last booked first, with the member and all that is read of each."""
    rows = PointsEntry.objects.filter(account__membership__programme_id=programme_id)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.source:
        rows = rows.filter(source_type=wanted.source)
    if wanted.from_on:
        rows = rows.filter(booked_at__gte=_midnight(wanted.from_on, zone))
    if wanted.until_on:
        rows = rows.filter(booked_at__lt=_midnight(wanted.until_on + timedelta(days=1), zone))
    if wanted.store_id:
        rows = rows.filter(_at_store(wanted.store_id))
    return entry_history.readable(rows).select_related("account__membership__member").order_by("-booked_at", "-pk")


def page(rows: QuerySet[PointsEntry], place: tuple[datetime, int] | None, limit: int) -> tuple[list[PointsEntry], bool]:
    """Of `entries`, those that come after a place (booked_at and id of the last one shown); and whether more follow."""
    if place is not None:
        at, number = place
        rows = rows.filter(booked_at__lte=at).exclude(booked_at=at, pk__gte=number)
    found = list(rows[: limit + 1])
    return found[:limit], len(found) > limit


def _at_store(store_id: int) -> Case:
    """Numbers of causes are text: each is read as one only where it is one of an order or an after-sale."""
    cause = Cast(OuterRef("source_id"), BigIntegerField())
    orders, after_sales = activity_selectors.facts_at(store_id)
    return Case(
        When(source_type=Source.ORDER, then=Exists(orders.filter(pk=cause))),
        When(source_type=Source.AFTER_SALE, then=Exists(after_sales.filter(pk=cause))),
        default=Q(hold__store_id=store_id),
        output_field=BooleanField(),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
