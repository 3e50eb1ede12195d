"""Coupons of the demo: templates, packs, what the cast holds, the campaign for tag M that has run, drafts (CPN, CS-5, SF-5, OP-4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from core.enums import Channel, Origin
from coupons.enums import CouponKind, CouponSource, PackTrigger, Validity
from coupons.models import Coupon, CouponPack, CouponTemplate
from coupons.rules.discounts import Goods
from coupons.services import issuing, packs, templates, using
from demo.catalogue import good
from demo.world import facts
from demo.world.house import ACTOR, House
from demo.world.moments import ZONE, Ago, before, days
from demo.world.tagging import MILK, tag_id
from engagement.enums import AudienceKind, CampaignState, Goal
from engagement.models import Campaign, CampaignRecipient
from engagement.rules import CampaignIn, OfferIn
from engagement.services import campaigns
from engagement.services import issuing as giving
from growth.enums import ActivityLayer
from stores import selectors as stores_selectors

SINCE = timedelta(days=60)
CAMPAIGN = "milk-30"
BUDGET_MINOR = 120_000  # 40 coupons of 30.00: the last ones of tag M get none
USES_OF_TEN = 3  # so many of ten who got the coupon have used it
SOON = timedelta(days=7)
_ANNOUNCED = "【安禾母婴】奶粉满 299 减 30，券已放入您的账户，7 天内有效。"


@dataclass(frozen=True)
class Template:
    """said: fields of coupons.CouponTemplate.  stores: codes; none for all of the programme."""

    programme: str
    code: str
    name: str
    kind: CouponKind
    validity: Validity
    said: Mapping[str, Any]
    stores: tuple[str, ...] = ()


_HOURS, _DAYS = Validity.HOURS, Validity.DAYS
TEMPLATES = (
    Template(
        "P1", "C1", "满299减50（限24小时）", CouponKind.AMOUNT, _HOURS,
        {"face_minor": 5_000, "min_spend_minor": 29_900, "valid_amount": 24, "stock": 1_000, "per_member": 3, "is_claimable": True},
    ),
    Template("P1", "M30", "奶粉季满299减30", CouponKind.AMOUNT, _DAYS, {"face_minor": 3_000, "min_spend_minor": 29_900, "valid_amount": 7}),
    Template(
        "P1", "NEW20", "新人满199减20", CouponKind.AMOUNT, _DAYS,
        {"face_minor": 2_000, "min_spend_minor": 19_900, "valid_amount": 7, "per_member": 1, "first_order": True},
    ),
    Template(
        "P1", "SORRY10", "客服致歉券 10元", CouponKind.AMOUNT, _DAYS,
        {"face_minor": 1_000, "valid_amount": 30, "staff_may_give": True, "budget_minor": 200_000},
    ),
    Template(
        "P1", "SHOP15", "线下店满100减15", CouponKind.AMOUNT, _DAYS,
        {"face_minor": 1_500, "min_spend_minor": 10_000, "valid_amount": 30, "is_claimable": True}, ("S101",),
    ),
    Template(
        "P1", "VIP90", "铜牌起九折券", CouponKind.PERCENT, _DAYS,
        {"pay_rate": Decimal("0.9"), "cap_minor": 5_000, "valid_amount": 15, "per_member": 2, "is_claimable": True, "min_level": "L1"},
    ),
    Template("P1", "SHIP", "包邮券", CouponKind.SHIPPING, _DAYS, {"valid_amount": 30, "stackable": True}),
    Template(
        "P2", "BX20", "满150减20", CouponKind.AMOUNT, _DAYS,
        {"face_minor": 2_000, "min_spend_minor": 15_000, "valid_amount": 15, "is_claimable": True},
    ),
)  # fmt: skip
PACKS = (  # programme, name, given for, level, day of the month, how many of which
    ("P1", "新人礼包", PackTrigger.REGISTERED, "", None, {"NEW20": 1, "SHIP": 1}),
    ("P1", "金牌每月包邮", PackTrigger.MONTHLY, "L3", 1, {"SHIP": 2}),
)
HELD: tuple[tuple[str, str, str, Ago], ...] = (  # who, where, which, received how long ago
    ("M1", "P1", "C1", timedelta(hours=24)),  # F1: it has just ended when the demo is loaded
    ("TWO_STORES", "P1", "SHOP15", 2),
    ("QUIET", "P2", "BX20", 1),
    ("PLUS", "P1", "VIP90", 3),
)


def set_up_coupons(house: House, now: datetime) -> None:
    """Templates and packs. What is there stays as it is."""
    for each in TEMPLATES:
        programme_id = house.programmes[each.programme]
        if not CouponTemplate.objects.filter(programme_id=programme_id, code=each.code).exists():
            templates.save_template(
                programme_id=programme_id,
                code=each.code,
                name=each.name,
                kind=each.kind,
                validity=each.validity,
                store_ids=[house.stores[code] for code in each.stores],
                actor=ACTOR,
                at=now - SINCE,
                **each.said,
            )
    for programme, name, trigger, level, day_of_month, items in PACKS:
        programme_id = house.programmes[programme]
        if not CouponPack.objects.filter(programme_id=programme_id, name=name).exists():
            packs.save_pack(
                programme_id=programme_id,
                name=name,
                trigger=trigger,
                level=level,
                day_of_month=day_of_month,
                items={template_id(house, programme, code): quantity for code, quantity in items.items()},
                actor=ACTOR,
                at=now,
            )


def give_cast(house: House, member_ids: Mapping[str, int], now: datetime) -> None:
    """What the cast holds: one that has ended, one for another store, one set aside for an order that is not paid yet. Twice is once."""
    for key, programme, code, ago in HELD:
        issuing.issue_coupons(
            template_id=template_id(house, programme, code),
            membership_ids=[stores_selectors.membership(member_ids[key], house.programmes[programme]).pk],
            source=CouponSource.CLAIM,
            effect_key="claim:demo",
            actor=ACTOR,
            at=before(now, ago),
            origin=Origin.BACKFILL,
        )
    own = stores_selectors.membership(member_ids["QUIET"], house.programmes["P2"]).pk
    coupon = Coupon.objects.get(membership_id=own, effect_key="claim:demo")
    if not coupon.steps.filter(cause="reserved").exists():
        skirt = good("S002", "LW10")
        using.reserve_coupon(
            coupon_id=coupon.pk,
            store_id=house.stores["S002"],
            order_no="O1080",
            spend=using.Spend((Goods(1, skirt.sku_of["S"], skirt.category, 1, skirt.price_minor),)),
            minutes=using.MINUTES_AT_MOST,
            actor=ACTOR,
            at=before(now, 0.2),
        )


def campaign_began(now: datetime) -> datetime:
    """Six hours ago or, before six in the morning, when the day began: children are as old then as they are now."""
    return max(now - timedelta(hours=6), now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0))


@dataclass(frozen=True)
class Plan:
    """A campaign for members who are so active by RFM (RFM-15), drafted: an operator sends it in. gives: fields of CampaignIn."""

    code: str
    name: str
    layer: ActivityLayer
    goal: Goal
    template: str = ""
    gives: Mapping[str, Any] = field(default_factory=dict)


PLANS = (
    Plan("layer-high", "高活跃会员：重点维系", ActivityLayer.HIGH, Goal.RETAIN, gives={"points": 100}),
    Plan("layer-medium", "中活跃会员：互动引导", ActivityLayer.MEDIUM, Goal.REVENUE, template="M30"),
    Plan("layer-low", "低活跃会员：促进再购", ActivityLayer.LOW, Goal.ACTIVATE, template="C1"),
    Plan(
        "layer-dormant", "休眠会员：唤醒", ActivityLayer.DORMANT, Goal.ACTIVATE, template="C1",
        gives={"message": "【安禾母婴】好久不见，送您一张满 299 减 50 的券，24 小时内有效。"},
    ),
)  # fmt: skip


def plan_campaigns(house: House, now: datetime) -> None:
    """A draft for each layer of activity. Those that are there stay as they are."""
    for plan in PLANS:
        if Campaign.objects.filter(programme_id=house.programmes["P1"], code=plan.code).exists():
            continue
        campaigns.create_campaign(
            programme_id=house.programmes["P1"],
            code=plan.code,
            said=CampaignIn(
                name=plan.name,
                goal=plan.goal,
                audience_kind=AudienceKind.RULE,
                rule={"==": [{"var": "rfm_layer"}, plan.layer.value]},
                starts_at=now + SOON,
                ends_at=now + 2 * SOON,
                offers=(OfferIn(template_id(house, "P1", plan.template)),) if plan.template else (),
                budget_minor=500_000,
                **plan.gives,
            ),
            actor=f"staff:{house.staff['op01']}",
            at=now - days(1),
        )


def run_campaign(house: House, now: datetime) -> Campaign:
    """30 off from 299 for tag M within a budget (OP-4), carried out this morning, and what some of them have bought since."""
    campaign = _approved(house, now)
    if campaign.state in (CampaignState.APPROVED, CampaignState.RUNNING):
        giving.run_campaign(campaign_id=campaign.pk, now=lambda: campaign_began(now))
    _buy(house, campaign, now)
    return Campaign.objects.get(pk=campaign.pk)


def template_id(house: House, programme: str, code: str) -> int:
    """Of a template of this file."""
    return CouponTemplate.objects.values_list("pk", flat=True).get(programme_id=house.programmes[programme], code=code)


def _approved(house: House, now: datetime) -> Campaign:
    known = Campaign.objects.filter(programme_id=house.programmes["P1"], code=CAMPAIGN).first()
    operator, approver, began = f"staff:{house.staff['op01']}", f"staff:{house.staff['ap01']}", campaign_began(now)
    if known is None:
        known = campaigns.create_campaign(
            programme_id=house.programmes["P1"],
            code=CAMPAIGN,
            said=CampaignIn(
                name="奶粉季 30 元券",
                goal=Goal.REVENUE,
                audience_kind=AudienceKind.TAG,
                tag_id=tag_id(house, "P1", MILK),
                starts_at=began,
                ends_at=began + days(7),
                offers=(OfferIn(template_id(house, "P1", "M30")),),
                message=_ANNOUNCED,
                budget_minor=BUDGET_MINOR,
            ),
            actor=operator,
            at=now - days(2),
        )
    if known.state == CampaignState.DRAFT and known.submitted_at is None:
        known = campaigns.submit_campaign(campaign_id=known.pk, actor=operator, at=now - days(2))
    if known.state == CampaignState.DRAFT:
        known = campaigns.approve_campaign(campaign_id=known.pk, revision=known.revision, actor=approver, at=now - days(1))
    return known


def _buy(house: House, campaign: Campaign, now: datetime) -> None:
    """Three of ten have bought a tin and wipes with their coupon: 337.90 less 30.00, paid and on their way."""
    got = (
        CampaignRecipient.objects.filter(campaign=campaign, coupon__isnull=False)
        .select_related("coupon__membership")
        .order_by("membership_id")
    )
    began = campaign_began(now)
    orders = []
    for place, recipient in enumerate(got.select_related("coupon__membership")):
        if place % 10 >= USES_OF_TEN or recipient.coupon is None:
            continue
        paid_at = began + (now - began) * (place + 1) / (len(got) + 1)
        bought = facts.order(
            store_id=house.stores["S001"],
            order_no=f"O13{place:02d}",
            member_id=recipient.coupon.membership.member_id,
            channel=Channel.MINI_PROGRAM,
            times={"placed_at": began + (paid_at - began) * 0.9, "paid_at": paid_at},
            lines=[good("S001", "NF01").line(1, option="3段"), good("S001", "ND03").line(2)],
            coupon_minor=3_000,
        )
        orders.append(replace(bought, coupon_codes=(recipient.coupon.code,)))
    facts.record_orders(orders, now)
