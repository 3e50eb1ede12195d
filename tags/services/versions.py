"""Rules of automatic tags as editions: drafted, changed, published for the run that this asks for (TAG-01, TAG-16)."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import versions
from tags.enums import TagKind
from tags.errors import RuleInvalid, TagByHand, TagNotFound, TagRetired
from tags.models import Tag, TagVersion
from tags.rules import language, layers
from tags.rules.language import Problem
from tags.selectors import catalogues
from tags.selectors import tags as selectors
from tags.services import facts, runs
from tags.services.tags import hold

LETTERS_AT_MOST = 50_000  # of a rule as JSON: far above any that could be published


@transaction.atomic
def create_draft(*, tag_id: int, based_on_id: int | None = None, actor: str, at: datetime) -> TagVersion:
    """A draft that says what the published rule says, or an older one (based_on_id), or nothing where there is none.

    Raises TagNotFound also for a version of another tag, TagRetired, TagByHand, DraftExists.
    """
    tag = hold(tag_id)
    _check_automatic(tag)
    number, base = versions.next_draft(TagVersion.objects.filter(tag=tag), based_on_id=based_on_id)
    if based_on_id and base is None:
        raise TagNotFound()
    rule = {} if base is None else base.rule
    return TagVersion.objects.create(tag=tag, number=number, based_on=base, rule=rule, created_by=actor, created_at=at)


@transaction.atomic
def change_draft(*, version_id: int, rule: Any, actor: str, at: datetime) -> TagVersion:
    """Replace what a draft says. What is wrong but can be written down is kept: `check_draft` tells it, and publishing refuses it.

    Raises NotADraft, RuleInvalid for what is no rule by its size.
    """
    draft = versions.hold_draft(TagVersion.objects.all(), version_id)
    if len(json.dumps(rule)) > LETTERS_AT_MOST:
        raise RuleInvalid(field="rule", problems=[_("The rule is too long.")])
    draft.rule = rule
    draft.save(update_fields=["rule"])
    return draft


@transaction.atomic
def discard_draft(*, version_id: int, actor: str, at: datetime) -> None:
    """Throw a draft away. Raises NotADraft."""
    versions.hold_draft(TagVersion.objects.all(), version_id).delete()


def check_draft(version_id: int) -> list[Problem]:
    """What keeps a version from being published; empty when nothing does. Raises TagNotFound."""
    version = TagVersion.objects.filter(pk=version_id).select_related("tag").first()
    if version is None:
        raise TagNotFound()
    return problems_of(version.tag, version.rule)


def problems_of(tag: Tag, rule: Any) -> list[Problem]:
    """What is wrong with a rule for a tag: by itself, or because tags would ask for one another in a circle."""
    found = language.problems(rule, catalogues.catalogue(tag.programme_id))
    if found:
        return list(found)
    rules = {code: version.rule for code, version in selectors.rules_in_force(tag.programme_id).items()}
    try:
        layers.layers({**rules, tag.code: rule})
    except layers.Circle as circle:
        return [Problem("", "circle", _("The tags ask for one another in a circle: %(codes)s.") % {"codes": circle})]
    return []


@transaction.atomic
def publish_draft(*, version_id: int, actor: str, at: datetime) -> TagVersion:
    """Let a draft hold, and ask for the run that judges all members by it; until that has run they have what they had.

    Of two people at once one wins. Raises NotADraft, TagRetired, RuleInvalid with every problem in words; then nothing has changed.
    """
    tag_id = TagVersion.objects.filter(pk=version_id).values_list("tag_id", flat=True).first()
    if tag_id is None:
        raise TagNotFound()
    tag = hold(tag_id)
    draft = versions.hold_draft(TagVersion.objects.all(), version_id)
    _check_automatic(tag)
    found = problems_of(tag, draft.rule)
    if found:
        raise RuleInvalid(field="rule", problems=[problem.words for problem in found])
    versions.publish(draft, TagVersion.objects.filter(tag=tag), actor=actor, at=at)
    facts.watch(tag.programme_id)
    runs.request_published(programme_id=tag.programme_id, tag_ids=[tag.pk], actor=actor, at=at)
    return draft


def _check_automatic(tag: Tag) -> None:
    if tag.retired_at is not None:
        raise TagRetired()
    if tag.kind != TagKind.AUTO:
        raise TagByHand()
