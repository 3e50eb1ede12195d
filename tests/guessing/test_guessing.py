"""The guesses in small against the real system; and what the program calls a failure."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.guessing.__main__ import failures
from tests.program import run_to_end

TOLD = {"names": 3, "known_ms": 1.0, "unknown_ms": 1.0, "apart": 0.0, "answers_alike": True}


def attacked(**said: Any) -> dict[str, Any]:
    return {"attack": "one account", "tries": 100, "judged": 4, "closed": 96, "otherwise": 0, "owner_gets_in": True, **said}


@pytest.mark.slow
def test_a_stranger_has_a_handful_of_tries_and_the_owner_gets_in(tmp_path: Path, project: Path) -> None:
    file = tmp_path / "guesses.json"
    command = [sys.executable, "-m", "tests.guessing", "--tries", "15", "--people", "2", "--json", str(file)]
    code, _pid, told = run_to_end(command, project, patience=300)
    assert code == 0, told[-5000:]
    found = json.loads(file.read_text(encoding="utf-8"))
    assert [(each["judged"], each["closed"], each["owner_gets_in"]) for each in found["attacks"]] == [
        (4, 11, True),
        (4, 11, True),
        (4, 11, None),
        (4, 11, True),  # without Valkey as well
        (50, 10, True),  # one guess at each of sixty accounts
    ]
    assert found["telling"]["answers_alike"]


def test_what_is_a_failure() -> None:
    assert failures([attacked(), attacked(owner_gets_in=None)], TOLD) == []
    assert "11 judged" in failures([attacked(judged=11, closed=89)], TOLD)[0]
    assert failures([attacked(judged=50, closed=50, at_most=50)], TOLD) == []
    assert "51 judged" in failures([attacked(judged=51, closed=49, at_most=50)], TOLD)[0]
    assert "0 judged" in failures([attacked(judged=0, closed=100)], TOLD)[0]
    assert "5 answered otherwise" in failures([attacked(closed=91, otherwise=5)], TOLD)[0]
    assert "owner" in failures([attacked(owner_gets_in=False)], TOLD)[0]
    assert "tell whether" in failures([attacked()], TOLD | {"answers_alike": False})[0]
