"""manage.py data_purposes: why what is known of a person is kept, and what allows it, for an audit (DAT-04)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from core import purposes


class Command(BaseCommand):
    help = _("List purpose and legal basis of everything that is kept of a person.")

    def handle(self, *args: Any, **options: Any) -> None:
        for entry in sorted(purposes.entries(), key=lambda entry: entry.code):
            basis = f"{purposes.WORDS[entry.basis]} {entry.consent}".strip()
            kept = ", ".join(entry.fields) or _("not kept")
            self.stdout.write(f"{entry.code}  {kept}  {purposes.WORDS[entry.purpose]}  {basis}")
