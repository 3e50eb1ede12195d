"""Facts this app announces (ruling 12). Each carries a batch of ids, never rows."""

from dataclasses import dataclass
from datetime import datetime

from core.enums import Origin


@dataclass(frozen=True)
class PointsPosted:
    """New entries of any kind, in posting order; after the posting, in the same transaction.

    may_count: False where it is known that none of them counts towards a level, so that nobody need ask.
    """

    entry_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime
    may_count: bool = True


@dataclass(frozen=True)
class OrdersCounted:
    """Orders that are completed, told again when their growth value and the levels it brings are in place: now they give points."""

    order_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime
