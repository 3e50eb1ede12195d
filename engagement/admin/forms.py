"""The boxes of a campaign: whom, when, what, for how much (CPN-12..14, OP-4)."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.backoffice.forms import BackOfficeForm
from core.money import to_minor
from coupons.admin.template_forms import MomentField
from engagement import rules
from engagement.enums import AudienceKind, Goal
from engagement.models import Campaign
from engagement.rules import CampaignIn, OfferIn
from engagement.selectors import campaigns as selectors
from engagement.selectors.campaigns import Choices, Offered
from growth.admin.scheme_forms import major
from tags.admin.rule_editor import Draft

if TYPE_CHECKING:
    from stores.models import Programme

TAGGED = 4  # coupons for holders of a tag, beside the one for all others
NOTHING = [("", "—")]
NAMED_BY: dict[str, str] = {AudienceKind.TAG: "tag", AudienceKind.SEGMENT: "segment"}


class CampaignForm(BackOfficeForm):
    """An old campaign keeps its code. Of tag, segment and rule only the one is read that the audience names.

    drawn: the rule as the editor of tags has it, whose boxes stand beside these.
    """

    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=80)
    code = forms.SlugField(
        label=gettext_lazy("code"), max_length=40, help_text=gettext_lazy("Letters, digits, hyphens: what programs call it.")
    )
    goal = forms.ChoiceField(label=gettext_lazy("goal"), choices=Goal.choices)
    starts_at = MomentField(label=gettext_lazy("begins"))
    ends_at = MomentField(
        label=gettext_lazy("ends"), help_text=gettext_lazy("Nothing is given from then on; empty: until everybody has been reached.")
    )
    audience_kind = forms.ChoiceField(label=gettext_lazy("audience"), choices=AudienceKind.choices)
    tag = forms.TypedChoiceField(label=gettext_lazy("tag"), required=False, coerce=int, empty_value=None)
    segment = forms.TypedChoiceField(label=gettext_lazy("segment"), required=False, coerce=int, empty_value=None)
    template = forms.TypedChoiceField(
        label=gettext_lazy("coupon"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("For everybody, or for everybody else where coupons go by tag below."),
    )
    points = forms.IntegerField(label=gettext_lazy("points for each"), required=False, min_value=1, max_value=rules.POINTS_AT_MOST)
    gives_tag = forms.TypedChoiceField(label=gettext_lazy("tag to give"), required=False, coerce=int, empty_value=None)
    message = forms.CharField(
        label=gettext_lazy("message"),
        required=False,
        max_length=rules.MESSAGE_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Sent as you type it, to those who want marketing messages, at most one a day."),
    )
    budget = forms.DecimalField(
        label=gettext_lazy("budget"),
        min_value=Decimal(0),
        max_digits=13,
        decimal_places=2,
        help_text=gettext_lazy("Giving stops before it could be exceeded, each coupon counted as if it were used."),
    )

    def __init__(
        self,
        *args: Any,
        programme: "Programme",
        choices: Choices,
        drawn: Draft,
        campaign: Campaign | None,
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, initial=_initial(campaign) if campaign else {"starts_at": now, "budget": 0}, **kwargs)
        self.drawn = drawn
        zone = ZoneInfo(programme.time_zone)
        for name in ("starts_at", "ends_at"):
            moment = self.fields[name]
            assert isinstance(moment, MomentField)
            moment.zone = zone
        self.fields["starts_at"].required = True
        self.fields["code"].disabled = campaign is not None
        tags, templates = _offered(choices.tags.values()), _offered(choices.templates.values())
        for place in range(TAGGED):
            self.fields[f"tag_{place}"] = _choice(gettext_lazy("members with the tag"), tags)
            self.fields[f"template_{place}"] = _choice(gettext_lazy("get the coupon"), templates)
        self._offer("tag", tags)
        self._offer("gives_tag", tags)
        self._offer("segment", _offered(choices.segments.values()))
        self._offer("template", templates)

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [*NOTHING, *choices]

    @property
    def tagged(self) -> list[tuple[Any, Any]]:
        """The pairs of boxes tag -> coupon."""
        return [(self[f"tag_{place}"], self[f"template_{place}"]) for place in range(TAGGED)]

    @property
    def has_tagged(self) -> bool:
        """Whether one of these is filled in."""
        return any(box.value() for pair in self.tagged for box in pair)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        wanted = NAMED_BY.get(said.get("audience_kind", ""))
        if wanted and not said.get(wanted) and wanted not in self.errors:
            self.add_error(wanted, _("Say whom the campaign is for."))
        if said.get("audience_kind") == AudienceKind.RULE and not self.drawn.is_sound:
            self.add_error("audience_kind", _("The rule is not complete yet."))
        for place in range(TAGGED):
            tag, template = said.get(f"tag_{place}"), said.get(f"template_{place}")
            if (tag is None) is not (template is None):
                self.add_error(f"template_{place}" if template is None else f"tag_{place}", _("Choose both, or neither."))
        return said

    def read(self) -> CampaignIn:
        """Of a form that is sound."""
        return self._said(self.cleaned_data)

    def so_far(self) -> CampaignIn | None:
        """What can be read of a form that is being filled in: enough to count members and costs; None without an audience."""
        self.is_valid()
        said = dict.fromkeys(self.fields) | self.cleaned_data
        named = NAMED_BY.get(said["audience_kind"] or "")
        if not (said[named] if named else self.drawn.is_sound):
            return None
        blanks = {"name": "", "goal": Goal.ACQUIRE, "audience_kind": AudienceKind.RULE, "message": "", "budget": Decimal(0)}
        return self._said(said | {name: blank for name, blank in blanks.items() if said[name] is None})

    def _said(self, said: dict[str, Any]) -> CampaignIn:
        kind = AudienceKind(said["audience_kind"])
        pairs = [(said[f"template_{place}"], said[f"tag_{place}"]) for place in range(TAGGED)]
        offers = [OfferIn(template_id, tag_id) for template_id, tag_id in pairs if template_id and tag_id]
        if said["template"]:
            offers.append(OfferIn(said["template"]))
        return CampaignIn(
            name=said["name"],
            goal=Goal(said["goal"]),
            audience_kind=kind,
            tag_id=said["tag"] if kind == AudienceKind.TAG else None,
            segment_id=said["segment"] if kind == AudienceKind.SEGMENT else None,
            rule=self.drawn.rule if kind == AudienceKind.RULE else None,
            starts_at=said["starts_at"],
            ends_at=said["ends_at"],
            offers=tuple(offers),
            points=said["points"],
            gives_tag_id=said["gives_tag"],
            message=said["message"],
            budget_minor=to_minor(said["budget"]),
        )


class DecisionForm(BackOfficeForm):
    """Which of the two buttons was pressed, about which revision."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("return", "")])
    revision = forms.IntegerField(min_value=1)
    reason = forms.CharField(required=False, max_length=200)


def _choice(label: Any, choices: list[tuple[Any, str]]) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, required=False, coerce=int, empty_value=None, choices=[*NOTHING, *choices])


def _offered(found: Iterable[Offered]) -> list[tuple[Any, str]]:
    return [(each.id, each.name) for each in found]


def _initial(campaign: Campaign) -> dict[str, Any]:
    said = selectors.as_said(campaign)
    found: dict[str, Any] = {
        name: getattr(said, name) for name in ("name", "goal", "starts_at", "ends_at", "audience_kind", "points", "message")
    }
    found |= {"code": campaign.code, "tag": said.tag_id, "segment": said.segment_id, "gives_tag": said.gives_tag_id}
    found["budget"] = major(said.budget_minor)
    tagged = [offer for offer in said.offers if offer.tag_id is not None]
    for place, offer in enumerate(tagged[:TAGGED]):
        found[f"tag_{place}"], found[f"template_{place}"] = offer.tag_id, offer.template_id
    found["template"] = next((offer.template_id for offer in said.offers if offer.tag_id is None), None)
    return found
