"""Points rules of a programme as versions; edited while they are a draft, tried on an order before they are published (OP-6, PTS-02)."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
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
from core.errors import DomainError
from growth.admin import reach, versions
from growth.admin.changes import Told
from growth.enums import Track
from growth.selectors import schemes as growth_schemes
from points.admin.rule_changes import changes
from points.admin.rule_forms import Boxes
from points.models import PointsVersion
from points.selectors import versions as selectors
from points.services import versions as services

SUBJECT = "points.pointsversion"


def level_names(programme_id: int) -> list[tuple[str, str]]:
    """Codes and names of the free track."""
    scheme = growth_schemes.published(programme_id, Track.FREE)
    return [(terms.level.code, terms.name) for terms in scheme.terms.all()] if scheme else []


def _changes(held: PointsVersion, draft: PointsVersion) -> Iterator[Told]:
    before, after = selectors.terms_of(held.pk), selectors.terms_of(draft.pk)
    return changes(before, after, dict(level_names(draft.programme_id)), ZoneInfo(draft.programme.time_zone))


def _remarks(draft: PointsVersion) -> list[str]:
    return versions.of_categories(draft.programme_id, [*draft.only_categories, *draft.not_categories])


RULES = versions.Kind(
    subject=SUBJECT,
    rows=PointsVersion.objects,
    listed="admin:points_rules",
    shown="admin:points_version",
    key="version_id",
    create=services.create_draft,
    publish=services.publish_draft,
    discard=services.discard_draft,
    problems=services.check_draft,
    changes=_changes,
    remarks=_remarks,
    publishing=gettext_lazy(
        "Published, it holds for what members do from this moment on. Entries that are booked keep the version they were booked by."
    ),
)


@page("points/rules/", name="points_rules")
def listed(request: HttpRequest) -> HttpResponse:
    """The version that holds, and all there were."""
    programme = reach.chosen(request, SUBJECT)
    found = list(selectors.versions(programme.pk))
    published = selectors.published(programme.pk)
    who = actors.names(actor for each in found for actor in (each.created_by, each.published_by))
    return reach.show(
        request,
        "points/rules.html",
        title=_("Points rules"),
        programme=programme,
        subject=SUBJECT,
        versions=[(each, who[each.created_by], who.get(each.published_by, "")) for each in found],
        published=published,
        terms=selectors.as_terms(published) if published else None,
        level_names=dict(level_names(programme.pk)),
        has_draft=any(each.state == VersionState.DRAFT for each in found),
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
    )


@page("points/rules/draft/", name="points_rules_draft")
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    return versions.draft(request, RULES)


@page("points/rules/<int:points_version_id>/publish/", name="points_rules_publish")
def publish(request: HttpRequest, points_version_id: int) -> HttpResponse:
    return versions.publish(request, RULES, points_version_id)


@page("points/rules/<int:points_version_id>/discard/", name="points_rules_discard")
@require_POST
def discard(request: HttpRequest, points_version_id: int) -> HttpResponse:
    return versions.discard(request, RULES, points_version_id)


@page("points/rules/<int:points_version_id>/", name="points_version")
def version(request: HttpRequest, points_version_id: int) -> HttpResponse:
    found: PointsVersion = RULES.reached(request, points_version_id)
    may_change = reach.may(request, found.programme_id, SUBJECT, "change")
    terms, levels = selectors.terms_of(found.pk), level_names(found.programme_id)
    boxes, errors = None, []
    if found.state == VersionState.DRAFT and may_change:
        boxes = Boxes(terms, levels, ZoneInfo(found.programme.time_zone), request.POST if request.method == "POST" else None)
        errors = list(services.check_draft(found.pk))
    if request.method == "POST":
        reach.need(request, found.programme_id, SUBJECT, "change")
        if boxes is None:
            return HttpResponseRedirect(RULES.url(found.pk))
        errors, changed = [], boxes.read()
        if changed is not None:
            try:
                services.change_draft(version_id=found.pk, terms=changed, actor=scope_of(request).actor, at=clock.now())
            except DomainError as refusal:
                errors = refusal.problems
            else:
                versions.saved(request)
                return HttpResponseRedirect(RULES.url(found.pk))
        versions.not_saved(request)
    return reach.show(
        request,
        "points/version.html",
        title=_("Points rules, version %(number)s") % {"number": found.number},
        programme=found.programme,
        subject=SUBJECT,
        home=reverse("admin:points_rules"),
        status=400 if request.method == "POST" else 200,
        unsaved=request.method == "POST",
        version=found,
        terms=terms,
        level_names=dict(levels),
        boxes=boxes,
        errors=errors,
        warnings=_remarks(found) if boxes else (),
        who=actors.names([found.created_by, found.published_by]),
        may_change=may_change,
    )


menu.add(Entry("assets", gettext_lazy("Points rules"), "admin:points_rules", "rule", 30, SUBJECT))
