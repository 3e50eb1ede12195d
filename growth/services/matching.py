"""Cross matching of levels between programmes (design section 3, ruling 22): who holds a level there gets a level or a benefit here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput
from growth.errors import BenefitNotFound, LevelNotFound, MatchNotFound
from growth.models import Benefit, Level, LevelMatch
from growth.rules import benefits as rules


@transaction.atomic
def match_levels(
    *,
    from_level_id: int,
    to_programme_id: int,
    to_level_id: int | None = None,
    benefit_id: int | None = None,
    value: Mapping[str, Any] | None = None,
    valid_from: datetime,
    valid_until: datetime | None = None,
) -> LevelMatch:
    """Match a level of one programme with a level, or with one benefit, of another, from and until a moment.

    value: of the single benefit, as growth.rules.benefits reads it. Raises LevelNotFound, BenefitNotFound, InvalidInput.
    """
    from_level = Level.objects.filter(pk=from_level_id).first()
    if from_level is None:
        raise LevelNotFound()
    if from_level.programme_id == to_programme_id:
        raise InvalidInput(_("Levels are matched between two programmes."), field="to_programme")
    if (to_level_id is None) == (benefit_id is None):
        raise InvalidInput(_("Name a level or a benefit, one of them."), field="to_level")
    if valid_until is not None and valid_until <= valid_from:
        raise InvalidInput(_("The end must lie after the beginning."), field="valid_until")
    stored: dict[str, Any] = {}
    if to_level_id is not None and not Level.objects.filter(pk=to_level_id, programme_id=to_programme_id).exists():
        raise LevelNotFound()
    if benefit_id is not None:
        benefit = Benefit.objects.filter(pk=benefit_id, programme_id=to_programme_id).first()
        if benefit is None:
            raise BenefitNotFound()
        stored = rules.validate(benefit.kind, value or {})
    return LevelMatch.objects.create(
        from_level=from_level,
        to_programme_id=to_programme_id,
        to_level_id=to_level_id,
        benefit_id=benefit_id,
        value=stored,
        valid_from=valid_from,
        valid_until=valid_until,
    )


@transaction.atomic
def end_match(*, match_id: int, at: datetime) -> LevelMatch:
    """Let a matching hold until `at` only; one that has not begun is taken away. Raises MatchNotFound, also for one that has ended."""
    match = LevelMatch.objects.select_for_update().filter(pk=match_id).first()
    if match is None or (match.valid_until is not None and match.valid_until <= at):
        raise MatchNotFound()
    if match.valid_from >= at:
        match.delete()
        return match
    match.valid_until = at
    match.save(update_fields=["valid_until"])
    return match
