"""What coupons offer to the member page: the card of the head, and the panel with every coupon, its terms, state and why not
(CSL-09), the timeline (CSL-16)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import registry
from core.backoffice import actors, keyset
from core.backoffice.panels import PAGE
from core.enums import TimelineType
from core.errors import NotFound
from core.money import format_minor
from core.permissions import allowed, roles_for
from core.registry import Clock, Part, SearchKey, Text, TimelineEntry, TimelineSource
from core.scope import Scope
from core.words import listed
from coupons.enums import CouponSource, CouponState
from coupons.models import CouponStep
from coupons.rules import words
from coupons.selectors import coupons as selectors
from coupons.selectors import happenings
from coupons.selectors.coupons import CouponNow
from coupons.selectors.happenings import Happening
from growth.links import member_page
from stores import selectors as stores_selectors
from stores.enums import ClientScope

if TYPE_CHECKING:
    from stores.models import Membership

USABLE = "usable"
SUBJECT = "coupons.coupon"
ENDS_SOON = timedelta(days=3)
HAPPENED: Mapping[str, Text] = {
    "received": pgettext_lazy("coupon", "received"),
    "used": CouponState.USED.label,
    "returned": pgettext_lazy("coupon", "given back"),
    "expired": CouponState.EXPIRED.label,
    "revoked": CouponState.REVOKED.label,
}


def _later(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    """The card of the head asks for its counts when the page is there: the page itself may take twelve statements."""
    return {}


def _wallets(member_id: int, scope: Scope, now: datetime) -> dict[str, Any]:
    found = selectors.wallets([member_id], scope, now)[member_id]
    return {"wallets": found, "several": len(found) > 1}


class CouponsPanel:
    """Coupons of one membership by the clock, the latest received first; each with its steps and, where it cannot be used, the reason."""

    key: str = "coupons"
    heading: Text = _("Coupons")
    position: int = 40
    clock: Clock = Clock.PROGRAMME
    template_name: str = "coupons/panels/coupons.html"
    roles: frozenset[str] = roles_for(SUBJECT, "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        if filters.get("part") == "card":
            return {"card": _wallets(subject_id, scope, now)}
        memberships = [each for each in stores_selectors.memberships_of(subject_id, scope) if each.programme.coupons_on]
        membership = _chosen(memberships, filters.get("membership", ""))
        only = filters.get("only", "") if filters.get("only", "") == USABLE else ""
        found = _found(membership.pk, now, cursor, only) if membership else []
        shown = found[:PAGE]
        last = shown[-1].coupon if len(found) > PAGE and not only else None
        return {
            "memberships": memberships,
            "membership": membership,
            "zone": membership.programme.time_zone if membership else "",
            "rows": _rows(found if only else shown, now, scope),
            "only": only,
            "more_filters": urlencode({"membership": membership.pk if membership else ""}),
            "next_cursor": keyset.write(last.received_at, last.pk) if last else None,
            "usable": selectors.usable_counts([membership.pk], now)[membership.pk] if membership and not cursor else 0,
            "may_give": allowed(SUBJECT, "give", scope),
        }


def _found(membership_id: int, now: datetime, cursor: str | None, only: str) -> Sequence[CouponNow]:
    if only:
        return selectors.usable(membership_id, now)
    return selectors.of_membership(membership_id, now, before=keyset.read_numbered(cursor), limit=PAGE + 1)


def _chosen(memberships: "Sequence[Membership]", wanted: str) -> "Membership | None":
    """The membership whose coupons are shown: the one asked for, else a store's before the platform's. Raises NotFound for another's."""
    if wanted:
        found = next((each for each in memberships if str(each.pk) == wanted), None)
        if found is None:
            raise NotFound()
        return found
    return memberships[-1] if memberships else None


def _rows(found: Sequence[CouponNow], now: datetime, scope: Scope) -> list[dict[str, Any]]:
    steps: dict[int, list[CouponStep]] = {each.coupon.pk: [] for each in found}
    for step in CouponStep.objects.filter(coupon__in=list(steps)).select_related("store").order_by("id"):
        steps[step.coupon_id].append(step)
    who = actors.names(step.actor for of in steps.values() for step in of)
    may_revoke = allowed(SUBJECT, "revoke", scope)
    return [
        {
            "now": each,
            "coupon": each.coupon,
            "steps": [(step, who[step.actor]) for step in steps[each.coupon.pk]],
            "ends_soon": each.is_usable and each.usable_until - now <= ENDS_SOON,
            "may_revoke": may_revoke and each.state == CouponState.AVAILABLE and each.coupon.state == CouponState.AVAILABLE,
        }
        for each in found
    ]


def _timeline(member_id: int, scope: Scope, before: datetime, limit: int) -> Sequence[TimelineEntry]:
    """Coupons received, used, given back, expired and revoked, in every programme the caller reaches."""
    if not roles_for(SUBJECT, "view") & scope.roles and ClientScope.COUPONS_READ not in scope.grants:
        return ()
    return [
        TimelineEntry(
            at=each.at,
            type=TimelineType.COUPON,
            title=f"{HAPPENED[each.what]} · {_value(each)} {each.name}",
            key=f"coupon:{each.number:012d}:{'received' if each.what == 'received' else 'step'}",
            store=each.place,
            detail=_detail(each),
            url=f"{member_page(member_id)}#coupons",
        )
        for each in happenings.happened(member_id, scope, before=before, limit=limit)
    ]


def _value(of: Happening) -> str:
    return words.value(of.kind, face_minor=of.face_minor, pay_rate=of.pay_rate, cap_minor=of.cap_minor, currency=of.currency)


def _detail(of: Happening) -> str:
    """Where it came from, on which order it was used, or why it was revoked."""
    if of.what == "received":
        return str(CouponSource(of.source).label)
    took = format_minor(-of.discount_minor, of.currency) if of.what == "used" and of.discount_minor else ""
    return listed(each for each in (of.order_no, took, of.reason) if each)


registry.add_panel("members.Member", CouponsPanel())
registry.add_timeline_source(TimelineSource("coupons", _timeline))
registry.add_search_key(SearchKey("coupon_code", _("coupon code"), selectors.members_by_code, 75))
registry.add_part(Part("head", "coupons", _later, 35, "coupons/cards/coupons.html"))
