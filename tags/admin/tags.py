"""The tags of a programme in their groups with how many have each, and the page of one tag (TAG-01, TAG-08, TAG-15)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.backoffice import actors, menu
from core.backoffice.access import scope_of
from core.backoffice.forms import BackOfficeForm, ReasonForm, add_refusal, form_page, posted
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.errors import DomainError
from growth.admin import reach
from points.admin import people
from tags.admin.runs import moved, told_of
from tags.enums import RunState, TagColour, TagGroup, TagKind, TagSource
from tags.models import MemberTag, Tag, TagRun, TagVersion
from tags.rules import language, sentence
from tags.rules.catalogue import Catalogue
from tags.selectors import catalogues
from tags.selectors import tags as selectors
from tags.services import tags as services
from tags.services.tags import TagIn

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "tags.tag"
CHART_DAYS = 60
RUNS_LOOKED_AT = 20  # back to the last one that moved the tag


class TagForm(BackOfficeForm):
    """An old tag keeps its code and kind."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "name"), max_length=40)
    code = forms.CharField(
        label=gettext_lazy("code"), max_length=40, help_text=gettext_lazy("Letters, digits, hyphens: what programs call it.")
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("tag", "given"),
        choices=TagKind.choices,
        help_text=gettext_lazy("A tag by rule may be given by hand as well; the two do not touch each other."),
    )
    group = forms.ChoiceField(label=gettext_lazy("group"), choices=TagGroup.choices)
    colour = forms.ChoiceField(label=gettext_lazy("colour"), choices=[("", "—"), *TagColour.choices], required=False)
    priority = forms.IntegerField(
        label=gettext_lazy("priority"),
        min_value=0,
        max_value=services.PRIORITY_AT_MOST,
        initial=0,
        help_text=gettext_lazy("Where a campaign gives one of several things by tags, the highest counts."),
    )
    description = forms.CharField(label=gettext_lazy("description"), required=False, max_length=300)

    def __init__(self, *args: Any, tag: Tag | None = None, **kwargs: Any) -> None:
        said = {name: getattr(tag, name) for name in self.base_fields} if tag else {"group": TagGroup.CONSUMPTION}
        super().__init__(*args, initial=said, **kwargs)
        for name in ("code", "kind"):
            self.fields[name].disabled = tag is not None

    def read(self) -> TagIn:
        said = self.cleaned_data
        return TagIn(said["name"], said["group"], said["description"], said["colour"], said["priority"])


def list_url(programme: "Programme") -> str:
    return f"{reverse('admin:tags_tags')}?programme={programme.code}"


def tag_url(tag_id: int) -> str:
    return reverse("admin:tags_tag", args=[tag_id])


@dataclass(frozen=True)
class Row:
    """A tag in the list. meaning: its description, else the rule in force as a sentence."""

    tag: Tag
    members: int
    in_force: TagVersion | None
    draft: TagVersion | None
    meaning: str


def _row(tag: Tag, members: int, catalogue: Catalogue) -> Row:
    in_force = selectors.in_force(tag)
    meaning = tag.description or (words_of(in_force.rule, catalogue) if in_force else "")
    return Row(tag, members, in_force, selectors.draft_of(tag), meaning)


