"""Set a programme up from a preset: `load_preset --programme P1 --preset jd_five --apply` (LVL-11, STO-09)."""

from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import DomainError
from core.scope import Scope
from growth.services import presets
from stores import selectors as stores_selectors

ACTOR = "command:load_preset"


class Command(BaseCommand):
    help = "Publish ready-made levels, benefits, RFM model and growth rules in a programme. Without --apply nothing is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--programme", required=True, metavar="CODE", help="whose levels they will be")
        parser.add_argument("--preset", required=True, choices=list(presets.PRESETS))
        parser.add_argument("--apply", action="store_true", help="keep it; without this nothing is kept")
        parser.add_argument("--now", metavar="TIME", help="the door's clock (RFC 3339), in demo and test settings")

    def handle(self, *args: Any, **options: Any) -> None:
        said = clock.at(datetime.fromisoformat(options["now"])) if options["now"] else nullcontext()
        try:
            programme = stores_selectors.programme_by_code(options["programme"], Scope(actor=ACTOR, platform=True))
            with said, transaction.atomic():
                applied = presets.apply_preset(programme_id=programme.pk, preset=options["preset"], actor=ACTOR, at=clock.now())
                transaction.set_rollback(not options["apply"])
        except DomainError as problem:
            raise CommandError(f"{problem.detail} {problem.values or ''}".strip()) from None
        self.stdout.write(
            _("%(preset)s: %(count)d level schemes published in %(programme)s.")
            % {"preset": presets.PRESETS[options["preset"]].label, "count": len(applied.scheme_version_ids), "programme": programme}
        )
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))
