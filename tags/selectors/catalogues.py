"""What exists in a programme that rules can name: tags, levels, the RFM model in force."""

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings

from growth.enums import RunState, Track
from growth.rules.rfm import RfmTerms, terms_of
from growth.selectors import promises
from growth.selectors import rfm as rfm_selectors
from stores import selectors as stores_selectors
from stores.enums import ProgrammeKind
from tags.models import Tag
from tags.rules.catalogue import Catalogue, LevelWord, TagWord

if TYPE_CHECKING:
    from growth.models import RfmRun


def catalogue(programme_id: int) -> Catalogue:
    """A handful of statements, whatever the number of rules that are read with it."""
    programme = next(each for each, _stores in stores_selectors.programmes_with_stores() if each.pk == programme_id)
    levels: dict[str, dict[str, LevelWord]] = {Track.FREE: {}, Track.PAID: {}}
    for terms in promises.published_terms(programme_id):
        if terms.level.track in levels:
            levels[terms.level.track][terms.level.code] = LevelWord(terms.name, terms.rank)
    done = [run for run in rfm_selectors.last_runs(programme_id, limit=2) if run.state == RunState.DONE]
    newest = done[0] if done else None
    return Catalogue(
        programme_id=programme_id,
        is_platform=programme.kind == ProgrammeKind.PLATFORM,
        currency=programme.currency,
        time_zone=programme.time_zone,
        tags={
            tag.code: TagWord(tag.pk, tag.name) for tag in Tag.objects.filter(programme_id=programme_id, retired_at=None).order_by("name")
        },
        levels=levels[Track.FREE],
        paid_levels=levels[Track.PAID],
        rfm=_rfm(programme_id, newest),
        rfm_run_id=newest.pk if newest else None,
        lost_days=settings.LIFECYCLE_LOST_DAYS,
    )


def _rfm(programme_id: int, newest: "RfmRun | None") -> RfmTerms | None:
    """The published model with the cut points in force: its own, or those that the newest cycle found (fifths of the members)."""
    version = rfm_selectors.published(programme_id)
    if version is None:
        return None
    terms = terms_of(version)
    if newest is not None and newest.version_id == version.pk and newest.r_cuts and newest.f_cuts and newest.m_cuts:
        return replace(terms, r_cuts=tuple(newest.r_cuts), f_cuts=tuple(newest.f_cuts), m_cuts=tuple(newest.m_cuts))
    return terms
