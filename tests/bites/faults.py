"""The faults that are planted, as faults.toml tells them, and the table of them in docs/reliability.md."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIST = Path(__file__).with_name("faults.toml")
ASKED = (  # what a suite must notice, whatever else it notices: one fault or more for each
    "lock taken away",
    "unique constraint dropped",
    "tenant filter off in one view",
    "expiry by sum instead of lots",
    "<= for < at the end",
    "masking off in one serializer",
    "key stored after commit",
    "take-back not cumulative",
    "limiter on Redis only",
    "quoting off in export",
)
VERBS = (
    *(f"points: {verb}" for verb in ("earn", "redeem", "hold", "capture", "release", "time out", "expire", "adjust", "reverse", "restore")),
    "points: exchange",
    *(f"growth: {verb}" for verb in ("post", "reverse")),
    *(f"coupons: {verb}" for verb in ("issue", "reserve", "use", "release", "revoke", "expire")),
    *(f"levels: {verb}" for verb in ("rise", "review")),
)
PASSED, FAILED = 0, 1  # how pytest ends; anything else says that it could not look
BROKEN_CODE = ("SyntaxError", "NameError", "ImportError", "UndefinedFunction", "UndefinedColumn", "UndefinedTable")


class CannotPlant(Exception):
    """A fault does not fit the code."""


@dataclass(frozen=True)
class Edit:
    """One change of a file. old: occurs exactly once in it."""

    file: str
    old: str
    new: str

    def apply(self, root: Path) -> None:
        """Raises CannotPlant when the old text is not there exactly once."""
        path = root / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            raise CannotPlant(f"{self.file} holds this {text.count(self.old)} times, not once:\n{self.old}")
        path.write_text(text.replace(self.old, self.new))


@dataclass(frozen=True)
class Fault:
    """One protection taken away.

    breaks: what is taken away, a sentence.  rule: which rules it breaks.  covers: which of ASKED and VERBS it stands for.
    caught_by: the tests that must turn red, as pytest names them.
    """

    name: str
    breaks: str
    rule: tuple[str, ...]
    covers: tuple[str, ...]
    edits: tuple[Edit, ...]
    caught_by: tuple[str, ...]

    @property
    def files(self) -> list[str]:
        return sorted({edit.file for edit in self.edits})


def load(path: Path = LIST) -> list[Fault]:
    """All faults, in the order in which they stand in the file."""
    return [_fault(each) for each in tomllib.loads(path.read_text())["fault"]]


def _fault(said: dict[str, Any]) -> Fault:
    return Fault(
        name=said["name"],
        breaks=said["breaks"],
        rule=tuple(said["rule"]),
        covers=tuple(said["covers"]),
        edits=tuple(Edit(**each) for each in said["edit"]),
        caught_by=tuple(said["caught_by"]),
    )


def table(faults: list[Fault]) -> str:
    """What docs/reliability.md shows."""
    lines = ["| fault | what is taken away | rules | file | caught by |", "|---|---|---|---|---|"]
    for each in faults:
        lines.append(
            f"| `{each.name}` | {each.breaks} | {', '.join(each.rule)} | {', '.join(f'`{file}`' for file in each.files)} |"
            f" {', '.join(f'`{test_name(test)}`' for test in each.caught_by)} |"
        )
    return "\n".join(lines) + "\n"


def test_name(node: str) -> str:
    """`tests/points/test_storm.py::test_x[a]` as `points/test_storm: test_x`."""
    file, _colons, name = node.partition("::")
    return f"{file.removeprefix('tests/').removesuffix('.py')}: {name.partition('[')[0]}"


def missing(faults: list[Fault]) -> list[str]:
    """What no fault stands for, and what stands for nothing there is."""
    covered = Counter(name for each in faults for name in each.covers)
    return sorted(set(ASKED + VERBS) ^ set(covered))


def judged(code: int, output: str) -> tuple[bool, str]:
    """Whether a fault was caught, by how pytest ended and what it said; and the line that tells it, or what stood in the way.

    Code that does not run at all catches nothing: it would fail any test. Nor does what goes wrong beside a test, but for what is asserted
    there: that the ledgers agree after each.
    """
    lines = output.splitlines()
    told = [line for line in lines if line.startswith(("FAILED ", "SUBFAILED")) or (line.startswith("ERROR ") and "AssertionError" in line)]
    if code == PASSED:
        return False, "every test passed"
    if code != FAILED or not told:
        return False, "\n".join(lines[-15:])
    broken = next((word for word in BROKEN_CODE if word in output), "")
    return not broken, f"{broken}: the code does not run" if broken else told[0]
