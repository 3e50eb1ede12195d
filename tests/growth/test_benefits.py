"""What memberships are entitled to (BEN-01..20, LVL-15..22, A-04, A-22)."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import InvalidInput
from growth.enums import BenefitKind, Track
from growth.errors import BenefitNotFound, EffectConflict, MatchNotFound, NotEntitled, QuotaExhausted
from growth.models import Benefit, BenefitUsage, Level, LevelMatch
from growth.rules.benefits import Discount, Identity, MemberPrices, Service
from growth.selectors import benefits, promises
from growth.services import benefits as services
from growth.services import matching, presets
from stores.enums import RequiredTrack
from stores.models import Membership, Programme, Store
from tests import world
from tests.growth import house, promising
from tests.world import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def jd(programme: Programme) -> Programme:
    """The platform's programme with the discounts of A-04."""
    return promising.discounts(programme)


def rate(membership: Membership, at: datetime = NOW) -> Decimal:
    [found] = benefits.of_membership(membership.pk, at).of_kind(BenefitKind.DISCOUNT)
    assert isinstance(found.value, Discount)
    return found.value.rate


def codes(membership: Membership, **asked: Any) -> list[str]:
    return [benefit.code for benefit in benefits.effective([membership.pk], NOW, **asked)[membership.pk]]


# --- values and where they come from ---


@pytest.mark.parametrize(
    ("level", "pays", "inherited_from"),
    [
        ("L0", "0.98", ""),
        ("L1", "0.98", "普通会员"),
        ("L2", "0.95", ""),
        ("L3", "0.90", ""),
        ("L4", "0.90", "金牌会员"),
    ],
)
def test_a_level_without_a_discount_has_the_one_of_the_level_below(jd: Programme, level: str, pays: str, inherited_from: str):
    """BEN-02, A-04: 普通 9.8折, 银 9.5折, 金 9折; bronze and diamond inherit 9.8折 and 9折 until they are set."""
    membership = house.membership(jd, level=level)
    found = benefits.of_membership(membership.pk, NOW).of("discount")
    assert found is not None
    assert found.value == Discount(Decimal(pays).quantize(Decimal("0.0001")))
    assert found.source.inherited_from == inherited_from
    assert (found.source.code, found.from_track) == (level, Track.FREE)


def test_only_discounts_are_inherited(jd: Programme):
    """A-04: never invent a promise."""
    promising.give(jd, "L2", "next_day")
    assert codes(house.membership(jd, level="L2")) == ["discount", "next_day"]
    assert codes(house.membership(jd, level="L3")) == ["discount"]


def test_the_best_value_over_three_tracks_counts(jd: Programme):
    """LVL-15: pay-rates 0.98, 0.95 and 0.97 in three tracks make 0.95."""
    membership = house.membership(jd, level="L0")
    plus = promising.track(jd, Track.PAID, "PLUS", "PLUS会员")
    card = promising.track(jd, Track.RECHARGE, "CARD", "储值会员")
    promising.give(jd, "PLUS", "discount", {"rate": "0.9500"}, track=Track.PAID)
    promising.give(jd, "CARD", "discount", {"rate": "0.9700"}, track=Track.RECHARGE)
    promising.hold(membership, plus, of=Track.PAID, until=NOW + SECOND)
    promising.hold(membership, card, of=Track.RECHARGE)
    found = benefits.of_membership(membership.pk, NOW).of("discount")
    assert found is not None
    assert found.value == Discount(Decimal("0.9500"))
    assert (found.from_level, found.from_track) == ("PLUS会员", Track.PAID)
    assert [offer.source.track for offer in found.offers] == [Track.FREE, Track.PAID, Track.RECHARGE]


def test_of_equal_values_the_free_levels_is_named(jd: Programme):
    membership = house.membership(jd, level="L2")
    plus = promising.track(jd, Track.PAID, "PLUS", "PLUS会员")
    promising.give(jd, "PLUS", "discount", {"rate": "0.9500"}, track=Track.PAID)
    promising.hold(membership, plus, of=Track.PAID, until=NOW + SECOND)
    found = benefits.of_membership(membership.pk, NOW).of("discount")
    assert found is not None
    assert found.from_track == Track.FREE


