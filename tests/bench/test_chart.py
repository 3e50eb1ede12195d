"""The picture of how cost grows says what the runs say."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.bench import chart, sizes


def run(members: int, **figures: tuple[str, str, float, str]) -> dict[str, Any]:
    named = [dict(zip(("group", "path", "value", "unit"), figure, strict=True)) for figure in figures.values()]
    return {"members": members, "figures": named}


SMALL = run(
    1_000,
    lookup=("Lookup in the database, platform", "phone, p50", 0.2, "ms"),
    rate=("API, 8 clients at once", "POST order", 50.0, "requests/s"),
    tail=("API, 8 clients at once", "POST order, p99", 90.0, "ms"),
    daily=("RFM, 1,000 members and 10,000 orders, 11 programmes", "daily update", 0.1, "s"),
)
LARGE = run(
    100_000,
    lookup=("Lookup in the database, platform", "phone, p50", 0.3, "ms"),
    rate=("API, 8 clients at once", "POST order", 25.0, "requests/s"),
    tail=("API, 8 clients at once", "POST order, p99", 900.0, "ms"),
    daily=("RFM, 100,000 members and 2,000,000 orders, 51 programmes", "daily update", 8.0, "s"),
)


def test_lines_are_costs_beside_the_smallest_runs() -> None:
    level, rising = (chart.lines([SMALL, LARGE], paths) for paths in chart.PANELS.values())
    assert {line.name: [round(times, 6) for _size, times in line.costs] for line in level} == {
        "lookup by phone": [1.0, 1.5],
        "API: POST order": [1.0, 2.0],  # half the rate is twice the cost; its p99 is another figure
    }
    assert [(line.name, [round(times, 6) for _size, times in line.costs]) for line in rising] == [("RFM, daily update", [1.0, 80.0])]


def test_what_one_run_alone_has_measured_is_no_line() -> None:
    assert chart.lines([SMALL, run(100_000)], chart.PANELS["For one member or order: level is good"]) == []


def test_the_picture_is_written(tmp_path: Path) -> None:
    files = [tmp_path / "small.json", tmp_path / "large.json"]
    for file, told in zip(files, (SMALL, LARGE), strict=True):
        file.write_text(json.dumps(told), encoding="utf-8")
    picture = tmp_path / "cost.svg"
    chart.main([str(files[1]), str(files[0]), "--to", str(picture)])
    words = "".join(ElementTree.fromstring(picture.read_text(encoding="utf-8")).itertext())  # noqa: S314 - our own file
    assert "100,000" in words and "RFM, daily update, 80 x" in words
    with pytest.raises(SystemExit):
        chart.main([str(files[0]), "--to", str(picture)])


def test_labels_keep_apart() -> None:
    found = chart._apart([100.0, 101.0, 102.0, 300.0])
    assert all(lower - upper > 14.5 for upper, lower in pairwise(found)) and found[3] == 300.0


def test_sizes_are_told_with_their_sum() -> None:
    told = sizes.table([sizes.Size(f"t{number}", 10, 2_000_000, 500_000) for number in range(sizes.SHOWN + 2)]).splitlines()
    assert told[-2] == "| 2 smaller ones | 20 | 4.0 | 1.0 |"
    assert told[-1] == f"| all together | {10 * (sizes.SHOWN + 2)} | {2.0 * (sizes.SHOWN + 2):.1f} | {0.5 * (sizes.SHOWN + 2):.1f} |"
