"""manage.py data_classes [--only L4]: how sensitive each stored field is, for an audit (SEC-12)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from core import classification


class Command(BaseCommand):
    help = _("List the data class of every stored field.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=[each.value for each in classification.DataClass], help=_("list this class alone"))

    def handle(self, *args: Any, **options: Any) -> None:
        for found in classification.fields():
            if options["only"] in (None, found.data_class):
                words = classification.WORDS[found.data_class] if found.data_class else _("not classified")
                self.stdout.write(f"{found.data_class or '-'}  {found.model}.{found.field}  {words}")