def test_a_bought_level_ends_to_the_second(jd: Programme):
    """LVL-19: one second before the end the benefit is there, at the end it is not; no job has run."""
    membership = house.membership(jd, level="L0")
    plus = promising.track(jd, Track.PAID, "PLUS", "PLUS会员")
    promising.give(jd, "PLUS", "discount", {"rate": "0.9500"}, track=Track.PAID)
    promising.give(jd, "PLUS", "priority_after_sales", track=Track.PAID)
    ends_at = NOW + timedelta(days=30)
    promising.hold(membership, plus, of=Track.PAID, until=ends_at)
    assert rate(membership, ends_at - SECOND) == Decimal("0.95")
    assert benefits.of_membership(membership.pk, ends_at - SECOND).flags["priority_after_sales"] is True
    assert rate(membership, ends_at) == Decimal("0.98")
    assert benefits.of_membership(membership.pk, ends_at).flags["priority_after_sales"] is False
    assert Track.PAID not in benefits.of_membership(membership.pk, ends_at).tracks


def test_when_an_override_ends_the_automatic_level_counts(jd: Programme):
    """A-23: until the end 钻石 by hand, from then on 铜牌."""
    membership = house.membership(jd, level="L1")
    held = house.hold(membership, "L1")
    held.level = Level.objects.get(programme=jd, code="L3")
    held.level_until = NOW + timedelta(days=90)
    held.save(update_fields=["level", "level_until"])
    assert rate(membership, NOW + timedelta(days=90) - SECOND) == Decimal("0.90")
    assert rate(membership, NOW + timedelta(days=90)) == Decimal("0.98")


@pytest.mark.parametrize("status", ["frozen", "left"])
def test_a_membership_that_is_not_active_is_entitled_to_nothing(jd: Programme, status: str):
    membership = house.membership(jd, level="L3")
    Membership.objects.filter(pk=membership.pk).update(status=status)
    assert benefits.of_membership(membership.pk, NOW).benefits == ()
    assert not benefits.of_membership(membership.pk, NOW).tracks


def test_a_programme_without_growth_gives_nothing(jd: Programme):
    membership = house.membership(jd, level="L3")
    Programme.objects.filter(pk=jd.pk).update(growth_on=False)
    assert benefits.effective([membership.pk], NOW) == {membership.pk: []}


def test_a_benefit_out_of_use_is_not_given(jd: Programme):
    membership = house.membership(jd, level="L3")
    Benefit.objects.filter(programme=jd).update(is_active=False)
    assert codes(membership) == []


def test_draft_and_retired_versions_promise_nothing(jd: Programme):
    membership = house.membership(jd, level="L2")
    promising.terms(jd, "L2").version.__class__.objects.filter(scheme__programme=jd).update(state="retired")
    assert codes(membership) == []


# --- what they are ---


def test_delivery_benefits_are_flags_an_order_system_reads(jd: Programme):
    """BEN-06, BEN-07: priority_dispatch, next_day and time_slot; the coupons of the month by number."""
    promising.give(jd, "L2", "priority_dispatch")
    promising.give(jd, "L2", "shipping_coupons", {"count": 2})
    promising.give(jd, "L3", "next_day")
    promising.give(jd, "L3", "time_slot")
    silver = benefits.of_membership(house.membership(jd, level="L2").pk, NOW)
    gold = benefits.of_membership(house.membership(jd, level="L3").pk, NOW)
    assert silver.flags == {"priority_dispatch": True, "next_day": False, "time_slot": False, "priority_after_sales": False}
    assert gold.flags == {"priority_dispatch": False, "next_day": True, "time_slot": True, "priority_after_sales": False}
    coupons = silver.of("shipping_coupons")
    assert coupons is not None
    assert coupons.words == "每月2张"


def test_the_service_tier_has_its_adviser(jd: Programme):
    """BEN-08: 普通 standard, 金 priority, 钻石 one to one with adviser 7."""
    promising.give(jd, "L3", "service_tier", {"tier": "priority", "adviser_id": None})
    promising.give(jd, "L4", "service_tier", {"tier": "one_to_one", "adviser_id": 7})
    found = [benefits.of_membership(house.membership(jd, level=level).pk, NOW).service for level in ("L0", "L3", "L4")]
    assert [(each.tier.value, each.adviser_id) for each in found] == [("standard", None), ("priority", None), ("one_to_one", 7)]
    assert all(isinstance(each, Service) for each in found)


