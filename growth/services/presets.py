"""Ready-made programmes to begin with: levels, benefits, RFM model, growth rules (LVL-11..13, STO-09, BEN-03).

Each lies in growth/data/presets as TOML. A complete one sets a programme up; a track adds paid or stored-value members beside the levels.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.enums import VersionState
from core.errors import InvalidInput
from growth.enums import Basis, BenefitNature, Demotion, Mode, Track
from growth.models import Benefit, Level, PaidPlan, RfmVersion, RuleSet
from growth.rules.schemes import BenefitIn, GiftIn, LevelIn, SchemeTerms
from growth.selectors import schemes as selectors
from growth.services import gifts, rfm_models, rule_sets, schemes

FOLDER = Path(__file__).parents[1] / "data" / "presets"


@dataclass(frozen=True)
class Preset:
    """name: of its file.  is_complete: it sets a whole programme up; otherwise it adds a track to one."""

    name: str
    label: str | Promise
    words: str | Promise
    is_complete: bool = True


DEFAULT = "jd_five"
CHINESE = "zh-hans"
PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("jd_five", _("Five levels by growth value"), _("Ordinary, bronze, silver, gold, diamond, as JD has them.")),
        Preset("taobao_three", _("Three levels by growth value"), _("Ordinary, super, APASS, under a name of their own, as Taobao has.")),
        Preset("four_classes", _("Four classes of members"), _("Ordinary, VIP, super, and custom members in a track of their own.")),
        Preset("annual_spend", _("Five levels by annual spend"), _("The five levels by what was spent in the last 365 days.")),
        Preset("plus", _("Paid membership"), _("A year's membership for sale, beside the levels one reaches."), False),
        Preset("stored_value", _("Stored-value membership"), _("For members who recharge 1,000.00 or more within 365 days."), False),
    )
}  # fmt: skip


@dataclass(frozen=True)
class SchemePlan:
    track: Track
    terms: SchemeTerms


@dataclass(frozen=True)
class PresetPlan:
    """What a file says. benefits: name, kind and nature by code.  plans: fields of growth.PaidPlan, `level` as a code of the paid track."""

    benefits: Mapping[str, Mapping[str, str]]
    schemes: tuple[SchemePlan, ...]
    plans: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Applied:
    """What was published. rule_set_id, rfm_version_id: None where the programme had its own, or for a track."""

    scheme_version_ids: tuple[int, ...]
    rule_set_id: int | None
    rfm_version_id: int | None


@cache
def read(name: str, language: str = CHINESE) -> PresetPlan:
    """A preset as its file says, with names in a language of settings.LANGUAGES. Raises InvalidInput for an unknown one."""
    said = _in_language(_file(name), language)
    return PresetPlan(
        benefits=said["benefits"],
        schemes=tuple(SchemePlan(Track(each["track"]), _terms(each)) for each in said["schemes"]),
        plans=tuple(said.get("plans", ())),
    )


@transaction.atomic
def apply_preset(*, programme_id: int, preset: str, language: str = CHINESE, actor: str, at: datetime) -> Applied:
    """Publish a preset in a programme: its levels and benefits, and rules and RFM model where the programme has none yet.

    language: of the names, "zh-hans" or "en". A benefit that is there keeps its name.

    Where a scheme is in force it gets a new version; members of a level the preset does not have get the one of the same rank, or the
    highest. Raises InvalidInput for an unknown preset or a benefit known as another kind, DraftExists.
    """
    plan = read(preset, language)
    for code, benefit in plan.benefits.items():
        _benefit(programme_id, code, benefit)
    packs = (gift for each in plan.schemes for level in each.terms.levels for gift in level.gifts)
    gifts.prepare(packs, programme_id, language=language, actor=actor, at=at)
    versions = tuple(_publish(programme_id, each, actor, at) for each in plan.schemes)
    for each in plan.plans:
        level = Level.objects.get(programme_id=programme_id, track=Track.PAID, code=each["level"])
        PaidPlan.objects.get_or_create(programme_id=programme_id, code=each["code"], defaults={**each, "level": level})
    if not PRESETS[preset].is_complete:
        return Applied(versions, None, None)
    return Applied(versions, *_models(programme_id, actor, at))


def _models(programme_id: int, actor: str, at: datetime) -> tuple[int | None, int | None]:
    there = {"programme_id": programme_id, "state": VersionState.PUBLISHED}
    said: dict[str, Any] = {"programme_id": programme_id, "actor": actor, "at": at}
    rules = None if RuleSet.objects.filter(**there).exists() else rule_sets.create_default(**said).pk
    rfm = None if RfmVersion.objects.filter(**there).exists() else rfm_models.create_default(**said).pk
    return rules, rfm


def _benefit(programme_id: int, code: str, said: Mapping[str, str]) -> None:
    benefit, _made = Benefit.objects.get_or_create(
        programme_id=programme_id,
        code=code,
        defaults={"name": said["name"], "kind": said["kind"], "nature": BenefitNature(said["nature"])},
    )
    if benefit.kind != said["kind"]:
        raise InvalidInput(_("The programme has a benefit of this code and another kind."), field="preset", benefit=code)


def _publish(programme_id: int, plan: SchemePlan, actor: str, at: datetime) -> int:
    draft = schemes.create_draft(programme_id=programme_id, track=plan.track, actor=actor, at=at)
    held = selectors.occupied(programme_id, plan.track)
    before = selectors.published(programme_id, plan.track)
    mapping = dict(_by_rank({terms.level.code: terms.rank for terms in before.terms.all()}, plan.terms)) if before and held else {}
    terms = SchemeTerms(**{**vars(plan.terms), "mapping": mapping})
    schemes.change_draft(version_id=draft.pk, terms=terms, actor=actor, at=at)
    return schemes.publish_draft(version_id=draft.pk, actor=actor, at=at).pk


def _by_rank(ranks: Mapping[str, int], terms: SchemeTerms) -> Iterator[tuple[str, str]]:
    """For each level of today that the preset does not have: the preset's level of the same rank, or its highest."""
    ladder = terms.by_rank
    for code, rank in ranks.items():
        if code not in {level.code for level in ladder}:
            yield code, ladder[min(rank, len(ladder) - 1)].code


