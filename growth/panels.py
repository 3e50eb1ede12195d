"""What growth offers to the member page: cards of level and service tier, the panels of levels and of growth value, the timeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, notices, registry
from core.backoffice import actors, keyset
from core.backoffice.panels import PAGE
from core.enums import TimelineType
from core.errors import NotFound
from core.permissions import allowed, roles_for
from core.registry import Clock, HitColumn, Part, Text, TimelineEntry, TimelineSource
from core.scope import Scope
from core.words import listed, with_remark
from growth import links
from growth.enums import Reason, Track
from growth.models import GrowthEntry, LevelHistory
from growth.selectors import benefits, cards, entry_history, ledger, level_history, levels, member_page, rfm
from stores import selectors as stores_selectors

if TYPE_CHECKING:
    from stores.models import Membership


def _level(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    """Two cards of one statement, since the page may take twelve: the level with the way to the next, and the service tier."""
    found = cards.holdings([member_id], scope, now)[member_id]
    return {"holdings": found, "tiers": cards.best_tiers(found), "several": len({each.programme_id for each in found}) > 1}


def _level_names(member_ids: Sequence[int], scope: Scope) -> Mapping[int, Text]:
    """Free-track levels in words; where somebody has several programmes, each with its name."""
    named: dict[int, Text] = {}
    for member_id, found in cards.holdings(member_ids, scope, clock.now()).items():
        free = [each for each in found if each.track == Track.FREE]
        named[member_id] = listed(with_remark(each.name, each.programme_name) if len(free) > 1 else each.name for each in free)
    return named


class LevelPanel:
    """Levels of every track with the way to the next and the outlook, and every change with its cause and why (CSL-12)."""

    key: str = "level"
    heading: Text = _("Level")
    position: int = 50
    clock: Clock = Clock.PROGRAMME
    template_name: str = "growth/panels/level.html"
    roles: frozenset[str] = roles_for("growth.memberlevel", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        found = member_page.history(subject_id, scope, before=keyset.read_numbered(cursor), limit=PAGE + 1)
        shown = found[:PAGE]
        return {
            "history": _history_rows(shown, subject_id),
            "next_cursor": keyset.write(shown[-1].occurred_at, shown[-1].pk) if len(found) > PAGE else None,
            **({} if cursor else _standings(subject_id, scope, now)),
        }


def _standings(member_id: int, scope: Scope, now: datetime) -> dict[str, Any]:
    """What stands above the history: a level each, with where its holder stands in the free track."""
    holdings = cards.holdings([member_id], scope, now)[member_id]
    standings = {
        holding.membership_id: levels.standing(levels.known(holding.membership_id, holding.programme_id, now))
        for holding in holdings
        if holding.track == Track.FREE
    }
    by_hand = [row for standing in standings.values() if standing for row in (standing.override, standing.waiting) if row]
    names = levels.terms_of([row.level_id for row in by_hand])
    return {
        "holdings": [
            (
                holding,
                standings.get(holding.membership_id) if holding.track == Track.FREE else None,
                [row for row in by_hand if row.membership_id == holding.membership_id and row.track == holding.track],
            )
            for holding in holdings
        ],
        "names": {level_id: terms.name for level_id, terms in names.items()},
        "who": actors.names(row.requested_by for row in by_hand),
        "may_set": allowed("growth.memberlevel", "override", scope),
        "may_see_requests": allowed("growth.leveloverride", "view", scope),
    }


def _history_rows(rows: Sequence[LevelHistory], member_id: int) -> list[dict[str, Any]]:
    terms = levels.terms_of([level_id for row in rows for level_id in (row.level_from_id, row.level_to_id) if level_id])
    who = actors.names(row.actor for row in rows)
    return [
        {
            "row": row,
            "zone": row.membership.programme.time_zone,
            "level_from": terms[row.level_from_id].name if row.level_from_id else "",
            "level_to": terms[row.level_to_id].name if row.level_to_id else "",
            "cause": links.of_source(row.source, member_id),
            "why": level_history.explain(row, terms),
            "who": who[row.actor],
        }
        for row in rows
    ]


class BenefitsPanel:
    """What the member is entitled to and has used this month, plans bought, gifts to come (BEN-16, BEN-20)."""

    key: str = "benefits"
    heading: Text = _("Benefits")
    position: int = 52
    clock: Clock = Clock.PROGRAMME
    template_name: str = "growth/panels/benefits.html"
    roles: frozenset[str] = roles_for("growth.memberlevel", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        memberships = stores_selectors.memberships_of(subject_id, scope)
        entitled = benefits.entitlements([each.pk for each in memberships], now) if memberships else {}
        gifts = member_page.gifts_waiting(subject_id, scope, limit=PAGE)
        names = levels.terms_of([gift.level_id for gift in gifts])
        return {
            "benefits": [(each.programme, benefit) for each in memberships for benefit in entitled[each.pk].benefits],
            "several": len(memberships) > 1,
            "subscriptions": [(row, row.ends_at > now) for row in member_page.subscriptions(subject_id, scope, limit=PAGE)],
            "gifts": [(gift, names[gift.level_id].name) for gift in gifts],
            "next_cursor": None,
        }


class GrowthPanel:
    """Every growth entry of one membership with time, reason, cause and what it was reckoned from (CSL-11, GRW-13)."""

    key: str = "growth"
    heading: Text = _("Growth value")
    position: int = 55
    clock: Clock = Clock.PROGRAMME
    template_name: str = "growth/panels/growth.html"
    roles: frozenset[str] = roles_for("growth.growthentry", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        memberships = stores_selectors.memberships_of(subject_id, scope)
        membership = _chosen(memberships, filters.get("membership", ""))
        reason = filters.get("reason", "")
        place = keyset.read_numbered(cursor)
        reasons = [reason] if reason in Reason else []
        found = ledger.entries(membership.pk, before=place[1] if place else None, limit=PAGE + 1, reasons=reasons) if membership else []
        shown = found[:PAGE]
        return {
            "memberships": memberships,
            "membership": membership,
            "rows": _entry_rows(shown, subject_id),
            "skipped": member_page.skipped(membership.pk, subject_id, limit=PAGE) if membership and not cursor else [],
            "months": rfm.snapshots_of(membership.pk) if membership and not (cursor or reason) else [],
            "zone": membership.programme.time_zone if membership else "",
            "reason": reason,
            "reasons": Reason.choices,
            "more_filters": urlencode({"membership": membership.pk if membership else "", "reason": reason}),
            "may_adjust": membership is not None and allowed("growth.growthentry", "adjust", scope),
            "next_cursor": keyset.write(shown[-1].occurred_at, shown[-1].account_version) if len(found) > PAGE else None,
        }


def _chosen(memberships: "Sequence[Membership]", wanted: str) -> "Membership | None":
    """The membership whose entries are shown: the one asked for, else a store's before the platform's. Raises NotFound for another's."""
    if wanted:
        found = next((each for each in memberships if str(each.pk) == wanted), None)
        if found is None:
            raise NotFound()
        return found
    return memberships[-1] if memberships else None


