"""Coupons come into being by one road, for one member and for many (CPN-01, CPN-06, CPN-07). docs/rules/coupons.md, Issuing."""

from datetime import UTC, datetime, timedelta

import pytest

from coupons.enums import CouponState, Validity
from coupons.errors import TemplateNotFound
from coupons.models import Coupon, CouponTemplate
from coupons.selectors import coupons as selectors
from members.models import Member
from stores.models import Membership, Programme
from tests import world
from tests.coupons import house
from tests.world import NOW

HOUR = timedelta(hours=1)
LATER = NOW + 30 * 24 * HOUR


def test_a_coupon_copies_the_terms_it_was_promised_with(programme: Programme, member: Membership):
    """CPN-01: what a member holds never changes because the template did."""
    template = house.template(programme, name="满99减30", categories=["母婴"], stackable=True)
    coupon = house.coupon(template, member)
    CouponTemplate.objects.filter(pk=template.pk).update(face_minor=1, name="x", min_spend_minor=0, categories=[])
    coupon.refresh_from_db()
    assert (coupon.name, coupon.face_minor, coupon.min_spend_minor, coupon.categories) == ("满99减30", 3000, 9900, ["母婴"])
    assert (coupon.state, coupon.received_at, coupon.used_at, coupon.validity_words) == ("available", NOW, None, "hours:24")
    assert len(coupon.code) == 12
    assert house.steps(coupon) == [("", "available", "issued")]


def test_the_same_key_again_answers_the_first_coupons_and_gives_nothing(programme: Programme, member: Membership):
    template = house.template(programme, stock=2)
    first = house.issue(template, member, key="campaign:7", quantity=2)
    again = house.issue(template, member, key="campaign:7", quantity=2, at=NOW + HOUR)
    assert again.coupon_ids == first.coupon_ids
    assert (first.new, again.new, again.replayed) == (2, 0, frozenset({member.pk}))
    template.refresh_from_db()
    assert (template.issued, template.committed_minor, Coupon.objects.count()) == (2, 6000, 2)


def test_the_same_key_for_another_template_gives_nothing(programme: Programme, member: Membership):
    house.issue(house.template(programme), member, key="campaign:7")
    assert house.issue(house.template(programme), member, key="campaign:7").refused == {member.pk: "effect_conflict"}
    assert Coupon.objects.count() == 1


def test_stock_goes_to_memberships_in_order_and_never_further(programme: Programme):
    members = [house.membership(programme) for _ in range(3)]
    template = house.template(programme, stock=5)
    found = house.issue(template, *reversed(members), quantity=2)
    assert sorted(found.coupon_ids) == [members[0].pk, members[1].pk]
    assert found.refused == {members[2].pk: "quantity_exceeded"}
    template.refresh_from_db()
    assert template.issued == 4


def test_a_budget_stops_issuing(programme: Programme):
    """CPN-07, OP-4: a budget of 300.00 gives ten coupons of 30.00 at most."""
    members = [house.membership(programme) for _ in range(12)]
    template = house.template(programme, budget_minor=30000)
    found = house.issue(template, *members)
    assert len(found.coupon_ids) == 10
    assert set(found.refused.values()) == {"budget_exhausted"}
    template.refresh_from_db()
    assert (template.issued, template.committed_minor) == (10, 30000)
    assert house.issue(template, members[11]).refused == {members[11].pk: "budget_exhausted"}  # nor later


def test_nobody_has_more_than_one_may_have(programme: Programme, member: Membership):
    template = house.template(programme, per_member=2)
    house.issue(template, member)
    assert house.issue(template, member, quantity=2).refused == {member.pk: "per_member_exceeded"}
    assert house.issue(template, member).new == 1
    assert house.issue(template, member).refused == {member.pk: "per_member_exceeded"}


def test_a_template_that_is_off_gives_nothing(programme: Programme, member: Membership):
    off = house.template(programme, is_on=False)
    over = house.template(programme, validity=Validity.FIXED, valid_amount=None, valid_until=NOW)
    assert [house.issue(each, member).refused for each in (off, over)] == [{member.pk: "template_not_active"}] * 2
    Programme.objects.filter(pk=programme.pk).update(coupons_on=False)
    assert house.issue(house.template(programme), member).refused == {member.pk: "coupons_off"}
    assert Coupon.objects.count() == 0


def test_who_is_frozen_or_elsewhere_gets_nothing(programme: Programme, member: Membership):
    stranger = house.membership(world.platform())
    Member.objects.filter(pk=member.member_id).update(status="frozen")
    found = house.issue(house.template(programme), member, stranger)
    assert found.refused == {member.pk: "member_not_active", stranger.pk: "not_a_member"}
    assert Coupon.objects.count() == 0


def test_no_template_no_coupons(member: Membership):
    template = CouponTemplate(pk=999_999)
    with pytest.raises(TemplateNotFound):
        house.issue(template, member)


