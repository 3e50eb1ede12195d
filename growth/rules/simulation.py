"""What a simulation answers: plain values that travel as JSON and that pages show (ruling 23, LVL-08).

A simulation runs a draft over the whole population without writing. Levels are named by their code; names are the draft's.
Growth value and thresholds are in the unit of the scheme's basis; money in minor units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class Subject(StrEnum):
    """Which draft was simulated."""

    LEVELS = "levels"
    RFM = "rfm"
    BEHAVIOUR = "behaviour"


class Happening(StrEnum):
    """What becomes of one member at one step; the causes of growth.LevelHistory, and `waits` for a fall put off by grace."""

    UP = "up"
    DOWN = "down"
    INACTIVE = "inactive"
    MAPPED = "mapped"
    PROTECTED = "protected"
    WAITS = "waits"
    SAME = "same"


@dataclass(frozen=True)
class LevelCount:
    """One level of the draft, or one that it removes (rank None). Members who hold it, before and after the steps.

    near: members less than 20 % below its threshold after publishing, empty for the lowest (LVL-08).
    after_review: None where no review was named.
    """

    code: str
    name: str
    rank: int | None
    threshold: int | None
    before: int
    after: int
    after_review: int | None
    near: int | None


@dataclass(frozen=True)
class Move:
    """So many members go from one level to another. level_from empty: they had none."""

    level_from: str
    level_to: str
    members: int


@dataclass(frozen=True)
class Step:
    """What happens at one moment: on publishing (or after the cycle that follows), or at the named review.

    at: ISO time.  protected: members whose fall protection prevents.  waiting: members whose fall begins its grace.
    """

    at: str
    ups: int
    downs: int
    mapped: int
    protected: int
    waiting: int
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class GiftCount:
    """What the packs of one level would be, by kind. items: grants; packs: members who get the level's pack.

    cost_minor: None while no app says what the kind costs.
    """

    level: str
    kind: str
    packs: int
    items: int
    cost_minor: int | None


@dataclass(frozen=True)
class Sample:
    """A member who moves, with the values that decide. step: "publishing" or "review".

    value: what the member has in the unit of the basis.  threshold: of the level reached, or of the level lost.
    value_before: the growth value held today where the draft changes it (RFM, behaviour).
    scores: "4-3-3" where RFM was recomputed.
    """

    membership_id: int
    member_no: str
    step: str
    happening: Happening
    level_from: str
    level_to: str
    value: int
    threshold: int
    value_before: int | None = None
    scores: str = ""


@dataclass(frozen=True)
class GrowthChange:
    """How a draft of the RFM model or of behaviour rules moves the growth value: sums over all members, in whole growth value.

    members: whose value moves.  before: what all hold today.  after: what all would hold after the cycle, or had the draft been in force.
    """

    members: int
    before: int
    after: int


@dataclass(frozen=True)
class Simulation:
    """The result, stored as JSON in core.Job.result.

    version: number of the draft.  members: active memberships of the programme that were looked at.  changes: members whose level differs
    in the end from today's.  review_on: local date, empty for none.  period_from, period_to: local dates of a behaviour simulation, or
    of the month an RFM cycle judges.
    """

    subject: Subject
    version_id: int
    version: int
    programme: str
    unit_name: str
    basis: str
    members: int
    changes: int
    levels: tuple[LevelCount, ...]
    publishing: Step
    review: Step | None
    review_on: str
    gifts: tuple[GiftCount, ...]
    samples: tuple[Sample, ...]
    growth: GrowthChange | None = None
    period_from: str = ""
    period_to: str = ""

    def as_json(self) -> dict[str, Any]:
        """What core.Job.result keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """The result again from what `as_json` gave; JSON has made lists of tuples."""
        values = dict(said)
        values["subject"] = Subject(values["subject"])
        values["levels"] = tuple(LevelCount(**each) for each in values["levels"])
        values["publishing"] = _step(values["publishing"])
        values["review"] = _step(values["review"]) if values["review"] else None
        values["gifts"] = tuple(GiftCount(**each) for each in values["gifts"])
        values["samples"] = tuple(Sample(**{**each, "happening": Happening(each["happening"])}) for each in values["samples"])
        values["growth"] = GrowthChange(**values["growth"]) if values["growth"] else None
        return cls(**values)


def _step(said: Mapping[str, Any]) -> Step:
    return Step(**{**said, "moves": tuple(Move(**each) for each in said["moves"])})


def shares(counts: Sequence[int]) -> list[int]:
    """Whole per mille that sum to 1,000, by largest remainder; all 0 where nobody is."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    parts = [count * 1000 // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda place: (-(counts[place] * 1000 % total), place))
    for place in by_remainder[: 1000 - sum(parts)]:
        parts[place] += 1
    return parts
