"""Cross matching of levels: who holds a level in one programme gets a level, or one benefit, of this one (design section 3)."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice import menu
from core.backoffice.forms import BackOfficeForm, DayInput, form_page, posted
from core.backoffice.menu import Entry
from core.backoffice.site import page
from growth.admin import reach
from growth.admin.benefits import levels_of
from growth.models import Benefit, LevelBenefit, LevelMatch
from growth.rules import benefits as rules
from growth.selectors import cards
from growth.services import matching

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "growth.levelmatch"


class MatchForm(BackOfficeForm):
    """from_level, to_level: ids.  benefit: row of a level that gives it, whose value is taken over.  Days are local, the last included."""

    from_level = forms.TypedChoiceField(label=gettext_lazy("who holds"), coerce=int)
    to_level = forms.TypedChoiceField(label=gettext_lazy("gets the level"), coerce=int, required=False, empty_value=None)
    benefit = forms.TypedChoiceField(label=gettext_lazy("or the benefit"), coerce=int, required=False, empty_value=None)
    first_on = forms.DateField(label=gettext_lazy("valid from"), widget=DayInput())
    last_on = forms.DateField(label=gettext_lazy("until and including"), required=False, widget=DayInput())

    def __init__(self, *args: Any, programme: "Programme", others: "list[Programme]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        elsewhere = [(pk, f"{each.name} · {name}") for each in others if each.pk != programme.pk for pk, name in levels_of(each.pk)]
        self.given = _given(programme)
        words = {
            row.pk: f"{row.benefit.name} {rules.words(rules.parse(row.benefit.kind, row.value), currency=programme.currency)}".strip()
            for row in self.given.values()
        }
        choices: dict[str, list[tuple[Any, str]]] = {
            "from_level": elsewhere,
            "to_level": [("", "—"), *levels_of(programme.pk)],
            "benefit": [("", "—"), *words.items()],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered


def _given(programme: "Programme") -> dict[int, LevelBenefit]:
    """What the published levels of a programme give, each value of each benefit once, by the row of the lowest level with it."""
    rows = LevelBenefit.objects.filter(terms__version__state="published", benefit__programme=programme, benefit__is_active=True)
    found: dict[tuple[int, str], LevelBenefit] = {}
    for row in rows.select_related("benefit").order_by("benefit__code", "terms__rank"):
        found.setdefault((row.benefit_id, str(row.value)), row)
    return {row.pk: row for row in found.values()}


@page("levels/matches/", name="growth_matches")
def listed(request: HttpRequest) -> HttpResponse:
    """Those that give here and those that give elsewhere."""
    programme = reach.chosen(request, SUBJECT)
    rows = list(
        LevelMatch.objects.filter(Q(to_programme=programme) | Q(from_level__programme=programme))
        .select_related("from_level__programme", "to_programme", "to_level", "benefit")
        .order_by("-valid_from", "-id")
    )
    names = cards.names_of([pk for row in rows for pk in (row.from_level_id, row.to_level_id) if pk])
    now = clock.now()
    return reach.show(
        request,
        "growth/matches.html",
        title=_("Cross matching"),
        programme=programme,
        subject=SUBJECT,
        rows=[
            {
                "match": row,
                "from_level": names.get(row.from_level_id, row.from_level.code),
                "gets": _gets(row, names),
                "is_over": row.valid_until is not None and row.valid_until <= now,
                "is_ours": row.to_programme_id == programme.pk,
            }
            for row in rows
        ],
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
        has_others=any(each.pk != programme.pk for each in reach.programmes(request, SUBJECT)),
    )


def _gets(row: LevelMatch, names: dict[int, str]) -> str:
    if row.to_level_id is not None:
        return names.get(row.to_level_id, str(row.to_level))
    benefit: Benefit | None = row.benefit
    assert benefit is not None
    return f"{benefit.name} {rules.words(rules.parse(benefit.kind, row.value), currency=row.to_programme.currency)}".strip()


@page("levels/matches/add/", name="growth_match_add")
def add(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    zone = ZoneInfo(programme.time_zone)
    form = MatchForm(
        posted(request),
        programme=programme,
        others=reach.programmes(request, SUBJECT),
        initial={"first_on": clock.now().astimezone(zone).date()},
    )

    def act(values: dict[str, Any]) -> None:
        given = form.given.get(values["benefit"])
        matching.match_levels(
            from_level_id=values["from_level"],
            to_programme_id=programme.pk,
            to_level_id=values["to_level"],
            benefit_id=given.benefit_id if given else None,
            value=given.value if given else None,
            valid_from=datetime.combine(values["first_on"], time(), zone),
            valid_until=datetime.combine(values["last_on"] + timedelta(days=1), time(), zone) if values["last_on"] else None,
        )

    return form_page(
        request,
        title=_("Add a matching"),
        explanation=_(
            "Members keep the level they have; here they are treated as if they held the one matched to it, for as long as both last."
        ),
        form=form,
        act=act,
        done=_("The levels are matched."),
        back=f"{reverse('admin:growth_matches')}?programme={programme.code}",
        submit=_("Save"),
    )


@page("levels/matches/<int:match_id>/end/", name="growth_match_end")
@require_POST
def end(request: HttpRequest, match_id: int) -> HttpResponse:
    rows = LevelMatch.objects.filter(pk=match_id).select_related("to_programme")
    match = reach.row(request, rows, SUBJECT, "to_programme_id", "change")
    return reach.act(
        request,
        lambda: matching.end_match(match_id=match.pk, at=clock.now()),
        done=_("The matching has ended."),
        back=f"{reverse('admin:growth_matches')}?programme={match.to_programme.code}",
    )


menu.add(Entry("levels", gettext_lazy("Cross matching"), "admin:growth_matches", "sync_alt", 100, SUBJECT))
