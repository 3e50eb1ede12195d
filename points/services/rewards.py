"""What a programme gives for points: the catalogue, and the kinds of rewards that apps offer (PTS-10..12, ruling 11).

points knows that something costs points and how many there are; who registered the kind says how it reads, gives it and takes it back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput
from core.history import because
from points.errors import RewardNotFound
from points.models import Reward, RewardCode
from stores import services as stores_services

CODE_AT_MOST = 80
CODES_AT_MOST = 100_000  # of one call


@dataclass(frozen=True)
class Giving:
    """A reward that somebody redeems. payload: as the operator configured it.  effect_key: the giver's own, for its ledger."""

    redemption_id: int
    reward_id: int
    membership_id: int
    member_id: int
    programme_id: int
    payload: Mapping[str, Any]
    effect_key: str
    actor: str
    at: datetime


Validator = Callable[[Mapping[str, Any], int], list[str]]  # payload, programme id -> what is wrong with it, in words
Cost = Callable[[Mapping[str, Any], int], int | None]  # payload, programme id -> minor units of the programme's currency
Giver = Callable[[Giving], Mapping[str, Any]]  # gives it in the caller's transaction, answers what was given; refuses by raising
Choices = Callable[[int], Sequence[tuple[str, str]]]  # programme id -> code and name of each thing that may be given
Taker = Callable[[Giving, Mapping[str, Any]], None]  # takes back what was given; raises NotCancellable when that cannot be


@dataclass(frozen=True)
class RewardKind:
    """counts: the kind itself says how many there are, so that nobody types a stock.

    choices: what an operator chooses from, where there is something to choose; the code goes into the payload's member `chosen`.
    """

    kind: str
    label: str | Promise
    validator: Validator
    cost: Cost
    giver: Giver
    taker: Taker
    counts: bool = False
    choices: Choices | None = None
    chosen: str = ""


_kinds: dict[str, RewardKind] = {}


def register_reward_kind(kind: RewardKind) -> None:
    """Called by the app that gives rewards of this kind, in its `ready()`."""
    _kinds[kind.kind] = kind


def reward_kinds() -> Mapping[str, RewardKind]:
    """What is known, by kind."""
    return dict(sorted(_kinds.items()))


@dataclass(frozen=True)
class RewardIn:
    """What an operator says of a reward; the fields are those of points.Reward. stock: None without limit, or for kinds that count."""

    name: str
    points: int
    description: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    stock: int | None = None
    per_member: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    is_on: bool = True


@transaction.atomic
def save_reward(
    *, programme_id: int, code: str, kind: str, said: RewardIn, reward_id: int | None = None, actor: str, at: datetime
) -> Reward:
    """Add a reward, or change one (reward_id). Code and kind stay what they were; who has redeemed it keeps what they got.

    Raises RewardNotFound, InvalidInput for a code that is taken, an unknown kind or values that make no sense.
    """
    stores_services.lock_programme(programme_id)
    if reward_id is None:
        if Reward.objects.filter(programme_id=programme_id, code=code).exists():
            raise InvalidInput(_("This code is taken."), field="code")
        reward = Reward(programme_id=programme_id, code=code, kind=kind)
    else:
        found = Reward.objects.select_for_update(of=("self",)).filter(pk=reward_id, programme_id=programme_id).first()
        if found is None:
            raise RewardNotFound()
        reward = found
    _check(reward, said, programme_id)
    counts = _kinds[reward.kind].counts
    reward.name, reward.description, reward.payload, reward.points = (
        said.name.strip(),
        said.description.strip(),
        dict(said.payload),
        said.points,
    )
    reward.stock = (reward.stock or 0) if counts else said.stock
    reward.per_member, reward.valid_from, reward.valid_until, reward.is_on = said.per_member, said.valid_from, said.valid_until, said.is_on
    with because(actor=actor, at=at):
        reward.save()
    return reward


def _check(reward: Reward, said: RewardIn, programme_id: int) -> None:
    if reward.kind not in _kinds:
        raise InvalidInput(_("Nobody gives rewards of this kind."), field="kind")
    if not said.name.strip():
        raise InvalidInput(_("A reward has a name."), field="name")
    if said.points < 1:
        raise InvalidInput(_("A reward costs a point at least."), field="points")
    if said.per_member is not None and said.per_member < 1:
        raise InvalidInput(_("A limit is at least 1, or empty for none."), field="per_member")
    if said.stock is not None and said.stock < reward.taken:
        raise InvalidInput(_("%(taken)s of it are gone already.") % {"taken": reward.taken}, field="stock", taken=reward.taken)
    if said.valid_from and said.valid_until and said.valid_until <= said.valid_from:
        raise InvalidInput(_("The end must lie after the beginning."), field="valid_until")
    wrong = _kinds[reward.kind].validator(said.payload, programme_id)
    if wrong:
        raise InvalidInput(" ".join(wrong), field="payload", problems=wrong)


@transaction.atomic
def add_codes(*, reward_id: int, codes: Iterable[str], actor: str, at: datetime) -> int:
    """Give a reward of kind virtual_code more codes; answers how many are new. Blank lines and codes it has are left out.

    The stock grows by as many. Raises RewardNotFound, InvalidInput.
    """
    found = Reward.objects.select_for_update(of=("self",)).filter(pk=reward_id, kind="virtual_code").first()
    if found is None:
        raise RewardNotFound()
    wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    if not wanted or len(wanted) > CODES_AT_MOST:
        raise InvalidInput(_("Give 1 to %(most)s codes.") % {"most": CODES_AT_MOST}, field="codes")
    if any(len(code) > CODE_AT_MOST for code in wanted):
        raise InvalidInput(_("A code has at most %(most)s characters.") % {"most": CODE_AT_MOST}, field="codes")
    known = set(RewardCode.objects.filter(reward=found, code__in=wanted).values_list("code", flat=True))
    new = [RewardCode(reward=found, code=code) for code in wanted if code not in known]
    RewardCode.objects.bulk_create(new, batch_size=5000)
    with because(actor=actor, at=at):
        Reward.objects.filter(pk=found.pk).update(stock=Coalesce(F("stock"), 0) + len(new))
    return len(new)
