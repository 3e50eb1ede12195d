"""manage.py bootstrap: the platform, a first store and an administrator in an empty database (docs/adopting.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from core import clock, health
from core.commands import refused
from core.enums import Currency
from core.errors import DomainError
from core.schedule import ensure_schedule
from core.scope import Scope
from core.words import listed
from stores import selectors, services
from stores.enums import StoreKind

SCOPE = Scope(actor="command:bootstrap", platform=True)


class Command(BaseCommand):
    help = _("Make the platform, a first store and an administrator in an empty database. What is there stays as it is.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--platform-name", default=_("Platform"), help=_("what the platform's programme is called"))
        parser.add_argument("--store-code", default="S001", help=_("the store's code, as the shop's orders will name it"))
        parser.add_argument("--store-name", default=_("First store"), help=_("what people call the store"))
        parser.add_argument("--store-kind", default=StoreKind.SELF_RUN, choices=StoreKind.values, help=_("what kind of store it is"))
        parser.add_argument("--currency", default=Currency.CNY, choices=Currency.values, help=_("of both programmes"))
        parser.add_argument("--time-zone", default="Asia/Shanghai", help=_("where days begin and end"))
        parser.add_argument("--preset", default="", help=_("levels and rules of both programmes, or blank; default: the usual ones"))
        parser.add_argument("--username", default="admin", help=_("the administrator's login"))

    def handle(self, *args: Any, **options: Any) -> None:
        if health.pending_migrations():
            raise CommandError(_("The database has no tables for this yet: run manage.py migrate first."))
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
                actor=SCOPE.actor,
                at=clock.now(),
            )
        except DomainError as problem:
            raise refused(problem) from None
        ensure_schedule()
        words = {"platform": _("platform"), "store": _("store"), "administrator": _("administrator")}
        if not opened.made:
            self.stdout.write(_("Nothing to make: platform, store and administrator are there."))
        else:
            self.stdout.write(_("Made: %(things)s") % {"things": listed([words[thing] for thing in opened.made])})
        self._say_what_is_there()
        if opened.password:
            self.stdout.write(_("User name: %(name)s") % {"name": options["username"]})
            self.stdout.write(
                _("Password: %(password)s   (shown this once; change it after the first login)") % {"password": opened.password}
            )

    def _say_what_is_there(self) -> None:
        """Programmes with their stores: whoever typed other names sees which ones hold."""
        stores = list(selectors.within(SCOPE))
        for programme, ids in selectors.programmes_with_stores():
            named = [f"{store.name} ({store.code})" for store in stores if store.pk in ids]
            said = f"{programme.name} ({programme.code}): {programme.currency}, {programme.time_zone}"
            self.stdout.write("  " + "; ".join([said, *named]))
