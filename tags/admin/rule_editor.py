"""Editing a rule: the boxes drawn again when its shape changes, its sentence and how many it holds for while somebody types (TAG-07).

The same for tags and segments. Each address takes the form as it stands on the page; nothing is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from activity.enums import EventKind
from core import clock
from core.backoffice.access import demand
from core.backoffice.site import page
from growth.admin import reach
from growth.links import member_page
from members.enums import Gender
from points.admin import people
from stores import selectors as stores_selectors
from tags.admin import rule_asked, rule_tree
from tags.admin.rule_asked import BOUGHT, BY_WORDS, DID, MODE_WORDS, OPERATOR_WORDS, Missing, Wrong, asked
from tags.admin.rule_tree import Condition, Group, Mode
from tags.rules import language, sentence, supplies
from tags.rules.catalogue import Catalogue
from tags.rules.fields import FIELDS, FieldGroup
from tags.rules.figures import By, EventBy
from tags.selectors import catalogues, matching

if TYPE_CHECKING:
    from stores.models import Programme

SUBJECT = "tags.tag"
SAMPLES = 20


@dataclass(frozen=True)
class Draft:
    """What a form says. wrong: by the path of a condition that cannot be read, and that `rule` is without.

    problems: in words, what else keeps the rule from being used.
    """

    tree: Group
    rule: Any
    wrong: dict[str, Wrong]
    problems: Sequence[str]
    catalogue: Catalogue

    @property
    def is_sound(self) -> bool:
        return not self.wrong and not self.problems

    @property
    def missing(self) -> int:
        """How many conditions are not filled in yet."""
        return sum(isinstance(each, Missing) for each in self.wrong.values())

    def wrong_at(self, path: str, *, names_missing: bool) -> Wrong | None:
        """What is to be said beside a condition: what was typed and cannot be read; what is missing only where it is asked for."""
        found = self.wrong.get(path)
        return None if isinstance(found, Missing) and not names_missing else found


def read(programme: "Programme", data: Any) -> Draft:
    """The rule as a form says it."""
    return _draft(rule_tree.posted(data), catalogues.catalogue(programme.pk))


def rearranged(programme: "Programme", data: Any, action: str) -> Draft:
    """The same after a button of the editor was pressed."""
    return _draft(rule_tree.rearranged(rule_tree.posted(data), action), catalogues.catalogue(programme.pk))


def kept(programme: "Programme", rule: Any) -> Draft:
    """A rule as it is kept, for the boxes."""
    catalogue = catalogues.catalogue(programme.pk)
    tree = rule_asked.written(rule_tree.of_rule(rule), catalogue)
    return _draft(tree if tree.parts else rule_tree.rearranged(tree, f"condition:{rule_tree.ROOT}"), catalogue)


def _draft(tree: Group, catalogue: Catalogue) -> Draft:
    rule, wrong = rule_asked.rule_of(tree, catalogue)
    problems = (
        [] if wrong else [problem.words for problem in language.problems(rule, catalogue)] if rule else [_("The rule says nothing yet.")]
    )
    return Draft(tree, rule, wrong, problems, catalogue)


def boxes(draft: Draft, *, names_missing: bool) -> dict[str, Any]:
    """What the editor's templates draw. names_missing: beside the boxes, too, which a new condition needs no blame for."""
    return {
        "group": _group(draft.tree, draft, names_missing),
        "variables": [(each.name, each.label) for each in supplies.offered()],
    }


def _group(group: Group, draft: Draft, names_missing: bool) -> dict[str, Any]:
    return {
        "is_group": True,
        "path": group.path,
        "mode": group.mode,
        "modes": MODE_WORDS.items(),
        "joint": _("or") if group.mode in (Mode.ANY, Mode.NONE) else _("and"),
        "parts": [_part(part, draft, names_missing) for part in group.parts],
    }


def _part(part: Group | Condition, draft: Draft, names_missing: bool) -> dict[str, Any]:
    return _group(part, draft, names_missing) if isinstance(part, Group) else _condition(part, draft, names_missing)


def _condition(condition: Condition, draft: Draft, names_missing: bool) -> dict[str, Any]:
    of = asked(condition, draft.catalogue)
    operator = condition.text("op")
    if of is not None and operator not in of.operators:
        operator = of.operators[0]
    wrong = draft.wrong_at(condition.path, names_missing=names_missing)
    return {
        "path": condition.path,
        "wrong_id": _wrong_id(condition.path),
        "wrong": wrong,
        "what": condition.what,
        "offered": _offered(condition.what),
        "of": of,
        "operator": operator,
        "operators": [(each, OPERATOR_WORDS[each]) for each in of.operators] if of else [],
        "boxes": condition.boxes,
        "chosen": condition.choices,
        "ways": _ways(condition.what),
        "figures": [(str(key), words) for key, (words, _kind, _unit) in _figures(condition.what)],
        "events": EventKind.choices,
        "genders": [("", _("any")), (Gender.FEMALE, Gender.FEMALE.label), (Gender.MALE, Gender.MALE.label)],
    }


