"""R01 to R03 in small: a storm of three minutes over the real system. What is late is told in its report, and judged by nobody here."""

import json
import sys
from pathlib import Path

import pytest

from tests.program import run_to_end
from tests.storm.__main__ import SHORT
from tests.storm.kills import parse


@pytest.mark.slow
@pytest.mark.minutes
def test_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path, project: Path) -> None:
    file = tmp_path / "storm.json"
    command = [sys.executable, "-m", "tests.storm", "--short", "--seed", "23", "--json", str(file)]
    _code, _pid, told = run_to_end(command, project, patience=800)
    assert file.exists(), told[-3000:]
    found = json.loads(file.read_text(encoding="utf-8"))
    assert [failure for failure in found["failures"] if failure not in found["late"]] == [], told[-3000:]
    assert (found["undelivered"], found["never_answered"], found["check_ledgers"]) == (0, 0, "agrees")
    assert found["calls"] == SHORT["steps"] and found["acknowledged"] + found["refused"] == found["calls"]
    kinds = [kill["kind"] for kill in found["kills"]]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == parse(str(SHORT["kills"]))
