"""What activity offers to a member's summary (PRD-05) and portrait (MEM-28): the balance, what was bought, what is liked."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone

from activity import selectors
from core import registry
from core.registry import Part
from core.scope import Scope


def _balance(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any] | None:
    wallet = selectors.wallet(member_id, programme_id, scope) if programme_id else None
    if wallet is None:
        return None
    told = {name: value for name, value in asdict(wallet).items() if not name.startswith("programme_")}
    return {**told, "as_of": _moment(wallet.as_of)}


def _portrait(member_id: int, scope: Scope, now: datetime, programme_id: int | None) -> dict[str, Any]:
    found = selectors.consumption(member_id, scope, programme_id=programme_id)
    return {
        "consumption": [
            {
                "currency": bought.currency,
                "orders": bought.orders,
                "settled_minor": bought.settled_minor,
                "refunded_minor": bought.refunded_minor,
                "pieces": bought.pieces,
                "of_newest": bought.of_newest,
                "first_at": _moment(bought.first_at),
                "last_at": _moment(bought.last_at),
            }
            for bought in found
        ],
        "preferences": [
            {"currency": bought.currency, "categories": _ranked(bought.top_categories), "brands": _ranked(bought.top_brands)}
            for bought in found
        ],
    }


def _ranked(counted: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"name": name, "pieces": pieces} for name, pieces in counted]


def _moment(at: datetime | None) -> str | None:
    return timezone.localtime(at).isoformat() if at else None


registry.add_part(Part("summary", "balance", _balance, 60))
registry.add_part(Part("portrait", "assets.balance", _balance, 40))
registry.add_part(Part("portrait", "", _portrait, 50))
