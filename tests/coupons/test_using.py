"""Coupons at the checkout (SF-5, CPN-02, CPN-06, CPN-11, CPN-18). docs/rules/coupons.md, States."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction

from core.errors import DomainError, InvalidInput
from coupons import errors
from coupons.enums import CouponState
from coupons.models import Coupon, CouponStep, CouponTemplate
from coupons.selectors import coupons as selectors
from coupons.selectors import templates as template_selectors
from coupons.services import expiry
from coupons.services.using import Spend
from stores.models import Membership, Programme, Store
from tests import world
from tests.activity.facts import line, order, record
from tests.coupons import house
from tests.world import NOW

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def coupon(programme: Programme, member: Membership) -> Coupon:
    """30.00 off from 299.00 on, for 24 hours."""
    return house.coupon(house.template(programme, min_spend_minor=29900), member)


def unchanged(coupon: Coupon) -> bool:
    """Whether the row is as it was read, and no step has come."""
    before = {field.attname: getattr(coupon, field.attname) for field in Coupon._meta.fields}
    now = Coupon.objects.get(pk=coupon.pk)
    return before == {field.attname: getattr(now, field.attname) for field in Coupon._meta.fields}


def test_sf_5_reserve_refuse_release(shop: Store, coupon: Coupon):
    """SF-5: reserved for 299.00; a second reserve 409; 298.99 409 min_spend; released it is available; in S002 409 wrong_store."""
    with pytest.raises(errors.MinSpend) as refusal:
        house.reserve(coupon, shop, 29899)
    assert refusal.value.values == {"min_spend_minor": 29900, "spend_minor": 29899}
    assert unchanged(coupon)
    reserved = house.reserve(coupon, shop)
    assert (reserved.state, reserved.order_no, reserved.reserved_until, reserved.discount_minor) == (
        "reserved",
        "O2001",
        NOW + 30 * MINUTE,
        3000,
    )
    for order_no in ("O2001", "O2002"):
        with pytest.raises(errors.HeldByOtherOrder):
            house.reserve(coupon, shop, order_no=order_no)
    assert house.release(coupon, shop).state == "available"
    with pytest.raises(errors.WrongStore):
        house.reserve(coupon, world.store("S002"))
    assert house.steps(coupon) == [
        ("", "available", "issued"),
        ("available", "reserved", "reserved"),
        ("reserved", "available", "released"),
    ]


def test_sf_5_use(shop: Store, coupon: Coupon):
    """SF-5, CPN-01: used_at is empty until the coupon is used."""
    assert house.reserve(coupon, shop).used_at is None
    used = house.use(coupon, shop, at=NOW + MINUTE)
    assert (used.state, used.used_at, used.discount_minor, used.reserved_until) == ("used", NOW + MINUTE, 3000, None)
    with pytest.raises(errors.CouponUsed) as refusal:
        house.use(coupon, shop, at=NOW + MINUTE)
    assert refusal.value.values == {"order_no": "O2001"}
    assert unchanged(used)


def test_cpn_06_used_at_09_59_59_and_expired_at_10_00_01(shop: Store, programme: Programme, member: Membership):
    """CPN-06: registered 10:00:00, valid to the next day 10:00:00; used at 09:59:59 it takes 50.00 off, at 10:00:01 it is expired."""
    coupon = house.coupon(house.template(programme, face_minor=5000), member)
    end = NOW + DAY
    assert end.astimezone(ZoneInfo("Asia/Shanghai")).isoformat() == "2024-05-21T10:00:00+08:00"
    with pytest.raises(errors.CouponExpired):
        house.use(coupon, shop, spend=Spend(house.goods(29900)), at=end + timedelta(seconds=1))
    assert unchanged(coupon)
    used = house.use(coupon, shop, spend=Spend(house.goods(29900)), at=end - timedelta(seconds=1))
    assert (used.state, used.discount_minor) == ("used", 5000)


def test_cpn_16_a_hundred_coupons_of_which_25_were_used_and_40_expired(shop: Store, programme: Programme, member: Membership):
    """CPN-16: issued 100, used 25 -> 25.0 %, expired 40, outstanding 35."""
    template = house.template(programme)
    for day in (NOW - DAY, NOW - DAY, NOW, NOW, NOW):
        house.issue(template, member, quantity=20, at=day)
    for place, coupon in enumerate(Coupon.objects.filter(received_at=NOW)[:25]):
        house.use(coupon, shop, f"O{place}", spend=Spend(house.goods(9900)))
    found = template_selectors.results([template.pk], NOW)[template.pk]
    assert (found.issued, found.used, found.expired, found.outstanding) == (100, 25, 40, 35)
    assert found.used_rate == Decimal("0.2500")


def test_a_till_uses_a_coupon_in_one_step(shop: Store, coupon: Coupon):
    assert house.use(coupon, shop, spend=Spend(house.goods(30000))).discount_minor == 3000
    assert [step[1] for step in house.steps(coupon)] == ["available", "reserved", "used"]


def test_nothing_is_used_that_is_neither_reserved_nor_told_of_its_goods(shop: Store, coupon: Coupon):
    with pytest.raises(errors.NotReserved):
        house.use(coupon, shop)
    with pytest.raises(errors.NotReserved):
        house.release(coupon, shop)
    assert unchanged(coupon)


def test_another_orders_reservation_is_neither_used_nor_released(shop: Store, coupon: Coupon):
    reserved = house.reserve(coupon, shop)
    for act in (house.use, house.release):
        with pytest.raises(errors.HeldByOtherOrder):
            act(coupon, shop, "O9")
    assert unchanged(reserved)


def test_a_reservation_ends_by_itself_whether_or_not_a_job_has_run(shop: Store, coupon: Coupon):
    house.reserve(coupon, shop)
    with pytest.raises(errors.NotReserved):
        house.use(coupon, shop, at=NOW + 30 * MINUTE)
    again = house.reserve(coupon, shop, order_no="O2002", at=NOW + 30 * MINUTE)
    assert (again.state, again.order_no) == ("reserved", "O2002")
    assert [step[2] for step in house.steps(coupon)] == ["issued", "reserved", "timed_out", "reserved"]


def test_the_job_frees_what_has_timed_out_and_marks_what_has_ended(shop: Store, coupon: Coupon, programme: Programme, member: Membership):
    other = house.coupon(house.template(programme), member)
    house.reserve(coupon, shop)
    assert expiry.expire(now=NOW + 31 * MINUTE) == 0
    coupon.refresh_from_db()
    assert (coupon.state, coupon.order_no, coupon.reserved_until) == ("available", "", None)
    assert expiry.expire(now=NOW + DAY, limit=1) == 2
    assert expiry.expire(now=NOW + DAY) == 0
    assert house.steps(other)[-1] == ("available", "expired", "expired")
    other.refresh_from_db()
    assert other.ended_at == NOW + DAY


def test_a_coupon_whose_end_came_while_it_was_reserved_has_grace(shop: Store, coupon: Coupon):
    """Design 7: released ten minutes after its end, it is usable for 24 hours from its end, and reserving again does not prolong that."""
    end = NOW + DAY
    house.reserve(coupon, shop, at=end - 10 * MINUTE)
    released = house.release(coupon, shop, at=end + 10 * MINUTE)
    assert released.grace_until == end + DAY
    house.reserve(coupon, shop, at=end + DAY - MINUTE)
    assert house.release(coupon, shop, at=end + DAY + MINUTE).grace_until == end + DAY
    assert selectors.standing_of(Coupon.objects.get(pk=coupon.pk), end + DAY + MINUTE).state == CouponState.EXPIRED
    assert expiry.expire(now=end + DAY + MINUTE) == 1


def test_a_reservation_that_outlived_its_coupon_counts_by_the_clock(shop: Store, coupon: Coupon, member: Membership):
    end = NOW + DAY
    house.reserve(coupon, shop, at=end - 10 * MINUTE)
    states = [selectors.of_membership(member.pk, at)[0].state for at in (end, end + 20 * MINUTE, end + DAY)]
    assert states == [CouponState.RESERVED, CouponState.AVAILABLE, CouponState.EXPIRED]
    assert expiry.expire(now=end + 21 * MINUTE) == 0
    assert selectors.usable_counts([member.pk], end + 21 * MINUTE) == {member.pk: 1}


def test_a_platform_coupon_is_good_in_every_store(member: Membership, shop: Store):
    """CPN-18: the platform's coupon is accepted in both."""
    other = world.store("S002")
    platform = world.platform()
    holder = Membership.objects.get(member=member.member_id, programme=platform)
    for store in (shop, other):
        coupon = house.coupon(house.template(platform, min_spend_minor=0), holder)
        assert house.use(coupon, store, spend=Spend(house.goods(5000))).store_id == store.pk


