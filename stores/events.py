"""Facts this app announces."""

from dataclasses import dataclass
from datetime import datetime

from core.enums import Origin


@dataclass(frozen=True)
class ProgrammeCreated:
    """A programme is there. preset: what was chosen to begin with (core.registry.presets); empty: nothing, so the usual one."""

    programme_id: int
    preset: str
    actor: str
    booked_at: datetime


@dataclass(frozen=True)
class MembershipsOpened:
    """People who have joined programmes."""

    membership_ids: tuple[int, ...]
    origin: Origin
    booked_at: datetime
