"""Facts this app announces."""

from dataclasses import dataclass
from datetime import datetime

from core.enums import Origin


@dataclass(frozen=True)
class MembersRegistered:
    """People who are members since this moment."""

    member_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime


@dataclass(frozen=True)
class MembersUpdated:
    """People whose profile, identities, addresses, children or consents changed. parts: names of what changed, never values."""

    member_ids: tuple[int, ...]
    parts: tuple[str, ...]
    origin: Origin
    booked_at: datetime
