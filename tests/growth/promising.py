"""Levels that promise something: the JD-like discounts of A-04, a plan to buy, a stored-value level; made by direct creation."""

from datetime import datetime
from typing import Any

from growth.enums import BenefitKind, BenefitNature, Track
from growth.models import Benefit, Level, LevelBenefit, LevelScheme, LevelTerms, MemberLevel, PaidPlan, SchemeVersion
from stores.models import Membership, Programme
from tests.growth import house
from tests.world import NOW

RATES = {"L0": "0.9800", "L2": "0.9500", "L3": "0.9000"}  # 铜 and 钻石 inherit


def benefit(programme: Programme, kind: str = "discount", code: str = "", **values: Any) -> Benefit:
    code = code or kind
    found = Benefit.objects.filter(programme=programme, code=code).first()
    name = values.pop("name", BenefitKind(kind).label)
    said = {"nature": BenefitNature.PRACTICAL, **values}
    return found or Benefit.objects.create(programme=programme, code=code, kind=kind, name=name, **said)


def terms(programme: Programme, level: str, track: Track = Track.FREE) -> LevelTerms:
    return LevelTerms.objects.get(
        level__programme=programme, level__track=track, level__code=level, version__state="published", version__scheme__track=track
    )


def give(
    programme: Programme,
    level: str,
    kind: str,
    value: dict[str, Any] | None = None,
    *,
    quota: int | None = None,
    track: Track = Track.FREE,
    code: str = "",
    **of_benefit: Any,
) -> LevelBenefit:
    """Let a level give a benefit."""
    given = benefit(programme, kind, code, **of_benefit)
    return LevelBenefit.objects.create(terms=terms(programme, level, track), benefit=given, value=value or {}, monthly_quota=quota)


def discounts(programme: Programme) -> Programme:
    """普通 9.8折, 银 9.5折, 金 9折."""
    for level, rate in RATES.items():
        give(programme, level, "discount", {"rate": rate}, name="会员折扣")
    return programme


def track(programme: Programme, of: Track, code: str, name: str, *, threshold: int = 0, basis: str = "growth") -> Level:
    """A published scheme of one level in a track: the plus members, the stored-value members."""
    scheme = LevelScheme.objects.create(programme=programme, track=of)
    window = {} if basis == "growth" else {"window_days": 365}
    version = SchemeVersion.objects.create(scheme=scheme, basis=basis, **house.PUBLISHED, **window)
    level = Level.objects.create(programme=programme, track=of, code=code)
    LevelTerms.objects.create(version=version, level=level, rank=0, name=name, threshold=threshold)
    return level


def plan(programme: Programme, level: Level, code: str = "plus-year", **values: Any) -> PaidPlan:
    """年卡 ¥299.00, 365 days."""
    return PaidPlan.objects.create(
        **{"programme": programme, "level": level, "code": code, "name": "年卡", "price_minor": 29900, "days": 365, **values}
    )


def hold(found: Membership, level: Level, *, of: Track, until: datetime | None = None, since: datetime = NOW) -> MemberLevel:
    """A level of any track, as it stands."""
    automatic = None if until else level
    held, _created = MemberLevel.objects.update_or_create(
        membership=found, track=of, defaults={"level": level, "automatic_level": automatic, "level_until": until, "since": since}
    )
    return held
