"""Coupons as a gift of a level and as a reward of the points mall (LVL-28, PTS-11, ruling 11): {"template": code, "count": 1}."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.enums import CouponSource, CouponState
from coupons.errors import TemplateNotFound
from coupons.models import Coupon, CouponTemplate
from coupons.selectors import coupons as selectors
from coupons.services import issuing, refusals, templates, using
from growth.services import gifts as growth_gifts
from growth.services.gifts import Due
from points.errors import NotCancellable
from points.services import rewards
from points.services.rewards import Giving, RewardKind
from stores import selectors as stores_selectors

KIND = "coupon"
ACTOR = "system"
COUNT_AT_MOST = 20
GONE = "template_not_found"


def register() -> None:
    """Called once, by `ready()`."""
    growth_gifts.register_gift_kind(kind=KIND, validator=problems, cost=cost, fulfiller=fulfil, preparer=prepare, choices=_templates_in_use)
    rewards.register_reward_kind(
        RewardKind(KIND, gettext_lazy("coupon"), problems, cost, give, take_back, choices=_templates_in_use, chosen="template")
    )


def _templates_in_use(programme_id: int) -> list[tuple[str, str]]:
    found = CouponTemplate.objects.filter(programme_id=programme_id, is_on=True).order_by("name")
    return list(found.values_list("code", "name"))


@cache
def _presets() -> Mapping[str, Mapping[str, Any]]:
    path = Path(__file__).resolve().parents[1] / "data" / "presets.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def prepare(payload: Mapping[str, Any], programme_id: int, language: str, actor: str, at: datetime) -> None:
    """Make the template that a preset's gift names, where the programme has none of this code (coupons/data/presets.toml).

    language: of its name, "zh-hans" or "en".
    """
    code = payload["template"]
    if code in _presets() and not CouponTemplate.objects.filter(programme_id=programme_id, code=code).exists():
        said = _presets()[code]
        templates.save_template(programme_id=programme_id, code=code, actor=actor, at=at, **{**said, "name": said["name"][language]})


def problems(payload: Mapping[str, Any], programme_id: int) -> list[str]:
    """What is wrong with a gift, in words: it names a template of the programme that is in use, and how many."""
    count = payload.get("count", 1)
    if set(payload) - {"template", "count"} or not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= COUNT_AT_MOST:
        return [_("A gift of coupons names a template and 1 to %(most)s pieces.") % {"most": COUNT_AT_MOST}]
    if not CouponTemplate.objects.filter(programme_id=programme_id, code=payload.get("template", ""), is_on=True).exists():
        return [_("There is no coupon template %(code)s in use.") % {"code": payload.get("template", "")}]
    return []


def cost(payload: Mapping[str, Any], programme_id: int) -> int | None:
    """Minor units of the programme's currency, at most; None for a template that is not there."""
    template = CouponTemplate.objects.filter(programme_id=programme_id, code=payload.get("template", "")).first()
    return template.cost_minor * int(payload.get("count", 1)) if template else None


@transaction.atomic
def fulfil(dues: Sequence[Due], booked_at: datetime) -> Mapping[int, str]:
    """Give what can be given; answers why not by grant, a code as issuing says it."""
    memberships = stores_selectors.memberships_by_id([due.membership_id for due in dues])
    found: dict[int, str] = {}
    for due in sorted(dues, key=lambda due: (due.membership_id, due.grant_id)):
        programme_id = memberships[due.membership_id].programme_id
        template = CouponTemplate.objects.filter(programme_id=programme_id, code=due.payload.get("template", "")).first()
        if template is None:
            found[due.grant_id] = GONE
            continue
        issued = issuing.issue_coupons(
            template_id=template.pk,
            membership_ids=[due.membership_id],
            source=CouponSource.LEVEL_GIFT,
            source_id=str(due.level_id),
            effect_key=due.effect_key,
            actor=ACTOR,
            at=booked_at,
            quantity=int(due.payload.get("count", 1)),
        )
        if due.membership_id in issued.refused:
            found[due.grant_id] = issued.refused[due.membership_id]
    return found


def give(giving: Giving) -> dict[str, Any]:
    """What points bought; the redemption and the coupons are there together or not at all (PTS-11)."""
    template = CouponTemplate.objects.filter(programme_id=giving.programme_id, code=giving.payload.get("template", "")).first()
    if template is None:
        raise TemplateNotFound()
    issued = issuing.issue_coupons(
        template_id=template.pk,
        membership_ids=[giving.membership_id],
        source=CouponSource.REWARD,
        source_id=str(giving.redemption_id),
        effect_key=giving.effect_key,
        actor=giving.actor,
        at=giving.at,
        quantity=int(giving.payload.get("count", 1)),
    )
    if giving.membership_id in issued.refused:
        refusals.raise_issuing(issued.refused[giving.membership_id], template, giving.effect_key)
    return {"coupons": list(issued.coupon_ids[giving.membership_id])}


def take_back(giving: Giving, given: Mapping[str, Any]) -> None:
    """Coupons that nobody has used yet are revoked; others stay, and with them the redemption."""
    coupons = Coupon.objects.filter(pk__in=given["coupons"]).order_by("pk")
    if any(selectors.standing_of(coupon, giving.at).state != CouponState.AVAILABLE for coupon in coupons):
        raise NotCancellable(kind=KIND)
    for coupon in coupons:
        using.revoke_coupon(coupon_id=coupon.pk, reason=_("The redemption was cancelled."), actor=giving.actor, at=giving.at)
