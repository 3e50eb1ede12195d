"""What an order would earn, and why: the statements that pay orders, taken back (issue item 2, ruling 28)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from activity import services as activity_services
from activity.enums import OrderStatus
from activity.inputs import OrderIn
from core import sql, staging
from points.enums import LeftOut, MultiplierKind
from points.services.orders import STAGING

ACTOR = "system"


@dataclass(frozen=True)
class Multiplied:
    """The multiplier that counts. key: level code or name of the campaign; empty for a member day."""

    kind: MultiplierKind
    key: str
    factor: Decimal


@dataclass(frozen=True)
class Explained:
    """What an order gives a membership. points = purchase + bonus, whole points; the lot they make: available_from, ends_at (None never).

    version_id, version: the rules it was reckoned by.  counted_minor: of what is paid for the lines, the part that counts.
    left_out: line number and why, of lines that do not.  below_minimum_minor: the least amount, where the order is smaller.  cap: the most
    an order gives, where it would be more.  skipped: why nothing could be given just now - points_off, member_frozen - or empty.
    """

    order_id: int
    membership_id: int
    programme_id: int
    version_id: int
    version: int
    purchase: int
    bonus: int
    counted_minor: int
    points_per_unit: Decimal
    multiplier: Multiplied | None
    left_out: tuple[tuple[int, LeftOut], ...]
    below_minimum_minor: int | None
    cap: int | None
    available_from: datetime
    ends_at: datetime | None
    skipped: str

    @property
    def points(self) -> int:
        return 0 if self.skipped else self.purchase + self.bonus


def explain_order(*, order_id: int, at: datetime, version_id: int | None = None) -> list[Explained]:
    """What a recorded order gives, as if it gave anew and, where it is not, were completed at a moment; one row for each membership.

    version_id: by these rules, which may be a draft, of one programme; otherwise by those that hold. Nothing is kept.
    """
    with transaction.atomic():
        found = _explain(order_id, at, version_id)
        transaction.set_rollback(True)
    return found


def explain_basket(*, order: OrderIn, at: datetime, version_id: int | None = None) -> list[Explained]:
    """The same of an order that nobody has told: it is recorded as paid, looked at, and taken back.

    order: its number must be free; status and completion do not matter. Raises what activity refuses orders for.
    """
    paid = replace(order, status=OrderStatus.PAID, paid_at=order.paid_at or at, completed_at=None, cancelled_at=None)
    with transaction.atomic():
        [recorded] = activity_services.record_orders(orders=[paid], actor=ACTOR, booked_at=at)
        order_id = recorded.or_raise().id
        assert order_id is not None, "an order that was recorded has its number"
        found = _explain(order_id, at, version_id)
        transaction.set_rollback(True)
    return found


def _explain(order_id: int, at: datetime, version_id: int | None) -> list[Explained]:
    with staging.batch("points_batch", STAGING) as batch:
        sql.run(
            "points/orders/stage",
            batch=batch,
            order_ids=[order_id],
            after_sale_ids=[],
            opens=True,
            at_completion=False,
            counts_until=None,
            supposed_at=at,
            version_id=version_id,
            booked_at=at,
            is_live=True,
        )
        sql.run("points/orders/reckon", batch=batch)
        return [_explained(row) for row in sql.rows("points/orders/explain", batch=batch)]


def _explained(row: Mapping[str, Any]) -> Explained:
    said = json.loads(row["details"])  # as text, the way the driver is set up for Django
    times = said["multiplier"]
    return Explained(
        order_id=row["order_id"],
        membership_id=row["membership_id"],
        programme_id=row["programme_id"],
        version_id=row["rules_id"],
        version=row["version"],
        purchase=row["purchase"],
        bonus=row["bonus"],
        counted_minor=said["counted_minor"],
        points_per_unit=Decimal(said["points_per_unit"]),
        multiplier=Multiplied(MultiplierKind(times["kind"]), times["key"], Decimal(times["factor"])) if times else None,
        left_out=tuple((each["line_no"], LeftOut(each["why"])) for each in said.get("left_out", ())),
        below_minimum_minor=said.get("below_minimum"),
        cap=said.get("cap"),
        available_from=row["available_from"],
        ends_at=row["ends_at"],
        skipped=row["skipped"],
    )