def _file(name: str) -> dict[str, Any]:
    """A file's content; one that says `like` is another one with other thresholds and settings of the scheme."""
    if name not in PRESETS:
        raise InvalidInput(_("There is no such preset."), field="preset", known=sorted(PRESETS))
    said = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    if "like" not in said:
        return said
    base = _file(said["like"])
    (scheme,) = base["schemes"]
    scheme.update(said["scheme"])
    for level in scheme["levels"]:
        level["threshold"] = said["thresholds"][level["code"]]
    return base


def _in_language(said: Any, language: str) -> Any:
    """A file's content with each { zh-hans = ..., en = ... } in it as the words of one language."""
    if isinstance(said, list):
        return [_in_language(each, language) for each in said]
    if not isinstance(said, dict):
        return said
    if CHINESE in said:
        return said[language]
    return {name: _in_language(each, language) for name, each in said.items()}


def _terms(said: Mapping[str, Any]) -> SchemeTerms:
    rest = {name: value for name, value in said.items() if name not in {"track", "levels", "basis", "mode", "demotion"}}
    return SchemeTerms(
        levels=tuple(_level(rank, level) for rank, level in enumerate(said["levels"])),
        basis=Basis(said["basis"]),
        mode=Mode(said["mode"]),
        demotion=Demotion(said["demotion"]),
        **rest,
    )


def _level(rank: int, said: Mapping[str, Any]) -> LevelIn:
    return LevelIn(
        code=said["code"],
        rank=rank,
        name=said["name"],
        threshold=said.get("threshold", 0),
        rfm_unit=said.get("rfm_unit", 0),
        description=said.get("description", ""),
        gifts=tuple(GiftIn(gift["kind"], gift["payload"]) for gift in said.get("gifts", ())),
        benefits=tuple(BenefitIn(code, value) for code, value in said.get("benefits", {}).items()),
    )
