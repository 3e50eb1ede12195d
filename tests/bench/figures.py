"""What was measured, how it is compared with the floor of the same run, and how it is shown."""

import json
import math
import os
import random
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

STARTED = time.monotonic()


@dataclass(frozen=True)
class Target:
    """A bound of spec and issue. of: "ratio" or "value"."""

    most: float | None = None
    least: float | None = None
    of: str = "ratio"

    def __str__(self) -> str:
        sign, bound = ("<=", self.most) if self.most is not None else (">=", self.least)
        return f"{sign} {bound:g}{' x' if self.of == 'ratio' else ''}"

    def met(self, value: float, ratio: float | None) -> bool:
        judged = value if self.of == "value" else ratio
        assert judged is not None
        return (self.most is None or judged <= self.most) and (self.least is None or judged >= self.least)


@dataclass(frozen=True)
class Figure:
    """One line of the table. value, floor: in `unit`, both measured in this run.  floor_is: what the floor does."""

    group: str
    path: str
    value: float
    unit: str
    floor: float | None = None
    floor_is: str = ""
    target: Target | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        return self.target.met(self.value, self.ratio) if self.target else None


@dataclass
class Report:
    """Everything a run found out, in the order in which it is shown."""

    facts: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)

    def add(self, *figures: Figure) -> None:
        for figure in figures:
            self.figures.append(figure)
            ratio = f", {shown(figure.ratio)} x {figure.floor_is}" if figure.ratio is not None else ""
            say(f"  {figure.path}: {shown(figure.value)} {figure.unit}{ratio}")

    def table(self) -> str:
        """Markdown, aligned to be read as it is."""
        lines = [["path", "figure", "floor of the same run", "ratio", "target", ""]]
        group = ""
        for figure in self.figures:
            if figure.group != group:
                group = figure.group
                lines.append([f"**{group}**", "", "", "", "", ""])
            floor = f"{shown(figure.floor)} {figure.unit} ({figure.floor_is})" if figure.floor is not None else ""
            verdict = {None: "", True: "met", False: "**missed**"}[figure.met]
            ratio = shown(figure.ratio) if figure.ratio is not None else ""
            target = str(figure.target) if figure.target else ""
            lines.append([figure.path, f"{shown(figure.value)} {figure.unit}", floor, ratio, target, verdict])
        widths = [max(width(line[column]) for line in lines) for column in range(6)]
        rows = ["| " + " | ".join(cell + " " * (widths[place] - width(cell)) for place, cell in enumerate(line)) + " |" for line in lines]
        return "\n".join([rows[0], "|" + "|".join("-" * (size + 2) for size in widths) + "|", *rows[1:]])

    def write(self, file: Path) -> None:
        figures = [
            {**asdict(figure), "target": str(figure.target) if figure.target else None, "ratio": figure.ratio, "met": figure.met}
            for figure in self.figures
        ]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**self.facts, "figures": figures}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def shown(value: float | None) -> str:
    """Three digits that mean something."""
    if value is None:
        return ""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def busy(pid: int) -> float:
    """Seconds of processor time another process has used; 0 where the system does not tell."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def interleaved(rounds: int, runners: Mapping[str, Callable[[int], float]], *, seed: int = 7) -> dict[str, list[float]]:
    """Every runner once a round, each round in another order; a runner gets the round's number and answers what it measured."""
    order = random.Random(seed)
    found: dict[str, list[float]] = {name: [] for name in runners}
    for number in range(rounds):
        for name in order.sample(list(runners), len(runners)):
            found[name].append(runners[name](number))
    return found
