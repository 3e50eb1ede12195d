"""Points moved by hand (PTS-28, CS-3): for a reason; beyond what one person may move, only when a second one has decided.

pending -> posted or rejected. Nothing else happens to an adjustment.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import reasons
from core.errors import InvalidInput
from core.masking import Role
from core.scope import Scope
from growth.errors import EffectConflict
from points.enums import AdjustmentState, EntryKind
from points.errors import AdjustmentNotFound, AlreadyDecided, InsufficientPoints, SamePerson
from points.models import PointsAccount, PointsAdjustment, PointsVersion
from points.selectors import ledger as ledger_selectors
from points.services import ledger, lots
from points.services.admission import Admitted, admit
from points.services.ledger import EntryIn
from stores import selectors as stores_selectors
from stores import services as stores_services

AT_MOST = 1_000_000  # points: beyond it, a slip of the keyboard
OPERATORS = frozenset({Role.OPERATOR, Role.ADMIN})  # their limit is the higher one


@dataclass(frozen=True)
class Adjusted:
    """replayed: this adjustment was asked for before."""

    adjustment: PointsAdjustment
    replayed: bool


@transaction.atomic
def adjust_points(*, membership_id: int, delta: int, reason: str, token: str, asker: Scope, at: datetime) -> Adjusted:
    """Add points to an account, or take some away, by hand.

    delta: signed, not 0. Up to the asker's limit it is posted at once, beyond it waits (PENDING) and moves nothing.
    token: names the form or call, so that sending it twice adjusts once.
    Raises InvalidInput for a reason that is too short or a delta of 0, InsufficientPoints for taking more than is available,
    EffectConflict, PointsOff, MemberNotActive.
    """
    reason = reasons.checked(reason)
    if delta == 0 or abs(delta) > AT_MOST:
        raise InvalidInput(_("The change must be a whole number other than 0."), field="delta", at_most=AT_MOST)
    stores_services.lock_memberships([membership_id])
    effect_key = f"adjust:{token}"
    known = PointsAdjustment.objects.filter(account_id=membership_id, effect_key=effect_key).first()
    if known is not None:
        if (known.delta, known.reason) != (delta, reason):
            raise EffectConflict(membership=membership_id, effect_key=effect_key)
        return Adjusted(known, True)
    admitted = admit(membership_id)
    waits = abs(delta) > limit_of(admitted.rules, admitted.membership.programme_id, asker)
    if waits and delta < 0:
        _check_available(membership_id, delta, at)
    PointsAccount.objects.bulk_create([PointsAccount(membership_id=membership_id)], ignore_conflicts=True)
    adjustment = PointsAdjustment(
        account_id=membership_id,
        delta=delta,
        reason=reason,
        state=AdjustmentState.PENDING if waits else AdjustmentState.POSTED,
        effect_key=effect_key,
        requested_by=asker.actor,
        requested_at=at,
    )
    if not waits:
        adjustment.entry_id = _post(adjustment, admitted, asker.actor, at)
    adjustment.save()
    return Adjusted(adjustment, False)


@transaction.atomic
def decide_adjustment(*, adjustment_id: int, approve: bool, actor: str, at: datetime) -> PointsAdjustment:
    """Approve or reject an adjustment that waits. Approved, it is posted now, as an entry of its own.

    Raises AdjustmentNotFound, AlreadyDecided, SamePerson for who asked, InsufficientPoints when the points are gone meanwhile, PointsOff,
    MemberNotActive.
    """
    found = PointsAdjustment.objects.filter(pk=adjustment_id).first()
    if found is None:
        raise AdjustmentNotFound()
    stores_services.lock_memberships([found.account_id])
    adjustment = PointsAdjustment.objects.select_for_update(of=("self",)).get(pk=adjustment_id)
    if adjustment.state != AdjustmentState.PENDING:
        raise AlreadyDecided(state=adjustment.state)
    if adjustment.requested_by == actor:
        raise SamePerson()
    adjustment.decided_by, adjustment.decided_at = actor, at
    if approve:
        adjustment.entry_id = _post(adjustment, admit(adjustment.account_id), actor, at)
        adjustment.state = AdjustmentState.POSTED
    else:
        adjustment.state = AdjustmentState.REJECTED
    adjustment.save(update_fields=["state", "entry", "decided_by", "decided_at"])
    return adjustment


def limit_of(rules: PointsVersion, programme_id: int, asker: Scope) -> int:
    """Points of a programme that this person may move alone, by its rules and the roles held there; those held elsewhere do not count."""
    may_more = OPERATORS & stores_selectors.roles_in(programme_id, asker)
    return rules.operator_adjust_limit if may_more else rules.adjust_limit


def _check_available(membership_id: int, delta: int, at: datetime) -> None:
    """Nobody is asked to decide what cannot be done."""
    available = ledger_selectors.balance(membership_id, at).available
    if -delta > available:
        raise InsufficientPoints(available=available, wanted=-delta)


def _post(adjustment: PointsAdjustment, admitted: Admitted, actor: str, at: datetime) -> int:
    """The entry's id. Its source is who asked, its actor who let it happen."""
    source_type, _colon, source_id = adjustment.requested_by.partition(":")
    adds = adjustment.delta > 0
    [posted] = ledger.post_entries(
        entries=[
            EntryIn(
                membership_id=adjustment.account_id,
                kind=EntryKind.ADJUST,
                requested=adjustment.delta,
                source_type=source_type[:20],
                source_id=source_id[:64],
                effect_key=adjustment.effect_key,
                occurred_at=at,
                actor=actor,
                rules_id=admitted.rules.pk,
                lot=lots.earned_now(admitted.rules, at, admitted.membership.programme.time_zone) if adds else None,
                note=adjustment.reason,
            )
        ],
        booked_at=at,
    )
    return posted.entry_id
