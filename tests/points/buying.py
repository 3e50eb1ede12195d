"""People who buy, return and write reviews in a programme with points rules; facts come in through activity, as from a shop."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from activity.inputs import OrderLineIn
from core.enums import Origin
from points.enums import MultiplierKind
from points.models import PointsAccount, PointsEntry, PointsLot, PointsVersion
from points.rules.versions import DEFAULT_TERMS, MultiplierIn
from points.services import holds, versions
from stores.models import Membership, Programme, Store
from tests.activity.facts import after_sale, event, line, order, record
from tests.world import NOW


def rules(programme: Programme, *, at: datetime = NOW, **changes: Any) -> PointsVersion:
    """The usual rules with changes, published."""
    draft = versions.create_draft(programme_id=programme.pk, actor="test", at=at)
    versions.change_draft(version_id=draft.pk, terms=replace(DEFAULT_TERMS, **changes), actor="test", at=at)
    return versions.publish_draft(version_id=draft.pk, actor="test", at=at)


def campaign(
    factor: str, key: str = "双11", *, begin: datetime = NOW - timedelta(days=4), end: datetime = NOW - timedelta(days=2)
) -> MultiplierIn:
    """A multiplier of some days, those on which tests' orders are placed unless said otherwise."""
    return MultiplierIn(MultiplierKind.CAMPAIGN, Decimal(factor), key, valid_from=begin, valid_until=end)


def buy(
    shop: Store, member: Membership, paid_minor: int = 10000, order_no: str = "O1", *, lines: Sequence[OrderLineIn] = (), **values: Any
) -> None:
    said: dict[str, Any] = {"status": "completed", "lines": lines or [line(1, paid_minor)], **values}
    origin = said.pop("origin", Origin.LIVE)
    at = said.pop("at", said.get("completed_at", NOW))
    [answer] = record(order(shop.pk, member.member_id, order_no, **said), at=at, origin=origin)
    assert answer.ok, answer.problem


def refund(
    shop: Store, refund_minor: int = 0, after_sale_no: str = "AS1", order_no: str = "O1", *, origin: Origin = Origin.LIVE, **values: Any
) -> None:
    at = values.pop("at", values.get("settled_at", NOW))
    [answer] = record(after_sale(shop.pk, after_sale_no, order_no, refund_minor=refund_minor, **values), at=at, origin=origin)
    assert answer.ok, answer.problem


def does(member: Membership, event_id: str, kind: str, *, origin: Origin = Origin.LIVE, at: datetime = NOW, **values: Any) -> None:
    [answer] = record(event(member.member_id, event_id, kind=kind, **{"occurred_at": at, **values}), at=at, origin=origin)
    assert answer.ok, answer.problem


def hold(member: Membership, points: int, shop: Store, order_no: str = "O1", *, at: datetime = NOW) -> int:
    """Points set aside for an order; answers the hold's id."""
    made = holds.hold_points(
        membership_id=member.pk, points=points, store_id=shop.pk, order_no=order_no, effect_key=f"hold:{order_no}:{at}", actor="test", at=at
    )
    return made.pk


def spend(member: Membership, points: int, shop: Store, order_no: str = "O1", *, at: datetime = NOW) -> PointsEntry:
    """Points paid on an order: held and captured."""
    return holds.capture_hold(
        hold_id=hold(member, points, shop, order_no, at=at), effect_key=f"capture:{order_no}:{at}", actor="test", at=at
    )


def posted(member: Membership) -> list[tuple[str, int, int]]:
    """kind, requested, delta, in posting order; without what tests have given."""
    rows = PointsEntry.objects.filter(account=member.pk).exclude(source_type="test").order_by("account_version")
    return list(rows.values_list("kind", "requested", "delta"))


def balance(member: Membership) -> int:
    return PointsAccount.objects.filter(pk=member.pk).values_list("balance", flat=True).first() or 0


def lots(member: Membership) -> list[tuple[int, datetime | None]]:
    """remaining and end of every lot with points left, in order of making."""
    return list(PointsLot.objects.filter(account=member.pk, is_open=True).order_by("id").values_list("remaining", "ends_at"))
