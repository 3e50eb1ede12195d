"""Give programmes the ready-made tags they do not have yet: `load_tags --programme P1 --apply`, or `--all` (TAG-13, STO-09)."""

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
from stores import selectors as stores_selectors
from tags.services import presets

ACTOR = "command:load_tags"


class Command(BaseCommand):
    help = _("Publish the ready-made tags - life cycle and RFM classes - that programmes do not have yet. Without --apply nothing is kept.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--programme", metavar="CODE", help=_("whose tags they will be"))
        which.add_argument("--all", action="store_true", help=_("of every programme that uses tags"))
        parser.add_argument("--apply", action="store_true", help=_("keep them; without this nothing is kept"))
        add_clock(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with said_clock(options), transaction.atomic():
                for programme in _programmes(options["programme"]):
                    made = presets.apply_presets(programme_id=programme.pk, language=settings.LANGUAGE_CODE, actor=ACTOR, at=clock.now())
                    names = ", ".join(tag.name for tag in made) or _("nothing was missing")
                    self.stdout.write(_("%(programme)s: %(tags)s.") % {"programme": programme, "tags": names})
                transaction.set_rollback(not options["apply"])
        except DomainError as problem:
            raise refused(problem) from None
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))


def _programmes(code: str | None) -> list[Any]:
    if code:
        return [stores_selectors.programme_by_code(code, Scope(actor=ACTOR, platform=True))]
    return [programme for programme, _stores in stores_selectors.programmes_with_stores() if programme.tags_on]
