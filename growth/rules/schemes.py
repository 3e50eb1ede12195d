"""What a level scheme says, and what is wrong or unwise about it, in words (LVL-05..07, LVL-24, LVL-27, LVL-32, BEN-01, BEN-10).

docs/rules/schemes.md explains every check with numbers. Thresholds are in the unit of the basis: growth value, orders, points, or minor
units of the programme's currency.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from growth.enums import Basis, BenefitKind, BenefitNature, Demotion, Mode, Track
from growth.rules import benefits

LEVELS_ADVISED = (4, 6)  # LVL-05
GAP_ADVISED = (2, 3)  # LVL-06
WINDOW_DAYS = (30, 365)
DEFAULT_WINDOW_DAYS = 365


@dataclass(frozen=True)
class GiftIn:
    """A part of a level's gift pack; the app that gives the kind says how the payload reads (ruling 11)."""

    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class BenefitIn:
    """That a level gives the benefit of this code, with a value of its kind (growth.rules.benefits). monthly_quota: None is unlimited."""

    code: str
    value: Mapping[str, Any] = field(default_factory=dict)
    monthly_quota: int | None = None


@dataclass(frozen=True)
class LevelIn:
    """A level: its five sections (LVL-24) but for what the scheme says of all levels."""

    code: str
    rank: int
    name: str
    threshold: int
    rfm_unit: int = 100
    description: str = ""
    gifts: tuple[GiftIn, ...] = ()
    benefits: tuple[BenefitIn, ...] = ()


@dataclass(frozen=True)
class SchemeTerms:
    """A whole version; the fields are those of growth.SchemeVersion. levels: in any order. mapping: removed code -> remaining code."""

    levels: tuple[LevelIn, ...]
    basis: Basis = Basis.GROWTH
    mode: Mode = Mode.HYBRID
    count_purchase: bool = True
    window_days: int | None = None
    demotion: Demotion = Demotion.ONE_STEP
    protection_days: int = 90
    grace_days: int = 0
    notice_days: int = 7
    inactivity_demote_days: int | None = None
    unit_name: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def by_rank(self) -> tuple[LevelIn, ...]:
        return tuple(sorted(self.levels, key=lambda level: level.rank))


@dataclass(frozen=True)
class BenefitFacts:
    """What the checks need to know of a benefit of the programme."""

    name: str
    kind: BenefitKind
    nature: BenefitNature


@dataclass(frozen=True)
class Surroundings:
    """What a scheme is checked against. benefits: of the programme, by code.

    occupied: members by code of every level that is held today.  names: of the levels of the published version, by code.
    top_members: how many members' measure reaches the highest threshold.  gift_problems: what is wrong with a level's pack, in words, by
    code.
    """

    track: Track
    currency: str
    benefits: Mapping[str, BenefitFacts]
    occupied: Mapping[str, int]
    names: Mapping[str, str]
    top_members: int
    gift_problems: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (publishing is refused) or unwise. words: in the reader's language.  levels: codes of those concerned."""

    severity: Severity
    code: str
    words: str
    levels: tuple[str, ...] = ()


def check(terms: SchemeTerms, around: Surroundings) -> list[Finding]:
    """Everything found, errors first."""
    if not terms.levels:
        return [_error("no_levels", _("The scheme has no levels."))]
    found = [
        *_thresholds(terms, around.track),
        *_window(terms),
        *_worsening(terms, around),
        *_mapping(terms, around),
        *_gifts(terms, around),
        *_advice(terms, around),
    ]
    return sorted(found, key=lambda finding: finding.severity != Severity.ERROR)


