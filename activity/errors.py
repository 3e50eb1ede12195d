"""Refusals of activity. In a batch they are answered item by item; the other items are applied (ruling 13)."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class StaleVersion(DomainError):
    """A later version (for a wallet: a later as_of) is recorded already."""

    code = "stale_version"
    title = _("A later version is recorded already.")


class VersionConflict(DomainError):
    """This version (for an event: this id) is recorded with other content."""

    code = "version_conflict"
    title = _("This version is recorded with other content.")


class StatusBackwards(DomainError):
    """The status does not follow the recorded one. values: recorded, wanted."""

    code = "status_backwards"
    title = _("This status cannot follow the recorded one.")


class CurrencyMismatch(DomainError):
    """Neither the programme's currency nor the foreign one its store declares a fixed rate for. values: currency, expected."""

    code = "currency_mismatch"
    title = _("The programme counts in another currency.")


class AmountMismatch(DomainError):
    """The header does not add up with its lines. values: field, given, expected."""

    code = "amount_mismatch"
    status = 400
    title = _("The amounts of the lines do not add up to the header.")


class OtherMember(DomainError):
    """The order or after-sale is recorded for another member; it cannot change hands."""

    code = "other_member"
    title = _("It is recorded for another member.")


class UnknownLine(DomainError):
    """An after-sale names a line that its order does not have. values: field."""

    code = "unknown_line"
    status = 400
    title = _("The order has no such line.")


class OtherOrder(DomainError):
    """The after-sale is recorded for another order."""

    code = "other_order"
    title = _("It is recorded for another order.")
