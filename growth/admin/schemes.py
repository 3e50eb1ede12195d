"""Level schemes of a programme: what holds, what is drafted, what was; drafting anew from an old version, publishing, throwing away."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice import actors, menu
from core.backoffice.access import scope_of
from core.backoffice.menu import Entry
from core.backoffice.site import page
from core.enums import VersionState
from core.errors import DraftExists
from growth.admin import reach
from growth.admin.changes import Told
from growth.admin.scheme_changes import changes
from growth.enums import Track
from growth.models import Benefit, SchemeVersion
from growth.rules.schemes import Severity, words_of
from growth.rules.simulation import Subject
from growth.selectors import schemes as selectors
from growth.services import schemes as services
from growth.services import simulation

SUBJECT = "growth.levelscheme"
OFFERED = (Track.FREE, Track.PAID, Track.RECHARGE)  # the custom track comes later (LVL-14)


@page("levels/schemes/", name="growth_schemes")
def listed(request: HttpRequest) -> HttpResponse:
    """Per track: the versions, newest first, and the buttons that begin a draft."""
    programme = reach.chosen(request, SUBJECT)
    tracks = [(track, list(selectors.versions(programme.pk, track))) for track in OFFERED]
    who = actors.names(actor for _track, versions in tracks for version in versions for actor in (version.created_by, version.published_by))
    return reach.show(
        request,
        "growth/schemes.html",
        title=_("Level schemes"),
        programme=programme,
        subject=SUBJECT,
        tracks=[
            {
                "track": track,
                "versions": [(version, who[version.created_by], who.get(version.published_by, "")) for version in versions],
                "has_draft": any(version.state == VersionState.DRAFT for version in versions),
            }
            for track, versions in tracks
        ],
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


@page("levels/schemes/draft/", name="growth_scheme_draft")
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a draft: of the published version, of an older one (以旧版本新建草稿), or of nothing."""
    programme = reach.chosen(request, SUBJECT)
    reach.need(request, programme.pk, SUBJECT, "change")
    track, based_on = request.POST.get("track", ""), request.POST.get("based_on", "")
    if track not in OFFERED or not (based_on == "" or based_on.isdecimal()):
        raise Http404
    try:
        made = services.create_draft(
            programme_id=programme.pk,
            track=Track(track),
            based_on_id=int(based_on) if based_on else None,
            actor=scope_of(request).actor,
            at=clock.now(),
        )
    except DraftExists:
        there = selectors.draft(programme.pk, Track(track))
        return HttpResponseRedirect(version_url(there.pk) if there else schemes_url(programme.code))
    return HttpResponseRedirect(version_url(made.pk))


def schemes_url(code: str) -> str:
    return f"{reverse('admin:growth_schemes')}?programme={code}"


def version_url(version_id: int) -> str:
    return reverse("admin:growth_version", args=[version_id])


def reached(request: HttpRequest, version_id: int, verb: str = "view") -> SchemeVersion:
    """A version of a programme the caller sees, with its terms read. Raises Http404 or PermissionDenied."""
    rows = SchemeVersion.objects.filter(pk=version_id).select_related("scheme")
    reach.row(request, rows, SUBJECT, "scheme__programme_id", verb)
    return selectors.version(version_id)


@page("levels/versions/<int:version_id>/publish/", name="growth_version_publish")
def publish(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show once more what was found, ask, publish. Errors are shown and nothing is offered."""
    version = reached(request, version_id, "change")
    programme = version.scheme.programme
    if version.state != VersionState.DRAFT:
        return HttpResponseRedirect(version_url(version.pk))
    if request.method == "POST":
        return reach.act(
            request,
            lambda: services.publish_draft(version_id=version.pk, actor=scope_of(request).actor, at=clock.now()),
            done=_("Version %(number)s is published; members' levels follow it.") % {"number": version.number},
            back=version_url(version.pk),
        )
    findings = services.check_draft(version_id=version.pk, at=clock.now())
    return reach.show(
        request,
        "growth/publish.html",
        title=_("Publish version %(number)s") % {"number": version.number},
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:growth_schemes"),
        errors=words_of(findings, Severity.ERROR),
        warnings=words_of(findings, Severity.WARNING),
        simulated=simulation.latest(Subject.LEVELS, version.pk),
        changes=_changes(version),
        back=version_url(version.pk),
    )


def _changes(draft: SchemeVersion) -> list[Told] | None:
    """Against the version that holds; None where none does."""
    programme = draft.scheme.programme
    held = selectors.published(programme.pk, Track(draft.scheme.track))
    if held is None:
        return None
    names = dict(Benefit.objects.filter(programme=programme).values_list("code", "name"))
    return changes(selectors.as_terms(held), selectors.as_terms(draft), benefits=names, currency=programme.currency)


@page("levels/versions/<int:version_id>/discard/", name="growth_version_discard")
@require_POST
def discard(request: HttpRequest, version_id: int) -> HttpResponse:
    version = reached(request, version_id, "change")
    return reach.act(
        request,
        lambda: services.discard_draft(version_id=version.pk, actor=scope_of(request).actor, at=clock.now()),
        done=_("The draft has been thrown away."),
        back=schemes_url(version.scheme.programme.code),
    )


def findings_of(version: SchemeVersion) -> dict[str, list[str]]:
    """What is wrong or unwise about a draft; nothing is asked of a version that holds or held."""
    found = services.check_draft(version_id=version.pk, at=clock.now()) if version.state == VersionState.DRAFT else []
    return {"errors": words_of(found, Severity.ERROR), "warnings": words_of(found, Severity.WARNING)}


menu.add(
    Entry(
        "levels",
        gettext_lazy("Level schemes"),
        "admin:growth_schemes",
        "stairs",
        20,
        SUBJECT,
        covers=r"/levels/(schemes|versions|simulate|simulations)/",
    )
)
