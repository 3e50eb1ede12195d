"""Give an existing database the effects of its facts: `replay_effects --apply`. May be killed and run again."""

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from core import clock, replays
from core.commands import add_clock, said_clock
from core.watching import Terminal


class Command(BaseCommand):
    help = _("Post what facts recorded before are worth, in the order in which they happened, and try again what could not be given.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help=_("keep it; without this nothing is kept"))
        add_clock(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        words = {"replaying": _("replaying facts"), "retrying": _("trying again")}
        with said_clock(options), Terminal(self.stdout, words) as watcher:
            done = replays.replay_effects(booked_at=clock.now(), apply=options["apply"], watcher=watcher)
        for name, counts in done.items():
            self.stdout.write(f"{apps.get_app_config(name).verbose_name}: " + self._words(counts))
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))

    def _words(self, counts: replays.Replayed) -> str:
        return _("%(facts)s facts looked at, %(posted)s entries posted; of %(retried)s effects skipped before %(settled)s are settled.") % {
            name: f"{count:,}" for name, count in vars(counts).items()
        }
