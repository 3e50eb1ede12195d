"""Facts this app announces."""

from dataclasses import dataclass
from datetime import datetime

from core.enums import Origin


@dataclass(frozen=True)
class GrowthPosted:
    """entry_ids: rows of growth.GrowthEntry that were posted, in posting order."""

    entry_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime


@dataclass(frozen=True)
class LevelsChanged:
    """history_ids: rows of growth.LevelHistory whose level_from and level_to differ."""

    history_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime


@dataclass(frozen=True)
class GiftsDue:
    """grant_ids: rows of growth.GiftGrant that nobody has given yet. Live only."""

    grant_ids: tuple[int, ...]
    booked_at: datetime
