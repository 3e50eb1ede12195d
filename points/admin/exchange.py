"""Pairs of programmes between which points are exchanged (PTS-23, A-46). The programme that gives sets its pair up."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.backoffice import menu
from core.backoffice.access import scope_of
from core.backoffice.forms import BackOfficeForm, form_page, posted
from core.backoffice.menu import Entry
from core.backoffice.site import page
from growth.admin import reach
from points.models import ExchangePair
from points.rules.versions import POINTS_AT_MOST
from points.services import exchange as services

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "points.exchangepair"
COUNT: dict[str, Any] = {"min_value": 1, "max_value": POINTS_AT_MOST}


class PairForm(BackOfficeForm):
    """An old pair keeps its programmes; exchanges made before keep their ratio."""

    to_programme = forms.TypedChoiceField(label=gettext_lazy("to programme"), coerce=int)
    ratio_from = forms.IntegerField(label=gettext_lazy("points given"), **COUNT)
    ratio_to = forms.IntegerField(label=gettext_lazy("points received"), **COUNT)
    step = forms.IntegerField(
        label=gettext_lazy("step"), initial=1, help_text=gettext_lazy("Points are given in multiples of this."), **COUNT
    )
    minimum = forms.IntegerField(label=gettext_lazy("at least"), initial=1, **COUNT)
    daily_cap = forms.IntegerField(
        label=gettext_lazy("points a day at most"),
        required=False,
        help_text=gettext_lazy("Given by one member in a local day; empty: without limit."),
        **COUNT,
    )
    is_on = forms.BooleanField(label=gettext_lazy("in use"), required=False, initial=True)

    def __init__(self, *args: Any, others: "list[Programme]", pair: ExchangePair | None = None, **kwargs: Any) -> None:
        said = None
        if pair is not None:
            said = {name: getattr(pair, name) for name in self.base_fields if name != "to_programme"} | {
                "to_programme": pair.to_programme_id
            }
        super().__init__(*args, initial=said, **kwargs)
        field = self.fields["to_programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.pk, each.name) for each in others]
        field.disabled = pair is not None


@page("points/exchange/", name="points_exchanges")
def listed(request: HttpRequest) -> HttpResponse:
    """Pairs that give from here and those that give to here, with what has been exchanged so far."""
    programme = reach.chosen(request, SUBJECT)
    ours = {each.pk for each in reach.programmes(request, SUBJECT, "change")}
    pairs = ExchangePair.objects.filter(Q(from_programme=programme) | Q(to_programme=programme))
    counted = pairs.select_related("from_programme", "to_programme").annotate(
        times=Count("exchanges"), given=Sum("exchanges__points_out"), received=Sum("exchanges__points_in")
    )
    return reach.show(
        request,
        "points/exchange.html",
        title=_("Exchange of points"),
        programme=programme,
        subject=SUBJECT,
        rows=[
            (pair, pair.from_programme_id == programme.pk and {pair.from_programme_id, pair.to_programme_id} <= ours)
            for pair in counted.order_by("from_programme__code", "to_programme__code")
        ],
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
        has_others=bool(ours - {programme.pk}),
    )


def _save(request: HttpRequest, programme: "Programme", pair: ExchangePair | None) -> HttpResponse:
    """Both programmes must be the caller's: a pair makes one owe points that another took."""
    theirs = [each for each in reach.programmes(request, SUBJECT, "change") if each.pk != programme.pk]
    if pair is not None and pair.to_programme_id not in {each.pk for each in theirs}:
        raise Http404

    def act(values: dict[str, Any]) -> None:
        to_programme = values.pop("to_programme")
        services.save_pair(
            from_programme_id=programme.pk, to_programme_id=to_programme, actor=scope_of(request).actor, at=clock.now(), **values
        )

    return form_page(
        request,
        title=_("Change the exchange pair") if pair else _("Add an exchange pair"),
        explanation=_("Members give points of %(programme)s and receive points of the other programme, rounded down. There is no way back.")
        % {"programme": programme.name},
        form=PairForm(posted(request), others=theirs, pair=pair),
        act=act,
        done=_("The exchange pair has been saved."),
        back=f"{reverse('admin:points_exchanges')}?programme={programme.code}",
        submit=_("Save"),
    )


@page("points/exchange/add/", name="points_exchange_add")
def add(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    return _save(request, programme, None)


@page("points/exchange/<int:pair_id>/", name="points_exchange")
def change(request: HttpRequest, pair_id: int) -> HttpResponse:
    rows = ExchangePair.objects.filter(pk=pair_id).select_related("from_programme", "to_programme")
    pair = reach.row(request, rows, SUBJECT, "from_programme_id", "change")
    return _save(request, pair.from_programme, pair)


menu.add(Entry("assets", gettext_lazy("Exchange of points"), "admin:points_exchanges", "currency_exchange", 80, SUBJECT))
