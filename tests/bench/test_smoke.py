"""`make bench` runs from end to end and leaves nothing running. Never a word about times."""

import json
import sys
from pathlib import Path

import pytest

from config.embedded.places import server_folder
from tests.bench.__main__ import PARTS, arguments
from tests.bench.figures import Figure, Report, Target, percentile
from tests.program import run_to_end

GROUPS = {  # of the table, by how many figures each has at least
    "Lookup in the database, platform": 16,
    "Lookup in the database, one store": 16,
    "Member page": 30,
    "Lookup, the whole request": 15,
    "API, 8 clients at once": 5,
    "API, one client": 2,
    "Import of orders, into 10,000": 6,
    "Import of members": 3,
    "Growth value, 1,000 members": 2,
    "RFM, 1,000 members and 10,000 orders, 11 programmes": 10,
    "Simulation over 1,000 members": 6,
    "Points, in batches": 3,
    "Points, one posting at a time": 5,
    "Points, over HTTP": 1,
    "Coupons, many at once": 1,
    "Coupons, one claim at a time": 3,
    "Tags, 50 rules over 1,000 members": 13,
    "Webhooks": 3,
    "Backup": 5,
}


@pytest.mark.slow
@pytest.mark.minutes
def test_a_quick_run_fills_the_whole_table(tmp_path: Path, project: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.bench", "--quick", "--json", str(file)]
    code, pid, told = run_to_end(command, project, patience=600)
    assert code == 0, told[-5000:]
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (found["members"], found["orders"]) == (1_000, 10_000)
    for group, least in GROUPS.items():
        paths = [figure["path"] for figure in found["figures"] if figure["group"] == group]
        assert len(paths) == len(set(paths)) >= least, (group, paths)
    assert {figure["group"] for figure in found["figures"]} == set(GROUPS)
    for figure in found["figures"]:
        assert figure["value"] > 0, figure
        assert (figure["target"] is None) == (figure["met"] is None), figure
        assert f"| {figure['path']} " in told
    assert not (server_folder() / f"bench-{pid}").exists(), "the servers' files stay behind"


def test_the_size_is_asked_for() -> None:
    said = arguments(["--members", "1000000", "--orders", "20000000", "--set", "shared_buffers=4GB", "work_mem=64MB"])
    assert (said.members, said.orders, said.only) == (1_000_000, 20_000_000, list(PARTS))
    assert said.set == ["shared_buffers=4GB", "work_mem=64MB"]
    with pytest.raises(SystemExit):
        arguments(["--members", "10"])


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(1, 201)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99)] == [100.0, 190.0, 198.0]
    assert percentile([3.0], 0.99) == 3.0


def test_a_target_is_judged_by_what_it_speaks_of() -> None:
    assert Figure("g", "p", 6.0, "ms", 3.0, "floor", Target(most=2)).met is True
    assert Figure("g", "p", 6.1, "ms", 3.0, "floor", Target(most=2)).met is False
    assert Figure("g", "p", 301, "ms", target=Target(most=300, of="value")).met is False
    assert Figure("g", "p", 50, "rows/s", 100, "floor", Target(least=0.6)).met is False
    assert Figure("g", "p", 1, "s").met is None


def test_the_table_shows_figure_floor_ratio_and_verdict() -> None:
    report = Report({}, [Figure("Group", "路径", 45_038, "rows/s", 67_036, "COPY", Target(least=0.6))])
    last = report.table().splitlines()[-1]
    assert [cell.strip() for cell in last.strip("|").split("|")] == [
        "路径",
        "45,038 rows/s",
        "67,036 rows/s (COPY)",
        "0.672",
        ">= 0.6 x",
        "met",
    ]