def test_early_access_is_hours_before_the_sale(jd: Programme):
    """BEN-09, ACT-05: gold from T-24 h, 普通 from T."""
    promising.give(jd, "L3", "early_access", {"hours": 24})
    gold = benefits.of_membership(house.membership(jd, level="L3").pk, NOW)
    plain = benefits.of_membership(house.membership(jd, level="L0").pk, NOW)
    sale_at = NOW + timedelta(days=2)

    def allowed(who: benefits.Entitlements, at: datetime) -> bool:
        return benefits.early_access(who).allowed(sale_at, at)

    assert not allowed(gold, sale_at - timedelta(hours=24) - SECOND)
    assert allowed(gold, sale_at - timedelta(hours=24))
    assert not allowed(plain, sale_at - SECOND)
    assert allowed(plain, sale_at)


def test_identity_marks_are_there_or_not(jd: Programme):
    """BEN-11: gold has three keys, 普通 none."""
    promising.give(jd, "L3", "identity", {"card_style": "gold", "avatar_frame": "f3", "badge": "b2"})
    assert benefits.of_membership(house.membership(jd, level="L3").pk, NOW).identity == Identity("gold", "f3", "b2")
    assert benefits.of_membership(house.membership(jd, level="L0").pk, NOW).identity is None


def test_member_price_lists_of_several_levels_are_joined(jd: Programme):
    membership = house.membership(jd, level="L2")
    plus = promising.track(jd, Track.PAID, "PLUS", "PLUS会员")
    promising.give(jd, "L2", "member_price", {"prices": {"A": 9000, "B": 5000}})
    promising.give(jd, "PLUS", "member_price", {"prices": {"A": 8000}}, track=Track.PAID)
    promising.hold(membership, plus, of=Track.PAID, until=NOW + SECOND)
    found = benefits.of_membership(membership.pk, NOW).of("member_price")
    assert found is not None
    assert found.value == MemberPrices({"A": 8000, "B": 5000})


# --- channels and shops ---


def test_channels_have_the_same_benefits_unless_one_is_limited(jd: Programme):
    """BEN-19, OMN-10: byte-identical lists for two channels; one limited to the app is missing in the shop."""
    for kind in ("next_day", "time_slot", "priority_dispatch"):
        promising.give(jd, "L3", kind)
    membership = house.membership(jd, level="L3")

    def listed(channel: str) -> str:
        return json.dumps([vars(benefit) for benefit in benefits.effective([membership.pk], NOW, channel)[membership.pk]], default=str)

    assert listed("app") == listed("pos")
    Benefit.objects.filter(code="next_day").update(channels=["app"])
    assert codes(membership, channel="app") == ["discount", "priority_dispatch", "next_day", "time_slot"]
    assert codes(membership, channel="pos") == ["discount", "priority_dispatch", "time_slot"]
    assert codes(membership) == ["discount", "priority_dispatch", "next_day", "time_slot"]


def test_a_shop_for_paying_members_lets_only_them_in(jd: Programme):
    """LVL-18: false for a free member, true while the plan is valid."""
    membership = house.membership(jd, level="L4")
    plus = promising.track(jd, Track.PAID, "PLUS", "PLUS会员")
    assert benefits.of_membership(membership.pk, NOW).may_purchase("")
    assert not benefits.of_membership(membership.pk, NOW).may_purchase("paid")
    promising.hold(membership, plus, of=Track.PAID, until=NOW + SECOND)
    assert benefits.of_membership(membership.pk, NOW).may_purchase("paid")
    assert not benefits.of_membership(membership.pk, NOW + SECOND).may_purchase("paid")
    assert not benefits.of_membership(membership.pk, NOW).may_purchase("recharge")


def test_what_a_store_may_require_is_a_track():
    assert set(RequiredTrack.values) <= set(Track.values)


# --- quota ---


def use(membership: Membership, key: str, at: datetime = NOW, **values: Any) -> services.Used:
    said = {"benefit_code": "priority_dispatch", "channel": "app", "reference": "O1", **values}
    return services.use_benefit(membership_id=membership.pk, usage_key=key, actor="client:1", at=at, **said)


