"""What all versioned rules share on their pages: begin a draft, publish it after a question, throw it away."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from activity import selectors as activity_selectors
from core import clock
from core.backoffice.access import scope_of
from core.enums import VersionState
from core.errors import DomainError
from core.registry import Text
from growth.admin import reach
from growth.admin.changes import Told

if TYPE_CHECKING:
    from stores.models import Programme


@dataclass(frozen=True)
class Kind:
    """A kind of versioned rules of a programme.

    subject: of permissions.  rows: its table.  listed, shown: names of addresses.  key: what its services call the id.
    problems: what keeps a draft from being published, in words.  remarks: what is worth a thought about one.
    changes: what a draft changes of the version that holds.
    """

    subject: str
    rows: Any
    listed: str
    shown: str
    key: str
    create: Callable[..., Any]
    publish: Callable[..., Any]
    discard: Callable[..., Any]
    problems: Callable[[int], Sequence[str]]
    changes: Callable[[Any, Any], Iterable[Told]]
    publishing: Text
    remarks: Callable[[Any], Sequence[str]] = lambda draft: ()

    def reached(self, request: HttpRequest, row_id: int, verb: str = "view") -> Any:
        """A version of a programme the caller sees. Raises Http404 or PermissionDenied."""
        return reach.row(request, self.rows.filter(pk=row_id).select_related("programme", "based_on"), self.subject, verb=verb)

    def told(self, draft: Any) -> list[Told] | None:
        """What a draft changes; None where no version holds yet."""
        held = self.rows.filter(programme_id=draft.programme_id, state=VersionState.PUBLISHED).first()
        return list(self.changes(held, draft)) if held else None

    def list_url(self, programme: "Programme") -> str:
        return f"{reverse(self.listed)}?programme={programme.code}"

    def url(self, row_id: int) -> str:
        return reverse(self.shown, args=[row_id])


def of_categories(programme_id: int, paths: Iterable[str]) -> list[str]:
    """A remark on every category that the stores do not seem to sell: a slip of the keyboard, or goods to come."""
    said = _("None of the newest %(count)s orders of a store has goods of the category %(name)s.")
    unseen = activity_selectors.unseen_categories(programme_id, dict.fromkeys(paths))
    return [said % {"count": activity_selectors.OF_STORE, "name": path} for path in unseen]


def saved(request: HttpRequest) -> None:
    messages.success(request, _("The draft has been saved."))


def not_saved(request: HttpRequest) -> None:
    messages.error(request, _("Nothing has been saved: something below is not right yet."))


def draft(request: HttpRequest, kind: Kind) -> HttpResponse:
    """Begin a draft of the published version or of an older one, or go on with the one that is there."""
    programme = reach.chosen(request, kind.subject)
    reach.need(request, programme.pk, kind.subject, "change")
    there = kind.rows.filter(programme=programme, state=VersionState.DRAFT).first()
    if there is None:
        based_on = request.POST.get("based_on", "")
        try:
            there = kind.create(
                programme_id=programme.pk,
                based_on_id=int(based_on) if based_on.isdecimal() else None,
                actor=scope_of(request).actor,
                at=clock.now(),
            )
        except DomainError as refusal:
            messages.error(request, str(refusal.detail))
            return HttpResponseRedirect(kind.list_url(programme))
    return HttpResponseRedirect(kind.url(there.pk))


def publish(request: HttpRequest, kind: Kind, row_id: int) -> HttpResponse:
    """Say what stands against it, ask, publish."""
    found = kind.reached(request, row_id, "change")
    if found.state != VersionState.DRAFT:
        return HttpResponseRedirect(kind.url(found.pk))
    if request.method == "POST":
        return reach.act(
            request,
            lambda: kind.publish(**{kind.key: found.pk}, actor=scope_of(request).actor, at=clock.now()),
            done=_("Version %(number)s is published.") % {"number": found.number},
            back=kind.url(found.pk),
        )
    return reach.show(
        request,
        "growth/publish.html",
        title=_("Publish version %(number)s") % {"number": found.number},
        programme=found.programme,
        subject=kind.subject,
        home=reverse(kind.listed),
        errors=kind.problems(found.pk),
        warnings=kind.remarks(found),
        changes=kind.told(found),
        explanation=kind.publishing,
        back=kind.url(found.pk),
    )


def discard(request: HttpRequest, kind: Kind, row_id: int) -> HttpResponse:
    found = kind.reached(request, row_id, "change")
    return reach.act(
        request,
        lambda: kind.discard(**{kind.key: found.pk}, actor=scope_of(request).actor, at=clock.now()),
        done=_("The draft has been thrown away."),
        back=kind.list_url(found.programme),
    )
