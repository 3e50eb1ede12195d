"""What is done to one membership from the member page: set the level by hand, adjust the growth value (CSL-13, A-23, R19)."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.backoffice.access import scope_of
from core.backoffice.forms import DayInput, ReasonForm, form_page, posted
from core.backoffice.site import page
from growth import links
from growth.admin import people, reach
from growth.enums import OverrideState, Track
from growth.models import LevelOverride, LevelTerms
from growth.selectors import schemes
from growth.services import ledger, overrides
from stores import selectors as stores_selectors

if TYPE_CHECKING:
    from stores.models import Membership

OVERRIDE_DAYS = 90
GROWTH_AT_MOST = 1_000_000


class LevelForm(ReasonForm):
    """level: id.  valid_until: the last local day on which it holds."""

    level = forms.TypedChoiceField(label=gettext_lazy("level"), coerce=int)
    valid_until = forms.DateField(label=gettext_lazy("until and including"), widget=DayInput())
    field_order = ("level", "valid_until", "reason")

    def __init__(self, *args: Any, terms: list[LevelTerms], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        level, until = self.fields["level"], self.fields["valid_until"]
        assert isinstance(level, forms.TypedChoiceField)
        level.choices = [(each.level_id, each.name) for each in terms]
        until.initial = today + timedelta(days=OVERRIDE_DAYS)

    def clean_valid_until(self) -> date:
        until: date = self.cleaned_data["valid_until"]
        if until < self.today:
            raise forms.ValidationError(_("This day is over."))
        return until


class AdjustForm(ReasonForm):
    """token: names this form, so that sending it twice books once."""

    delta = forms.IntegerField(
        label=pgettext_lazy("growth", "change"),
        min_value=-GROWTH_AT_MOST,
        max_value=GROWTH_AT_MOST,
        help_text=gettext_lazy("With a minus sign to take away. The balance never falls below 0."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("delta", "reason")

    def clean_delta(self) -> int:
        delta: int = self.cleaned_data["delta"]
        if delta == 0:
            raise forms.ValidationError(_("0 changes nothing."))
        return delta


def _membership(request: HttpRequest, membership_id: int, subject: str, verb: str) -> "Membership":
    return reach.row(request, stores_selectors.membership_rows(membership_id), subject, verb=verb)


@page("levels/memberships/<int:membership_id>/level/", name="growth_set_level")
def set_level(request: HttpRequest, membership_id: int) -> HttpResponse:
    membership = _membership(request, membership_id, "growth.memberlevel", "override")
    zone, now = ZoneInfo(membership.programme.time_zone), clock.now()
    version = schemes.published(membership.programme_id, Track.FREE)
    terms = list(version.terms.all()) if version else []

    def act(values: dict[str, Any]) -> LevelOverride:
        return overrides.set_level(
            membership_id=membership.pk,
            level_id=values["level"],
            reason=values["reason"],
            valid_until=_end_of(values["valid_until"], zone),
            actor=scope_of(request).actor,
            at=now,
        )

    return form_page(
        request,
        title=_("Set the level"),
        whose=people.whose(request, membership),
        explanation=_(
            "The growth value stays as it is. A higher level holds beside what the member reaches, a lower one instead of it, until the "
            "day you name. Two or more steps wait for a second person."
        ),
        form=LevelForm(posted(request), terms=terms, today=now.astimezone(zone).date()),
        act=act,
        done=lambda override: (
            _("The level waits for a second person; until then nothing changes.")
            if override.state == OverrideState.PENDING
            else _("The level is set.")
        ),
        back=f"{links.member_page(membership.member_id)}#level",
        submit=_("Set the level"),
    )


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    """The local midnight after a day."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


@page("levels/memberships/<int:membership_id>/growth/", name="growth_adjust")
def adjust(request: HttpRequest, membership_id: int) -> HttpResponse:
    membership = _membership(request, membership_id, "growth.growthentry", "adjust")
    now = clock.now()
    return form_page(
        request,
        title=_("Adjust the growth value"),
        whose=people.whose(request, membership),
        explanation=_(
            "Booked as an entry of its own with your name and the reason. The level follows at once when a threshold is reached."
        ),
        form=AdjustForm(posted(request), initial={"token": uuid4()}),
        act=lambda values: ledger.adjust_growth(
            membership_id=membership.pk,
            delta=values["delta"],
            reason_text=values["reason"],
            actor=scope_of(request).actor,
            occurred_at=now,
            booked_at=now,
            effect_key=f"adjust:{values['token']}",
        ),
        done=_("The growth value has been adjusted."),
        back=f"{links.member_page(membership.member_id)}#growth",
        submit=_("Adjust"),
    )