def _entry_rows(rows: Sequence[GrowthEntry], member_id: int) -> list[dict[str, Any]]:
    who = actors.names(row.actor for row in rows)
    snapshots = entry_history.snapshots_of(rows)
    return [
        {
            "entry": row,
            "cause": links.of_entry(row, member_id),
            "why": entry_history.explain(row, snapshots),
            "who": who[row.actor],
        }
        for row in rows
    ]


def _timeline(member_id: int, scope: Scope, before: datetime, limit: int) -> Sequence[TimelineEntry]:
    """Changes of level."""
    if not roles_for("growth.memberlevel", "view") & scope.roles:
        return ()
    rows = member_page.history(member_id, scope, before=(before, 0), limit=limit)
    terms = levels.terms_of([level_id for row in rows for level_id in (row.level_from_id, row.level_to_id) if level_id])
    return [
        TimelineEntry(
            at=row.occurred_at,
            type=TimelineType.LEVEL,
            title=" → ".join(terms[level_id].name if level_id else "—" for level_id in (row.level_from_id, row.level_to_id)),
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
            type=TimelineType.MESSAGE,
            title=notices.label(notice),
            key=f"notice:{notice.pk:012d}",
            detail=with_remark(notices.text(notice), notices.state(notice)),
            url=reverse("admin:growth_notice", args=[notice.pk]),
        )
        for notice in notices.of_member(member_id, scope, before, limit)
    ]


for _panel in (LevelPanel(), BenefitsPanel(), GrowthPanel()):
    registry.add_panel("members.Member", _panel)
registry.add_part(Part("head", "level", _level, 10, "growth/cards/level.html"))
registry.add_hit_column(HitColumn("level", _("Level"), _level_names, 10))
registry.add_timeline_source(TimelineSource("growth", _timeline))
registry.add_timeline_source(TimelineSource("messages", _messages))
