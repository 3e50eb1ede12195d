"""What makes sense as a coupon template, and what it may cost at most (CPN-07). No ORM, clock or settings."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from coupons.enums import CostBearer, CouponKind, Validity

HOURS_AT_MOST = 24 * 366
DAYS_AT_MOST = 3660
AMOUNT_AT_MOST = 10**12


def problems(said: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, in words by field; said: fields as in coupons.CouponTemplate."""
    return {field: words for field, words in (*_value(said), *_validity(said), *_counts(said)) if words}


def _value(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    kind, face, rate, cap = said["kind"], said["face_minor"], said["pay_rate"], said["cap_minor"]
    return [
        ("name", "" if said["name"].strip() else _("A template has a name.")),
        ("kind", "" if kind in CouponKind.values else _("There is no such kind of coupon.")),
        ("face_minor", _("How much does it take off?") if kind == CouponKind.AMOUNT and not face else ""),
        ("face_minor", _("Only coupons of an amount and for postage take off an amount.") if face and kind not in _WITH_FACE else ""),
        ("pay_rate", _("What share of the price is left to pay?") if kind == CouponKind.PERCENT and rate is None else ""),
        ("pay_rate", _("The share to pay lies between 0 and 1.") if rate is not None and not 0 < rate < 1 else ""),
        ("pay_rate", _("Only percentage coupons leave a share to pay.") if rate is not None and kind != CouponKind.PERCENT else ""),
        (
            "cap_minor",
            _("Only percentage and gift coupons have a limit of their own.") if cap is not None and kind not in _WITH_CAP else "",
        ),
        ("cost_bearer", "" if said["cost_bearer"] in CostBearer.values else _("Who pays for it?")),
        *(
            (name, _("An amount is above zero."))
            for name in ("face_minor", "cap_minor", "budget_minor")
            if said[name] is not None and not 0 < said[name] <= AMOUNT_AT_MOST
        ),
        *((name, _("An amount is not below zero.")) for name in ("min_spend_minor",) if not 0 <= said[name] <= AMOUNT_AT_MOST),
    ]


_WITH_FACE = (CouponKind.AMOUNT, CouponKind.SHIPPING)
_WITH_CAP = (CouponKind.PERCENT, CouponKind.GIFT)


def _validity(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    validity, amount = said["validity"], said["valid_amount"]
    most = HOURS_AT_MOST if validity == Validity.HOURS else DAYS_AT_MOST
    found = [
        ("validity", "" if validity in Validity.values else _("There is no such validity.")),
        ("valid_until", _("Until when is it valid?") if validity == Validity.FIXED and said["valid_until"] is None else ""),
        ("valid_amount", _("How many?") if validity != Validity.FIXED and not amount else ""),
        ("valid_amount", _("At most %(most)s.") % {"most": most} if amount is not None and amount > most else ""),
    ]
    for first, last in (("valid_from", "valid_until"), ("claim_from", "claim_until")):
        if said[first] is not None and said[last] is not None and said[last] <= said[first]:
            found.append((last, _("The end must lie after the beginning.")))
    return found


def _counts(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("per_member", _("A limit is at least 1, or empty for none.") if said["per_member"] is not None and said["per_member"] < 1 else ""),
        (
            "cost_minor",
            _("With a budget, it must be known what one may cost.") if said["budget_minor"] is not None and cost(said) is None else "",
        ),
    ]


def cost(said: Mapping[str, Any]) -> int | None:
    """What one coupon may cost at most: as said, else what it takes off at most; None where nothing bounds it."""
    if said["cost_minor"] is not None:
        return int(said["cost_minor"])
    bound = said["face_minor"] if said["kind"] in _WITH_FACE else said["cap_minor"]
    return None if bound is None else int(bound)
