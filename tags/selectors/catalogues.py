"""What exists in a programme that rules can name: tags, levels, the RFM model in force."""

from dataclasses import replace

from django.conf import settings

from core.enums import VersionState
from growth.enums import RunState, Track
from growth.models import LevelTerms, RfmRun, RfmVersion
from growth.rules.rfm import RfmTerms, terms_of
from stores.enums import ProgrammeKind
from stores.models import Programme
from tags.enums import TagKind
from tags.models import Tag
from tags.rules.catalogue import Catalogue, LevelWord, TagWord


def catalogue(programme_id: int) -> Catalogue:
    """Five statements at most, whatever the number of rules that are read with it. Raises Programme.DoesNotExist."""
    programme = Programme.objects.get(pk=programme_id)
    levels: dict[Track, dict[str, LevelWord]] = {Track.FREE: {}, Track.PAID: {}}
    terms = LevelTerms.objects.filter(version__scheme__programme_id=programme_id, version__state=VersionState.PUBLISHED)
    for each in terms.filter(version__scheme__track__in=list(levels)).select_related("level").order_by("rank"):
        levels[Track(each.level.track)][each.level.code] = LevelWord(each.name, each.rank)
    newest = RfmRun.objects.filter(programme_id=programme_id, state=RunState.DONE).order_by("-period_on").first()
    return Catalogue(
        programme_id=programme_id,
        is_platform=programme.kind == ProgrammeKind.PLATFORM,
        currency=programme.currency,
        time_zone=programme.time_zone,
        tags={
            tag.code: TagWord(tag.pk, tag.name, tag.kind == TagKind.AUTO)
            for tag in Tag.objects.filter(programme_id=programme_id, retired_at=None).order_by("name")
        },
        levels=levels[Track.FREE],
        paid_levels=levels[Track.PAID],
        rfm=_rfm(programme_id, newest),
        rfm_run_id=newest.pk if newest else None,
        lost_days=settings.LIFECYCLE_LOST_DAYS,
    )


def _rfm(programme_id: int, newest: RfmRun | None) -> RfmTerms | None:
    """The published model with the cut points in force: its own, or those that the newest cycle found (fifths of the members)."""
    version = RfmVersion.objects.filter(programme_id=programme_id, state=VersionState.PUBLISHED).first()
    if version is None:
        return None
    terms = terms_of(version)
    if newest is not None and newest.version_id == version.pk and newest.r_cuts and newest.f_cuts and newest.m_cuts:
        return replace(terms, r_cuts=tuple(newest.r_cuts), f_cuts=tuple(newest.f_cuts), m_cuts=tuple(newest.m_cuts))
    return terms
