"""Rules as versions: drafted, changed, published, retired - never changed once they hold, so that history can say what was promised when.

Of a line of versions - a programme's growth rules, a level scheme - there is one draft and one published version at most; each model
sees to that by two partial unique constraints of its own.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db import models
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from core.enums import VersionState
from core.errors import DraftExists, NotADraft

V = TypeVar("V", bound="Version")


class Version(models.Model):
    """What every version knows of itself. number: 1, 2, 3 .. within its line.  created_by, published_by: "staff:12"."""

    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("based on"))
    created_by = models.CharField(_("created by"), max_length=60)
    created_at = models.DateTimeField(_("created"))
    published_by = models.CharField(_("published by"), max_length=60, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        abstract = True


def next_draft(line: QuerySet[V], *, based_on_id: int | None) -> tuple[int, V | None]:
    """Number of the draft to make in a line, and what it begins as: an older version, the published one, or nothing.

    The caller holds the line, and refuses a version that it asked for and that is not of this line: then the second is None.
    Raises DraftExists.
    """
    there = line.filter(state=VersionState.DRAFT).first()
    if there is not None:
        raise DraftExists(version=there.number)
    base = line.filter(pk=based_on_id).first() if based_on_id else line.filter(state=VersionState.PUBLISHED).first()
    return (line.aggregate(last=Max("number"))["last"] or 0) + 1, base


def hold_draft(versions: QuerySet[V], version_id: int) -> V:
    """A draft that nobody else changes or publishes until the transaction ends. Raises NotADraft."""
    found = versions.filter(pk=version_id).select_for_update(of=("self",)).first()
    if found is None or found.state != VersionState.DRAFT:
        raise NotADraft()
    return found


def publish(draft: Version, line: QuerySet[Any], *, actor: str, at: datetime) -> None:
    """Let a draft that is held take the place of the version published before it. line: all versions of its line."""
    line.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED, retired_at=at)
    draft.state, draft.published_by, draft.published_at = VersionState.PUBLISHED, actor, at
    draft.save(update_fields=["state", "published_by", "published_at"])
