"""One version of a level scheme on one page: read by all, edited while it is a draft (OP-1, LVL-24, BEN-10)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.backoffice import actors
from core.backoffice.access import scope_of
from core.backoffice.site import page
from core.enums import VersionState
from core.errors import DomainError
from growth.admin import reach, versions
from growth.admin.scheme_forms import SchemeBoxes
from growth.admin.schemes import SUBJECT, findings_of, reached, version_url
from growth.enums import BenefitNature, Track
from growth.models import Benefit, SchemeVersion
from growth.rules import benefits as benefit_rules
from growth.rules import schemes as rules
from growth.rules.schemes import LevelIn, SchemeTerms
from growth.rules.simulation import Subject
from growth.selectors import schemes as selectors
from growth.services import gifts, simulation
from growth.services import schemes as services

FIRST_THRESHOLD = 1000  # of a level added above the one that is free


@page("levels/versions/<int:version_id>/", name="growth_version")
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    found = reached(request, version_id)
    programme, terms = found.scheme.programme, selectors.as_terms(found)
    given = {each.code for level in terms.levels for each in level.benefits}
    usable = Benefit.objects.filter(Q(is_active=True) | Q(code__in=given), programme=programme)
    known = list(usable.order_by("kind", "code"))
    templates = gifts.choices_of("coupon", programme.pk)
    boxes = None
    if found.state == VersionState.DRAFT and reach.may(request, programme.pk, SUBJECT, "change"):
        boxes = SchemeBoxes(terms, known, templates, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        reach.need(request, programme.pk, SUBJECT, "change")
        if boxes is None:
            messages.error(request, _("Only a draft can be changed."))
        elif request.POST.get("seen") != _digest(terms):
            messages.error(request, _("Somebody else has changed this draft meanwhile. What they wrote is shown; yours was not saved."))
            boxes = SchemeBoxes(terms, known, templates)
        elif _save(request, found, boxes):
            return HttpResponseRedirect(f"{version_url(found.pk)}#{request.POST.get('at', '')}")
    published = selectors.published(programme.pk, Track(found.scheme.track))
    return reach.show(
        request,
        "growth/version.html",
        title=f"{found.scheme.get_track_display()} · {_('version %(number)s') % {'number': found.number}}",
        programme=programme,
        subject=SUBJECT,
        home=reverse("admin:growth_schemes"),
        status=400 if request.method == "POST" else 200,
        version=found,
        seen=_digest(terms),
        boxes=boxes,
        who=actors.names([found.created_by, found.published_by]),
        levels=[_level(each, known, programme.currency) for each in terms.by_rank],
        matrix=_matrix(terms, known, programme.currency),
        removed=_removed(found, published, terms) if boxes else [],
        simulated=simulation.latest(Subject.LEVELS, found.pk) if boxes else None,
        may_change=reach.may(request, programme.pk, SUBJECT, "change"),
        **findings_of(found),
    )


def _digest(terms: SchemeTerms) -> str:
    """What the page was drawn from, so that nobody saves over what somebody else has saved since."""
    return hashlib.sha256(repr(terms).encode()).hexdigest()[:16]


def _save(request: HttpRequest, found: SchemeVersion, boxes: SchemeBoxes) -> bool:
    """Keep what was typed and do what the pressed button says. False where it is refused; the page then says why."""
    mapping = {name.removeprefix("mapping-"): str(value) for name, value in request.POST.items() if name.startswith("mapping-") and value}
    typed = boxes.read(mapping)
    if typed is None:
        versions.not_saved(request)
        return False
    action, _colon, code = request.POST.get("action", "save").partition(":")
    try:
        services.change_draft(version_id=found.pk, terms=_rearranged(typed, action, code), actor=scope_of(request).actor, at=clock.now())
    except DomainError as refusal:
        messages.error(request, str(refusal.detail))
        return False
    versions.saved(request)
    return True


def _rearranged(terms: SchemeTerms, action: str, code: str) -> SchemeTerms:
    """With a level added on top, taken away, or moved by one place."""
    levels = list(terms.by_rank)
    place = next((place for place, level in enumerate(levels) if level.code == code), None)
    if action == "add":
        levels.append(_new_level(levels))
    elif place is not None and action == "remove":
        del levels[place]
    elif place is not None and action in ("up", "down"):
        other = place + (1 if action == "up" else -1)
        if 0 <= other < len(levels):
            levels[place], levels[other] = levels[other], levels[place]
    return replace(terms, levels=tuple(replace(level, rank=rank) for rank, level in enumerate(levels)))


def _new_level(levels: Sequence[LevelIn]) -> LevelIn:
    """The next level up: twice the threshold, and all that the one below gives."""
    codes = {level.code for level in levels}
    code = next(code for number in range(len(levels), 1000) if (code := f"L{number}") not in codes)
    name = _("Level %(number)s") % {"number": len(levels) + 1}
    if not levels:
        return LevelIn(code, 0, name, 0)
    below = levels[-1]
    threshold = below.threshold * 2 or FIRST_THRESHOLD
    return LevelIn(code, len(levels), name, threshold, rfm_unit=max(below.rfm_unit, threshold // 20), benefits=below.benefits)


def _level(level: LevelIn, known: Sequence[Benefit], currency: str) -> dict[str, Any]:
    """A level in words, for reading."""
    by_code = {benefit.code: benefit for benefit in known}
    return {
        "level": level,
        "benefits": [
            (by_code[each.code], benefit_rules.words(benefit_rules.parse(by_code[each.code].kind, each.value), currency=currency), each)
            for each in level.benefits
            if each.code in by_code
        ],
    }


def _matrix(terms: SchemeTerms, known: Sequence[Benefit], currency: str) -> dict[str, Any]:
    """Benefits by level, and under each level how many are practical, emotional, unique: "3/1/0" (BEN-10, LVL-32)."""
    facts = {benefit.code: rules.BenefitFacts(benefit.name, benefit.kind, benefit.nature) for benefit in known}  # type: ignore[arg-type]
    given = {(level.code, each.code): each for level in terms.levels for each in level.benefits}
    levels = [replace(level, benefits=tuple(each for each in level.benefits if each.code in facts)) for level in terms.by_rank]
    return {
        "levels": levels,
        "rows": [
            (benefit, [_cell(benefit, given.get((level.code, benefit.code)), currency) for level in levels])
            for benefit in known
            if any((level.code, benefit.code) in given for level in levels)
        ],
        "natures": ["/".join(str(count) for count in rules.natures(level, facts).values()) for level in levels],
        "nature_names": [nature.label for nature in BenefitNature],
    }


def _cell(benefit: Benefit, given: rules.BenefitIn | None, currency: str) -> str:
    if given is None:
        return ""
    return benefit_rules.words(benefit_rules.parse(benefit.kind, given.value), currency=currency) or "✓"


def _removed(found: SchemeVersion, published: SchemeVersion | None, terms: SchemeTerms) -> list[dict[str, Any]]:
    """Levels members hold and the draft no longer has: whose members need another level (ruling 22)."""
    there = {level.code for level in terms.levels}
    names: Mapping[str, str] = {each.level.code: each.name for each in published.terms.all()} if published else {}
    held = selectors.occupied(found.scheme.programme_id, Track(found.scheme.track))
    return [
        {"code": code, "name": names.get(code, code), "members": members, "to": terms.mapping.get(code, "")}
        for code, members in sorted(held.items())
        if members and code not in there
    ]
