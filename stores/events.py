"""Facts this app announces."""

from dataclasses import dataclass
from datetime import datetime

from core.enums import Origin


@dataclass(frozen=True)
class MembershipsOpened:
    """People who have joined programmes."""

    membership_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime
