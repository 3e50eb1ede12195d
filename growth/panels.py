"""What growth offers to the member page: cards of level and service tier, the panels of levels and of growth value, the timeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, notices, registry
from core.backoffice import actors, keyset
from core.backoffice.panels import PAGE
from core.errors import NotFound
from core.permissions import allowed, roles_for
from core.registry import HitColumn, Part, Text, TimelineEntry, TimelineSource
from core.scope import Scope
from growth import links
from growth.enums import Reason, Track
from growth.models import GrowthEntry, LevelHistory
from growth.selectors import cards, member_page
from stores import selectors as stores_selectors
from stores.models import Membership


def _level(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    found = cards.holdings([member_id], scope, now)[member_id]
    return {"heading": _("Level"), "holdings": found, "several": len({each.programme.pk for each in found}) > 1}


def _service_tier(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    tiers = cards.best_tiers(cards.holdings([member_id], scope, now)[member_id])
    return {"heading": _("Service tier"), "tiers": tiers, "several": len(tiers) > 1}


def _level_names(member_ids: Sequence[int], scope: Scope) -> Mapping[int, Text]:
    """Free-track levels in words; where somebody has several programmes, each with its name."""
    named: dict[int, Text] = {}
    for member_id, found in cards.holdings(member_ids, scope, clock.now()).items():
        free = [each for each in found if each.track == Track.FREE]
        named[member_id] = "、".join(f"{each.name}（{each.programme.name}）" if len(free) > 1 else each.name for each in free)
    return named


class LevelPanel:
    """Levels of every track with the way to the next, what they give, and every change with its cause (CSL-12, LVL why)."""

    key: str = "level"
    heading: Text = _("Level and benefits")
    position: int = 50
    template_name: str = "growth/panels/level.html"
    roles: frozenset[str] = roles_for("growth.memberlevel", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        found = member_page.history(subject_id, scope, before=keyset.read_numbered(cursor), limit=PAGE + 1)
        shown = found[:PAGE]
        return {
            "history": _history_rows(shown, subject_id),
            "next_cursor": keyset.write(shown[-1].occurred_at, shown[-1].pk) if len(found) > PAGE else None,
            **({} if cursor else _standing(subject_id, scope, now)),
        }


def _standing(member_id: int, scope: Scope, now: datetime) -> dict[str, Any]:
    """What stands above the history."""
    holdings = cards.holdings([member_id], scope, now)[member_id]
    overrides = member_page.overrides(member_id, scope)
    who = actors.names(override.requested_by for override in overrides)
    return {
        "holdings": holdings,
        "overrides": [(override, who[override.requested_by]) for override in overrides],
        "subscriptions": member_page.subscriptions(member_id, scope, limit=PAGE),
        "gifts": member_page.gifts_waiting(member_id, scope, limit=PAGE),
        "may_set": allowed("growth.memberlevel", "override", scope),
    }


def _history_rows(rows: Sequence[LevelHistory], member_id: int) -> list[dict[str, Any]]:
    names = member_page.names_of([level_id for row in rows for level_id in (row.level_from_id, row.level_to_id) if level_id])
    who = actors.names(row.actor for row in rows)
    return [
        {
            "row": row,
            "zone": row.membership.programme.time_zone,
            "level_from": names.get(row.level_from_id or 0, ""),
            "level_to": names.get(row.level_to_id or 0, ""),
            "cause": links.of_history(row.source, member_id),
            "who": who[row.actor],
        }
        for row in rows
    ]


class GrowthPanel:
    """Every growth entry of one membership with time, reason, cause and what it was reckoned from (CSL-11, GRW-13)."""

    key: str = "growth"
    heading: Text = _("Growth value")
    position: int = 55
    template_name: str = "growth/panels/growth.html"
    roles: frozenset[str] = roles_for("growth.growthentry", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        memberships = stores_selectors.memberships_of(subject_id, scope)
        membership = _chosen(memberships, filters.get("membership", ""))
        reason = filters.get("reason", "")
        place = keyset.read_numbered(cursor)
        found = (
            member_page.entries(
                membership.pk, before=place[1] if place else None, limit=PAGE + 1, reason=reason if reason in Reason else ""
            )
            if membership
            else []
        )
        shown = found[:PAGE]
        return {
            "memberships": memberships,
            "membership": membership,
            "rows": _entry_rows(shown, subject_id),
            "reason": reason,
            "reasons": Reason.choices,
            "more_filters": urlencode({"membership": membership.pk if membership else "", "reason": reason}),
            "may_adjust": membership is not None and allowed("growth.growthentry", "adjust", scope),
            "next_cursor": keyset.write(shown[-1].occurred_at, shown[-1].account_version) if len(found) > PAGE else None,
        }


def _chosen(memberships: Sequence[Membership], wanted: str) -> Membership | None:
    """The membership whose entries are shown: the one asked for, else a store's before the platform's. Raises NotFound for another's."""
    if wanted:
        found = next((each for each in memberships if str(each.pk) == wanted), None)
        if found is None:
            raise NotFound()
        return found
    return memberships[-1] if memberships else None


def _entry_rows(rows: Sequence[GrowthEntry], member_id: int) -> list[dict[str, Any]]:
    who = actors.names(row.actor for row in rows)
    return [
        {
            "entry": row,
            "zone": row.account.membership.programme.time_zone,
            "cause": links.of_entry(row, member_id),
            "who": who[row.actor],
        }
        for row in rows
    ]


def _timeline(member_id: int, scope: Scope, before: datetime, limit: int) -> Sequence[TimelineEntry]:
    """Changes of level."""
    if not roles_for("growth.memberlevel", "view") & scope.roles:
        return ()
    rows = member_page.history(member_id, scope, before=(before, 0), limit=limit)
    names = member_page.names_of([level_id for row in rows for level_id in (row.level_from_id, row.level_to_id) if level_id])
    return [
        TimelineEntry(
            at=row.occurred_at,
            kind=_("Level"),
            title=f"{names.get(row.level_from_id or 0, '—')} → {names.get(row.level_to_id or 0, '—')}",
            key=f"level:{row.pk:012d}",
            store=row.membership.programme.name,
            detail=f"{row.get_cause_display()} {row.note}".strip(),
            url=f"{links.member_page(member_id)}#level",
        )
        for row in rows
    ]


def _messages(member_id: int, scope: Scope, before: datetime, limit: int) -> Sequence[TimelineEntry]:
    """Messages to the member (LVL-29)."""
    if not roles_for("core.notice", "view") & scope.roles:
        return ()
    return [
        TimelineEntry(
            at=notice.created_at,
            kind=_("Message"),
            title=notices.label(notice),
            key=f"notice:{notice.pk:012d}",
            detail=f"{notices.text(notice)} ({notice.get_state_display()})",
            url=reverse("admin:growth_notices"),
        )
        for notice in notices.of_member(member_id, scope, before, limit)
    ]


for _panel in (LevelPanel(), GrowthPanel()):
    registry.add_panel("members.Member", _panel)
registry.add_part(Part("head", "level", _level, 10, "growth/cards/level.html"))
registry.add_part(Part("head", "service_tier", _service_tier, 50, "growth/cards/service_tier.html"))
registry.add_hit_column(HitColumn("level", _("Level"), _level_names, 10))
registry.add_timeline_source(TimelineSource("growth", _timeline))
registry.add_timeline_source(TimelineSource("messages", _messages))
