"""Refusals of points."""

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, InvalidInput, NotFound


def _said(values: Mapping[str, object]) -> str | None:
    """How many there are, for whoever reads the refusal where the balance does not stand."""
    available = values.get("available")
    if available is None:
        return None
    return gettext("There are not enough points: %(available)s available.") % {"available": f"{available:,}"}


class InsufficientPoints(DomainError):
    """More was wanted than is available; nothing was taken. values: available, wanted."""

    code = "insufficient_points"
    title = _("There are not enough points.")

    def __init__(self, **values: object) -> None:
        super().__init__(_said(values), **values)


class PointsOff(DomainError):
    """The programme does without points, or has no rules yet."""

    code = "points_off"
    title = _("The programme does without points.")


class EntryNotFound(NotFound):
    """No such entry in this account."""

    code = "entry_not_found"
    title = _("There is no such entry.")


class NothingLeftToReverse(DomainError):
    """All of the entry, or more of it than is left, has been taken back already. values: left, wanted."""

    code = "nothing_left_to_reverse"
    title = _("So much of the entry is not left.")


class BoundToOrder(DomainError):
    """Entries of orders follow their refunds, never a call of their own (ruling 15)."""

    code = "bound_to_order"
    title = _("This entry belongs to an order and follows its refunds.")


class NotReversible(DomainError):
    """What the entry belongs to has a way back of its own, or none: a redemption is cancelled, an exchange stays. values: kind."""

    code = "not_reversible"
    title = _("This entry cannot be taken back by itself.")


class HoldNotFound(NotFound):
    """No such hold in this account."""

    code = "hold_not_found"
    title = _("There is no such hold.")


class HoldClosed(DomainError):
    """The hold was captured or released before. values: state."""

    code = "hold_closed"
    title = _("The hold has ended already.")


class HoldTimedOut(DomainError):
    """The hold's time is over and its points are free again."""

    code = "hold_timed_out"
    title = _("The hold's time is over.")


class BelowMinimum(DomainError):
    """Fewer points than one redemption takes (PTS-17). values: minimum, wanted."""

    code = "below_minimum"
    title = _("One redemption takes more points.")


class AboveShare(DomainError):
    """More points than may pay of this order. values: at_most, wanted."""

    code = "above_share"
    title = _("Points may not pay so much of an order.")


class RewardNotFound(NotFound):
    """No such reward in this programme, or not now."""

    code = "reward_not_found"
    title = _("There is no such reward.")


class RedemptionNotFound(NotFound):
    """No such redemption in this programme."""

    code = "redemption_not_found"
    title = _("There is no such redemption.")


class ExchangeNotFound(NotFound):
    """No such exchange that gave points of a programme within reach."""

    code = "exchange_not_found"
    title = _("There is no such exchange.")


class OutOfStock(DomainError):
    """The last one is gone."""

    code = "out_of_stock"
    title = _("Nothing of it is left.")


class MemberLimit(DomainError):
    """The member has as many of it as one may have. values: at_most."""

    code = "member_limit"
    title = _("You have as many of it as one may have.")


class NotCancellable(DomainError):
    """The redemption has been cancelled, or what it gave cannot be taken back."""

    code = "not_cancellable"
    title = _("This redemption cannot be cancelled.")


class PairNotFound(NotFound):
    """Points of these programmes are not exchanged."""

    code = "pair_not_found"
    title = _("Points of these programmes are not exchanged.")


class BelowStep(InvalidInput):
    """Less than a step, or less than the least amount. values: step, minimum."""

    code = "below_step"
    title = _("Points are exchanged in whole steps.")


class DailyCap(DomainError):
    """More than a day allows. values: cap, left."""

    code = "daily_cap"
    title = _("No more today.")


class RulesNotFound(NotFound):
    """No such edition of points rules in this programme."""

    code = "points_rules_not_found"
    title = _("There are no such points rules.")


class RulesInvalid(InvalidInput):
    """The draft breaks a rule that publishing demands. values: problems, in words."""

    code = "rules_invalid"
    title = _("The rules cannot be published.")


class AdjustmentNotFound(NotFound):
    """No such adjustment within reach."""

    code = "adjustment_not_found"
    title = _("There is no such adjustment.")


class SamePerson(DomainError):
    """Who asked cannot approve (PTS-28)."""

    code = "same_person"
    title = _("Somebody else must decide.")


class AlreadyDecided(DomainError):
    """The request was decided before."""

    code = "already_decided"
    title = _("This has been decided already.")
