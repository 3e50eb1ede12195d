"""What is done to the tags of one membership from the member page: give by hand, take away, never give, allow again (CSL-15, A-34)."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice.access import scope_of
from core.backoffice.forms import ReasonForm, form_page, posted
from core.backoffice.site import page
from core.words import local
from growth.admin import reach
from growth.admin.people import whose
from growth.links import member_page
from stores import selectors as stores_selectors
from tags.enums import TagGroup, TagSource
from tags.models import MemberTag, Tag, TagExclusion
from tags.services import giving

if TYPE_CHECKING:
    from stores.models import Membership

SUBJECT = "tags.membertag"
GROUPS = dict(TagGroup.choices)


class TagReasonForm(ReasonForm):
    """tag: of the programme, in the families people know; those noted by staff first."""

    tag = forms.TypedChoiceField(label=gettext_lazy("tag"), coerce=int)
    field_order = ("tag", "reason")

    def __init__(self, *args: Any, tags: list[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tag"]
        assert isinstance(field, forms.ChoiceField)
        families: dict[str, list[tuple[int, str]]] = {}
        for tag in sorted(tags, key=lambda each: (each.kind != "manual", each.group, each.name)):
            families.setdefault(str(GROUPS[TagGroup(tag.group)]), []).append((tag.pk, tag.name))
        field.choices = [(None, "—"), *families.items()]


def _panel(membership: "Membership") -> str:
    return f"{member_page(membership.member_id)}#tags"


def _tags(membership: "Membership") -> list[Tag]:
    return list(Tag.objects.filter(programme_id=membership.programme_id, retired_at=None))


def _by_hand() -> QuerySet[MemberTag]:
    """What members have by hand now."""
    return MemberTag.objects.filter(ended_at=None).exclude(source=TagSource.RULE)


def _had(row: MemberTag, zone: str) -> str:
    said = {"since": local(row.started_at, zone), "reason": row.reason}
    if row.reason:
        return _("The member has had this tag by hand since %(since)s already; the earlier reason stays: %(reason)s") % said
    return _("The member has had this tag by hand since %(since)s already; nothing has changed, and the reason was not kept.") % said


@page("tags/memberships/<int:membership_id>/give/", name="tags_give")
def give(request: HttpRequest, membership_id: int) -> HttpResponse:
    membership = reach.row(request, stores_selectors.membership_rows(membership_id), SUBJECT, verb="give")

    def act(values: dict[str, Any]) -> MemberTag | None:
        """The row by hand that stands already; None where the tag is new."""
        is_new = giving.give_to_one(
            membership_id=membership.pk,
            tag_id=values["tag"],
            source=TagSource.STAFF,
            reason=values["reason"],
            actor=scope_of(request).actor,
            at=clock.now(),
        )
        return None if is_new else _by_hand().get(membership=membership, tag=values["tag"])

    return form_page(
        request,
        title=_("Give a tag"),
        whose=whose(request, membership),
        explanation=_("Given by hand it stays until somebody takes it away; no run of rules touches it."),
        form=TagReasonForm(posted(request), tags=_tags(membership)),
        act=act,
        done=lambda had: _had(had, membership.programme.time_zone) if had else _("The member has the tag."),
        back=_panel(membership),
        submit=_("Give"),
    )


@page("tags/given/<int:member_tag_id>/take/", name="tags_take")
def take(request: HttpRequest, member_tag_id: int) -> HttpResponse:
    """Only what was given by hand: what a rule gave ends with the rule, or by the list of those who never get it."""
    rows = _by_hand().filter(pk=member_tag_id)
    found = reach.row(request, rows.select_related("membership__programme", "tag"), SUBJECT, "membership__programme_id", "give")
    return form_page(
        request,
        title=_("Take the tag %(name)s away") % {"name": found.tag.name},
        whose=whose(request, found.membership),
        explanation=_("That the member had it stays in the history."),
        form=ReasonForm(posted(request)),
        act=lambda values: giving.take_tag(
            membership_ids=[found.membership_id],
            tag_id=found.tag_id,
            reason=values["reason"],
            actor=scope_of(request).actor,
            at=clock.now(),
        ),
        done=_("The tag has been taken away."),
        back=_panel(found.membership),
        submit=_("Take away"),
        danger=True,
    )


@page("tags/memberships/<int:membership_id>/exclude/", name="tags_exclude")
def exclude(request: HttpRequest, membership_id: int) -> HttpResponse:
    membership = reach.row(request, stores_selectors.membership_rows(membership_id), SUBJECT, verb="give")
    wanted = request.GET.get("tag", "")
    return form_page(
        request,
        title=_("Never give a tag to this member"),
        whose=whose(request, membership),
        explanation=_("Neither a rule nor anybody by hand gives it to the member as long as this stands; who has it loses it now."),
        form=TagReasonForm(posted(request), tags=_tags(membership), initial={"tag": wanted if wanted.isdecimal() else None}),
        act=lambda values: giving.exclude(
            membership_ids=[membership.pk],
            tag_id=values["tag"],
            reason=values["reason"],
            actor=scope_of(request).actor,
            at=clock.now(),
        ),
        done=_("The member will never be given the tag."),
        back=_panel(membership),
        submit=_("Never give it"),
        danger=True,
    )


@page("tags/exclusions/<int:exclusion_id>/allow/", name="tags_allow")
@require_POST
def allow(request: HttpRequest, exclusion_id: int) -> HttpResponse:
    rows = TagExclusion.objects.filter(pk=exclusion_id).select_related("membership__programme")
    found = reach.row(request, rows, SUBJECT, "membership__programme_id", "give")
    return reach.act(
        request,
        lambda: giving.allow(membership_ids=[found.membership_id], tag_id=found.tag_id, actor=scope_of(request).actor, at=clock.now()),
        done=_("The member may be given the tag again."),
        back=_panel(found.membership),
    )