@page("tags/tags/", name="tags_tags")
def listed(request: HttpRequest) -> HttpResponse:
    """By group, all or the one chosen; what is retired stands below, folded away (TAG-08)."""
    programme = reach.chosen(request, SUBJECT)
    tags = list(selectors.with_versions(Tag.objects.filter(programme=programme).order_by("-priority", "name")))
    holders = selectors.holders(tag.pk for tag in tags)
    catalogue = catalogues.catalogue(programme.pk)
    rows = [_row(tag, holders.get(tag.pk, 0), catalogue) for tag in tags]
    kind, chosen = request.GET.get("kind", ""), request.GET.get("group", "")
    shown = [row for row in rows if row.tag.retired_at is None and kind in ("", row.tag.kind)]
    groups = [(TagGroup(group), [row for row in shown if row.tag.group == group]) for group in TagGroup if chosen in ("", group)]
    return reach.show(
        request,
        "tags/tags.html",
        title=pgettext_lazy("menu", "Tags"),
        programme=programme,
        subject=SUBJECT,
        groups=[(group, found) for group, found in groups if found],
        retired=[row for row in rows if row.tag.retired_at is not None],
        most=max((row.members for row in rows), default=0),
        kind=kind,
        kinds=TagKind.choices,
        chosen=chosen,
        families=TagGroup.choices,
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


@page("tags/tags/add/", name="tags_tag_add")
def add(request: HttpRequest) -> HttpResponse:
    """A tag by rule goes on to its rule."""
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    form = TagForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            tag = services.create_tag(
                programme_id=programme.pk,
                code=form.cleaned_data["code"],
                kind=form.cleaned_data["kind"],
                said=form.read(),
                actor=scope_of(request).actor,
                at=clock.now(),
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            draft = selectors.draft(tag.pk)
            return HttpResponseRedirect(reverse("admin:tags_version", args=[draft.pk]) if draft else tag_url(tag.pk))
    return reach.show(
        request,
        "tags/tag_form.html",
        title=_("Add a tag"),
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:tags_tags"),
        status=400 if form.errors else 200,
        form=form,
        back=list_url(programme),
    )


def reached(request: HttpRequest, tag_id: int, verb: str = "view") -> Tag:
    return reach.row(request, Tag.objects.filter(pk=tag_id).select_related("programme"), SUBJECT, verb=verb)


@page("tags/tags/<int:tag_id>/change/", name="tags_tag_change")
def change(request: HttpRequest, tag_id: int) -> HttpResponse:
    tag = reached(request, tag_id, "change")
    form = TagForm(posted(request), tag=tag)
    return form_page(
        request,
        title=_("Change the tag %(name)s") % {"name": tag.name},
        form=form,
        act=lambda _values: services.change_tag(tag_id=tag.pk, said=form.read(), actor=scope_of(request).actor, at=clock.now()),
        done=_("The tag has been saved."),
        back=tag_url(tag.pk),
        submit=_("Save"),
    )


@page("tags/tags/<int:tag_id>/retire/", name="tags_tag_retire")
def retire(request: HttpRequest, tag_id: int) -> HttpResponse:
    tag = reached(request, tag_id, "change")
    return form_page(
        request,
        title=_("Retire the tag %(name)s") % {"name": tag.name},
        explanation=_("Nobody gets it any more, and who has it loses it. The history and the code stay."),
        form=ReasonForm(posted(request)),
        act=lambda values: services.retire_tag(tag_id=tag.pk, reason=values["reason"], actor=scope_of(request).actor, at=clock.now()),
        done=_("The tag has been retired."),
        back=tag_url(tag.pk),
        submit=_("Retire"),
        danger=True,
    )


@page("tags/tags/<int:tag_id>/", name="tags_tag")
def shown(request: HttpRequest, tag_id: int) -> HttpResponse:
    """What the tag means, who has it, the editions of its rule, the runs that gave and took it, and holders over time."""
    tag = reached(request, tag_id)
    programme, now = tag.programme, clock.now()
    versions = list(selectors.versions(tag.pk))
    in_force = next((each for each in versions if each.state == "published"), None)
    catalogue = catalogues.catalogue(programme.pk) if tag.kind == TagKind.AUTO else None
    rows, next_cursor = people.newest(
        MemberTag.objects.filter(tag=tag, ended_at=None).select_related("membership__member"), request.GET.get("cursor"), "started_at"
    )
    members = people.named(request, [row.membership for row in rows])
    days = holders_by_day(tag, now)
    of_tag = TagRun.objects.filter(programme=programme).filter(Q(tag_ids=[]) | Q(tag_ids__contains=[tag.pk]))
    runs = list(of_tag.order_by("-created_at", "-pk")[:RUNS_LOOKED_AT]) if tag.kind == TagKind.AUTO else []
    run = next((each for each in runs if each.state != RunState.DONE or any(moved(each, tag))), runs[0] if runs else None)
    return reach.show(
        request,
        "tags/tag.html",
        title=_("Tag %(name)s") % {"name": tag.name},
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:tags_tags"),
        tag=tag,
        members=selectors.holders([tag.pk]).get(tag.pk, 0),
        in_force=in_force,
        sentence=words_of(in_force.rule, catalogue) if in_force and catalogue else "",
        draft=next((each for each in versions if each.state == "draft"), None),
        versions=versions,
        who=actors.names(
            [*(each.created_by for each in versions), *(each.published_by for each in versions), *(row.started_by for row in rows)]
        ),
        rows=[(row, members[row.membership_id]) for row in rows],
        used_by=selectors.used_by(tag),
        days=days,
        **(told_of(run, tag) if run else {}),
        next_cursor=next_cursor,
        may_change=tag.retired_at is None and reach.may(request, programme.pk, SUBJECT, "change"),
        may_import=tag.retired_at is None and reach.may(request, programme.pk, "tags.membertag", "import"),
    )


def words_of(rule: Any, catalogue: Any) -> str:
    """A rule in words; empty for one that cannot be read any more or says nothing yet."""
    return sentence.words(rule, catalogue) if rule and not language.problems(rule, catalogue) else ""


def holders_by_day(tag: Tag, now: datetime) -> list[tuple[date, int]]:
    """How many had the tag at the end of each of the last sixty local days: by rule, or of a tag by hand by hand. One statement."""
    zone = ZoneInfo(tag.programme.time_zone)
    today = now.astimezone(zone).date()
    first_on = today - timedelta(days=CHART_DAYS - 1)
    by_rule = Q(source=TagSource.RULE)
    rows = MemberTag.objects.filter(by_rule if tag.kind == TagKind.AUTO else ~by_rule, tag=tag)
    dated = rows.annotate(first_on=TruncDate("started_at", tzinfo=zone), last_on=TruncDate("ended_at", tzinfo=zone))
    begun: dict[date, int] = {}
    ended: dict[date, int] = {}
    for row in dated.values("first_on", "last_on").annotate(members=Count("pk")):
        begun[row["first_on"]] = begun.get(row["first_on"], 0) + row["members"]
        if row["last_on"] is not None:
            ended[row["last_on"]] = ended.get(row["last_on"], 0) + row["members"]
    return _running(begun, ended, first_on, today)


def _running(begun: dict[date, int], ended: dict[date, int], first_on: date, last_on: date) -> list[tuple[date, int]]:
    standing = sum(n for day, n in begun.items() if day < first_on) - sum(n for day, n in ended.items() if day < first_on)
    found = []
    for number in range((last_on - first_on).days + 1):
        day = first_on + timedelta(days=number)
        standing += begun.get(day, 0) - ended.get(day, 0)
        found.append((day, standing))
    return found


menu.add(Entry("tags", pgettext_lazy("menu", "Tags"), "admin:tags_tags", "sell", 10, SUBJECT, covers=r"/tags/(tags|versions)/"))
