"""What exists in a programme that rules can name, and by what its facts are judged: read once, used for many rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from growth.rules.rfm import RfmTerms

EPOCH = date(1970, 1, 1)  # days are numbers from here on where figures are kept as JSON


@dataclass(frozen=True)
class TagWord:
    id: int
    name: str


@dataclass(frozen=True)
class LevelWord:
    """rank: 0 is the lowest."""

    name: str
    rank: int


@dataclass(frozen=True)
class Catalogue:
    """tags, levels, paid_levels: by code; levels are those of the published schemes, lowest first.

    rfm: the published model with the cut points in force, None while nothing can be scored.  rfm_run_id: the newest finished cycle.
    lost_days: without visit and order for so long, a member is lost (A-38).
    """

    programme_id: int
    is_platform: bool
    currency: str
    time_zone: str
    tags: Mapping[str, TagWord] = field(default_factory=dict)
    levels: Mapping[str, LevelWord] = field(default_factory=dict)
    paid_levels: Mapping[str, LevelWord] = field(default_factory=dict)
    rfm: RfmTerms | None = None
    rfm_run_id: int | None = None
    lost_days: int = 180


@dataclass(frozen=True)
class Moment:
    """A rule is judged on a local day of its programme: ages and "days since" are of this day, windows end with it."""

    on: date
    catalogue: Catalogue

    def since(self, days: int) -> datetime:
        """When a window of so many local days begins that ends with this day, the day included."""
        return self.midnight(self.on - timedelta(days=days - 1))

    @property
    def until(self) -> datetime:
        """When this day is over."""
        return self.midnight(self.on + timedelta(days=1))

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.catalogue.time_zone))
