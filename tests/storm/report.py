"""What a storm found out, for people and as JSON: counts behind every claim, as reliability.md section 5.1 wants them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.storm.journal import Call
from tests.storm.stack import KINDS, Killed

BACK_GOALS = {"web": 10.0, "postgres": 30.0}  # seconds (R03)
AFTER_POSTGRES = 3.0  # seconds after it is back in which a connection that died may still cost an answer


@dataclass
class Report:
    """facts: seed, revision, writers ...  ended: parts that ended without being killed.  second: what `check_ledgers` says.

    undelivered: messages that had not gone out in time, None when nobody waited.  shown: failures that the text tells.
    """

    facts: dict[str, Any]
    calls: Sequence[Call]
    killed: Sequence[Killed]
    differences: list[str]
    snapshots: int
    ended: Sequence[str]
    second: str
    undelivered: int | None = None
    shown: int = field(default=40, repr=False)

    @property
    def failures(self) -> list[str]:
        """All that keeps the run from being a good one."""
        return [*self.differences, *self._errors(), *self.late]

    @property
    def late(self) -> list[str]:
        """Returns that took longer than the goal: the only failures that a busy machine alone can bring about."""
        return [
            f"the API was back {one.back:.1f} s after {one.kind} ({one.victim}) was killed, not within {BACK_GOALS[one.kind]:.0f} s"
            for one in self.killed
            if one.back > BACK_GOALS.get(one.kind, float("inf"))
        ]

    def _errors(self) -> list[str]:
        """Answers of 5xx while Postgres was there: the death of anything else must not be heard like that."""
        gone = [(one.at, one.at + one.back + AFTER_POSTGRES) for one in self.killed if one.kind == "postgres"]
        return [
            f"call {call.number} ({call.step.intent['verb']}) was answered {why} while Postgres was there"
            for call in self.calls
            for at, why in call.unknown
            if why.startswith("5") and not any(begins - 0.1 <= at <= ends for begins, ends in gone)
        ]

    def figures(self) -> dict[str, Any]:
        """Everything that is said, as JSON keeps it."""
        asked_again = [call for call in self.calls if call.unknown]
        return {
            **self.facts,
            "calls": len(self.calls),
            "acknowledged": sum(call.acknowledged for call in self.calls),
            "refused": sum(call.refused for call in self.calls),
            "refused_by_code": _most(Counter(str(call.answer.get("code")) for call in self.calls if call.refused)),
            "verbs": _most(Counter(call.step.intent["verb"] for call in self.calls if call.acknowledged)),
            "unknown": len(asked_again),
            "unknown_had_happened": sum(call.replayed for call in asked_again),
            "unknown_happened_when_asked_again": sum(call.acknowledged and not call.replayed for call in asked_again),
            "unknown_refused": sum(call.refused for call in asked_again),
            "never_answered": sum(not call.status for call in self.calls),
            "unknown_why": _most(Counter(why for call in self.calls for _at, why in call.unknown)),
            "snapshots": self.snapshots,
            "kills": [
                {"kind": one.kind, "victim": one.victim, "at": round(one.at, 2), "back_seconds": round(one.back, 2)} for one in self.killed
            ],
            "ended_by_themselves": dict(Counter(self.ended)),
            "undelivered": self.undelivered,
            "check_ledgers": self.second,
            "differences": self.differences,
            "failures": self.failures,
            "late": self.late,
        }

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self.figures(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def text(self) -> str:
        told = self.figures()
        of = ", ".join(f"{told[name]:,} {name}" for name in ("acknowledged", "refused", "unknown"))
        lines = [
            f"seed {told['seed']}, revision {told['revision']}",
            f"{told['writers']} writers, {told['calls']:,} steps in {told['seconds']:.0f} s",
            f"{of}; of the unknown ones, asked again with the same key: {told['unknown_had_happened']:,} had happened,"
            f" {told['unknown_happened_when_asked_again']:,} happened then, {told['unknown_refused']:,} were refused,"
            f" {told['never_answered']:,} were never answered",
            *(self._kills_of(kind) for kind in KINDS if any(one.kind == kind for one in self.killed)),
            f"ended by themselves and started again: {_counted(told['ended_by_themselves']) or 'none'}",
            f"reader: {told['snapshots']:,} snapshots",
            f"check_ledgers: {told['check_ledgers']}",
            f"{len(self.differences)} differences, {len(self.failures)} failures in all;"
            f" {self._lost()} lost of {told['acknowledged']:,} acknowledged",
            *(f"  {one}" for one in self.failures[: self.shown]),
        ]
        more = len(self.failures) - self.shown
        return "\n".join([*lines, *([f"  and {more} more, see the JSON"] if more > 0 else [])])

    def _kills_of(self, kind: str) -> str:
        times = [one.back for one in self.killed if one.kind == kind]
        victims = _counted(Counter(one.victim for one in self.killed if one.kind == kind))
        goal = f", goal {BACK_GOALS[kind]:.0f} s" if kind in BACK_GOALS else ""
        back = f"{median(times):.2f} s (median), {max(times):.2f} s at most{goal}"
        return f"{len(times)} kills of {kind} ({victims}): the API was back after {back}"

    def _lost(self) -> int:
        return sum(", lost:" in difference for difference in self.differences)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} x {name}" for name, number in sorted(counts.items()))


def _most(counts: Counter[str]) -> dict[str, int]:
    return dict(counts.most_common())
