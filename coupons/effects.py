"""What becomes of coupons by themselves, and why it may not be, in words (ruling 4, core.effects): codes are those of refusals."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import effects
from core.effects import EffectKind
from core.registry import Text
from coupons import errors
from members.errors import MemberNotActive
from stores.errors import NotAMember

SELF_REFERRAL = gettext_lazy("members do not bring themselves")

ISSUING = (
    errors.CouponsOff,
    errors.TemplateNotFound,
    errors.TemplateNotActive,
    errors.QuantityExceeded,
    errors.PerMemberExceeded,
    errors.BudgetExhausted,
    MemberNotActive,
    NotAMember,
)
USING = (
    errors.CouponExpired,
    errors.CouponNotYetValid,
    errors.CouponUsed,
    errors.CouponRevoked,
    errors.HeldByOtherOrder,
    errors.WrongStore,
)


def declare() -> None:
    """Called in `ready()`."""
    issuing, using = ({refusal.code: refusal.title for refusal in refusals} for refusals in (ISSUING, USING))
    effects.add_kind(EffectKind("coupons", gettext_lazy("coupons of orders"), _of_order), using)
    effects.add_kind(EffectKind("coupon_pack", gettext_lazy("coupon packs"), _pack), issuing | {"self_referral": SELF_REFERRAL})
    effects.add_reasons("gift", issuing)


def _of_order(values: Mapping[str, Any]) -> Text:
    return _("order %(number)s") % {"number": values["order_no"]}


def _pack(values: Mapping[str, Any]) -> Text:
    return str(values["pack"])