def test_a_coupon_of_some_stores_is_refused_in_others(member: Membership):
    """CPN-18."""
    one, other = world.store("S001"), world.store("S002")
    platform = world.platform()
    holder = Membership.objects.get(member=member.member_id, programme=platform)
    coupon = house.coupon(house.template(platform, min_spend_minor=0, store_ids=[one.pk]), holder)
    with pytest.raises(errors.WrongStore):
        house.reserve(coupon, other)
    assert unchanged(coupon)


def test_a_first_order_coupon_is_for_the_first_order(shop: Store, programme: Programme, member: Membership):
    """CPN-11: with no completed order ok, with one 409 not_first_order."""
    first, second = [house.coupon(house.template(programme, first_order=True), member) for _ in range(2)]
    assert house.use(first, shop, spend=Spend(house.goods(9900))).state == "used"
    record(order(shop.pk, member.member_id, "O1", status="completed", lines=[line(1, 100)]))
    with pytest.raises(errors.NotFirstOrder):
        house.reserve(second, shop, order_no="O2")
    assert unchanged(second)


def test_coupons_of_an_order_share_its_goods(shop: Store, programme: Programme, member: Membership):
    """A percentage named after an amount still comes first: 10 % of 100.00, then 30.00 of the 90.00."""
    amount = house.coupon(house.template(programme, stackable=True, min_spend_minor=0), member)
    percent = house.coupon(house.percent(programme, stackable=True), member)
    alone = house.coupon(house.percent(programme), member)
    assert house.reserve(amount, shop, 3100).discount_minor == 3000
    assert house.reserve(percent, shop, 3100).discount_minor == 310
    amount.refresh_from_db()
    assert amount.discount_minor == 2790
    with pytest.raises(errors.NotStackable):
        house.reserve(alone, shop, 3100)
    assert unchanged(alone)


