"""Automatic tags that every new programme begins with: life-cycle stages and RFM classes (TAG-13, RFM-13, issue item 2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import override

from growth.enums import RfmClass
from tags.enums import LifecycleStage, TagColour, TagGroup, TagKind
from tags.models import Tag
from tags.services import tags, versions
from tags.services.tags import TagIn

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
    return stages + classes


@transaction.atomic
def apply_presets(*, programme_id: int, language: str, actor: str, at: datetime) -> list[Tag]:
    """Publish those of the ready-made tags that a programme does not have yet, named in a language ("zh-hans"); answers them.

    Existing tags with their codes stay as they are, retired or changed, so that this may be done again.
    """
    there = set(Tag.objects.filter(programme_id=programme_id).values_list("code", flat=True))
    made = []
    for preset in _presets():
        if preset.code in there:
            continue
        with override(language):
            said = TagIn(name=str(preset.label), group=preset.group, colour=preset.colour, priority=preset.priority)
        tag = tags.create_tag(
            programme_id=programme_id, code=preset.code, kind=TagKind.AUTO, said=said, rule=preset.rule, actor=actor, at=at
        )
        versions.publish_draft(version_id=tag.versions.get().pk, actor=actor, at=at)
        made.append(tag)
    return made
