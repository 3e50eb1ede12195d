"""manage.py points_as_of: what a member's points were at a moment, by what had been booked until then. Changes nothing."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.scope import Scope
from points.rules.reminders import last_day
from points.selectors.as_of import AsOf, balance_as_of
from stores import selectors as stores_selectors

ACTOR = "command:points_as_of"


class Command(BaseCommand):
    help = _("Show balance and lots of a membership as they were at a moment, by what had been booked until then.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--programme", required=True, metavar="CODE", help=_("whose points they are"))
        parser.add_argument("--member-no", required=True, metavar="NUMBER", help=_("the member number in this programme"))
        parser.add_argument(
            "--at", required=True, metavar="TIME", help=_("the moment (RFC 3339, with offset); what was booked then counts")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            at = datetime.fromisoformat(options["at"])
        except ValueError:
            raise CommandError(_("--at is not a time: %(text)s") % {"text": options["at"]}) from None
        if at.tzinfo is None:
            raise CommandError(_("--at needs an offset, as in 2024-05-20T10:00:00+08:00."))
        try:
            programme = stores_selectors.programme_by_code(options["programme"], Scope(actor=ACTOR, platform=True))
        except DomainError as problem:
            raise CommandError(str(problem.title)) from None
        membership_id = stores_selectors.membership_id_by_number(programme.pk, options["member_no"])
        if membership_id is None:
            raise CommandError(_("Nobody has this number in the programme."))
        for line in _lines(balance_as_of(membership_id, at), ZoneInfo(programme.time_zone)):
            self.stdout.write(line)


def _lines(found: AsOf, zone: ZoneInfo) -> list[str]:
    figures = found.balance
    lines = [
        _("Balance %(balance)d: %(available)d available, %(held)d held, %(pending)d pending; %(debt)d owed.")
        % {
            "balance": figures.balance,
            "available": figures.available,
            "held": figures.held,
            "pending": figures.pending,
            "debt": figures.debt,
        }
    ]
    for lot in found.lots:
        words = {
            "lot": lot.lot_id,
            "remaining": lot.remaining,
            "amount": lot.amount,
            "earned": lot.earned_at.astimezone(zone).date().isoformat(),
            "ends": last_day(lot.ends_at, zone).isoformat() if lot.ends_at else _("never"),
        }
        lines.append(_("Lot %(lot)d: %(remaining)d of %(amount)d left, earned on %(earned)s, last day %(ends)s.") % words)
    return lines
