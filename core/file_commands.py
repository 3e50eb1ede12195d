"""What commands that read somebody's file have in common: their options, the watching terminal, refusals in words."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.commands import add_clock, refused, said_clock, unreadable
from core.csvio import NotACsvFile
from core.errors import DomainError
from core.watching import Terminal


class ReadingCommand(BaseCommand):
    """A command with a file, a report of its refused lines, and a clock."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--errors", type=Path, metavar="REPORT", help=_("where refused lines are written; default: FILE.errors.csv"))
        add_clock(parser)

    def report_path(self, options: Mapping[str, Any]) -> Path:
        """Where refused lines go."""
        file: Path = options["file"]
        given: Path | None = options["errors"]
        return given or file.with_name(f"{file.name}.errors.csv")

    def new_report(self, options: Mapping[str, Any]) -> TextIO:
        return self.report_path(options).open("w", encoding="utf-8-sig", newline="")

    @contextmanager
    def watched(self, options: Mapping[str, Any], phases: Mapping[str, object]) -> Iterator[Terminal]:
        """The work goes inside: at the moment `--now` says, and what it refuses ends the command in words. phases: their names."""
        try:
            options["file"].open("rb").close()  # a file that is not there is said before anything else
            with said_clock(options), Terminal(self.stdout, phases) as watcher:
                yield watcher
        except OSError as problem:
            raise unreadable(problem) from None
        except NotACsvFile as problem:
            raise CommandError(str(problem)) from None
        except DomainError as problem:
            raise refused(problem) from None


class FileCommand(ReadingCommand):
    """`COMMAND FILE [--map MAPPING] [--dry-run] [--errors REPORT] [--now TIME]`. without_map: what is read without a mapping."""

    without_map: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--map",
            type=Path,
            metavar="MAPPING",
            help=_("a mapping in TOML (docs/import.md); default: {columns}").format(columns=self.without_map),
        )
        parser.add_argument("--dry-run", action="store_true", help=_("the same, but nothing is kept"))


class OpeningCommand(ReadingCommand):
    """`COMMAND FILE --programme CODE [--apply] [--errors REPORT] [--now TIME]`: takes over, once, what another system counted before."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--programme", required=True, metavar="CODE", help=_("the programme they belong to"))
        parser.add_argument("--apply", action="store_true", help=_("keep it; without this nothing is kept"))

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        with self.watched(options, {"taking_over": _("taking over")}) as watcher:
            done = self.take_over(
                lambda: file.open("rb"), options["programme"], lambda: self.new_report(options), watcher, apply=options["apply"]
            )
        self.stdout.write(self.outcome(done) % {name: f"{count:,}" for name, count in vars(done).items()})
        if done.refused:
            self.stdout.write(_("The refused lines are in %(path)s") % {"path": self.report_path(options)})
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))

    def take_over(
        self,
        open_file: Callable[[], BinaryIO],
        programme: str,
        report_to: Callable[[], TextIO],
        watcher: Terminal,
        *,
        apply: bool,
    ) -> Any:
        """Do it; answers counts, with `refused` among them. programme: its code."""
        raise NotImplementedError

    def outcome(self, done: Any) -> str:
        """What became of the lines, in words with the counts to fill in."""
        raise NotImplementedError