def test_revoking_gives_stock_and_budget_back(programme: Programme, member: Membership, shop: Store):
    template = house.template(programme, stock=1, budget_minor=3000)
    coupon = house.coupon(template, member)
    assert house.issue(template, member).refused == {member.pk: "quantity_exceeded"}
    revoked = house.revoke(coupon)
    assert (revoked.state, revoked.ended_at, CouponStep.objects.get(coupon=coupon, state_to="revoked").reason) == (
        "revoked",
        NOW,
        "given by mistake",
    )
    template.refresh_from_db()
    assert (template.issued, template.committed_minor) == (0, 0)
    assert house.issue(template, member).new == 1


def test_revoking_needs_a_reason(coupon: Coupon):
    from coupons.services import using

    with pytest.raises(InvalidInput):
        using.revoke_coupon(coupon_id=coupon.pk, reason="ok", actor="test", at=NOW)
    assert unchanged(coupon)


def test_a_reservation_lasts_a_day_at_most(coupon: Coupon, shop: Store):
    for minutes in (0, 1441):
        with pytest.raises(InvalidInput):
            house.reserve(coupon, shop, minutes=minutes)
    assert unchanged(coupon)


STATES = tuple(CouponState)
LEGAL = {
    ("available", "reserved"),
    ("available", "expired"),
    ("available", "revoked"),
    ("reserved", "available"),
    ("reserved", "used"),
    ("used", "available"),
}
VALUES: dict[str, dict[str, Any]] = {
    "available": {"store": None, "order_no": "", "reserved_until": None, "used_at": None, "ended_at": None},
    "reserved": {"order_no": "O1", "reserved_until": NOW + HOUR, "used_at": None, "ended_at": None},
    "used": {"order_no": "O1", "reserved_until": None, "used_at": NOW, "ended_at": None},
    "expired": {"ended_at": NOW},
    "revoked": {"ended_at": NOW},
}


