"""What the panels of the member page show over all memberships of a member: changes of level by keyset, plans bought, gifts to come."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, OuterRef, Q, QuerySet

from core import effects
from core import scope as scopes
from core.expressions import IsAny
from core.models import EffectSkipped
from core.registry import Text
from core.scope import Scope
from growth.enums import GiftState
from growth.models import GiftGrant, LevelHistory, Subscription
from stores import selectors as stores_selectors

Place = tuple[datetime, int]  # the keyset: a row's time and number; the next page is older than this


def history(member_id: int, scope: Scope, *, before: Place | None = None, limit: int) -> list[LevelHistory]:
    """Changes of level over all memberships the caller sees, newest first (CSL-12). Of each membership no more are read than are wanted."""
    newest = ArraySubquery(_older(LevelHistory.objects.filter(membership_id=OuterRef("pk")), before).values("pk")[:limit])
    of_each = stores_selectors.memberships_reached(member_id, scope).values_list(Func(newest, function="unnest"))
    rows = LevelHistory.objects.filter(IsAny(F("pk"), ArraySubquery(of_each))).order_by("-occurred_at", "-id")
    return list(rows.select_related("membership__programme", "level_from", "level_to", "version__scheme__programme")[:limit])


def _older(rows: QuerySet[LevelHistory], before: Place | None) -> QuerySet[LevelHistory]:
    if before is not None:
        at, number = before
        rows = rows.filter(Q(occurred_at__lt=at) | Q(occurred_at=at, id__lt=number), occurred_at__lte=at)  # what an index goes by
    return rows.order_by("-occurred_at", "-id")


def subscriptions(member_id: int, scope: Scope, *, limit: int) -> list[Subscription]:
    """Plans bought, the one ending last first."""
    rows = scopes.narrow(Subscription.objects.filter(membership__member_id=member_id), scope)
    return list(rows.select_related("plan", "membership__programme").order_by("-ends_at", "-id")[:limit])


def skipped(membership_id: int, member_id: int, *, limit: int) -> list[tuple[EffectSkipped, Text]]:
    """What should have moved a membership's growth value and did not, newest first, with the reason in words (ruling 4)."""
    rows = EffectSkipped.objects.filter(member_id=member_id, settled_at=None, effect_key__startswith=f"growth:{membership_id}:")
    return [(row, effects.why(row)) for row in rows.order_by("-occurred_at", "-id")[:limit]]


def gifts_waiting(member_id: int, scope: Scope, *, limit: int) -> list[GiftGrant]:
    """Gifts of levels that nobody has given yet."""
    rows = scopes.narrow(GiftGrant.objects.filter(membership__member_id=member_id, state=GiftState.PENDING), scope)
    return list(rows.select_related("level", "item", "membership__programme").order_by("-granted_at", "-id")[:limit])
