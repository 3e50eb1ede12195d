"""What points buy: rewards of a programme with their stock, and the codes that rewards of kind code give (PTS-10..12)."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core import clock
from core.backoffice import menu
from core.backoffice.access import scope_of
from core.backoffice.forms import BackOfficeForm, DayInput, form_page, posted
from core.backoffice.menu import Entry
from core.backoffice.site import page
from growth.admin import reach
from points.models import Reward, RewardCode
from points.rules.versions import POINTS_AT_MOST
from points.selectors import rewards as selectors
from points.services import rewards as services
from points.services import virtual_codes
from points.services.rewards import RewardIn

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "points.reward"
FILE_AT_MOST = 10 * 1024 * 1024
NAMED_AT_MOST = 20  # bad lines that are named
UNLIMITED = gettext_lazy("Empty: without limit.")


class RewardForm(BackOfficeForm):
    """An old reward keeps its code and kind. The days are local, the last one included."""

    code = forms.SlugField(label=gettext_lazy("code"), max_length=40)
    kind = forms.ChoiceField(label=gettext_lazy("kind"))
    offer = forms.ChoiceField(label=gettext_lazy("what is given"), required=False)
    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=80)
    points = forms.IntegerField(label=gettext_lazy("points"), min_value=1, max_value=POINTS_AT_MOST)
    description = forms.CharField(label=gettext_lazy("description"), required=False, max_length=300)
    stock = forms.IntegerField(
        label=gettext_lazy("stock"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text=gettext_lazy("Empty: without limit. Rewards with codes have as many as there are codes."),
    )
    per_member = forms.IntegerField(
        label=gettext_lazy("per member at most"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=gettext_lazy("Empty: without limit."),
    )
    first_on = forms.DateField(label=gettext_lazy("valid from"), required=False, widget=DayInput())
    last_on = forms.DateField(label=gettext_lazy("until and including"), required=False, widget=DayInput())
    is_on = forms.BooleanField(label=gettext_lazy("in use"), required=False, initial=True)

    def __init__(self, *args: Any, programme_id: int, zone: ZoneInfo, reward: Reward | None = None, **kwargs: Any) -> None:
        said: dict[str, Any] | None = None
        if reward is not None:
            said = {
                name: getattr(reward, name) for name in ("code", "kind", "name", "points", "description", "stock", "per_member", "is_on")
            }
            said["first_on"] = reward.valid_from.astimezone(zone).date() if reward.valid_from else None
            said["last_on"] = (reward.valid_until.astimezone(zone) - timedelta(seconds=1)).date() if reward.valid_until else None
            said["offer"] = (
                reward.payload.get(services.reward_kinds()[reward.kind].chosen) if reward.kind in services.reward_kinds() else ""
            )
        super().__init__(*args, initial=said, **kwargs)
        self.zone = zone
        kind, offer, known = self.fields["kind"], self.fields["offer"], services.reward_kinds()
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(offer, forms.ChoiceField)
        offer.choices = [
            ("", "—"),
            *((each.label, list(each.choices(programme_id))) for each in known.values() if each.choices is not None),
        ]
        kind.choices = [(each.kind, each.label) for each in known.values()]
        for name in ("code", "kind"):
            self.fields[name].disabled = reward is not None
        if reward is not None and reward.kind in known and known[reward.kind].counts:
            del self.fields["stock"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        kind = services.reward_kinds().get(said.get("kind", ""))
        if kind is not None and kind.choices is not None and not said.get("offer"):
            self.add_error("offer", _("Choose what is given."))
        return said

    def read(self, payload: dict[str, Any]) -> RewardIn:
        said = self.cleaned_data
        kind = services.reward_kinds()[said["kind"]]
        if kind.choices is not None:
            payload = {**payload, kind.chosen: said["offer"]}
        first, last = said["first_on"], said["last_on"]
        return RewardIn(
            name=said["name"],
            points=said["points"],
            description=said["description"],
            payload=payload,
            stock=said.get("stock"),
            per_member=said["per_member"],
            valid_from=datetime.combine(first, time(), self.zone) if first else None,
            valid_until=datetime.combine(last + timedelta(days=1), time(), self.zone) if last else None,
            is_on=said["is_on"],
        )


class CodesForm(BackOfficeForm):
    """A file with a code a line. What is wrong is named by its line, and then nothing is taken."""

    upload = forms.FileField(
        label=gettext_lazy("File with codes"), help_text=gettext_lazy("One code a line; a first line that says code is passed over.")
    )

    def clean_upload(self) -> list[str]:
        upload: Any = self.cleaned_data["upload"]
        if (upload.size or 0) > FILE_AT_MOST:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        lines = _text(upload.read()).splitlines()
        codes, first_seen, wrong = [], dict[str, int](), list[str]()
        for number, line in enumerate(lines, start=1):
            code = line.strip().strip('",')
            if not code or (number == 1 and code.casefold() == "code"):
                continue
            if len(code) > services.CODE_AT_MOST:
                wrong.append(_("Line %(line)s: a code has at most %(most)s characters.") % {"line": number, "most": services.CODE_AT_MOST})
            elif not code.isprintable() or len(code.split()) > 1:
                wrong.append(_("Line %(line)s: a code has no blanks.") % {"line": number})
            elif code in first_seen:
                wrong.append(_("Line %(line)s: the same code as in line %(first)s.") % {"line": number, "first": first_seen[code]})
            else:
                first_seen[code] = number
                codes.append(code)
        if wrong:
            more = len(wrong) - NAMED_AT_MOST
            raise forms.ValidationError([*wrong[:NAMED_AT_MOST], *([_("... and %(count)s more.") % {"count": more}] if more > 0 else [])])
        if not codes:
            raise forms.ValidationError(_("There is no code in the file."))
        return codes


def _text(content: bytes) -> str:
    """UTF-8 or, as Chinese spreadsheets write, GB18030."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _list_url(programme: "Programme") -> str:
    return f"{reverse('admin:points_rewards')}?programme={programme.code}"


