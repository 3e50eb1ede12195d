"""manage.py bootstrap: the platform, a first store and an administrator in an empty database (docs/adopting.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from core import clock
from core.enums import Currency
from core.errors import DomainError
from core.schedule import ensure_schedule
from stores import services
from stores.enums import StoreKind


class Command(BaseCommand):
    help = _("Make the platform, a first store and an administrator in an empty database. What is there stays as it is.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--platform-name", default=_("Platform"), help=_("what the platform's programme is called"))
        parser.add_argument("--store-code", default="S001", help=_("the store's code, as the shop's orders will name it"))
        parser.add_argument("--store-name", default=_("First store"), help=_("what people call the store"))
        parser.add_argument("--store-kind", default=StoreKind.SELF_RUN, choices=StoreKind.values)
        parser.add_argument("--currency", default=Currency.CNY, choices=Currency.values, help=_("of both programmes"))
        parser.add_argument("--time-zone", default="Asia/Shanghai", help=_("where days begin and end"))
        parser.add_argument("--preset", default="", help=_("levels and rules of both programmes, or blank; default: the usual ones"))
        parser.add_argument("--username", default="admin", help=_("the administrator's login"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            opened = services.open_house(
                platform_name=options["platform_name"],
                store_code=options["store_code"],
                store_name=options["store_name"],
                store_kind=StoreKind(options["store_kind"]),
                username=options["username"],
                currency=options["currency"],
                time_zone=options["time_zone"],
                preset=options["preset"],
                actor="command:bootstrap",
                at=clock.now(),
            )
        except DomainError as refused:
            raise CommandError(str(refused)) from None
        ensure_schedule()
        words = {"platform": _("platform"), "store": _("store"), "administrator": _("administrator")}
        if not opened.made:
            self.stdout.write(_("Nothing to make: platform, store and administrator are there."))
            return
        self.stdout.write(_("Made: %(things)s") % {"things": ", ".join(words[thing] for thing in opened.made)})
        if opened.password:
            self.stdout.write(_("User name: %(name)s") % {"name": options["username"]})
            self.stdout.write(
                _("Password: %(password)s   (shown this once; change it after the first login)") % {"password": opened.password}
            )
