"""How cost grows with size: a picture drawn from the JSON of runs of several sizes.

    python -m tests.bench.chart 10k.json 100k.json 1m.json --to docs/images/cost-by-size.svg

Two panels on logarithmic axes: what is asked for one member or one order should stay level, what is done for everybody should rise as
everybody does. Each line is the cost beside that of the smallest run.
"""

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

PANELS = {  # of each: paths of the bench's table, by the beginning of the group, and what the picture calls them
    "For one member or order: level is good": {
        ("Lookup in the database, platform", "phone, p50"): "lookup by phone",
        ("Lookup in the database, platform", "order number, p50"): "lookup by order number",
        ("Lookup in the database, platform", "part of a name, p50"): "lookup by part of a name",
        ("Member page", "page, time in the database, 5 orders"): "member page, in the database",
        ("API", "GET summary"): "API: GET summary",
        ("API", "POST order"): "API: POST order",
        ("Import of orders", "the whole road from a CSV file, effects off"): "import of an order's line",
        ("Points, one posting", "inside the database, 8 at once"): "points posting",
    },
    "For everybody: the dotted line is as everybody": {
        ("RFM", "daily update"): "RFM, daily update",
        ("RFM", "the window counted anew"): "RFM, window counted anew",
        ("RFM", "monthly cycle of all programmes"): "RFM, monthly cycle",
        ("Simulation", "draft of levels by growth value"): "simulation of levels",
        ("Simulation", "draft of the RFM model, windows changed"): "simulation of RFM",
        ("Tags", "full pass"): "tags, full pass",
        ("Tags", "the 1 % touched"): "tags, 1 % touched",
        ("Tags", "preview count of a rule, p50"): "tags, preview count",
    },
}
COLOURS = ("#1f6feb", "#d1480f", "#1a7f37", "#8250df", "#bf3989", "#9a6700", "#0a7f8c", "#57606a")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 660, 400, 56, 240, 40, 44
TALLEST, LOWEST = 300.0, 0.3  # times the smallest run's cost


@dataclass(frozen=True)
class Line:
    """costs: by number of members, beside the smallest run's."""

    name: str
    costs: tuple[tuple[int, float], ...]


def cost(figure: Mapping[str, Any]) -> float:
    """Rates turned over: what one costs."""
    value = float(figure["value"])
    return 1 / value if str(figure["unit"]).endswith("/s") else value


def lines(runs: Sequence[Mapping[str, Any]], paths: Mapping[tuple[str, str], str]) -> list[Line]:
    """What at least two of the runs have measured. runs: by size, the smallest first."""
    found = []
    for (group, path), name in paths.items():
        costs = [
            (int(run["members"]), cost(figure))
            for run in runs
            for figure in run["figures"]
            if figure["group"].startswith(group) and figure["path"].split(" (p50")[0].startswith(path)
        ]
        sizes = dict(reversed(costs))  # the first that fits, of each size
        if len(sizes) > 1:
            first = sizes[min(sizes)]
            found.append(Line(name, tuple((size, sizes[size] / first) for size in sorted(sizes))))
    return found


def drawn(runs: Sequence[Mapping[str, Any]]) -> str:
    """The picture as SVG; its words take the colour of the page around it."""
    sizes = [int(run["members"]) for run in runs]
    parts = [_panel(title, lines(runs, paths), sizes, place * WIDTH) for place, (title, paths) in enumerate(PANELS.items())]
    style = "text{font:12px sans-serif;fill:#57606a}.title{font-weight:bold;font-size:13px}.axis{stroke:#8c959f;stroke-width:1}"
    box = f'viewBox="0 0 {WIDTH * len(parts)} {HEIGHT}" width="{WIDTH * len(parts)}" height="{HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img"><style>{style}</style>\n{"".join(parts)}</svg>\n'


def _panel(title: str, found: Sequence[Line], sizes: Sequence[int], left: int) -> str:
    low, high = math.log10(min(sizes)), math.log10(max(sizes))

    def x(size: float) -> float:
        return left + LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(size) - low) / ((high - low) or 1)

    def y(times: float) -> float:
        bottom, top = math.log10(LOWEST), math.log10(TALLEST)
        share = (math.log10(min(max(times, LOWEST), TALLEST)) - bottom) / (top - bottom)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    edge, floor = left + WIDTH - RIGHT, HEIGHT - BOTTOM
    out = [f'<text class="title" x="{left + LEFT}" y="20">{escape(title)}</text>']
    for times in (1, 10, 100):
        out.append(f'<line class="axis" x1="{left + LEFT}" x2="{edge}" y1="{y(times):.1f}" y2="{y(times):.1f}" opacity="0.35"/>')
        out.append(f'<text x="{left + LEFT - 8}" y="{y(times) + 4:.1f}" text-anchor="end">{times} x</text>')
    for size in sizes:
        out.append(f'<text x="{x(size):.1f}" y="{floor + 18}" text-anchor="middle">{size:,}</text>')
    out.append(f'<text x="{(left + LEFT + edge) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">members</text>')
    ends = (sizes[0], sizes[-1])
    straight = " ".join(f"{x(size):.1f},{y(size / sizes[0]):.1f}" for size in ends)
    out.append(f'<polyline points="{straight}" fill="none" class="axis" stroke-dasharray="2 4"/>')
    heights = _apart([y(line.costs[-1][1]) for line in found])
    for line, colour, height in zip(found, COLOURS, heights, strict=False):
        points = " ".join(f"{x(size):.1f},{y(times):.1f}" for size, times in line.costs)
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x(size):.1f}" cy="{y(times):.1f}" r="3" fill="{colour}"/>' for size, times in line.costs]
        last = line.costs[-1][1]
        label = f"{line.name}, {last:,.0f} x" if last >= 10 else f"{line.name}, {last:.1f} x"
        out.append(f'<text x="{edge + 10}" y="{height + 4:.1f}" style="fill:{colour}">{escape(label)}</text>')
    return "\n".join(out) + "\n"


def _apart(heights: Sequence[float], least: float = 15.0) -> list[float]:
    """Where labels stand so that none covers another, as near to their lines as that leaves them."""
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    placed = [heights[place] for place in order]
    for _turn in range(200):
        for upper, lower in pairwise(range(len(placed))):
            lacking = least - (placed[lower] - placed[upper])
            if lacking > 0:
                placed[upper] -= lacking / 2
                placed[lower] += lacking / 2
    found = [0.0] * len(heights)
    for place, height in zip(order, placed, strict=True):
        found[place] = height
    return found


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.chart", description="Draw how cost grows from runs of several sizes.")
    parser.add_argument("runs", type=Path, nargs="+", help="JSON files of `make bench`")
    parser.add_argument("--to", type=Path, required=True, help="the SVG file")
    said = parser.parse_args(words)
    runs = sorted((json.loads(file.read_text(encoding="utf-8")) for file in said.runs), key=lambda run: int(run["members"]))
    if len({run["members"] for run in runs}) < 2:
        parser.error("runs of at least two sizes")
    said.to.write_text(drawn(runs), encoding="utf-8")
    sys.stdout.write(f"Written to {said.to}\n")


if __name__ == "__main__":
    main()