@pytest.fixture
def twice_a_month(jd: Programme) -> Membership:
    promising.give(jd, "L2", "priority_dispatch", quota=2)
    return house.membership(jd, level="L2")


def test_the_third_use_of_a_month_is_refused(twice_a_month: Membership):
    """BEN-16: quota 2 per month; the third use is refused and says when it counts anew, on the 1st by the programme's calendar."""
    assert [use(twice_a_month, key).left for key in ("O1", "O2")] == [1, 0]
    with pytest.raises(QuotaExhausted) as refused:
        use(twice_a_month, "O3")
    assert refused.value.values == {"quota": 2, "used": 2, "resets_on": date(2024, 6, 1)}
    assert BenefitUsage.objects.count() == 2
    found = benefits.of_membership(twice_a_month.pk, NOW).of("priority_dispatch")
    assert found is not None
    assert (found.quota, found.used, found.left) == (2, 2, 0)


def test_the_month_is_that_of_the_programme(twice_a_month: Membership):
    """BEN-16: 2024-06-01 00:00 in Shanghai is 2024-05-31 16:00 UTC."""
    first = datetime(2024, 5, 31, 16, 0, tzinfo=UTC)
    use(twice_a_month, "O1", first - SECOND)
    assert use(twice_a_month, "O2", first - SECOND).left == 0
    assert use(twice_a_month, "O3", first).left == 1


def test_the_same_use_again_takes_nothing(twice_a_month: Membership):
    first = use(twice_a_month, "O1")
    again = use(twice_a_month, "O1")
    assert (again.usage.pk, again.replayed, again.left) == (first.usage.pk, True, 1)
    assert BenefitUsage.objects.count() == 1
    use(twice_a_month, "O2")
    assert use(twice_a_month, "O1").replayed  # also when nothing is left
    with pytest.raises(EffectConflict):
        use(twice_a_month, "O1", reference="O9")


def test_uses_without_a_quota_are_recorded_without_end(jd: Programme):
    promising.give(jd, "L2", "priority_dispatch")
    membership = house.membership(jd, level="L2")
    assert [use(membership, f"O{number}").left for number in range(5)] == [None] * 5


def test_nobody_uses_what_they_have_not(twice_a_month: Membership, jd: Programme):
    plain = house.membership(jd, level="L0")
    with pytest.raises(NotEntitled):
        use(plain, "O1")
    with pytest.raises(BenefitNotFound):
        use(plain, "O1", benefit_code="nothing")
    Benefit.objects.filter(code="priority_dispatch").update(channels=["web"])
    with pytest.raises(NotEntitled):
        use(twice_a_month, "O1")
    assert not BenefitUsage.objects.exists()


def test_a_benefit_of_another_programme_is_not_there(twice_a_month: Membership, shop: Store):
    promising.benefit(shop.programme, "next_day")
    with pytest.raises(BenefitNotFound):
        use(twice_a_month, "O1", benefit_code="next_day")


# --- matched levels ---


@pytest.fixture
def store_programme(jd: Programme, shop: Store) -> Programme:
    """The store's own programme, with levels and discounts of its own."""
    house.scheme(shop.programme)
    return promising.discounts(shop.programme)


def test_platform_levels_count_in_a_store_only_through_matching(jd: Programme, store_programme: Programme):
    """Ruling 22, design section 3: gold on the platform is 普通 in the store, until gold is matched with silver from June on."""
    gold = house.membership(jd, level="L3")
    here = house.membership(store_programme, level="L0", member_id=gold.member_id)
    assert rate(here) == Decimal("0.98")
    june = NOW + timedelta(days=10)
    matching.match_levels(
        from_level_id=Level.objects.get(programme=jd, code="L3").pk,
        to_programme_id=store_programme.pk,
        to_level_id=Level.objects.get(programme=store_programme, code="L2").pk,
        valid_from=june,
        valid_until=june + timedelta(days=30),
    )
    assert rate(here, june - SECOND) == Decimal("0.98")
    assert rate(here, june) == Decimal("0.95")
    assert rate(here, june + timedelta(days=30)) == Decimal("0.98")
    found = benefits.of_membership(here.pk, june).of("discount")
    assert found is not None
    assert (found.source.code, found.source.matched_programme, found.source.until) == ("L2", "platform", june + timedelta(days=30))
    stranger = house.membership(store_programme, level="L0")
    assert rate(stranger, june) == Decimal("0.98")