def _wrong_id(path: str) -> str:
    """Of the place on the page where it says what is wrong with a condition."""
    return f"wrong-{path.replace('.', '-')}"


def _figures(what: str) -> list[tuple[Any, Any]]:
    """(figure, (words, kind, unit))."""
    return [*BOUGHT.items()] if what == "bought" else [*DID.items()] if what == "did" else []


def _ways(what: str) -> list[tuple[str, Any]]:
    if what == "bought":
        return [(str(each), BY_WORDS[each]) for each in By]
    return [("", _("anything")), *((str(each), BY_WORDS[each]) for each in EventBy)]


def _offered(chosen: str) -> list[tuple[Any, list[tuple[str, Any, bool]]]]:
    """What may be asked, by families (TAG-03): (family, [(what, words, whether it is chosen)])."""
    families: dict[str, list[tuple[str, Any]]] = {group: [] for group in FieldGroup}
    for field in FIELDS.values():
        families[field.group].append((f"var:{field.code}", field.label))
    families[FieldGroup.ATTRIBUTES].append(("child", _("a child of a certain age")))
    families[FieldGroup.PREFERENCE].append(("bought", _("what was bought of something ...")))
    families[FieldGroup.CHANNEL].append(("did", _("what was done ...")))
    families[FieldGroup.POWER].append(("derived", _("a derived variable ...")))
    families[FieldGroup.LIFECYCLE].append(("tag", _("another tag")))
    return [
        (FieldGroup(group).label, [(what, words, what == chosen) for what, words in found]) for group, found in families.items() if found
    ]


# --- the addresses that the boxes ask ---


def today(programme: "Programme") -> date:
    """The local day by which a rule is judged now."""
    return clock.now().astimezone(ZoneInfo(programme.time_zone)).date()


def _programme(request: HttpRequest) -> "Programme":
    """Of somebody who may see its tags: whoever reads rules may also try what they would find."""
    demand(request, SUBJECT, "view")
    return reach.chosen(request, SUBJECT)


@page("tags/rule/draw/", name="tags_rule_draw")
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """The boxes after a button or a choice that changes the shape of the rule, and beside them what it says now."""
    programme = _programme(request)
    draft = rearranged(programme, request.POST, request.POST.get("action", ""))
    context = {"programme": programme, "is_drawn": True, **boxes(draft, names_missing=False), **says(draft)}
    return TemplateResponse(request, "tags/rule_drawn.html", context)


@page("tags/rule/says/", name="tags_rule_says")
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """What the rule says in a sentence, and what is wrong with it; beside its box what was typed and cannot be read."""
    programme = _programme(request)
    draft = read(programme, request.POST)
    beside = [(_wrong_id(each.path), draft.wrong_at(each.path, names_missing=False)) for each in draft.tree.conditions]
    return TemplateResponse(request, "tags/rule_said.html", {"programme": programme, "beside": beside, **says(draft)})


def says(draft: Draft) -> dict[str, Any]:
    """The sentence of what can be read so far, and how many conditions cannot: not filled in yet, or wrong."""
    is_usable = bool(draft.rule) and not language.problems(draft.rule, draft.catalogue)
    return {
        "sentence": sentence.words(draft.rule, draft.catalogue) if is_usable else "",
        "missing": draft.missing,
        "unread": len(draft.wrong) - draft.missing,
        "problems": draft.problems,
        "is_sound": draft.is_sound,
    }


@page("tags/rule/count/", name="tags_rule_count")
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """How many it holds for now, of how many."""
    programme = _programme(request)
    draft = read(programme, request.POST)
    context = {
        "members": matching.count(draft.rule, programme.pk, today(programme)) if draft.is_sound else None,
        "all_members": stores_selectors.membership_count(programme.pk),
    }
    return TemplateResponse(request, "tags/rule_count.html", context)


@page("tags/rule/preview/", name="tags_rule_preview")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """How many, and twenty of them with the values that matched; nothing is kept (TAG-07)."""
    programme = _programme(request)
    draft = read(programme, request.POST)
    context: dict[str, Any] = {"programme": programme, **says(draft)}
    if draft.is_sound:
        on = today(programme)
        context |= {
            "members": matching.count(draft.rule, programme.pk, on),
            "on": on,
            "samples": sampled(request, matching.sample(draft.rule, programme.pk, on, limit=SAMPLES)),
        }
    return TemplateResponse(request, "tags/rule_preview.html", context)


def sampled(request: HttpRequest, matches: Sequence[matching.Match]) -> list[dict[str, Any]]:
    """Matches as lines: who, and the values by what they are called."""
    memberships = stores_selectors.memberships_with_members(match.membership_id for match in matches)
    members = people.named(request, memberships.values())
    return [
        {"member": members[match.membership_id], "url": f"{member_page(match.member_id)}#tags", "values": match.values.items()}
        for match in matches
        if match.membership_id in members
    ]
