"""Counts over a whole programme that pages show: members by level."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Case, Count, F, IntegerField, Q, When

from growth.enums import GiftState, Track
from growth.models import GiftGrant, MemberLevel
from stores.enums import MembershipStatus


def level_counts(programme_id: int, track: Track, at: datetime) -> Mapping[int, int]:
    """How many active memberships hold each level at a moment, by level id; one statement."""
    counts_now = Case(
        When(Q(level_until=None) | Q(level_until__gt=at), then=F("level_id")), default=F("automatic_level_id"), output_field=IntegerField()
    )
    rows = MemberLevel.objects.filter(
        membership__programme_id=programme_id, membership__status=MembershipStatus.ACTIVE, track=track
    ).annotate(counting=counts_now)
    return Counter({level_id: members for level_id, members in rows.values_list("counting").annotate(members=Count("id")) if level_id})


def gifts_by_level(programme_id: int, state: GiftState) -> Mapping[tuple[int, str], int]:
    """How many gifts of each level and kind are in a state."""
    rows = GiftGrant.objects.filter(membership__programme_id=programme_id, state=state)
    return {(level_id, kind): grants for level_id, kind, grants in rows.values_list("level_id", "item__kind").annotate(grants=Count("id"))}
