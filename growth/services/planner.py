"""Thresholds from the shares of members one wants on each level (LVL-31): read from what members really have, never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import InvalidInput
from growth.enums import Basis, Track
from growth.models import SchemeVersion
from growth.selectors import measures
from growth.selectors import schemes as selectors
from growth.services import schemes

DEFAULT_SHARES = tuple(map(Decimal, ("0.60", "0.25", "0.10", "0.04", "0.01")))


@dataclass(frozen=True)
class Proposal:
    """One level, the lowest first. threshold: in the unit of the basis.  members: who would reach it and no higher one.

    share, target: of all members.  members_now: who reaches today's level of this rank and no higher one, by today's thresholds; None
    where today's scheme has no such rank.
    """

    code: str
    threshold: int
    members: int
    share: Decimal
    target: Decimal
    members_now: int | None

    @property
    def deviation(self) -> Decimal:
        """How far the share lies from the target: 0.0030 is 0.3 percentage points too many."""
        return self.share - self.target


def propose(*, programme_id: int, shares: Sequence[Decimal] = DEFAULT_SHARES, at: datetime) -> list[Proposal]:
    """Thresholds at the places in the order of members that the shares name; nothing while there are no members.

    shares: lowest level first, each above 0, together 1. Equal values are never parted, so that a share may be missed; thresholds rise by
    at least 1. Measured in the basis of the draft, else of the published scheme, else in growth value. Raises InvalidInput.
    """
    if not shares or min(shares) <= 0 or sum(shares) != 1:
        raise InvalidInput(_("The shares must be above 0 and together 100 %."), field="shares")
    version = selectors.draft(programme_id, Track.FREE) or selectors.published(programme_id, Track.FREE)
    basis, window_days = (Basis(version.basis), version.window_days) if version else (Basis.GROWTH, None)
    total = measures.reaching(programme_id, basis, window_days, 0, at)
    if not total:
        return []
    above = list(accumulate(reversed(shares[1:])))  # from the top: 1 %, 5 %, 15 %, 40 %
    places = [max(1, int((share * total).quantize(Decimal(1), ROUND_HALF_UP))) for share in reversed(above)]
    thresholds = [0]
    for value in measures.at_ranks(programme_id, basis, window_days, places, at):
        thresholds.append(max(value, thresholds[-1] + 1))
    now = selectors.as_terms(version).by_rank if version else ()
    found = measures.between(programme_id, basis, window_days, thresholds, at)
    today = measures.between(programme_id, basis, window_days, [level.threshold for level in now], at) if now else []
    codes = [level.code for level in now] if len(now) == len(shares) else [f"L{rank}" for rank in range(len(shares))]
    return [
        Proposal(
            code=codes[rank],
            threshold=threshold,
            members=found[rank],
            share=(Decimal(found[rank]) / total).quantize(Decimal("0.0001")),
            target=shares[rank],
            members_now=today[rank] if rank < len(today) else None,
        )
        for rank, threshold in enumerate(thresholds)
    ]


@transaction.atomic
def take_over(*, programme_id: int, shares: Sequence[Decimal], actor: str, at: datetime) -> SchemeVersion:
    """Write the thresholds proposed for these shares into the draft of the free track, which is begun where there is none.

    Raises InvalidInput also where the scheme has not as many levels as there are shares.
    """
    draft = selectors.draft(programme_id, Track.FREE)
    if draft is None:
        draft = selectors.version(schemes.create_draft(programme_id=programme_id, track=Track.FREE, actor=actor, at=at).pk)
    terms = selectors.as_terms(draft)
    proposed = propose(programme_id=programme_id, shares=shares, at=at)
    if len(terms.levels) != len(proposed):
        raise InvalidInput(_("The draft has another number of levels than there are shares."), field="shares")
    levels = [replace(level, threshold=each.threshold) for level, each in zip(terms.by_rank, proposed, strict=True)]
    return schemes.change_draft(version_id=draft.pk, terms=replace(terms, levels=tuple(levels)), actor=actor, at=at)
