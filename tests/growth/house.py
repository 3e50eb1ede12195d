"""A programme that counts growth as a JD-like shop does (A-02..A-14), made by direct creation; others extend it."""

from dataclasses import asdict
from datetime import datetime
from itertools import count
from typing import Any

from core.enums import VersionState
from growth.enums import LevelCause, Mode, Track
from growth.models import (
    GrowthAccount,
    GrowthFactor,
    GrowthRule,
    Level,
    LevelHistory,
    LevelScheme,
    LevelTerms,
    MemberLevel,
    RfmVersion,
    RuleSet,
    SchemeVersion,
)
from growth.rules.behaviour import DEFAULT_RULES, FactorIn
from growth.rules.rfm import DEFAULT_TERMS
from stores.models import Membership, Programme
from stores.services import Enrolment
from tests import world
from tests.world import NOW

# code, name, threshold, rfm_unit
LEVELS = (
    ("L0", "普通会员", 0, 100),
    ("L1", "铜牌会员", 3000, 150),
    ("L2", "银牌会员", 8000, 400),
    ("L3", "金牌会员", 20000, 1000),
    ("L4", "钻石会员", 50000, 2500),
)
PUBLISHED: dict[str, Any] = {
    "number": 1,
    "state": VersionState.PUBLISHED,
    "created_by": "test",
    "created_at": NOW,
    "published_by": "test",
    "published_at": NOW,
}
_phones = count(1)


def scheme(programme: Programme, *, mode: Mode = Mode.HYBRID, **values: Any) -> SchemeVersion:
    """The free track's five levels, published."""
    of_programme = LevelScheme.objects.create(programme=programme, track=Track.FREE)
    version = SchemeVersion.objects.create(scheme=of_programme, mode=mode, **PUBLISHED, **values)
    for rank, (code, name, threshold, rfm_unit) in enumerate(LEVELS):
        level = Level.objects.create(programme=programme, track=Track.FREE, code=code)
        LevelTerms.objects.create(version=version, level=level, rank=rank, name=name, threshold=threshold, rfm_unit=rfm_unit)
    return version


def rule_set(programme: Programme, *factors: FactorIn, **changes: dict[str, Any]) -> RuleSet:
    """The default rules, published; changes by rule code: check_in={"is_on": True}."""
    made = RuleSet.objects.create(programme=programme, **PUBLISHED)
    for code, rule in DEFAULT_RULES.items():
        GrowthRule.objects.create(rule_set=made, **{**asdict(rule), **changes.get(code.value, {})})
    for factor in factors:
        GrowthFactor.objects.create(rule_set=made, **asdict(factor))
    return made


def rfm_version(programme: Programme, **values: Any) -> RfmVersion:
    """The default RFM model (A-12..A-14), published."""
    said = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(DEFAULT_TERMS).items()}
    return RfmVersion.objects.create(programme=programme, **PUBLISHED, **{**said, **values})


def counting(programme: Programme, *factors: FactorIn, **changes: Any) -> Programme:
    """Give a programme levels, rules and an RFM model. mode: of the scheme; the rest as in `rule_set`."""
    scheme(programme, mode=changes.pop("mode", Mode.HYBRID))
    rule_set(programme, *factors, **changes)
    rfm_version(programme)
    return programme


def enrol(at: datetime = NOW) -> Enrolment:
    """Somebody new on the platform."""
    return world.enrol(None, f"+86139{next(_phones):08d}", at=at)


def membership(programme: Programme, *, growth: int = 0, level: str | None = None, member_id: int | None = None) -> Membership:
    """A membership that holds so much growth value, and the level of it (or the level named).

    growth comes as one opening entry, so that the ledger stays in balance.
    """
    member_id = member_id or enrol().member_id
    found, _created = Membership.objects.get_or_create(
        member_id=member_id,
        programme=programme,
        defaults={"member_no": f"T{next(_phones)}", "joined_at": NOW, "source": "registration"},
    )
    if growth:
        give(found, growth)
    code = level or max((each for each in LEVELS if each[2] <= growth), key=lambda each: each[2])[0]
    hold(found, code)
    return found


def give(found: Membership, growth: int, *, occurred_at: datetime = NOW) -> None:
    """Growth value out of nothing, as an opening entry."""
    account, _created = GrowthAccount.objects.get_or_create(membership=found)
    account.entries.create(
        account_version=account.version + 1,
        requested=growth,
        applied=growth,
        balance_after=account.balance + growth,
        reason="opening",
        source_type="test",
        source_id="1",
        effect_key=f"opening:{account.version + 1}",
        request_digest="test",
        actor="test",
        occurred_at=occurred_at,
        booked_at=occurred_at,
    )
    account.balance += growth
    account.version += 1
    account.save(update_fields=["balance", "version"])


def hold(found: Membership, code: str, *, track: Track = Track.FREE, since: datetime = NOW) -> MemberLevel:
    """The level of a track, without a word about how it came, but for a line of history when it is the first."""
    level = Level.objects.get(programme=found.programme, track=track, code=code)
    held, created = MemberLevel.objects.update_or_create(
        membership=found, track=track, defaults={"level": level, "automatic_level": level, "since": since}
    )
    if created:
        LevelHistory.objects.create(
            membership=found,
            track=track,
            level_to=level,
            cause=LevelCause.JOINED,
            source="test",
            actor="test",
            occurred_at=since,
            booked_at=since,
        )
    return held
