"""Reckon days of the daily summary anew: `repair_summary 2024-05-01 --until 2024-05-31 --store S001 --apply` (DAT-05)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from core.commands import day, refused
from core.errors import DomainError
from core.scope import Scope
from stores import selectors as stores_selectors
from tags.services import summary

SCOPE = Scope(actor="command:repair_summary", platform=True)


class Command(BaseCommand):
    help = _(
        "Reckon the members' days at stores, and their months, anew from orders, after-sales and events. Without --apply nothing is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("day", type=day, help=_("the first day, of the store's programme's zone"))
        parser.add_argument("--until", type=day, metavar="DAY", help=_("the last day; default: the first one"))
        parser.add_argument("--store", metavar="CODE", help=_("of this store alone; default: all"))
        parser.add_argument("--apply", action="store_true", help=_("keep it; without this nothing is kept"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stores = [stores_selectors.store_by_code(options["store"], SCOPE)] if options["store"] else stores_selectors.within(SCOPE)
        except DomainError as problem:
            raise refused(problem) from None
        done = summary.repair(
            store_ids=[store.pk for store in stores],
            from_on=options["day"],
            until_on=options["until"] or options["day"],
            apply=options["apply"],
        )
        self.stdout.write(_("%(days)d days and %(months)d series of months were wrong.") % {"days": done.days, "months": done.months})
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))