def shape_problems(terms: SchemeTerms) -> list[str]:
    """What keeps a draft from being stored at all, in words: ranks, codes, lengths, the window (LVL-11, LVL-27)."""
    problems = []
    if sorted(level.rank for level in terms.levels) != list(range(len(terms.levels))):
        problems.append(_("Ranks run from 0 upwards without gaps."))
    problems += [
        _("The code %(code)s is given twice.") % {"code": code}
        for code, times in Counter(each.code for each in terms.levels).items()
        if times > 1
    ]
    for level in terms.by_rank:
        if not level.code or not level.name.strip():
            problems.append(_("Every level has a code and a name."))
        if len(level.name) > 32:
            problems.append(_("The name %(name)s is longer than 32 characters.") % {"name": level.name})
        if level.threshold < 0 or level.rfm_unit < 0:
            problems.append(_("%(level)s: threshold and RFM unit are not negative.") % {"level": level.name})
    return problems + [finding.words for finding in _window(terms)]


def natures(level: LevelIn, known: Mapping[str, BenefitFacts]) -> dict[BenefitNature, int]:
    """How many practical, emotional and unique benefits a level gives (BEN-10)."""
    counted = Counter(known[each.code].nature for each in level.benefits)
    return {nature: counted[nature] for nature in BenefitNature}


def gap_words(gap: Decimal) -> str:
    """2 or 3 digits that mean something: 4 -> "4.0", 8/3 -> "2.67"."""
    rounded = gap.quantize(Decimal("0.01"), ROUND_HALF_UP)
    short = rounded.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return str(short if short == rounded else rounded)


def _error(code: str, words: str, *levels: str) -> Finding:
    return Finding(Severity.ERROR, code, words, levels)


def _warning(code: str, words: str, *levels: str) -> Finding:
    return Finding(Severity.WARNING, code, words, levels)


def _thresholds(terms: SchemeTerms, track: Track) -> Iterator[Finding]:
    """Only what members reach by themselves has thresholds: not what they pay for or prove."""
    if track not in (Track.FREE, Track.RECHARGE):
        return
    lowest = terms.by_rank[0]
    if track == Track.FREE and lowest.threshold != 0:
        yield _error("lowest_not_zero", _("%(level)s is the lowest level: its threshold is 0.") % {"level": lowest.name}, lowest.code)
    for lower, higher in pairwise(terms.by_rank):
        if higher.threshold <= lower.threshold:
            yield _error(
                "thresholds_not_increasing",
                _("%(higher)s (%(high)s) must have a higher threshold than %(lower)s (%(low)s).")
                % {"higher": higher.name, "high": f"{higher.threshold:,}", "lower": lower.name, "low": f"{lower.threshold:,}"},
                lower.code,
                higher.code,
            )


def _window(terms: SchemeTerms) -> Iterator[Finding]:
    least, most = WINDOW_DAYS
    if terms.basis == Basis.GROWTH:
        if terms.window_days is not None:
            yield _error("window", _("Growth value has no window: the RFM cycle does its work."))
    elif terms.window_days is None or not least <= terms.window_days <= most:
        yield _error(
            "window",
            _("%(basis)s counts within a window of %(least)d to %(most)d days.")
            % {"basis": terms.basis.label, "least": least, "most": most},
        )


def _worsening(terms: SchemeTerms, around: Surroundings) -> Iterator[Finding]:
    """Each benefit, from the lowest level that gives it upwards (BEN-01)."""
    codes = sorted({each.code for level in terms.levels for each in level.benefits})
    for code in codes:
        facts = around.benefits[code]
        lower: tuple[LevelIn, BenefitIn] | None = None
        for level in terms.by_rank:
            given = next((each for each in level.benefits if each.code == code), None)
            if lower is not None and (words := _worse(facts, lower[1], given, around.currency)):
                yield _error(
                    "benefit_worsens",
                    _("%(benefit)s: %(higher)s (%(high)s) is worse than %(lower)s (%(low)s).")
                    % {"benefit": facts.name, "higher": level.name, "high": words[1], "lower": lower[0].name, "low": words[0]},
                    lower[0].code,
                    level.code,
                )
            if given is not None:
                lower = (level, given)


