"""What leads from a figure to its members: the list of members by the level they hold now, and by what an RFM cycle found."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from core import registry, words
from core.enums import VersionState
from core.registry import Text
from core.scope import Scope
from growth.admin import reach
from growth.enums import ActivityLayer, CustomerGroup, RfmClass
from growth.models import LevelTerms, MemberLevel, RfmRun, RfmSnapshot
from growth.rules import rfm
from stores.enums import MembershipStatus

OFFERED = 60  # levels; where there are more, only the one that is asked for
NAMED = {"class": ("rfm_class", RfmClass), "group": ("customer_group", CustomerGroup), "layer": ("layer", ActivityLayer)}


def _levels(scope: Scope, chosen: str) -> Sequence[tuple[str, Text]]:
    """Ids of levels, with their programmes where there are several."""
    programmes = {programme.pk: programme.name for programme in reach.programmes_of(scope, "growth.levelscheme", "view")}
    rows = LevelTerms.objects.filter(version__state=VersionState.PUBLISHED, level__programme_id__in=programmes)
    found = list(rows.select_related("level").order_by("level__programme_id", "level__track", "rank")[: OFFERED + 1])
    if len(found) > OFFERED:
        found = list(rows.filter(level_id=int(chosen)).select_related("level")) if chosen.isdecimal() else []
    return [
        (str(each.level_id), each.name if len(programmes) == 1 else words.with_remark(each.name, programmes[each.level.programme_id]))
        for each in found
    ]


def _holding(value: str, now: datetime) -> QuerySet[MemberLevel, int]:
    """Members who hold the level now, as selectors.levels.distribution counts them."""
    level_id = int(value)
    is_over = Q(level_until__isnull=False, level_until__lte=now)
    rows = MemberLevel.objects.filter(~is_over & Q(level_id=level_id) | is_over & Q(automatic_level_id=level_id))
    return rows.filter(membership__status=MembershipStatus.ACTIVE).values_list("membership__member_id", flat=True)


def _cells(scope: Scope, chosen: str) -> Sequence[tuple[str, Text]]:
    """Of a cycle: `12:cell:4-3-3`, `12:class:high`, `12:group:loyal`, `12:layer:low`. Only what is asked for: it has 125 cells."""
    number, _colon, rest = chosen.partition(":")
    kind, _colon, name = rest.partition(":")
    if not number.isdecimal() or not (_cell(name) if kind == "cell" else kind in NAMED and name in NAMED[kind][1].values):
        return []
    programmes = {programme.pk for programme in reach.programmes_of(scope, "growth.rfmversion", "view")}
    run = RfmRun.objects.filter(pk=int(number), programme__in=programmes).select_related("programme").first()
    said = name if kind == "cell" else str(NAMED[kind][1](name).label)
    return [(chosen, words.with_remark(said, f"{run.programme.name} {run}"))] if run else []


def _cell(name: str) -> rfm.Cell | None:
    return next((cell for cell in rfm.cells() if "-".join(map(str, cell)) == name), None)


def _found(value: str, now: datetime) -> QuerySet[RfmSnapshot, int]:
    number, kind, name = value.split(":")
    rows = RfmSnapshot.objects.filter(run_id=int(number))
    if cell := _cell(name):
        rows = rows.filter(r_score=cell[0], f_score=cell[1], m_score=cell[2])
    else:
        rows = rows.filter(**{NAMED[kind][0]: name})
    return rows.values_list("membership__member_id", flat=True)


registry.add_member_filter(registry.MemberFilter("level", gettext_lazy("level"), _levels, _holding, position=10))
registry.add_member_filter(registry.MemberFilter("rfm", gettext_lazy("RFM cycle"), _cells, _found, position=20))
