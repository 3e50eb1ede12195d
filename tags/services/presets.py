"""Automatic tags that every new programme begins with: life-cycle stages, RFM classes, F dropped (TAG-13, RFM-11, RFM-13)."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import override, pgettext_lazy

from core.enums import VersionState
from core.history import because
from growth.enums import RfmClass
from stores import services as stores_services
from tags.enums import LifecycleStage, TagColour, TagGroup, TagKind
from tags.models import Tag, TagVersion
from tags.services import facts, runs

STAGES = {
    LifecycleStage.LOST: TagColour.GREY,
    LifecycleStage.REGISTERED: TagColour.TEAL,
    LifecycleStage.DORMANT: TagColour.GREY,
    LifecycleStage.AT_RISK: TagColour.ORANGE,
    LifecycleStage.LOYAL: TagColour.PURPLE,
    LifecycleStage.REPEAT: TagColour.GREEN,
    LifecycleStage.FIRST_BUY: TagColour.BLUE,
}
CLASSES = {
    RfmClass.HIGH: TagColour.PURPLE,
    RfmClass.MID: TagColour.GREEN,
    RfmClass.LOW: TagColour.BLUE,
    RfmClass.POTENTIAL: TagColour.TEAL,
    RfmClass.CHURN_RISK: TagColour.ORANGE,
    RfmClass.DORMANT: TagColour.GREY,
}
PRIORITY = 100  # of a stage: it stands before the tags that nobody gave a priority


@dataclass(frozen=True)
class _Preset:
    code: str
    label: str | Promise
    group: TagGroup
    colour: TagColour
    priority: int
    rule: Any


def _presets() -> list[_Preset]:
    stages = [
        _Preset(f"stage_{stage.value}", stage.label, TagGroup.LIFECYCLE, colour, PRIORITY, {"==": [{"var": "lifecycle"}, stage.value]})
        for stage, colour in STAGES.items()
    ]
    classes = [
        _Preset(
            f"rfm_{each.value}",
            format_lazy("RFM {}", each.label),
            TagGroup.CONSUMPTION,
            colour,
            0,
            {"==": [{"var": "rfm_class"}, each.value]},
        )
        for each, colour in CLASSES.items()
    ]
    dropped = _Preset(
        "f_dropped", pgettext_lazy("tag", "F dropped"), TagGroup.CONSUMPTION, TagColour.ORANGE, 0, {"==": [{"var": "f_dropped"}, True]}
    )
    return [*stages, *classes, dropped]


@transaction.atomic
def apply_presets(*, programme_id: int, language: str, actor: str, at: datetime) -> list[Tag]:
    """Publish those of the ready-made tags that a programme does not have yet, named in a language ("zh-hans"); answers them.

    Existing tags with their codes stay as they are, retired or changed, so that this may be done again. One run judges all of them; their
    rules ask for fields alone, so there is nothing that could be wrong with them in one programme and not in another.
    """
    stores_services.lock_programme(programme_id)
    of_programme = Tag.objects.filter(programme_id=programme_id)
    there = set(of_programme.values_list("code", flat=True))
    wanted = [preset for preset in _presets() if preset.code not in there]
    last = of_programme.aggregate(last=Max("slot"))["last"]
    slots = count(0 if last is None else last + 1)
    with override(language), because(actor=actor, at=at):
        made = Tag.objects.bulk_create(
            Tag(
                programme_id=programme_id,
                code=preset.code,
                name=str(preset.label),
                group=preset.group,
                kind=TagKind.AUTO,
                colour=preset.colour,
                priority=preset.priority,
                slot=slot,
            )
            for preset, slot in zip(wanted, slots, strict=False)
        )
    held = {"number": 1, "state": VersionState.PUBLISHED, "created_by": actor, "created_at": at, "published_by": actor, "published_at": at}
    TagVersion.objects.bulk_create(TagVersion(tag=tag, rule=preset.rule, **held) for tag, preset in zip(made, wanted, strict=True))
    if made:
        facts.watch(programme_id)
        runs.request_published(programme_id=programme_id, tag_ids=[tag.pk for tag in made], actor=actor, at=at)
    return made
