"""Refusal codes, as rules and SQL answer them, raised with what they were about."""

from typing import NoReturn

from core.errors import DomainError
from coupons import errors
from coupons.models import Coupon, CouponTemplate
from coupons.rules.discounts import STACKABLE_AT_MOST, Taken
from coupons.rules.states import Standing
from growth.errors import EffectConflict
from members.errors import MemberNotActive
from stores.errors import NotAMember


def raise_issuing(code: str, template: CouponTemplate, effect_key: str) -> NoReturn:
    """Why a coupon was not issued."""
    if code == "effect_conflict":
        raise EffectConflict(effect_key=effect_key)
    if code == "not_a_member":
        raise NotAMember()
    if code == "member_not_active":
        raise MemberNotActive()
    found: dict[str, DomainError] = {
        "coupons_off": errors.CouponsOff(),
        "template_not_active": not_active(template),
        "quantity_exceeded": errors.QuantityExceeded(stock=template.stock),
        "per_member_exceeded": errors.PerMemberExceeded(per_member=template.per_member),
        "budget_exhausted": errors.BudgetExhausted(
            budget_minor=template.budget_minor, left_minor=(template.budget_minor or 0) - template.committed_minor
        ),
    }
    raise found[code]


def not_active(template: CouponTemplate) -> errors.TemplateNotActive:
    return errors.TemplateNotActive(claim_from=template.claim_from, claim_until=template.claim_until)


def of_state(coupon: Coupon, found: Standing) -> DomainError | None:
    """Why a coupon cannot be used at all just now; None where it can."""
    return {
        "": None,
        "expired": errors.CouponExpired(valid_until=found.usable_until),
        "not_yet_valid": errors.CouponNotYetValid(valid_from=coupon.valid_from),
        "already_used": errors.CouponUsed(order_no=coupon.order_no),
        "revoked": errors.CouponRevoked(),
        "held_by_other_session": errors.HeldByOtherOrder(reserved_until=coupon.reserved_until),
    }[found.refusal]


def of_basket(coupon: Coupon, taken: Taken, store_code: str) -> DomainError | None:
    """Why a coupon cannot be used on a basket; None where it can."""
    return {
        "": None,
        "wrong_store": errors.WrongStore(store=store_code),
        "not_first_order": errors.NotFirstOrder(),
        "not_applicable": errors.NotApplicable(),
        "min_spend": errors.MinSpend(min_spend_minor=coupon.min_spend_minor, spend_minor=taken.spend_minor),
        "not_stackable": errors.NotStackable(coupons=STACKABLE_AT_MOST if coupon.stackable else 1),
    }[taken.refusal]
