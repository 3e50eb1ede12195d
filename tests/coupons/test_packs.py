"""Coupons that are given by themselves (SF-1, CPN-03, CPN-05, MKT-13, BEN-06), by levels and for points (LVL-28, PTS-11)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import jobs, notices
from core.enums import Channel, Origin
from core.errors import InvalidInput
from core.models import EffectSkipped, Job, Notice
from core.watching import Unwatched
from coupons.enums import CouponSource
from coupons.errors import NotForStaff, PerMemberExceeded, QuantityExceeded
from coupons.models import Coupon, CouponPack, CouponTemplate, PackRun
from coupons.selectors import coupons as selectors
from coupons.services import packs, replay, staff
from growth.services import gifts as growth_gifts
from growth.services.gifts import Due
from members.enums import Provider
from members.models import Member
from members.rules import IdentityClaim, Profile
from points.errors import NotCancellable
from points.services import redemptions, rewards
from points.services.rewards import RewardIn
from stores import services as stores_services
from stores.models import Membership, Programme, Store
from tests import world
from tests.activity.facts import order, record
from tests.api.levelled import grow
from tests.coupons import house
from tests.growth import house as growth_house
from tests.points import house as points_house
from tests.world import NOW

BY: dict[str, Any] = {"actor": "test", "at": NOW}
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def pack(programme: Programme, *of: CouponTemplate, trigger: str = "registered", quantity: int = 1, **values: Any) -> CouponPack:
    said = {"name": "礼包", "items": {each.pk: quantity for each in of}, **values}
    return packs.save_pack(programme_id=programme.pk, trigger=trigger, **{**BY, **said})


def joins(shop: Store, phone: str, **values: Any) -> Membership:
    return Membership.objects.get(member=world.enrol(shop, phone, **values).member_id, programme=shop.programme)


def run_jobs() -> None:
    jobs.run_unfinished(now=lambda: NOW)


def has(member: Membership) -> list[tuple[str, str]]:
    """template and source of each coupon."""
    return list(Coupon.objects.filter(membership=member).order_by("id").values_list("template__code", "source"))


@pytest.fixture
def fifty(programme: Programme) -> CouponTemplate:
    """立减50元, for 24 hours."""
    return house.template(programme, code="fifty", face_minor=5000, min_spend_minor=0)


def test_sf_1_step_3_a_newcomer_has_the_pack_and_the_inviter_a_coupon(shop: Store, programme: Programme, fifty: CouponTemplate):
    """SF-1 step 3, CPN-03, CPN-06: ¥50 valid exactly 24 h, free shipping; M1 has one referral coupon; registering again gives nothing."""
    freight = house.shipping(programme, code="freight", validity="days", valid_amount=7)
    thanks = house.template(programme, code="thanks")
    pack(programme, fifty, freight)
    pack(programme, thanks, trigger="invited")
    m1 = joins(shop, "+8613800138000")
    newcomer = _invited(shop, "+8613900139000", m1)
    assert has(newcomer) == [("fifty", "newcomer"), ("freight", "newcomer")]
    [coupon] = [each for each in selectors.of_membership(newcomer.pk, NOW) if each.coupon.kind == "amount"]
    assert coupon.usable_until - coupon.coupon.received_at == DAY
    run_jobs()
    run_jobs()
    assert has(m1)[2:] == [("thanks", "referral")]
    joins(shop, "+8613900139000")
    run_jobs()
    assert (len(has(newcomer)), len(has(m1))) == (2, 3)


def test_sf_1_step_4_who_has_not_ordered_is_reminded(shop: Store, programme: Programme, fifty: CouponTemplate):
    """SF-1 step 4, MKT-17: at T+24 h and T+47 h without an order; an order at T+10 h stops both, a cancelled one does not."""
    pack(programme, fifty)
    idle, buyer, undecided = (joins(shop, f"+861390013900{place}") for place in range(3))
    for each, status in ((buyer, "paid"), (undecided, "cancelled")):
        at = NOW + HOUR * 10
        [told] = record(order(shop.pk, each.member_id, f"N{each.pk}", status=status, placed_at=at, cancelled_at=at), at=at)
        assert told.ok, told.problem

    def reminded(after: timedelta) -> list[int]:
        notices.send_due(now=NOW + after)
        return sorted(Notice.objects.filter(template="newcomer_reminder", state="sent").values_list("member_id", flat=True))

    due = sorted((idle.member_id, undecided.member_id))
    assert reminded(DAY - timedelta(seconds=1)) == []
    assert reminded(DAY) == due
    assert reminded(DAY + HOUR * 22) == due
    assert reminded(DAY + HOUR * 23) == sorted(due * 2)
    assert not Notice.objects.filter(template="newcomer_reminder", member_id=buyer.member_id).exists()
    first, last = (notices.text(each) for each in Notice.objects.filter(member_id=idle.member_id).order_by("due_at"))
    assert (first, last) == (
        f"欢迎加入{programme.name}：您的新人礼包还没有使用，等您来下第一单。",
        f"最后提醒：您在{programme.name}的新人礼包仍在等您下第一单。",
    )


def _invited(shop: Store, phone: str, by: Membership) -> Membership:
    enrolled = stores_services.enrol_member(
        store_id=shop.pk,
        profile=Profile(name="某人", phone=phone),
        identities=[IdentityClaim(Provider.PHONE.value, phone, verified_at=NOW)],
        channel=Channel.APP,
        inviter_id=by.member_id,
        asserts_verified=True,
        actor="test",
        occurred_at=NOW,
        booked_at=NOW,
    )
    return Membership.objects.get(member=enrolled.member_id, programme=shop.programme)


def test_mkt_13_who_brings_himself_gets_nothing_and_only_the_direct_inviter_counts(shop: Store, programme: Programme):
    """MKT-13: self_referral is noted; C via B does not pay A."""
    pack(programme, house.template(programme, code="thanks"), trigger="invited")
    a = joins(shop, "+8613800138000")
    b = _invited(shop, "+8613900139000", a)
    c = _invited(shop, "+8613700137000", b)
    Member.objects.filter(pk=c.member_id).update(phone="+8613900139000")  # the same person as b
    run_jobs()
    assert (has(a), has(b)) == ([("thanks", "referral")], [])
    assert [(each.code, each.member_id) for each in EffectSkipped.objects.all()] == [("self_referral", b.member_id)]


def test_cpn_05_a_free_cup_for_registering_once(shop: Store, programme: Programme):
    """CPN-05."""
    pack(programme, house.gift(programme, code="cup"))
    member = joins(shop, "+8613800138000")
    joins(shop, "+8613800138000")
    assert has(member) == [("cup", "newcomer")]


def test_history_and_packs_that_are_off_give_nothing(shop: Store, programme: Programme, fifty: CouponTemplate):
    pack(programme, fifty, is_on=False)
    member = joins(shop, "+8613800138000")
    pack(programme, fifty)
    assert packs.give_newcomers(membership_ids=[member.pk], booked_at=NOW, origin=Origin.BACKFILL) == 0
    assert has(member) == []


def test_what_a_pack_cannot_give_is_noted_and_tried_again(shop: Store, programme: Programme):
    """Ruling 4: joining is not refused since a coupon ran out."""
    template = house.template(programme, stock=0)
    pack(programme, template)
    member = joins(shop, "+8613800138000")
    assert EffectSkipped.objects.get().code == "quantity_exceeded"
    assert replay.retry(NOW, Unwatched()) == (1, 0, 0)
    CouponTemplate.objects.filter(pk=template.pk).update(stock=5)
    assert replay.retry(NOW, Unwatched()) == (1, 1, 1)
    assert len(has(member)) == 1


def test_ben_06_silver_gets_two_free_shipping_coupons_on_day_1(shop: Store, programme: Programme):
    """BEN-06: once a month, to who holds the level on that day, in steps that may be killed; the next month again."""
    growth_house.counting(programme)
    silver = _silver(programme, 3)
    bronze = house.membership(programme)
    freight = house.shipping(programme, code="freight")
    pack(programme, freight, trigger="monthly", level="L2", day_of_month=1, quantity=2)
    june = datetime(2024, 5, 31, 16, 0, tzinfo=UTC)  # the first of June in Shanghai
    assert packs.give_monthly(now=june - timedelta(seconds=1)) == 0
    assert packs.give_monthly(now=june, at_once=2) == 6
    assert packs.give_monthly(now=june + DAY) == 0
    assert [len(has(each)) for each in (*silver, bronze)] == [2, 2, 2, 0]
    run = PackRun.objects.get(finished_at=june)
    assert (run.issued, run.refused, run.period_on.isoformat()) == (6, 0, "2024-06-01")
    assert packs.give_monthly(now=datetime(2024, 7, 3, tzinfo=UTC)) == 6


def _silver(programme: Programme, number: int) -> list[Membership]:
    members = [house.membership(programme) for _ in range(number)]
    for member in members:
        grow(member, 8000)
    return members


def test_a_run_that_was_killed_goes_on_where_it_was(shop: Store, programme: Programme, monkeypatch: pytest.MonkeyPatch):
    growth_house.counting(programme)
    silver = _silver(programme, 3)
    pack(programme, house.shipping(programme), trigger="monthly", level="L2", day_of_month=1)
    june = datetime(2024, 6, 1, tzinfo=UTC)
    whole = packs._give
    calls = []

    def dies(*args: Any, **kwargs: Any) -> tuple[int, int]:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*args, **kwargs)

    monkeypatch.setattr(packs, "_give", dies)
    with pytest.raises(KeyboardInterrupt):
        packs.give_monthly(now=june, at_once=1)
    monkeypatch.undo()
    assert sum(len(has(each)) for each in silver) == 1
    assert packs.give_monthly(now=june, at_once=1) == 2
    assert [len(has(each)) for each in silver] == [1, 1, 1]
    assert PackRun.objects.get(period_on="2024-06-01").issued == 3


def test_a_monthly_pack_begins_next_month_when_its_day_has_passed(programme: Programme):
    growth_house.counting(programme)
    [member] = _silver(programme, 1)
    pack(programme, house.shipping(programme), trigger="monthly", level="L2", day_of_month=1)
    assert packs.give_monthly(now=NOW + DAY) == 0
    assert has(member) == []


def test_packs_that_make_no_sense_are_refused(programme: Programme, fifty: CouponTemplate):
    other = house.template(world.platform())
    refused: tuple[dict[str, Any], ...] = (
        {"of": fifty, "name": " "},
        {"of": fifty, "trigger": "monthly"},
        {"of": fifty, "quantity": 21},
        {"of": other},
    )
    for said in refused:
        with pytest.raises(InvalidInput):
            pack(programme, said.pop("of"), **said)
    assert not CouponPack.objects.exists()


def test_cs_5_customer_service_gives_one_a_member_and_month(programme: Programme, member: Membership):
    """CS-5: only templates marked 客服可发; a second try is refused; the next month is another."""
    sorry = house.template(programme, staff_may_give=True)
    said: dict[str, Any] = {"membership_id": member.pk, "reason": "优惠券无法使用", "actor": "staff:7"}
    with pytest.raises(NotForStaff):
        staff.give_coupon(template_id=house.template(programme).pk, token="a", at=NOW, **said)
    first = staff.give_coupon(template_id=sorry.pk, token="a", at=NOW, **said)
    assert (first.source, first.source_id) == (CouponSource.STAFF, "7")
    assert staff.give_coupon(template_id=sorry.pk, token="a", at=NOW, **said) == first  # the form was sent twice
    with pytest.raises(PerMemberExceeded) as refusal:
        staff.give_coupon(template_id=sorry.pk, token="b", at=NOW + DAY, **said)
    assert refusal.value.values == {"per_member": 1, "month": "2024-05"}
    assert Coupon.objects.count() == 1
    staff.give_coupon(template_id=sorry.pk, token="c", at=datetime(2024, 5, 31, 16, tzinfo=UTC), **said)


def test_a_level_pack_gives_coupons_once(programme: Programme, member: Membership, fifty: CouponTemplate):
    """LVL-28: what cannot be given says why and stays due."""
    kind = growth_gifts.gift_kinds()["coupon"]
    due = Due(1, member.pk, member.member_id, 5, {"template": "fifty", "count": 2}, "gift:1", NOW)
    gone = Due(2, member.pk, member.member_id, 5, {"template": "nothing", "count": 1}, "gift:2", NOW)
    assert kind.fulfiller([due, gone], NOW) == {2: "template_not_found"}
    assert kind.fulfiller([due], NOW) == {}
    assert has(member) == [("fifty", "level_gift")] * 2
    assert kind.validator({"template": "fifty", "count": 2}, programme.pk) == []
    assert kind.cost({"template": "fifty", "count": 2}, programme.pk) == 6000
    for wrong in ({"template": "nothing"}, {"template": "fifty", "count": 0}, {"template": "fifty", "more": 1}):
        assert len(kind.validator(wrong, programme.pk)) == 1


def reward(programme: Programme, template: CouponTemplate) -> None:
    rewards.save_reward(
        programme_id=programme.pk, code="coupon20", kind="coupon", said=RewardIn("¥20券", 20, payload={"template": template.code}), **BY
    )


def test_pts_11_points_buy_a_coupon_or_nothing_moves(programme: Programme):
    """PTS-11: 20 points → a coupon, in one transaction; stock 0 → nothing deducted."""
    points_house.rules(programme)
    member = points_house.membership(programme, points=50)
    template = house.template(programme, code="twenty", face_minor=2000, stock=1)
    reward(programme, template)
    made = redemptions.redeem_reward(membership_id=member.pk, reward_code="coupon20", reference="A", **BY)
    assert (has(member), points_house.account(member).balance) == ([("twenty", "reward")], 30)
    with pytest.raises(QuantityExceeded):
        redemptions.redeem_reward(membership_id=member.pk, reward_code="coupon20", reference="B", **BY)
    assert points_house.account(member).balance == 30
    redemptions.cancel_redemption(redemption_id=made.redemption.pk, **BY)
    assert (Coupon.objects.get().state, points_house.account(member).balance) == ("revoked", 50)


def test_a_used_coupon_keeps_its_redemption(programme: Programme, shop: Store):
    points_house.rules(programme)
    member = points_house.membership(programme, points=50)
    reward(programme, house.template(programme, code="twenty"))
    made = redemptions.redeem_reward(membership_id=member.pk, reward_code="coupon20", reference="A", **BY)
    house.reserve(Coupon.objects.get(), shop)
    with pytest.raises(NotCancellable):
        redemptions.cancel_redemption(redemption_id=made.redemption.pk, **BY)
    assert points_house.account(member).balance == 30
    assert not Job.objects.exists()
