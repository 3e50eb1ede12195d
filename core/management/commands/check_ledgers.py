"""manage.py check_ledgers: do the accounts agree with their entries? Changes nothing; fails when one does not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core import ledgers


class Command(BaseCommand):
    help = _("Compare every growth and points account with its entries. Changes nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = ledgers.disagreements()
        for ledger, each in found:
            self.stdout.write(
                _("%(ledger)s of membership %(membership)s: %(what)s is %(found)s, expected %(expected)s.")
                % {
                    "ledger": ledger,
                    "membership": each.membership_id,
                    "what": each.what,
                    "found": each.found,
                    "expected": each.expected,
                }
            )
        if found:
            raise CommandError(_("The ledgers disagree with their entries."))
        self.stdout.write(_("All accounts agree with their entries."))
