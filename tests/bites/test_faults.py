"""The list of planted faults fits the code and the tests as they are now. `make bite` plants them."""

import re
from collections import Counter
from pathlib import Path

from tests.bites import faults

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