@pytest.mark.ledgers_may_disagree
def test_six_of_the_25_pairs_of_states_are_ways(programme: Programme, member: Membership, shop: Store):
    """CPN-02: the database refuses the 19 others, whoever writes."""
    template = house.template(programme)
    went = set()
    for begin in STATES:
        for end in STATES:
            coupon = house.coupon(template, member)
            with connection.cursor() as cursor:  # begin where no way may lead
                cursor.execute("SET LOCAL session_replication_role = replica")
                values = {"store": shop, **VALUES[begin]} if begin in ("reserved", "used") else VALUES[begin]
                Coupon.objects.filter(pk=coupon.pk).update(state=begin, **values)
                cursor.execute("SET LOCAL session_replication_role = origin")
            values = {"store": shop, **VALUES[end]} if end in ("reserved", "used") else VALUES[end]
            try:
                with transaction.atomic():
                    Coupon.objects.filter(pk=coupon.pk).update(state=end, **values)
                went.add((begin.value, end.value))
            except DatabaseError:
                continue
    assert went == LEGAL


VERBS: dict[str, Callable[[Coupon, Store], Coupon]] = {
    "reserve": lambda coupon, store: house.reserve(coupon, store, order_no="O2"),
    "use": lambda coupon, store: house.use(coupon, store),
    "release": lambda coupon, store: house.release(coupon, store),
    "revoke": lambda coupon, _store: house.revoke(coupon),
}
ANSWERS = {
    "available": {"reserve": "reserved", "use": "not_reserved", "release": "not_reserved", "revoke": "revoked"},
    "reserved": {"reserve": "held_by_other_session", "use": "used", "release": "available", "revoke": "not_revocable"},
    "used": {"reserve": "already_used", "use": "already_used", "release": "already_used", "revoke": "not_revocable"},
    "expired": {"reserve": "expired", "use": "expired", "release": "not_reserved", "revoke": "not_revocable"},
    "revoked": {"reserve": "revoked", "use": "revoked", "release": "not_reserved", "revoke": "not_revocable"},
}


def test_each_verb_answers_in_each_state(programme: Programme, shop: Store):
    """CPN-02: what a verb does to a coupon in each state, or with which code it is refused; then nothing has changed."""
    found: dict[str, dict[str, str]] = {}
    for state in STATES:
        for verb, act in VERBS.items():
            coupon = _in_state(state, programme, house.membership(programme), shop)
            try:
                answer = act(coupon, shop).state
            except DomainError as refusal:
                answer = refusal.code
                assert unchanged(coupon)
            found.setdefault(state.value, {})[verb] = answer
    assert found == ANSWERS


def _in_state(state: CouponState, programme: Programme, member: Membership, shop: Store) -> Coupon:
    terms = {"valid_until": NOW, "valid_amount": 24} if state == CouponState.EXPIRED else {}
    template = house.template(programme, **terms)
    coupon = house.coupon(template, member, at=NOW - HOUR if terms else NOW)
    if state in (CouponState.RESERVED, CouponState.USED):
        coupon = house.reserve(coupon, shop)
    if state == CouponState.USED:
        coupon = house.use(coupon, shop)
    if state == CouponState.REVOKED:
        coupon = house.revoke(coupon)
    if state == CouponState.EXPIRED:
        expiry.expire(now=NOW)
    return Coupon.objects.get(pk=coupon.pk)


def test_steps_are_only_added(coupon: Coupon):
    step = CouponStep.objects.get(coupon=coupon)
    for act in (lambda: CouponStep.objects.filter(pk=step.pk).update(cause="x"), lambda: step.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert CouponTemplate.objects.get().issued == 1
