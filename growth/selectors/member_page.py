"""What the panels of the member page show of growth: entries and changes of level by keyset, overrides, subscriptions, gifts."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from core import scope as scopes
from core.scope import Scope
from growth.enums import GiftState, OverrideState, VersionState
from growth.models import GiftGrant, GrowthEntry, LevelHistory, LevelOverride, LevelTerms, Subscription

Place = tuple[datetime, int]  # the keyset: a row's time and number; the next page is older than this


def entries(membership_id: int, *, before: int | None = None, limit: int, reason: str = "") -> list[GrowthEntry]:
    """Growth entries of one membership in posting order, newest first. before: number of the last entry shown (CSL-11)."""
    rows = GrowthEntry.objects.filter(account_id=membership_id)
    if before is not None:
        rows = rows.filter(account_version__lt=before)
    if reason:
        rows = rows.filter(reason=reason)
    related = rows.select_related("rule__rule_set", "rfm_run__version", "reverses", "account__membership__programme")
    return list(related.order_by("-account_version")[:limit])


def history(member_id: int, scope: Scope, *, before: Place | None = None, limit: int) -> list[LevelHistory]:
    """Changes of level over all memberships the caller sees, newest first (CSL-12)."""
    rows = scopes.narrow(LevelHistory.objects.filter(membership__member_id=member_id), scope)
    return list(_older(rows, before).select_related("membership__programme", "level_from", "level_to", "version__scheme")[:limit])


def _older(rows: QuerySet[LevelHistory], before: Place | None) -> QuerySet[LevelHistory]:
    if before is not None:
        rows = rows.filter(Q(occurred_at__lt=before[0]) | Q(occurred_at=before[0], id__lt=before[1]))
    return rows.order_by("-occurred_at", "-id")


def overrides(member_id: int, scope: Scope) -> list[LevelOverride]:
    """Levels set by hand that are in force or wait for approval."""
    rows = scopes.narrow(LevelOverride.objects.filter(membership__member_id=member_id), scope)
    return list(rows.filter(state__in=[OverrideState.PENDING, OverrideState.ACTIVE]).select_related("level"))


def subscriptions(member_id: int, scope: Scope, *, limit: int) -> list[Subscription]:
    """Plans bought, the one ending last first."""
    rows = scopes.narrow(Subscription.objects.filter(membership__member_id=member_id), scope)
    return list(rows.select_related("plan", "membership__programme").order_by("-ends_at", "-id")[:limit])


def gifts_waiting(member_id: int, scope: Scope, *, limit: int) -> list[GiftGrant]:
    """Gifts of levels that nobody has given yet."""
    rows = scopes.narrow(GiftGrant.objects.filter(membership__member_id=member_id, state=GiftState.PENDING), scope)
    return list(rows.select_related("level", "item", "membership__programme").order_by("-granted_at", "-id")[:limit])


def names_of(level_ids: Sequence[int]) -> dict[int, str]:
    """What levels are called: in the published version, or the newest that has them; one statement."""
    rows = LevelTerms.objects.filter(level_id__in=level_ids).exclude(version__state=VersionState.DRAFT)
    found: dict[int, str] = {}
    for level_id, name in rows.order_by("level_id", "-version__number").values_list("level_id", "name"):
        found.setdefault(level_id, name)
    return found
