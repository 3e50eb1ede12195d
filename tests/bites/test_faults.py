"""The list of planted faults fits the code and the tests as they are now. `make bite` plants them."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.bites import faults
from tests.bites.faults import CannotPlant, Edit

FAULTS = faults.load()


def test_each_fault_has_a_name_of_its_own() -> None:
    names = Counter(each.name for each in FAULTS)
    assert [name for name, times in names.items() if times > 1 or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)] == []


def test_what_a_fault_takes_away_is_there_once(project: Path) -> None:
    misfits = [
        (each.name, edit.file)
        for each in FAULTS
        for edit in each.edits
        if edit.old == edit.new or (project / edit.file).read_text().count(edit.old) != 1
    ]
    assert misfits == []


def test_the_tests_that_catch_are_there(project: Path) -> None:
    known: dict[str, set[str]] = {}
    missing = []
    for each in FAULTS:
        assert each.caught_by
        for node in each.caught_by:
            file, _colons, name = node.partition("::")
            if file not in known:
                path = project / file
                known[file] = set(re.findall(r"^ *def (test_\w+)\(", path.read_text(), re.M)) if path.exists() else set()
            if name.partition("[")[0] not in known[file]:
                missing.append((each.name, node))
    assert missing == []


def test_every_fault_that_is_asked_for_and_every_verb_is_planted() -> None:
    """reliability 7.3: ten of ten, and one for each verb of the ledgers."""
    assert faults.missing(FAULTS) == []
    assert len(faults.ASKED) == 10


def test_the_page_tells_of_every_fault(project: Path) -> None:
    """The table is what `python -m tests.bites --list` prints."""
    assert faults.table(FAULTS) in (project / "docs" / "reliability.md").read_text()


FAILURE = "FAILED tests/x.py::test_x - assert 1 == 2"


@pytest.mark.parametrize(
    ("code", "output", "caught", "why"),
    [
        (1, FAILURE, True, FAILURE),
        (
            1,
            "ERROR tests/x.py::test_x - AssertionError: the ledgers disagree",
            True,
            "ERROR tests/x.py::test_x - AssertionError: the ledgers disagree",
        ),
        (1, "ERROR tests/x.py::test_x - OperationalError: no room", False, "ERROR tests/x.py::test_x - OperationalError: no room"),
        (0, "1 passed", False, "every test passed"),
        (1, f"E   NameError: name 'x' is not defined\n{FAILURE}", False, "NameError: the code does not run"),
        (1, f"E   psycopg.errors.UndefinedFunction: x\n{FAILURE}", False, "UndefinedFunction: the code does not run"),
        (2, "ERROR tests/x.py", False, "ERROR tests/x.py"),
        (4, "not found", False, "not found"),
        (5, "no tests ran", False, "no tests ran"),
    ],
)
def test_only_a_test_that_fails_catches(code: int, output: str, caught: bool, why: str) -> None:
    assert faults.judged(code, output) == (caught, why)


def test_an_edit_that_no_longer_fits_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("a = 1\na = 1\n")
    for old in ("a = 1", "a = 2"):
        with pytest.raises(CannotPlant):
            Edit("x.py", old, "a = 3").apply(tmp_path)
    assert (tmp_path / "x.py").read_text() == "a = 1\na = 1\n"
    Edit("x.py", "1\na", "1\nb").apply(tmp_path)
    assert (tmp_path / "x.py").read_text() == "a = 1\nb = 1\n"