def test_a_single_benefit_may_be_matched(jd: Programme, store_programme: Programme):
    gold = house.membership(jd, level="L3")
    here = house.membership(store_programme, level="L0", member_id=gold.member_id)
    matching.match_levels(
        from_level_id=Level.objects.get(programme=jd, code="L3").pk,
        to_programme_id=store_programme.pk,
        benefit_id=promising.benefit(store_programme, "discount").pk,
        value={"rate": "0.93"},
        valid_from=NOW,
    )
    assert rate(here) == Decimal("0.93")
    found = benefits.of_membership(here.pk, NOW).of("discount")
    assert found is not None
    assert (found.from_level, found.source.matched_programme) == ("金牌会员", "platform")
    house.hold(gold, "L2")
    assert rate(here) == Decimal("0.98")


def test_matchings_that_make_no_sense_are_refused(jd: Programme, store_programme: Programme):
    gold = Level.objects.get(programme=jd, code="L3").pk
    silver = Level.objects.get(programme=store_programme, code="L2").pk
    discount = promising.benefit(store_programme, "discount").pk
    here: dict[str, Any] = {"from_level_id": gold, "to_programme_id": store_programme.pk, "valid_from": NOW}
    for field, said in (
        ("to_programme", {**here, "to_programme_id": jd.pk, "to_level_id": silver}),
        ("to_level", here),
        ("to_level", {**here, "to_level_id": silver, "benefit_id": discount}),
        ("valid_until", {**here, "to_level_id": silver, "valid_until": NOW}),
        ("rate", {**here, "benefit_id": discount, "value": {}}),
    ):
        with pytest.raises(InvalidInput) as refused:
            matching.match_levels(**said)
        assert refused.value.field == field
    assert not LevelMatch.objects.exists()


def test_a_matching_ends_when_it_is_ended(jd: Programme, store_programme: Programme):
    made = matching.match_levels(
        from_level_id=Level.objects.get(programme=jd, code="L3").pk,
        to_programme_id=store_programme.pk,
        to_level_id=Level.objects.get(programme=store_programme, code="L2").pk,
        valid_from=NOW,
    )
    assert matching.end_match(match_id=made.pk, at=NOW + timedelta(days=1)).valid_until == NOW + timedelta(days=1)
    with pytest.raises(MatchNotFound):
        matching.end_match(match_id=made.pk, at=NOW + timedelta(days=2))


# --- what levels promise ---


def test_a_programme_from_the_preset_has_its_discount_at_once(db: None):
    """BEN-03, STO-09: one discount benefit, 0.98 at rank 0, without further work."""
    made = world.store("S009").programme
    presets.apply_preset(programme_id=made.pk, preset="jd_five", actor="test", at=NOW)
    lowest = promises.of_programme(made.pk)[0]
    assert lowest.rank == 0
    [discount] = [promise for promise in lowest.promises if promise.benefit.kind == "discount"]
    assert discount.value == Discount(Decimal("0.9800"))
    membership = house.membership(made, level="L0")
    assert rate(membership) == Decimal("0.98")


def test_what_the_next_level_brings(jd: Programme):
    """LVL-30: silver gives a better discount than bronze and two things bronze has not."""
    promising.give(jd, "L1", "early_access", {"hours": 24})
    promising.give(jd, "L2", "early_access", {"hours": 24})
    promising.give(jd, "L2", "next_day")
    levels = {row.code: row for row in promises.promised(Level.objects.filter(programme=jd).values_list("pk", flat=True)).values()}
    gained = promises.gained(levels["L1"], levels["L2"])
    assert [promise.benefit.code for promise in gained] == ["discount", "next_day"]
    assert promises.gained(levels["L3"], levels["L4"]) == []


# --- cost ---


def test_many_memberships_cost_as_much_as_one(jd: Programme):
    promising.give(jd, "L2", "priority_dispatch", quota=2)
    memberships = [house.membership(jd, level=level) for level in ("L0", "L1", "L2", "L3", "L4") * 4]
    counts = []
    for some in (memberships[2:3], memberships):
        with CaptureQueriesContext(connection) as captured:
            found = benefits.effective([membership.pk for membership in some], NOW)
        assert len(found) == len(some)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6
