"""Give an existing database its growth value from its facts: `replay_effects --apply`. May be killed and run again."""

from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from core import clock
from core.watching import Terminal
from growth.services import replay


class Command(BaseCommand):
    help = "Post the growth value of facts recorded before, in the order in which they happened, and try again what could not be given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="keep it; without this nothing is kept")
        parser.add_argument("--now", metavar="TIME", help="the door's clock (RFC 3339), in demo and test settings")

    def handle(self, *args: Any, **options: Any) -> None:
        said = clock.at(datetime.fromisoformat(options["now"])) if options["now"] else nullcontext()
        words = {"replaying": _("replaying facts"), "retrying": _("trying again")}
        with said, Terminal(self.stdout, words) as watcher:
            done = replay.replay_effects(booked_at=clock.now(), apply=options["apply"], watcher=watcher)
        self.stdout.write(
            _("%(facts)s facts looked at, %(posted)s entries posted; of %(retried)s effects skipped before %(settled)s are settled.")
            % {name: f"{count:,}" for name, count in vars(done).items()}
        )
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))
