"""docker-compose.yml and the image: what tests.house.compose looks at holds, and is seen where it does not."""

import subprocess
import sys

import pytest

from tests.house import compose


@pytest.mark.parametrize("check", compose.CHECKS, ids=lambda check: check.__name__)
def test_it_holds(check):
    check(compose.read())


def test_make_compose_check_needs_nothing_of_the_tests():
    """No pytest, no Django: what the demo's lock brings is enough."""
    blocked = "import sys; sys.modules['pytest'] = sys.modules['django'] = None; from tests.house import compose; compose.main()"
    answer = subprocess.run([sys.executable, "-c", blocked], cwd=compose.PROJECT, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (0, f"docker-compose.yml: {len(compose.CHECKS)} of {len(compose.CHECKS)} checks hold.\n")


def test_what_does_not_hold_is_named(monkeypatch, capsys):
    broken = compose.read()
    broken["services"]["sidecar"] = {"image": "x"}
    monkeypatch.setattr(compose, "read", lambda: broken)
    with pytest.raises(SystemExit) as end:
        compose.main()
    assert end.value.code == 1
    assert "not so: the parts of an installation are all there." in capsys.readouterr().out
