"""Give programmes the ready-made tags they do not have yet: `load_tags --programme P1 --apply`, or `--all` (TAG-13, STO-09)."""

from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import DomainError
from core.scope import Scope
from stores import selectors as stores_selectors
from tags.services import presets

ACTOR = "command:load_tags"


class Command(BaseCommand):
    help = "Publish the ready-made tags - life cycle and RFM classes - that programmes do not have yet. Without --apply nothing is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--programme", metavar="CODE", help="whose tags they will be")
        which.add_argument("--all", action="store_true", help="of every programme that uses tags")
        parser.add_argument("--apply", action="store_true", help="keep them; without this nothing is kept")
        parser.add_argument("--now", metavar="TIME", help="the door's clock (RFC 3339), in demo and test settings")

    def handle(self, *args: Any, **options: Any) -> None:
        said = clock.at(datetime.fromisoformat(options["now"])) if options["now"] else nullcontext()
        try:
            with said, transaction.atomic():
                for programme in _programmes(options["programme"]):
                    made = presets.apply_presets(programme_id=programme.pk, language=settings.LANGUAGE_CODE, actor=ACTOR, at=clock.now())
                    names = ", ".join(tag.name for tag in made) or _("nothing was missing")
                    self.stdout.write(_("%(programme)s: %(tags)s.") % {"programme": programme, "tags": names})
                transaction.set_rollback(not options["apply"])
        except DomainError as problem:
            raise CommandError(f"{problem.detail} {problem.values or ''}".strip()) from None
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))


def _programmes(code: str | None) -> list[Any]:
    if code:
        return [stores_selectors.programme_by_code(code, Scope(actor=ACTOR, platform=True))]
    return [programme for programme, _stores in stores_selectors.programmes_with_stores() if programme.tags_on]
