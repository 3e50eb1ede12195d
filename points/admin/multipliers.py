"""When points count more: member days, campaigns and levels at a glance, today's and those to come (PTS-20, OP-7)."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice import menu
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.registry import Text
from growth.admin import reach
from points.admin.rules import SUBJECT, level_names
from points.enums import MultiplierKind
from points.rules.multipliers import Standing, next_day, standing
from points.rules.versions import MultiplierIn
from points.selectors import versions as selectors

WORDS = {
    Standing.NOW: gettext_lazy("holds now"),
    Standing.COMING: gettext_lazy("is coming"),
    Standing.OVER: gettext_lazy("is over"),
}


@dataclass(frozen=True)
class Line:
    """A multiplier as people read it. next_on: the next local day on which it counts, for one that comes every month."""

    multiplier: MultiplierIn
    standing: Standing
    words: Text
    name: str
    next_on: date | None
    days_left: int | None

    @property
    def called(self) -> str:
        return f"{self.multiplier.kind.label} {self.name}".strip()


def _line(each: MultiplierIn, levels: dict[str, str], now: datetime, zone: ZoneInfo) -> Line:
    found = standing(each, now, zone)
    next_on = next_day(each, now, zone)
    days_left = (next_on - now.astimezone(zone).date()).days if next_on else None
    return Line(each, found, WORDS[found], levels.get(each.key, each.key), next_on, days_left)


@page("points/multipliers/", name="points_multipliers")
def listed(request: HttpRequest) -> HttpResponse:
    """Those of the version that holds, the ones that count now first; what is changed is a draft of the rules."""
    programme, now = reach.chosen(request, SUBJECT), clock.now()
    zone = ZoneInfo(programme.time_zone)
    published, draft = selectors.published(programme.pk), selectors.draft(programme.pk)
    levels = dict(level_names(programme.pk))
    lines = [_line(each, levels, now, zone) for each in selectors.as_terms(published).multipliers] if published else []
    order = list(Standing)
    return reach.show(
        request,
        "points/multipliers.html",
        title=_("Member days"),
        programme=programme,
        subject=SUBJECT,
        lines=sorted(lines, key=lambda line: (order.index(line.standing), line.next_on or date.max, -line.multiplier.factor)),
        counting=[line for line in lines if line.standing is Standing.NOW and line.multiplier.kind is not MultiplierKind.LEVEL],
        published=published,
        draft=draft,
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


menu.add(Entry("assets", gettext_lazy("Member days"), "admin:points_multipliers", "event", 35, SUBJECT))
