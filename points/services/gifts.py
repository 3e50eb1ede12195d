"""Points as a gift of a level (LVL-28): given once, never taken back. growth says what is due (growth.services.gifts)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import sql
from growth.services import gifts as growth_gifts
from growth.services.gifts import Due
from points.rules.versions import POINTS_AT_MOST
from points.selectors import versions
from points.services import ledger

KIND = "points"
ACTOR = "system"


def register() -> None:
    """Called once, by `ready()`."""
    growth_gifts.register_gift_kind(kind=KIND, validator=problems, cost=cost, fulfiller=fulfil)


def problems(payload: Mapping[str, Any], programme_id: int) -> list[str]:
    """What is wrong with a gift, in words: it says a whole number of points and nothing else."""
    points = payload.get("points")
    is_sound = isinstance(points, int) and not isinstance(points, bool) and 0 < points <= POINTS_AT_MOST
    if not is_sound or set(payload) != {"points"}:
        return [_("A gift of points is a whole number between 1 and %(most)s.") % {"most": POINTS_AT_MOST}]
    return []


def cost(payload: Mapping[str, Any], programme_id: int) -> int | None:
    """Minor units of the programme's currency; None where it has no points rules yet."""
    rules = versions.published(programme_id)
    return None if rules is None or problems(payload, programme_id) else int(payload["points"]) * rules.unit_cost_minor


@transaction.atomic
def fulfil(dues: Sequence[Due], booked_at: datetime) -> Mapping[int, str]:
    """Give what can be given, all of it in few statements; answers why not by grant: points_off, member_frozen, gift_unreadable."""
    found = {due.grant_id: "gift_unreadable" for due in dues if problems(due.payload, 0)}
    dues = [due for due in dues if due.grant_id not in found]
    rows = sql.rows("points/gifts/problems", membership_ids=[due.membership_id for due in dues])
    codes = {row["membership_id"]: row["code"] for row in rows}
    with ledger.staged() as batch:
        staged = sql.run(
            "points/gifts/stage",
            batch=batch,
            membership_ids=[due.membership_id for due in dues],
            points=[due.payload["points"] for due in dues],
            effect_keys=[due.effect_key for due in dues],
            level_ids=[due.level_id for due in dues],
            due_ats=[due.due_at for due in dues],
            booked_at=booked_at,
            actor=ACTOR,
        )
        if staged:
            ledger.post_staged(batch=batch, booked_at=booked_at)
    return found | {due.grant_id: codes[due.membership_id] for due in dues if due.membership_id in codes}
