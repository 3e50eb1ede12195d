"""Load the demo: the story world and the real purchases. Run again it goes on where it was cut, or does nothing."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from activity.enums import ImportPhase
from core import clock
from core.watching import Terminal
from demo import stages


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
        phases = dict(ImportPhase.choices)
        with Terminal(self.stdout, lambda name: phases.get(name, name)) as watcher:
            said = stages.load(now=now, with_real=not options["without_real"], watcher=watcher)
        for line in said or [_("The demo's data are there already.")]:
            self.stdout.write(line)
