"""What points offer to the member page: the card of the head, the panel with entries, lots and holds (CSL-14), the timeline (CSL-16)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from core import registry
from core import scope as scopes
from core.backoffice import actors, keyset
from core.backoffice.panels import PAGE
from core.enums import TimelineType
from core.errors import NotFound
from core.masking import FieldClass
from core.permissions import allowed, roles_for
from core.registry import Clock, Part, Revealable, Text, TimelineEntry, TimelineSource
from core.scope import Scope
from core.words import signed
from growth.links import member_page as page_of
from points import links
from points.enums import EntryKind, HoldState
from points.models import PointsEntry, PointsHold, PointsLot, Redemption
from points.selectors import cards, entry_history, happenings, lot_history, member_page
from stores import selectors as stores_selectors
from stores.enums import ClientScope

if TYPE_CHECKING:
    from stores.models import Membership

LOTS = 50  # more are counted, not shown
ENDS_SOON = timedelta(days=30)  # as the reminders (PTS-18)


def _purses(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    found = cards.purses([member_id], scope, now)[member_id]
    return {"purses": found, "several": len(found) > 1}


class PointsPanel:
    """Every points entry of one membership with its lots and why; lots with their ends, holds, debt, requests (CSL-14, PTS-09)."""

    key: str = "points"
    heading: Text = _("Points")
    position: int = 60
    clock: Clock = Clock.PROGRAMME
    template_name: str = "points/panels/points.html"
    roles: frozenset[str] = roles_for("points.pointsaccount", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        memberships = [each for each in stores_selectors.memberships_of(subject_id, scope) if each.programme.points_on]
        membership = _chosen(memberships, filters.get("membership", ""))
        kind = filters.get("kind", "")
        kind = kind if kind in EntryKind.values else ""
        place = keyset.read_numbered(cursor)
        before = place[1] if place else None
        found = member_page.entries(membership.pk, before=before, limit=PAGE + 1, kind=kind) if membership else []
        shown = found[:PAGE]
        return {
            "memberships": memberships,
            "membership": membership,
            "zone": membership.programme.time_zone if membership else "",
            "rows": _rows(shown, subject_id, scope),
            "kind": kind,
            "kinds": EntryKind.choices,
            "more_filters": urlencode({"membership": membership.pk if membership else "", "kind": kind}),
            "next_cursor": keyset.write(shown[-1].occurred_at, shown[-1].account_version) if len(found) > PAGE else None,
            **(_standing(membership, subject_id, scope, now) if membership and not cursor else {}),
        }


def _chosen(memberships: "Sequence[Membership]", wanted: str) -> "Membership | None":
    """The membership whose points are shown: the one asked for, else a store's before the platform's. Raises NotFound for another's."""
    if wanted:
        found = next((each for each in memberships if str(each.pk) == wanted), None)
        if found is None:
            raise NotFound()
        return found
    return memberships[-1] if memberships else None


def _standing(membership: "Membership", member_id: int, scope: Scope, now: datetime) -> dict[str, Any]:
    """What stands above the entries."""
    purse = next(each for each in cards.purses([member_id], scope, now)[member_id] if each.membership_id == membership.pk)
    lots, holds, waiting = (
        member_page.open_lots(membership.pk, limit=LOTS + 1),
        member_page.holds(membership.pk, limit=PAGE),
        member_page.waiting(membership.pk),
    )
    return {
        "purse": purse,
        "lots": [_lot(lot, now) for lot in lots[:LOTS]],
        "has_more_lots": len(lots) > LOTS,
        "holds": [_hold(hold, now) for hold in holds],
        "waiting": waiting,
        "who": actors.names([*(each.requested_by for each in waiting), *(hold.actor for hold in holds)]),
        "skipped": member_page.skipped(membership.pk, member_id, limit=PAGE),
        "may_adjust": allowed("points.pointsentry", "adjust", scope),
        "may_see_requests": allowed("points.pointsadjustment", "view", scope),
        "may_release": allowed("points.pointshold", "release", scope),
    }


def _lot(lot: PointsLot, now: datetime) -> dict[str, Any]:
    has_ended = lot.ends_at is not None and lot.ends_at <= now
    return {
        "lot": lot,
        "is_pending": lot.available_from > now,
        "has_ended": has_ended,
        "ends_soon": lot.ends_at is not None and not has_ended and lot.ends_at - now <= ENDS_SOON,
    }


def _hold(hold: PointsHold, now: datetime) -> dict[str, Any]:
    """By the clock: a hold whose time is over is void, whether or not a job has said so."""
    is_active = hold.state == HoldState.ACTIVE and hold.expires_at > now
    over = hold.state == HoldState.ACTIVE and not is_active
    return {"hold": hold, "is_active": is_active, "state": HoldState.TIMED_OUT.label if over else hold.get_state_display()}


def _rows(entries: Sequence[PointsEntry], member_id: int, scope: Scope) -> list[dict[str, Any]]:
    who = actors.names(entry.actor for entry in entries)
    may_reverse = allowed("points.pointsentry", "reverse", scope)
    return [
        {
            "entry": line.entry,
            "line": line,
            "at": line.entry.booked_at if line.entry.kind == EntryKind.EXPIRE else line.entry.occurred_at,  # booked in the night after
            "cause": links.of_entry(line.entry, member_id),
            "note": links.note_of(line.entry),
            "why": lot_history.explain(line),
            "who": who[line.entry.actor],
            "may_reverse": may_reverse and links.may_be_reversed(line.entry),
        }
        for line in member_page.lines(entries)
    ]


def _timeline(member_id: int, scope: Scope, before: datetime, limit: int) -> Sequence[TimelineEntry]:
    """What came and went, in every programme the caller reaches."""
    if not roles_for("points.pointsaccount", "view") & scope.roles and ClientScope.POINTS_READ not in scope.grants:
        return ()
    return [
        TimelineEntry(
            at=entry.occurred_at,
            type=TimelineType.POINTS,
            title=f"{entry.get_kind_display()} {signed(entry.delta)}",
            key=f"points:{entry.pk:012d}",
            store=entry.account.membership.programme.name,
            detail=f"{entry_history.words(entry)} {links.note_of(entry)}".strip(),
            url=f"{page_of(member_id)}#points",
        )
        for entry in happenings.happened(member_id, scope, before=before, limit=limit)
    ]


def _reward_code(member_id: int, reference: str, scope: Scope) -> str:
    """The code that a redemption of the member has given; whoever knows it can use it."""
    rows = scopes.narrow(Redemption.objects.filter(account__membership__member_id=member_id), scope)
    found = rows.filter(pk=int(reference)).first() if reference.isdecimal() else None
    if found is None or not found.result.get("code"):
        raise NotFound()
    return str(found.result["code"])


registry.add_panel("members.Member", PointsPanel())
registry.add_timeline_source(TimelineSource("points", _timeline))
registry.add_part(Part("head", "points", _purses, 20, "points/cards/points.html"))
registry.add_revealable(Revealable("reward_code", FieldClass.EXTERNAL_ID, _reward_code, _("reward code")))
