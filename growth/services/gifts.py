"""Gift packs of levels: who is due what, and who gives it (LVL-28, rulings 4, 11, 22).

growth says that a gift is due; the apps above say what a kind of gift is, what it costs, and give it. A gift nobody can give stays due,
and is shown as an effect skipped until it has been given.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from core.models import EffectSkipped
from growth.enums import GiftState
from growth.models import GiftGrant
from growth.rules.schemes import GiftIn
from stores import services as stores_services

UNKNOWN_KIND = "gift_kind_unknown"


@dataclass(frozen=True)
class Due:
    """A gift to give. effect_key: "gift:812:3", the receiver's own key for its ledger.  payload: as the operator configured it."""

    grant_id: int
    membership_id: int
    member_id: int
    level_id: int
    payload: Mapping[str, Any]
    effect_key: str
    due_at: datetime


Validator = Callable[[Mapping[str, Any], int], list[str]]  # payload, programme id -> what is wrong with it, in words
Cost = Callable[[Mapping[str, Any], int], int | None]  # payload, programme id -> minor units of the programme's currency
Choices = Callable[[int], Sequence[tuple[str, str]]]  # programme id -> code and name of what a gift may name
Preparer = Callable[[Mapping[str, Any], int, str, str, datetime], None]  # ..., language, actor, at: makes what a gift names
Fulfiller = Callable[[Sequence[Due], datetime], Mapping[int, str]]  # gifts, booked_at -> code of the problem by grant id


@dataclass(frozen=True)
class GiftKind:
    """fulfiller: gives what it can in the caller's transaction and answers a code for each gift it could not give; it never raises."""

    kind: str
    validator: Validator
    cost: Cost
    fulfiller: Fulfiller
    preparer: Preparer | None = None
    choices: Choices | None = None


_kinds: dict[str, GiftKind] = {}


def register_gift_kind(
    *,
    kind: str,
    validator: Validator,
    cost: Cost,
    fulfiller: Fulfiller,
    preparer: Preparer | None = None,
    choices: Choices | None = None,
) -> None:
    """Called by the app above that gives gifts of this kind, in its `ready()`."""
    _kinds[kind] = GiftKind(kind, validator, cost, fulfiller, preparer, choices)


def gift_kinds() -> Mapping[str, GiftKind]:
    """What is known, by kind."""
    return dict(sorted(_kinds.items()))


def choices_of(kind: str, programme_id: int) -> Sequence[tuple[str, str]]:
    """Code and name of what a gift of this kind may name in a programme; nothing where nobody knows the kind."""
    known = _kinds.get(kind)
    return known.choices(programme_id) if known and known.choices else ()


def problems(pack: Iterable[GiftIn], programme_id: int) -> list[str]:
    """What is wrong with a pack, in words. Kinds nobody knows yet are kept: they wait for the app that gives them."""
    return [words for gift in pack if gift.kind in _kinds for words in _kinds[gift.kind].validator(gift.payload, programme_id)]


def prepare(pack: Iterable[GiftIn], programme_id: int, *, language: str, actor: str, at: datetime) -> None:
    """Before a preset is published: let each kind make what its gifts name and the programme does not have yet."""
    for gift in pack:
        preparer = _kinds[gift.kind].preparer if gift.kind in _kinds else None
        if preparer is not None:
            preparer(gift.payload, programme_id, language, actor, at)


def waiting(*, after: int, at_most: int) -> list[int]:
    """Ids of gifts that are due and have not been given, oldest first, beyond an id."""
    due = GiftGrant.objects.filter(state=GiftState.PENDING, pk__gt=after)
    return list(due.order_by("id").values_list("pk", flat=True)[:at_most])


@transaction.atomic
def give(*, grant_ids: Iterable[int], booked_at: datetime) -> int:
    """Give what of these is due, oldest first. Answers how many gifts were given.

    What could not be given stays due; why stands in an EffectSkipped row under the gift's effect key, settled when it is given.
    """
    due = GiftGrant.objects.filter(state=GiftState.PENDING, pk__in=list(grant_ids))
    chosen = list(due.order_by("id").values_list("pk", "membership_id"))
    stores_services.lock_memberships(membership_id for _pk, membership_id in chosen)
    grants = list(
        GiftGrant.objects.filter(pk__in=[pk for pk, _membership_id in chosen], state=GiftState.PENDING)
        .select_related("item", "membership")
        .order_by("id")
    )
    problems: dict[int, str] = {}
    by_kind: dict[str, list[GiftGrant]] = {}
    for grant in grants:
        by_kind.setdefault(grant.item.kind, []).append(grant)
    for kind, some in by_kind.items():
        known = _kinds.get(kind)
        found = known.fulfiller([_due(grant) for grant in some], booked_at) if known else {grant.pk: UNKNOWN_KIND for grant in some}
        problems.update(found)
    _skip([grant for grant in grants if grant.pk in problems], problems, booked_at)
    given = [grant for grant in grants if grant.pk not in problems]
    GiftGrant.objects.filter(pk__in=[grant.pk for grant in given]).update(state=GiftState.GIVEN, given_at=booked_at)
    keys = [_skip_key(grant) for grant in given]
    EffectSkipped.objects.filter(effect_key__in=keys, settled_at=None).update(settled_at=booked_at)
    return len(given)


def _due(grant: GiftGrant) -> Due:
    return Due(
        grant_id=grant.pk,
        membership_id=grant.membership_id,
        member_id=grant.membership.member_id,
        level_id=grant.level_id,
        payload=grant.item.payload,
        effect_key=grant.effect_key,
        due_at=grant.granted_at,
    )


def _skip(grants: Sequence[GiftGrant], problems: Mapping[int, str], booked_at: datetime) -> None:
    EffectSkipped.objects.bulk_create(
        [
            EffectSkipped(
                effect_key=_skip_key(grant),
                code=problems[grant.pk],
                values={"kind": grant.item.kind, "level_id": grant.level_id, "grant_id": grant.pk},
                member_id=grant.membership.member_id,
                programme_id=grant.membership.programme_id,
                occurred_at=grant.granted_at,
                booked_at=booked_at,
            )
            for grant in grants
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )


def _skip_key(grant: GiftGrant) -> str:
    return f"{grant.effect_key}:{grant.membership_id}"
