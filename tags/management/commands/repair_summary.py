"""Reckon days of the daily summary anew: `repair_summary 2024-05-01 --until 2024-05-31 --store S001 --apply` (DAT-05)."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.scope import Scope
from stores import selectors as stores_selectors
from tags.services import summary

SCOPE = Scope(actor="command:repair_summary", platform=True)


class Command(BaseCommand):
    help = (
        "Reckon the members' days at stores, and their months, anew from orders, after-sales and events. Without --apply nothing is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("day", type=date.fromisoformat, help="the first day, of the store's programme's zone")
        parser.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="the last day; default: the first one")
        parser.add_argument("--store", metavar="CODE", help="of this store alone; default: all")
        parser.add_argument("--apply", action="store_true", help="keep it; without this nothing is kept")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stores = [stores_selectors.store_by_code(options["store"], SCOPE)] if options["store"] else stores_selectors.within(SCOPE)
        except DomainError as problem:
            raise CommandError(f"{problem.detail} {problem.values or ''}".strip()) from None
        done = summary.repair(
            store_ids=[store.pk for store in stores],
            from_on=options["day"],
            until_on=options["until"] or options["day"],
            apply=options["apply"],
        )
        self.stdout.write(_("%(days)d days and %(months)d series of months were wrong.") % {"days": done.days, "months": done.months})
        if not options["apply"]:
            self.stdout.write(_("Dry run: nothing was kept."))
