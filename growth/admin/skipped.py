"""What could not be given, of every part of the system: for whom, what, why, and whether it has been given since (ruling 4)."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import effects
from core.backoffice import keyset, menu
from core.backoffice.forms import BackOfficeForm
from core.backoffice.menu import Entry
from core.backoffice.panels import PAGE
from core.backoffice.site import page
from core.models import EffectSkipped
from growth.admin import people, reach

SUBJECT = "core.effectskipped"
OPEN, SETTLED, FINAL = "open", "settled", "final"
STATES: Mapping[str, Callable[[], Q]] = {
    OPEN: lambda: Q(settled_at=None) & ~Q(code__in=effects.final()),
    SETTLED: lambda: Q(settled_at__isnull=False),
    FINAL: lambda: Q(settled_at=None, code__in=effects.final()),
}
ALL = ("", gettext_lazy("all"))


class Filters(BackOfficeForm):
    """Which rows are listed; what nobody knows is as if it were not asked for."""

    state = forms.ChoiceField(
        label=gettext_lazy("state"),
        choices=[
            (OPEN, pgettext_lazy("effect", "missing")),
            (SETTLED, pgettext_lazy("effect", "settled")),
            (FINAL, pgettext_lazy("effect", "never given")),
            ALL,
        ],
        required=False,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("kind"), choices=lambda: [ALL, *((kind.code, kind.label) for kind in effects.kinds())], required=False
    )
    reason = forms.ChoiceField(label=gettext_lazy("reason"), choices=lambda: [ALL, *effects.reasons()], required=False)

    def said(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


@page("levels/skipped/", name="growth_skipped")
def listed(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    rows = EffectSkipped.objects.filter(programme_id=programme.pk)
    asked = {"state": OPEN, **{name: value for name, value in request.GET.items() if name in Filters.base_fields}}
    form = Filters(asked)
    said = form.said()
    if said["state"]:
        rows = rows.filter(STATES[said["state"]]())
    if said["kind"]:
        rows = rows.filter(effect_key__startswith=f"{said['kind']}:")
    if said["reason"]:
        rows = rows.filter(code=said["reason"])
    place = keyset.read_numbered(request.GET.get("cursor"))
    if place:
        rows = rows.filter(pk__lt=place[1])
    found = list(rows.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    members = people.named(request, {row.member_id for row in shown if row.member_id is not None})
    return reach.show(
        request,
        "growth/skipped.html",
        title=_("What could not be given"),
        programme=programme,
        subject=SUBJECT,
        form=form,
        rows=[
            {
                "row": row,
                "kind": kind.label if (kind := effects.kind_of(row)) else "",
                "member": members.get(row.member_id) if row.member_id is not None else None,
                "what": effects.what(row),
                "why": effects.why(row),
                "is_final": row.code in effects.final(),
            }
            for row in shown
        ],
        more_filters=urlencode(said),
        next_cursor=keyset.write(shown[-1].booked_at, shown[-1].pk) if len(found) > PAGE else None,
    )


menu.add(Entry("system", gettext_lazy("What could not be given"), "admin:growth_skipped", "running_with_errors", 25, SUBJECT))
