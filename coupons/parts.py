"""What coupons offer to a member's summary and portrait, for storefronts (PRD-05, SF-1, SF-2)."""

from datetime import datetime
from typing import Any

from core import registry
from core.registry import Part
from core.scope import Scope
from coupons.api import shapes
from coupons.selectors import coupons


def _coupons(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any] | None:
    """None where the member is not in the programme, or it does without coupons."""
    found = [each for each in coupons.wallets([member_id], scope, now)[member_id] if each.programme_id == programme_id]
    if not found:
        return None
    wallet = found[0]
    answer: dict[str, Any] = shapes.WalletOut(
        {"programme": wallet.programme_code, "usable": wallet.usable, "reserved": wallet.reserved, "next_end_at": wallet.next_end_at}
    ).data
    return answer


registry.add_part(Part("summary", "coupons", _coupons, 30))
registry.add_part(Part("portrait", "assets.coupons", _coupons, 46))
