"""What a change wants to know within two minutes (`make test-fast`): the tests of the rooms it touched, and of their screens and API."""

import subprocess
from collections.abc import Iterable
from pathlib import PurePath

from config.embedded.places import PROJECT


def changed_files() -> list[str] | None:
    """What is not committed yet, or else what the last commit changed; None where git cannot say."""
    try:
        return _git("diff", "--name-only", "HEAD") + _git("ls-files", "--others", "--exclude-standard") or _git(
            "diff", "--name-only", "HEAD~1", "HEAD"
        )
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*words: str) -> list[str]:
    return subprocess.run(["git", *words], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.splitlines()


def touched_by(files: Iterable[str]) -> set[str]:
    """The rooms that files belong to (points of points/models.py and of tests/points/house.py); of a test the file itself."""
    found = set()
    for file in files:
        first, *rest = PurePath(file).parts
        if first != "tests":
            found.add(first)
        elif rest[-1].startswith("test_"):
            found.add(file)
        elif len(rest) > 1:
            found.add(rest[0])
    return found


def concerns(test: str, touched: set[str]) -> bool:
    """test: a test file from the top of the project, as tests/points/test_lots.py or tests/api/test_points.py."""
    folder, *rest = PurePath(test).parts[1:]
    if not rest:
        return True  # what holds for the whole repository
    return test in touched or folder in touched or not touched.isdisjoint(PurePath(test).stem.split("_"))
