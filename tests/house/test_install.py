"""The environment is made on a machine that has little, and what is missing is said in one breath."""

import ast
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "requirements" / "install.py"


@pytest.fixture
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def with_missing(monkeypatch: pytest.MonkeyPatch, script: dict[str, Any], *missing: str) -> None:
    """Let the script find everything but these: modules, or programs on the PATH."""
    outside = script["way"].__globals__
    monkeypatch.setitem(outside, "has", lambda *modules: not set(modules) & set(missing))
    monkeypatch.setattr(shutil, "which", lambda name: None if name in missing else f"/usr/bin/{name}")


@pytest.mark.parametrize(
    ("missing", "way"),
    [((), "uv"), (("uv",), "venv"), (("uv", "ensurepip"), "pip")],
)
def test_the_best_way_there_is_is_taken(script, monkeypatch, missing, way):
    with_missing(monkeypatch, script, *missing)
    assert script["way"]() == way


def test_without_ensurepip_and_pip_the_line_for_apt_is_printed(script, monkeypatch, capsys):
    with_missing(monkeypatch, script, "uv", "ensurepip", "pip")
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    with pytest.raises(SystemExit) as end:
        script["way"]()
    assert end.value.code == 1
    assert f"    sudo apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv\n" in capsys.readouterr().err


def test_an_old_python_is_told_what_is_needed(script, monkeypatch, capsys):
    monkeypatch.setitem(script["way"].__globals__, "OLDEST", (9, 9))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit):
        script["find_fitting_python"]()
    message = capsys.readouterr().err
    assert "needs Python 9.9 or newer" in message
    assert "PYTHON=/path/to/python" in message


def test_the_script_can_be_read_by_an_old_python():
    ast.parse(SCRIPT.read_text(), feature_version=(3, 7))


def test_a_complete_environment_is_left_as_it_is(tmp_path):
    """The stamp of the test lock serves the demo too; nothing runs, nothing is printed."""
    stamp = PROJECT / ".venv" / "installed"
    if not stamp.exists():
        pytest.skip("this environment was not made by make")
    before = stamp.stat().st_mtime_ns
    answer = subprocess.run([sys.executable, str(SCRIPT), "demo"], capture_output=True, text=True, check=False, cwd=tmp_path)
    if sys.prefix == str(PROJECT / ".venv"):
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
        assert stamp.stat().st_mtime_ns == before


def test_a_person_is_not_given_a_browser_unasked(script, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("INSTALL_BROWSER", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(subprocess, "call", lambda *_args, **_kwargs: pytest.fail("a program was started"))
    script["browser"]()


def test_ci_installs_the_browser_by_apt(script, monkeypatch):
    ran: list[list[str]] = []
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)

    def call(command: list[str], **_kwargs: Any) -> int:
        ran.append(command)
        return 0

    monkeypatch.setattr(subprocess, "call", call)
    script["browser"]()
    assert [words[:2] for words in ran] == [["apt-get", "update"], ["apt-get", "install"]]
    assert {"chromium", "fonts-noto-cjk"} <= set(ran[1])


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_without_python_says_what_to_install():
    answer = subprocess.run(["make", "setup", "PYTHON=python9.9"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert answer.returncode != 0
    assert "There is no python9.9 here. Guanxi needs Python 3.11 or newer" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_parts_of_a_lock_are_the_lock(script, monkeypatch, tmp_path):
    monkeypatch.setitem(script["cut"].__globals__, "VENV", tmp_path)
    lock = PROJECT / "requirements" / "demo.txt"
    parts = script["cut"](lock, 3)
    lines = [line for part in parts for line in part.read_text().splitlines()]
    assert sorted(lines) == sorted(line for line in lock.read_text().splitlines() if not line.startswith("# "))
    assert all(part.read_text()[0].isalpha() for part in parts)
