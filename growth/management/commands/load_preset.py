"""Set a programme up from a preset: `load_preset --programme P1 --preset jd_five --apply` (LVL-11, STO-09)."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.commands import add_clock, refused, said_clock
from core.errors import DomainError
from core.scope import Scope
from growth.services import presets
from stores import selectors as stores_selectors

ACTOR = "command:load_preset"


class Command(BaseCommand):
    help = _("Publish ready-made levels, benefits, RFM model and growth rules in a programme. Without --apply nothing is kept.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--programme", required=True, metavar="CODE", help=_("whose levels they will be"))
        parser.add_argument("--preset", required=True, choices=list(presets.PRESETS))
        parser.add_argument("--apply", action="store_true", help=_("keep it; without this nothing is kept"))
        add_clock(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            programme = stores_selectors.programme_by_code(options["programme"], Scope(actor=ACTOR, platform=True))
            with said_clock(options), transaction.atomic():
                applied = presets.apply_preset(
                    programme_id=programme.pk,
                    preset=options["preset"],
                    language=settings.LANGUAGE_CODE,
                    actor=ACTOR,
                    at=clock.now(),
                )
                transaction.set_rollback(not options["apply"])
        except DomainError as problem:
            raise refused(problem) from None
        self.stdout.write(
            _("%(preset)s: %(count)d level schemes published in %(programme)s.")
            % {"preset": presets.PRESETS[options["preset"]].label, "count": len(applied.scheme_version_ids), "programme": programme}
        )
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))
