"""What the programs among the tests share (make bench, bite, storm): the revision they speak of, and how signals end them."""

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from config.embedded.places import PROJECT

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def revision() -> str:
    """Of the project's files, as git tells it; "-dirty" where they are changed."""
    asked = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=PROJECT, capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def run_to_end(command: Sequence[str], folder: Path, *, patience: float) -> tuple[int, int, str]:
    """Exit code, process id and all that a program said; one that takes longer (seconds) is asked to clean up and go."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        try:
            told, _none = run.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            run.terminate()
            raise
    return run.returncode, run.pid, told


def end_on_signals() -> None:
    """Let a signal end the program as an error would, so that it cleans up."""
    for sign in SIGNALS:
        signal.signal(sign, _end)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """End; while ending, further signals change nothing: every wait of the way out has a limit."""
    for sign in SIGNALS:
        signal.signal(sign, signal.SIG_IGN)
    raise SystemExit(1)