def _worse(facts: BenefitFacts, lower: BenefitIn, higher: BenefitIn | None, currency: str) -> tuple[str, str] | None:
    """How the lower and the higher level give it, where the higher one is worse."""
    low = benefits.parse(facts.kind, lower.value)
    high = benefits.parse(facts.kind, higher.value) if higher else None
    if benefits.worsens(facts.kind, low, high):
        return (
            benefits.words(low, currency=currency) or _("has it"),
            (benefits.words(high, currency=currency) if high else "") or _("does not have it"),
        )
    if higher and benefits.quota_worsens(lower.monthly_quota, higher.monthly_quota):
        return _quota_words(lower.monthly_quota), _quota_words(higher.monthly_quota)
    return None


def _quota_words(quota: int | None) -> str:
    if quota is None:
        return _("without limit")
    return ngettext("%(count)d time a month", "%(count)d times a month", quota) % {"count": quota}


def _mapping(terms: SchemeTerms, around: Surroundings) -> Iterator[Finding]:
    """Removing a level that members hold says which level they get (ruling 22)."""
    there = {level.code for level in terms.levels}
    for code in sorted(set(around.occupied) - there):
        if around.occupied[code] and terms.mapping.get(code) not in there:
            yield _error(
                "mapping_missing",
                ngettext(
                    "%(count)d member holds %(level)s, which the draft removes: say which level they get.",
                    "%(count)d members hold %(level)s, which the draft removes: say which level they get.",
                    around.occupied[code],
                )
                % {"count": around.occupied[code], "level": around.names.get(code, code)},
                code,
            )


def _gifts(terms: SchemeTerms, around: Surroundings) -> Iterator[Finding]:
    for level in terms.by_rank:
        for words in around.gift_problems.get(level.code, ()):
            yield _error("gift_invalid", _("Gift of %(level)s: %(problem)s") % {"level": level.name, "problem": words}, level.code)


def _advice(terms: SchemeTerms, around: Surroundings) -> Iterator[Finding]:
    if around.track == Track.FREE:
        yield from _ladder(terms, around)
    for level in terms.by_rank:
        if not level.benefits:
            yield _warning("level_without_benefits", _("%(level)s gives no benefits.") % {"level": level.name}, level.code)
    if terms.basis != Basis.GROWTH and terms.mode != Mode.BEHAVIOUR:
        yield _warning(
            "rfm_without_growth",
            _("The RFM cycle moves growth value, which does not decide these levels: %(basis)s does.") % {"basis": terms.basis.label},
        )


def _ladder(terms: SchemeTerms, around: Surroundings) -> Iterator[Finding]:
    """Advice about levels that one climbs."""
    fewest, most = LEVELS_ADVISED
    if not fewest <= len(terms.levels) <= most:
        yield _warning(
            "level_count",
            ngettext(
                "%(count)d level; %(fewest)d to %(most)d are best.", "%(count)d levels; %(fewest)d to %(most)d are best.", len(terms.levels)
            )
            % {"count": len(terms.levels), "fewest": fewest, "most": most},
        )
    for lower, higher in pairwise(level for level in terms.by_rank if level.threshold > 0):
        gap = Decimal(higher.threshold) / lower.threshold
        if not GAP_ADVISED[0] <= gap <= GAP_ADVISED[1]:
            yield _warning(
                "gap",
                _("The threshold of %(higher)s is %(gap)s times that of %(lower)s; 2 to 3 times is best.")
                % {"higher": higher.name, "gap": gap_words(gap), "lower": lower.name},
                lower.code,
                higher.code,
            )
    top = terms.by_rank[-1]
    if len(terms.levels) > 1:
        if not around.top_members:
            yield _warning("top_level_empty", _("Nobody would hold %(level)s, the highest level.") % {"level": top.name}, top.code)
        if not natures(top, around.benefits)[BenefitNature.UNIQUE]:
            yield _warning(
                "top_level_without_unique", _("%(level)s, the highest level, gives nothing unique.") % {"level": top.name}, top.code
            )


def words_of(findings: Sequence[Finding], severity: Severity) -> list[str]:
    return [finding.words for finding in findings if finding.severity == severity]
