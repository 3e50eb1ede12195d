"""How far long work is, for whoever started it from a terminal: a bar there, plain lines in logs and pipes."""

import logging
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Watcher(Protocol):
    """Who is told how far work is. core.jobs.Progress, which writes it down for a page, is one too."""

    def phase(self, name: str, *, total: int) -> None:
        """A part of the work begins; `at` will be told places up to `total` (0: not known)."""

    def at(self, done: int) -> None: ...


class Unwatched:
    """Nobody looks."""

    def phase(self, name: str, *, total: int) -> None:
        pass

    def at(self, done: int) -> None:
        pass


class Terminal(AbstractContextManager["Terminal"]):
    """Watches for a command. words: what people read for a phase.

    Between its lines the log says no more than warnings: what it would tell of each step, the person who looks sees as progress.
    """

    def __init__(self, out: Any, words: Callable[[str], object] | Mapping[str, object]) -> None:
        self._words = words if callable(words) else lambda name: words.get(name, name)
        self._out = out
        self._began = time.monotonic()
        self._bars = (
            Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(file=sys.stdout)
            )
            if sys.stdout.isatty()
            else None
        )
        self._task: TaskID | None = None
        self._title, self._total, self._told = "", 0, 0
        self._log_level = logging.NOTSET

    def phase(self, name: str, *, total: int) -> None:
        self._title, self._total, self._told = str(self._words(name)), total, 0
        if self._bars is not None:
            self._task = self._bars.add_task(self._title, total=total or None)
        else:
            self._say(self._title)

    def at(self, done: int) -> None:
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=done)
        elif self._total and 4 * done // self._total > self._told:
            self._told = 4 * done // self._total
            self._say(f"{self._title}: {done:,} / {self._total:,}")

    def _say(self, text: str) -> None:
        self._out.write(f"[{time.monotonic() - self._began:6.1f} s] {text}")
        self._out.flush()

    def __enter__(self) -> "Terminal":
        root = logging.getLogger()
        self._log_level = root.level
        root.setLevel(max(root.level, logging.WARNING))
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None) -> None:
        logging.getLogger().setLevel(self._log_level)
        if self._bars is not None:
            self._bars.stop()
