"""Load the demo: the story world and the real purchases. Run again it goes on where it was cut, or does nothing."""

import sys
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from core import clock
from demo import stages


class Lines:
    """A line when a stage begins and one when it ends, for logs and pipes."""

    def __init__(self, out: Any) -> None:
        self.out = out
        self.started = time.monotonic()

    def begin(self, title: str, total: int) -> None:
        self.title, self.done, self.total, self.quarter = title, 0, total, 1

    def advance(self, done: int) -> None:
        self.done += done
        if self.total and self.done * 4 >= self.total * self.quarter and self.quarter < 4:
            self.quarter = self.done * 4 // self.total + 1
            self._say(f"{self.title}: {self.done:,} / {self.total:,}")

    def end(self, summary: str) -> None:
        self._say(f"{self.title}: {summary}")

    def _say(self, text: str) -> None:
        self.out.write(f"[{time.monotonic() - self.started:6.1f} s] {text}")
        self.out.flush()


class Bars:
    """A bar a stage, on a terminal."""

    def __init__(self) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(file=sys.stdout)
        )
        self.task: TaskID | None = None

    def begin(self, title: str, total: int) -> None:
        self.title = title
        self.task = self.progress.add_task(title, total=total or None)

    def advance(self, done: int) -> None:
        assert self.task is not None
        self.progress.advance(self.task, done)

    def end(self, summary: str) -> None:
        assert self.task is not None
        self.progress.remove_task(self.task)
        self.progress.console.print(f"{self.title}: {summary}", highlight=False)


class Command(BaseCommand):
    help = "Load the demo: the story world (made up) and the real purchases (online_retail). Starts again where it was cut short."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", metavar="TIME", help="the moment all dates of the story are told from (RFC 3339); default: the clock")
        parser.add_argument("--without-real", action="store_true", help="leave the real purchases out: the story world alone")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        if options["now"]:
            try:
                now = datetime.fromisoformat(options["now"])
            except ValueError:
                raise CommandError(_("--now is not a time: %(text)s") % {"text": options["now"]}) from None
            if now.tzinfo is None:
                raise CommandError(_("--now needs an offset, as in 2024-05-20T10:00:00+08:00."))
        if sys.stdout.isatty():
            bars = Bars()
            with bars.progress:
                stages.load(now=now, with_real=not options["without_real"], report=bars)
        else:
            stages.load(now=now, with_real=not options["without_real"], report=Lines(self.stdout))
