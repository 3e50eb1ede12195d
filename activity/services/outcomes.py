"""What a batch answers, item by item (ruling 7: invalid items are refused one by one, the rest are applied)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from activity.errors import OtherMember, OtherOrder, StaleVersion, StatusBackwards, UnknownLine, VersionConflict
from core.errors import DomainError
from members.errors import MemberNotFound

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One item's answer. applied: False for a replay and for a refusal.  id: the row, also of a replay.  problem: why it was refused."""

    index: int
    applied: bool = False
    id: int | None = None
    problem: DomainError | None = None

    @property
    def ok(self) -> bool:
        return self.problem is None

    @property
    def code(self) -> str:
        return self.problem.code if self.problem else ""

    @property
    def detail(self) -> str:
        return str(self.problem.detail) if self.problem else ""

    @property
    def field(self) -> str:
        return str(self.problem.values.get("field", "")) if self.problem else ""

    def or_raise(self) -> "Recorded":
        """For a call with one item: the answer, or its refusal raised."""
        if self.problem is not None:
            raise self.problem
        return self


def refusal(row: Mapping[str, Any]) -> DomainError:
    """The refusal a verdict stands for; row is a line of an outcome."""
    match row["verdict"]:
        case "member_not_found":
            return MemberNotFound(field="member")
        case "other_member":
            return OtherMember(field="member")
        case "other_order":
            return OtherOrder(field="order_no")
        case "stale_version":
            return StaleVersion(recorded_version=row.get("known_version"))
        case "version_conflict":
            return VersionConflict(recorded_version=row.get("known_version"))
        case "status_backwards":
            return StatusBackwards(field="status", recorded=row["was_status"], wanted=row["status"])
        case "unknown_line":
            return UnknownLine(field="lines")
    raise AssertionError(f"no refusal for the verdict {row['verdict']}")


def answer(row: Mapping[str, Any], row_id: int | None) -> Recorded:
    """One line of an outcome as its item's answer."""
    if row["verdict"] in ("new", "newer"):
        return Recorded(row["item"], applied=True, id=row_id)
    if row["verdict"] == "replay":
        return Recorded(row["item"], id=row_id)
    return Recorded(row["item"], problem=refusal(row))


def sift(items: Iterable[tuple[int, T]], step: Callable[[T], R]) -> tuple[list[Recorded], list[tuple[int, R]]]:
    """Take each item through a step that may refuse it: the refusals, and what came out of the others."""
    refused: list[Recorded] = []
    passed: list[tuple[int, R]] = []
    for index, item in items:
        try:
            passed.append((index, step(item)))
        except DomainError as problem:
            refused.append(Recorded(index, problem=problem))
    return refused, passed


def in_rounds(items: Iterable[tuple[int, T]], key: Callable[[T], object]) -> list[list[tuple[int, T]]]:
    """Items cut so that no round holds a key twice: what comes twice in a batch is taken one after the other, in the order given."""
    rounds: list[list[tuple[int, T]]] = []
    seen: dict[object, int] = {}
    for index, item in items:
        place = seen.get(key(item), 0)
        seen[key(item)] = place + 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append((index, item))
    return rounds


def in_order(answers: Sequence[Recorded]) -> list[Recorded]:
    return sorted(answers, key=lambda answer: answer.index)