@page("points/rewards/", name="points_rewards")
def listed(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    now, kinds = clock.now(), services.reward_kinds()
    on_offer = set(selectors.on_offer(programme.pk, now).values_list("pk", flat=True))
    rows = [
        {
            "reward": reward,
            "kind": kinds[reward.kind].label if reward.kind in kinds else reward.kind,
            "left": selectors.left_of(reward),
            "is_offered": reward.pk in on_offer,
        }
        for reward in selectors.rewards(programme.pk)
    ]
    return reach.show(
        request,
        "points/rewards.html",
        title=_("Rewards"),
        programme=programme,
        subject=SUBJECT,
        rows=rows,
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


def _save(request: HttpRequest, programme: "Programme", reward: Reward | None) -> HttpResponse:
    form = RewardForm(posted(request), programme_id=programme.pk, zone=ZoneInfo(programme.time_zone), reward=reward)

    def act(values: dict[str, Any]) -> None:
        services.save_reward(
            programme_id=programme.pk,
            code=values["code"],
            kind=values["kind"],
            said=form.read(reward.payload if reward else {}),
            reward_id=reward.pk if reward else None,
            actor=scope_of(request).actor,
            at=clock.now(),
        )

    return form_page(
        request,
        title=_("Change the reward") if reward else _("Add a reward"),
        explanation=_("Members redeem it in the shop. Who has redeemed it keeps what they got, whatever you change."),
        form=form,
        act=act,
        done=_("The reward has been saved."),
        back=_list_url(programme),
        submit=_("Save"),
    )


@page("points/rewards/add/", name="points_reward_add")
def add(request: HttpRequest) -> HttpResponse:
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    return _save(request, programme, None)


@page("points/rewards/<int:reward_id>/", name="points_reward")
def change(request: HttpRequest, reward_id: int) -> HttpResponse:
    reward = reach.row(request, Reward.objects.filter(pk=reward_id).select_related("programme"), SUBJECT, verb="change")
    return _save(request, reward.programme, reward)


@page("points/rewards/<int:reward_id>/codes/", name="points_reward_codes")
def codes(request: HttpRequest, reward_id: int) -> HttpResponse:
    """How many codes there are, and more of them from a file."""
    rows = Reward.objects.filter(pk=reward_id, kind=virtual_codes.KIND).select_related("programme")
    reward = reach.row(request, rows, SUBJECT, verb="change")
    free = RewardCode.objects.filter(reward=reward, redemption=None).count()
    return form_page(
        request,
        title=_("Codes of %(name)s") % {"name": reward.name},
        explanation=ngettext(
            "%(count)s code is free. Codes that are there already are passed over.",
            "%(count)s codes are free. Codes that are there already are passed over.",
            free,
        )
        % {"count": f"{free:,}"},
        form=CodesForm(posted(request), request.FILES or None),
        act=lambda values: services.add_codes(reward_id=reward.pk, codes=values["upload"], actor=scope_of(request).actor, at=clock.now()),
        done=_("The codes have been added; the stock has grown by as many as were new."),
        back=_list_url(reward.programme),
        submit=_("Upload"),
    )


menu.add(Entry("assets", gettext_lazy("Rewards"), "admin:points_rewards", "redeem", 40, SUBJECT))
