"""What a storm does is said by its seed and its arguments."""

import pytest

from tests.storm import kills
from tests.storm.__main__ import SHORT, arguments


def test_kills_come_at_the_steps_that_the_seed_says() -> None:
    wanted = kills.parse("web=20 worker=20 postgres=5 valkey=5")
    planned = kills.plan(wanted, steps=20_000, seed=7)
    assert planned == kills.plan(wanted, steps=20_000, seed=7) != kills.plan(wanted, steps=20_000, seed=8)
    assert planned == sorted(planned)
    assert all(600 <= step <= 19_400 for step, _kind in planned)
    assert {kind: [each for _step, each in planned].count(kind) for kind in wanted} == wanted


def test_the_size_is_asked_for() -> None:
    assert arguments(["--kills", "web=2"]).kills == {"web": 2, "worker": 0, "postgres": 0, "valkey": 0}
    assert (arguments(["--short"]).writers, arguments(["--short"]).steps) == (SHORT["writers"], SHORT["steps"])
    for wrong in (["--kills", "beat=1"], ["--kills", "web"], ["--steps", "3"]):
        with pytest.raises(SystemExit):
            arguments(wrong)
