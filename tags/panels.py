"""What tags offer to the member page: the cloud of the head, and the panel with why, since when and by whom (CSL-15, TAG-16, A-34);
the timeline (CSL-16)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import registry
from core import scope as scopes
from core.backoffice import actors, keyset
from core.backoffice.panels import PAGE
from core.enums import TimelineType
from core.errors import NotFound
from core.permissions import allowed, roles_for
from core.registry import Clock, Part, Text, TimelineEntry, TimelineSource
from core.scope import Scope
from growth.links import member_page
from stores import selectors as stores_selectors
from stores.enums import ClientScope
from tags.days_panel import DaysPanel
from tags.enums import TagGroup, TagSource
from tags.models import MemberTag, Tag
from tags.rules.catalogue import Catalogue
from tags.selectors import catalogues, matching
from tags.selectors import tags as selectors
from tags.selectors.tags import Happening, Held

if TYPE_CHECKING:
    from stores.models import Membership

CLOUD_AT_MOST = 24
SUBJECT = "tags.membertag"


def _later(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    """The card of the head asks for its cloud when the page is there: the page itself may take twelve statements."""
    return {}


def _cloud(member_id: int, scope: Scope) -> dict[str, Any]:
    """The tags of all memberships the caller reaches, the important first, each word once. One statement."""
    rows = scopes.narrow(MemberTag.objects.filter(membership__member_id=member_id, ended_at=None, tag__retired_at=None), scope)
    found: dict[tuple[str, str], Tag] = {}
    by_hand: set[tuple[str, str]] = set()
    for row in rows.select_related("tag").order_by("-tag__priority", "tag__group", "tag__name", "pk"):
        word = (row.tag.code, row.tag.name)
        found.setdefault(word, row.tag)
        if row.source != TagSource.RULE:
            by_hand.add(word)
    words = [(tag, word in by_hand) for word, tag in found.items()]
    return {"tags": words[:CLOUD_AT_MOST], "more": max(0, len(words) - CLOUD_AT_MOST)}


class TagsPanel:
    """Tags of one membership by group, each with its values and reason; those never given; what it had before, by keyset."""

    key: str = "tags"
    heading: Text = _("Tags")
    position: int = 80
    clock: Clock = Clock.PROGRAMME
    template_name: str = "tags/panels/tags.html"
    roles: frozenset[str] = roles_for(SUBJECT, "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        if filters.get("part") == "card":
            return {"card": _cloud(subject_id, scope)}
        memberships = [each for each in stores_selectors.memberships_of(subject_id, scope) if each.programme.tags_on]
        membership = _chosen(memberships, filters.get("membership", ""))
        history = selectors.history(membership.pk, before=keyset.read_numbered(cursor), limit=PAGE + 1) if membership else []
        shown = history[:PAGE]
        catalogue = catalogues.catalogue(membership.programme_id) if membership else None
        who = actors.names(actor for row in shown for actor in (row.started_by, row.ended_by))
        return {
            "memberships": memberships,
            "membership": membership,
            "zone": membership.programme.time_zone if membership else "",
            "rows": [{"row": row, "values": _values(row, catalogue), "who": who} for row in shown],
            "more_filters": urlencode({"membership": membership.pk if membership else ""}),
            "next_cursor": keyset.write(shown[-1].started_at, shown[-1].pk) if len(history) > PAGE else None,
            "may_give": allowed(SUBJECT, "give", scope),
            "may_see_rules": allowed("tags.tag", "view", scope),
            **(_standing(membership, catalogue) if membership and not cursor else {}),
        }


def _chosen(memberships: "Sequence[Membership]", wanted: str) -> "Membership | None":
    """The membership whose tags are shown: the one asked for, else a store's before the platform's. Raises NotFound for another's."""
    if wanted:
        found = next((each for each in memberships if str(each.pk) == wanted), None)
        if found is None:
            raise NotFound()
        return found
    return memberships[-1] if memberships else None


def _standing(membership: "Membership", catalogue: Catalogue | None) -> dict[str, Any]:
    """What stands above the history: tags now, by group, and those never given."""
    held = selectors.held([membership.pk])[membership.pk]
    never = selectors.exclusions(membership.pk)
    who = actors.names([*(row.started_by for each in held for row in each.rows), *(each.actor for each in never)])
    lines = [_line(each, catalogue, who) for each in held]
    return {
        "groups": [(group, found) for group in TagGroup if (found := [line for line in lines if line["tag"].group == group])],
        "never": [(each, who[each.actor]) for each in never],
    }


def _line(held: Held, catalogue: Catalogue | None, who: Mapping[str, str]) -> dict[str, Any]:
    return {
        "tag": held.tag,
        "since": held.since,
        "by_rule": held.by_rule,
        "by_hand": held.by_hand,
        "hand_actor": who[held.by_hand.started_by] if held.by_hand else "",
        "values": _values(held.by_rule, catalogue) if held.by_rule else [],
    }


def _values(row: MemberTag, catalogue: Catalogue | None) -> list[tuple[str, str]]:
    """The values that matched when the tag was given, in words."""
    return list(matching.value_words(row.why, catalogue).items()) if row.why and catalogue else []


def _timeline(member_id: int, scope: Scope, before: datetime, limit: int) -> Sequence[TimelineEntry]:
    """Tags given, taken away and ended, in every programme the caller reaches."""
    if not roles_for(SUBJECT, "view") & scope.roles and ClientScope.TAGS_READ not in scope.grants:
        return ()
    return [
        TimelineEntry(
            at=each.at,
            type=TimelineType.TAG,
            title=f"{_happened(each)} · {each.name}",
            key=f"tag:{each.id:012d}:{'ended' if each.is_end else 'given'}",
            store=each.programme_name,
            detail=each.reason if each.is_end else f"{each.source.label} {each.reason}".strip(),
            url=f"{member_page(member_id)}#tags",
        )
        for each in selectors.happened(member_id, scope, before=before, limit=limit)
    ]


def _happened(of: Happening) -> Text:
    if not of.is_end:
        return pgettext_lazy("tag in the timeline", "given")
    return pgettext_lazy("tag", "ended") if of.is_by_rule else pgettext_lazy("tag", "taken away")


registry.add_panel("members.Member", TagsPanel())
registry.add_timeline_source(TimelineSource("tags", _timeline))
registry.add_panel("members.Member", DaysPanel())
registry.add_part(Part("head", "tags", _later, 40, "tags/cards/tags.html"))
