"""How many members hold each level: the first page of the levels, as a chart and a table (LVL-31)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice import menu
from core.backoffice.menu import Entry
from core.backoffice.site import page
from growth.admin import reach
from growth.enums import Track
from growth.selectors import levels, schemes

SUBJECT = "growth.levelscheme"


@page("levels/distribution/", name="growth_distribution")
def distribution(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    now = clock.now()
    tracks = []
    for track in Track:
        version = schemes.published(programme.pk, track)
        if version is not None:
            rows = levels.distribution(programme.pk, track, now)
            counts = [row.members for row in rows]
            tracks.append({"track": track, "version": version, "rows": rows, "total": sum(counts), "most": max(counts, default=0)})
    return reach.show(
        request,
        "growth/distribution.html",
        title=_("Levels at a glance"),
        programme=programme,
        subject=SUBJECT,
        tracks=tracks,
    )


menu.add(Entry("levels", gettext_lazy("Levels at a glance"), "admin:growth_distribution", "bar_chart", 10, SUBJECT))
