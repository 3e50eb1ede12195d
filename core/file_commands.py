"""What commands that read somebody's file have in common: their options, the watching terminal, refusals in words."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.csvio import NotACsvFile
from core.errors import DomainError
from core.watching import Terminal


class FileCommand(BaseCommand):
    """`COMMAND FILE [--map MAPPING] [--dry-run] [--errors REPORT] [--now TIME]`. without_map: what is read without a mapping."""

    without_map: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--map", type=Path, metavar="MAPPING", help=f"a mapping in TOML (docs/import.md); default: {self.without_map}")
        parser.add_argument("--dry-run", action="store_true", help="the same, but nothing is kept")
        parser.add_argument("--errors", type=Path, metavar="REPORT", help="where refused lines are written; default: FILE.errors.csv")
        parser.add_argument("--now", metavar="TIME", help="the door's clock (RFC 3339), in demo and test settings")

    def report_path(self, options: Mapping[str, Any]) -> Path:
        """Where refused lines go."""
        file: Path = options["file"]
        given: Path | None = options["errors"]
        return given or file.with_name(f"{file.name}.errors.csv")

    def new_report(self, options: Mapping[str, Any]) -> AbstractContextManager[TextIO]:
        return self.report_path(options).open("w", encoding="utf-8-sig", newline="")

    @contextmanager
    def watched(self, options: Mapping[str, Any], phases: Mapping[str, object]) -> Iterator[Terminal]:
        """The work goes inside: at the moment `--now` says, and what it refuses ends the command in words. phases: their names."""
        try:
            said = clock.at(datetime.fromisoformat(options["now"])) if options["now"] else nullcontext()
            with said, Terminal(self.stdout, phases) as watcher:
                yield watcher
        except (OSError, NotACsvFile) as problem:
            raise CommandError(str(problem)) from None
        except DomainError as problem:
            raise CommandError(f"{problem.detail} {problem.values or ''}".strip()) from None