@pytest.mark.parametrize(
    ("terms", "begins", "ends"),
    [
        ({"valid_amount": 24}, NOW, datetime(2024, 5, 21, 2, tzinfo=UTC)),
        ({"validity": "days", "valid_amount": 7}, NOW, datetime(2024, 5, 27, 16, tzinfo=UTC)),  # through 27 May in Shanghai
        ({"validity": "days", "valid_amount": 7, "valid_until": NOW + HOUR}, NOW, NOW + HOUR),
        ({"valid_from": NOW + HOUR}, NOW + HOUR, datetime(2024, 5, 21, 2, tzinfo=UTC)),
        ({"validity": "fixed", "valid_amount": None, "valid_from": NOW - HOUR, "valid_until": LATER}, NOW - HOUR, LATER),
        ({"validity": "fixed", "valid_amount": None, "valid_until": LATER}, NOW, LATER),
    ],
)
def test_validity_runs_from_receipt_or_between_two_moments(
    programme: Programme, member: Membership, terms: dict[str, object], begins: datetime, ends: datetime
):
    """CPN-06: hours to the second, days with the local day of the programme; fixed moments bound the others."""
    coupon = house.coupon(house.template(programme, **terms), member)
    assert (coupon.valid_from, coupon.valid_until) == (begins, ends)


def test_a_coupon_of_24_hours_ends_by_the_clock(programme: Programme, member: Membership):
    """CPN-06, CS-5: received at 10:00:00, usable at 09:59:59 the next day, expired at 10:00:00 though no job has run."""
    house.coupon(house.template(programme), member)
    [before] = selectors.of_membership(member.pk, NOW + 24 * HOUR - timedelta(seconds=1))
    [after] = selectors.of_membership(member.pk, NOW + 24 * HOUR)
    assert (before.state, before.is_usable, before.reason) == (CouponState.AVAILABLE, True, "")
    assert (after.state, after.refusal, after.coupon.state) == (CouponState.EXPIRED, "expired", "available")


def test_a_coupon_is_told_in_words(programme: Programme, member: Membership, settings: object):
    """CPN-01: amount, condition, receipt, use, validity and state."""
    from django.utils import translation

    store = world.store("S001")
    house.coupon(house.template(programme, categories=["母婴/奶粉"], store_ids=[store.pk], first_order=True), member)
    with translation.override("en"):
        [found] = selectors.of_membership(member.pk, NOW + 25 * HOUR)
        assert found.value == "¥30.00 off"
        assert found.condition == "from ¥99.00 on; for 母婴/奶粉; in S001; first order only; not with other coupons"
        assert found.validity == "Valid for 24 hours after receipt."
        assert found.reason == "Expired at 2024-05-21 10:00. Valid for 24 hours after receipt."


def test_a_coupon_that_ends_at_midnight_says_its_last_day(programme: Programme, member: Membership):
    """CPN-06: through 27 May in Shanghai, whose end is 28 May 00:00; a fixed one says so before it ends, and both afterwards."""
    from django.utils import translation

    midnight = datetime(2024, 5, 27, 16, tzinfo=UTC)
    house.coupon(house.template(programme, validity="days", valid_amount=7), member)
    house.coupon(house.template(programme, validity="fixed", valid_amount=None, valid_from=NOW, valid_until=midnight), member)
    for language, validity, reasons in (
        (
            "en",
            "Valid from 2024-05-20 10:00 until the end of 2024-05-27.",
            {
                "Expired at the end of 2024-05-27. Valid for 7 days after receipt.",
                "Expired at the end of 2024-05-27. Valid from 2024-05-20 10:00 until the end of 2024-05-27.",
            },
        ),
        (
            "zh-hans",
            "有效期 2024-05-20 10:00 至 2024-05-27",
            {"已于 2024-05-27 过期（领取后 7 天有效）", "已于 2024-05-27 过期（有效期 2024-05-20 10:00 至 2024-05-27）"},
        ),
    ):
        with translation.override(language):
            found = selectors.of_membership(member.pk, midnight)
            assert validity in {each.validity for each in found}
            assert {each.reason for each in found} == reasons
            assert {each.usable_until for each in found} == {midnight}


def test_what_can_be_used_is_counted_by_the_clock(programme: Programme, member: Membership):
    house.coupon(house.template(programme), member)
    house.coupon(house.template(programme, valid_amount=48), member)
    house.coupon(house.template(programme, valid_from=NOW + HOUR), member)
    counts = [selectors.usable_counts([member.pk], NOW + at)[member.pk] for at in (0 * HOUR, 1 * HOUR, 24 * HOUR, 48 * HOUR)]
    assert counts == [2, 3, 1, 0]
    assert [len(selectors.usable(member.pk, NOW + at)) for at in (0 * HOUR, 1 * HOUR, 24 * HOUR, 48 * HOUR)] == counts
