"""The rule of an automatic tag as editions: edited while it is a draft, previewed, published, compared with the one before (TAG-16)."""

import hashlib
import json
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.backoffice import actors
from core.backoffice.access import scope_of
from core.backoffice.site import page
from core.enums import VersionState
from core.errors import DomainError
from growth.admin import reach
from tags.admin import rule_editor
from tags.admin.rule_editor import Draft
from tags.admin.tags import SUBJECT, reached, tag_url, words_of
from tags.models import TagVersion
from tags.rules.catalogue import Catalogue
from tags.selectors import catalogues, matching
from tags.selectors import tags as selectors
from tags.services import versions as services

ROWS = TagVersion.objects.select_related("tag__programme", "based_on")


def version_url(version_id: int) -> str:
    return reverse("admin:tags_version", args=[version_id])


def _reached(request: HttpRequest, version_id: int, verb: str = "view") -> TagVersion:
    return reach.row(request, ROWS.filter(pk=version_id), SUBJECT, "tag__programme_id", verb)


@page("tags/tags/<int:tag_id>/draft/", name="tags_tag_draft")
@require_POST
def begin(request: HttpRequest, tag_id: int) -> HttpResponse:
    """Begin a draft of the published version or of an older one, or go on with the one that is there."""
    tag = reached(request, tag_id, "change")
    there = selectors.draft(tag.pk)
    if there is None:
        based_on = request.POST.get("based_on", "")
        try:
            there = services.create_draft(
                tag_id=tag.pk,
                based_on_id=int(based_on) if based_on.isdecimal() else None,
                actor=scope_of(request).actor,
                at=clock.now(),
            )
        except DomainError as refusal:
            messages.error(request, str(refusal.detail))
            return HttpResponseRedirect(tag_url(tag.pk))
    return HttpResponseRedirect(version_url(there.pk))


@page("tags/versions/<int:tag_version_id>/", name="tags_version")
def version(request: HttpRequest, tag_version_id: int) -> HttpResponse:
    found = _reached(request, tag_version_id)
    programme = found.tag.programme
    may_change = found.tag.retired_at is None and reach.may(request, programme.pk, SUBJECT, "change")
    is_edited = may_change and found.state == VersionState.DRAFT
    draft, status, names_missing = rule_editor.kept(programme, found.rule) if is_edited else None, 200, False
    if request.method == "POST":
        reach.need(request, programme.pk, SUBJECT, "change")
        if not is_edited:
            messages.error(request, _("Only a draft can be changed."))
            return HttpResponseRedirect(version_url(found.pk))
        action = request.POST.get("action", "save")
        if action.partition(":")[0] not in ("save", "publish"):  # a button of the editor, without scripts
            draft, status = rule_editor.rearranged(programme, request.POST, action), 400
        elif request.POST.get("seen") != digest(found.rule):
            messages.error(request, _("Somebody else has changed this draft meanwhile. What they wrote is shown; yours was not saved."))
            status = 400
        else:
            draft = rule_editor.read(programme, request.POST)
            if _save(request, found, draft):
                return HttpResponseRedirect(
                    reverse("admin:tags_version_publish", args=[found.pk]) if action == "publish" else version_url(found.pk)
                )
            status, names_missing = 400, True
    catalogue = draft.catalogue if draft else catalogues.catalogue(programme.pk)
    older = found.based_on
    return reach.show(
        request,
        "tags/version.html",
        title=f"{found.tag.name} · {_('version %(number)s') % {'number': found.number}}",
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:tags_tags"),
        status=status,
        version=found,
        tag=found.tag,
        seen=digest(found.rule),
        who=actors.names([found.created_by, found.published_by]),
        may_change=may_change,
        words=words_of(found.rule, catalogue),
        changes=differences(older.rule, found.rule, catalogue) if isinstance(older, TagVersion) else [],
        **({"editor": True, **rule_editor.boxes(draft, names_missing=names_missing), **rule_editor.says(draft)} if draft else {}),
    )


def digest(rule: Any) -> str:
    """What the page was drawn from, so that nobody saves over what somebody else has saved since."""
    return hashlib.sha256(json.dumps(rule, sort_keys=True).encode()).hexdigest()[:16]


def _save(request: HttpRequest, found: TagVersion, draft: Draft) -> bool:
    """Keep what was typed, if every box can be read; what else is wrong keeps it from being published only."""
    if draft.wrong:
        messages.error(request, _("Nothing has been saved: something below is not right yet."))
        return False
    try:
        services.change_draft(version_id=found.pk, rule=draft.rule, actor=scope_of(request).actor, at=clock.now())
    except DomainError as refusal:
        messages.error(request, str(refusal.detail))
        return False
    messages.success(request, _("The draft has been saved."))
    return True


@page("tags/versions/<int:tag_version_id>/publish/", name="tags_version_publish")
def publish(request: HttpRequest, tag_version_id: int) -> HttpResponse:
    """Say whom it would hold for and what stands against it, ask, publish."""
    found = _reached(request, tag_version_id, "change")
    if found.state != VersionState.DRAFT:
        return HttpResponseRedirect(version_url(found.pk))
    if request.method == "POST":
        return reach.act(
            request,
            lambda: services.publish_draft(version_id=found.pk, actor=scope_of(request).actor, at=clock.now()),
            done=_("Version %(number)s is published; members are being tagged.") % {"number": found.number},
            back=tag_url(found.tag_id),
        )
    programme = found.tag.programme
    errors = [problem.words for problem in services.check_draft(found.pk)]
    return reach.show(
        request,
        "tags/publish.html",
        title=_("Publish version %(number)s of %(name)s") % {"number": found.number, "name": found.tag.name},
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:tags_tags"),
        errors=errors,
        warnings=(),
        words=words_of(found.rule, catalogues.catalogue(programme.pk)),
        members=None if errors else matching.count(found.rule, programme.pk, rule_editor.today(programme)),
        holders=selectors.holders([found.tag_id]).get(found.tag_id, 0),
        back=version_url(found.pk),
    )


@page("tags/versions/<int:tag_version_id>/discard/", name="tags_version_discard")
@require_POST
def discard(request: HttpRequest, tag_version_id: int) -> HttpResponse:
    found = _reached(request, tag_version_id, "change")
    return reach.act(
        request,
        lambda: services.discard_draft(version_id=found.pk, actor=scope_of(request).actor, at=clock.now()),
        done=_("The draft has been thrown away."),
        back=tag_url(found.tag_id),
    )


# --- what an edition changed ---


def differences(old: Any, new: Any, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Conditions in words, each with what became of it: "same", "gone", "new"; empty where nothing changed."""
    before, after = _lines(old, catalogue), _lines(new, catalogue)
    if before == after:
        return []
    found: list[tuple[str, str]] = []
    for _tag, old_from, old_to, new_from, new_to in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if before[old_from:old_to] == after[new_from:new_to]:
            found += [("same", words) for words in before[old_from:old_to]]
        else:
            found += [("gone", words) for words in before[old_from:old_to]]
            found += [("new", words) for words in after[new_from:new_to]]
    return found


def _lines(rule: Any, catalogue: Catalogue) -> Sequence[str]:
    """The outermost conditions of a rule, each as a sentence."""
    if not rule:
        return []
    ((verb, said),) = rule.items()
    parts = said if verb in ("and", "or") else [rule]
    joint = {"or": f"{_('or')} "}.get(verb, "")
    return [joint + (words_of(part, catalogue) or json.dumps(part, ensure_ascii=False)) for part in parts]
