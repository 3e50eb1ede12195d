"""Refusals of coupons. Codes follow the field's own words (peers 5.1); those that acceptance scripts name are as named there."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotFound


class CouponsOff(DomainError):
    """The programme does without coupons."""

    code = "coupons_off"
    title = _("The programme does without coupons.")


class TemplateNotFound(NotFound):
    code = "template_not_found"
    title = _("There is no such coupon template.")


class CouponNotFound(NotFound):
    code = "coupon_not_found"
    title = _("There is no such coupon.")


class TemplateNotActive(DomainError):
    """Switched off, not claimable, or outside the time in which it may be claimed. values: claim_from, claim_until."""

    code = "template_not_active"
    title = _("This coupon cannot be had now.")


class QuantityExceeded(DomainError):
    """None left. values: stock."""

    code = "quantity_exceeded"
    title = _("These coupons have run out.")


class PerMemberExceeded(DomainError):
    """The member has had as many as anybody may have. values: per_member."""

    code = "per_member_exceeded"
    title = _("The member has had as many of these coupons as one may have.")


class BudgetExhausted(DomainError):
    """One more could cost more than the budget. values: budget_minor, left_minor."""

    code = "budget_exhausted"
    title = _("The budget of this coupon is used up.")


class LevelRequired(DomainError):
    """values: level (its code), name."""

    code = "level_required"
    title = _("The member's level is too low for this coupon.")


class CouponExpired(DomainError):
    """values: valid_until."""

    code = "expired"
    title = _("The coupon is no longer valid.")


class CouponNotYetValid(DomainError):
    """values: valid_from."""

    code = "not_yet_valid"
    title = _("The coupon is not valid yet.")


class CouponUsed(DomainError):
    """values: order_no."""

    code = "already_used"
    title = _("The coupon has been used.")


class CouponRevoked(DomainError):
    code = "revoked"
    title = _("The coupon has been revoked.")


class HeldByOtherOrder(DomainError):
    """Reserved: for another order, or for this one before. values: reserved_until."""

    code = "held_by_other_session"
    title = _("The coupon is reserved already.")


class NotReserved(DomainError):
    """values: state."""

    code = "not_reserved"
    title = _("The coupon is not reserved.")


class WrongStore(DomainError):
    """values: store."""

    code = "wrong_store"
    title = _("The coupon does not hold in this store.")


class MinSpend(DomainError):
    """values: min_spend_minor, spend_minor (of the goods it holds for)."""

    code = "min_spend"
    title = _("The goods cost less than the coupon asks for.")


class NotApplicable(DomainError):
    """None of the goods is one that the coupon holds for, or there is no postage to take off."""

    code = "not_applicable"
    title = _("The coupon holds for none of these goods.")


class NotFirstOrder(DomainError):
    code = "not_first_order"
    title = _("The coupon holds for a first order only.")


class NotStackable(DomainError):
    """values: coupons at most."""

    code = "not_stackable"
    title = _("These coupons cannot be combined.")


class NotRevocable(DomainError):
    """Only a coupon that is available can be revoked. values: state."""

    code = "not_revocable"
    title = _("Only a coupon that has not been used can be revoked.")


class NotForStaff(DomainError):
    """values: code."""

    code = "not_for_staff"
    title = _("Customer service may not give this coupon.")
