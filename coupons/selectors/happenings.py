"""What happened to a member's coupons, for the timeline (CSL-16)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core import sql
from core.scope import Scope


@dataclass(frozen=True)
class Happening:
    """what: "received", "used", "returned", "expired", "revoked".  number: of the coupon that was received, else of its step.

    place: name of the store where it was used, else of the programme.  discount_minor: what it took off.
    """

    at: datetime
    number: int
    what: str
    name: str
    kind: str
    face_minor: int | None
    pay_rate: Decimal | None
    cap_minor: int | None
    source: str
    order_no: str
    discount_minor: int | None
    reason: str
    currency: str
    place: str


def happened(member_id: int, scope: Scope, *, before: datetime, limit: int) -> list[Happening]:
    """In the programmes the caller reaches, the latest first; reservations are left out. One statement."""
    reached = None if scope.platform else list(scope.programme_ids)
    rows = sql.rows("coupons/cards/happened", member_id=member_id, programme_ids=reached, before=before, limit=limit)
    return [Happening(**row) for row in rows]
