"""Points rules as others read them: which edition holds, which held, which is being drafted, and what one says."""

from dataclasses import fields
from typing import Any

from django.db.models import Prefetch, QuerySet

from core.enums import VersionState
from points.enums import EarnRule, MultiplierKind, ReversalPolicy
from points.errors import RulesNotFound
from points.models import PointsMultiplier, PointsRule, PointsVersion, RedeemMinimum
from points.rules.versions import MinimumIn, MultiplierIn, PointsTerms, RuleIn


def versions(programme_id: int) -> QuerySet[PointsVersion]:
    """All of a programme, newest first."""
    return PointsVersion.objects.filter(programme_id=programme_id).select_related("programme").order_by("-number")


def published(programme_id: int) -> PointsVersion | None:
    """The edition that holds, with its rules, multipliers and minimums (in three more statements)."""
    return _whole(versions(programme_id).filter(state=VersionState.PUBLISHED)).first()


def draft(programme_id: int) -> PointsVersion | None:
    """The edition that is being changed, read like `published`."""
    return _whole(versions(programme_id).filter(state=VersionState.DRAFT)).first()


def version(version_id: int) -> PointsVersion:
    """Any edition, read like `published`. Raises RulesNotFound."""
    found = _whole(PointsVersion.objects.filter(pk=version_id).select_related("programme")).first()
    if found is None:
        raise RulesNotFound()
    return found


def terms_of(version_id: int) -> PointsTerms:
    """What an edition says, as the value that `services.versions.change_draft` takes. Raises RulesNotFound."""
    return as_terms(version(version_id))


def as_terms(read: PointsVersion) -> PointsTerms:
    """The same of an edition read here before: asks nothing."""
    of_tables = {"rules", "multipliers", "minimums"}
    said: dict[str, Any] = {each.name: getattr(read, each.name) for each in fields(PointsTerms) if each.name not in of_tables}
    said |= {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
    said["reversal_policy"] = ReversalPolicy(read.reversal_policy)
    return PointsTerms(
        **said,
        rules=tuple(RuleIn(EarnRule(rule.code), rule.points, rule.task, rule.is_on, rule.daily_cap) for rule in read.rules.all()),
        multipliers=tuple(
            MultiplierIn(MultiplierKind(each.kind), each.factor, each.key, each.day_of_month, each.valid_from, each.valid_until)
            for each in read.multipliers.all()
        ),
        minimums=tuple(MinimumIn(each.level_code, each.points) for each in read.minimums.all()),
    )


def _whole(found: QuerySet[PointsVersion]) -> QuerySet[PointsVersion]:
    return found.prefetch_related(
        Prefetch("rules", PointsRule.objects.order_by("id")),
        Prefetch("multipliers", PointsMultiplier.objects.order_by("id")),
        Prefetch("minimums", RedeemMinimum.objects.order_by("id")),
    )
