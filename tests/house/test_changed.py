"""What `make test-fast` runs."""

import pytest

from tests import changed


@pytest.mark.parametrize(
    ("file", "test", "runs"),
    [
        ("points/services/ledger.py", "tests/points/test_lots.py", True),
        ("points/services/ledger.py", "tests/api/test_points.py", True),
        ("points/services/ledger.py", "tests/test_repository.py", True),
        ("points/services/ledger.py", "tests/coupons/test_using.py", False),
        ("tests/points/house.py", "tests/points/test_lots.py", True),
        ("tests/points/test_lots.py", "tests/points/test_lots.py", True),
        ("tests/points/test_lots.py", "tests/points/test_ledger.py", False),
        ("tests/conftest.py", "tests/points/test_ledger.py", False),
        ("docs/api.md", "tests/points/test_ledger.py", False),
    ],
)
def test_a_change_runs_the_tests_of_its_room_and_of_its_screens(file: str, test: str, runs: bool) -> None:
    assert changed.concerns(test, changed.touched_by([file])) is runs
