"""Tags, coupons and the campaign of the story world: who is at the edges of tag M, what the cast holds, what has been used."""

from datetime import timedelta

import pytest

from coupons.enums import CouponState
from coupons.models import Coupon, CouponPack
from coupons.selectors import coupons as coupons_selectors
from demo.world import tagging
from demo.world.moments import FROZEN
from demo.world.parts import MILK, PARTS
from engagement.models import Campaign, CampaignRecipient
from growth.enums import ActivityLayer
from tags.models import MemberTag
from tags.services import runs

pytestmark = pytest.mark.django_db
_PHONES = {part.key: f"+86{part.find}" for part in (*PARTS, *(part for part, _paid in MILK))}


def holders(code: str) -> set[str]:
    """Of the cast, those who have a tag of 安禾 now."""
    held = MemberTag.objects.filter(tag__programme__code="P1", tag__code=code, ended_at=None)
    phones = set(held.values_list("membership__member__phone", flat=True))
    return {key for key, phone in _PHONES.items() if phone in phones}


def held(key: str) -> Coupon:
    return Coupon.objects.get(membership__member__phone=_PHONES[key], effect_key="claim:demo")


def the_edges_of_tag_m_are_in_and_beyond_them_nobody_is() -> None:
    """TAG-07, A-33, OP-4: children of 12 and 36 months in, 11 and 37 out; averages of 240.00 and 360.00 in, 239.99 out."""
    assert {key for key in holders("M") if key.startswith("MILK")} == {"MILK2", "MILK3", "MILK6", "MILK7"}
    assert "WALLET" in holders("M")


def a_tag_by_hand_stays() -> None:
    """OP-4 step 5, TAG-02: 挑剔客户 on 张三 survives another run; that run changes nothing (TAG-16)."""
    assert holders("PICKY") == {"M1"}
    before = MemberTag.objects.count()
    assert all(run.result["added"] == run.result["removed"] == {} for run in runs.judge_night(now=lambda: FROZEN))
    assert (holders("PICKY"), MemberTag.objects.count()) == ({"M1"}, before)


def each_of_the_cast_holds_what_the_guide_says() -> None:
    """CS-5: C1 of 张三 has just ended; 吴敏's is set aside for her unpaid order; 王芳's is for the shop alone."""
    ended, reserved, of_shop = held("M1"), held("QUIET"), held("TWO_STORES")
    assert (ended.received_at, ended.valid_until) == (FROZEN - timedelta(hours=24), FROZEN)
    assert coupons_selectors.standing_of(ended, FROZEN).state == CouponState.EXPIRED
    assert (reserved.state, reserved.order_no, reserved.discount_minor) == (CouponState.RESERVED, "O1080", 2_000)
    assert coupons_selectors.standing_of(reserved, FROZEN).state == CouponState.RESERVED
    assert (of_shop.state, len(of_shop.store_ids)) == (CouponState.AVAILABLE, 1)


def the_campaign_went_to_all_of_tag_m_and_some_have_used_it() -> None:
    campaign = Campaign.objects.get(code="milk-30")
    with_tag = set(
        MemberTag.objects.filter(tag__programme__code="P1", tag__code="M", ended_at=None).values_list("membership_id", flat=True)
    )
    assert set(CampaignRecipient.objects.values_list("membership_id", flat=True)) == with_tag
    coupons = Coupon.objects.filter(source="campaign")
    assert (campaign.state, campaign.committed_minor, coupons.count()) == ("finished", 3_000 * len(with_tag), len(with_tag))
    used = coupons.filter(state="used")
    assert used.count() == min(3, len(with_tag))
    assert set(used.values_list("discount_minor", flat=True)) == {3_000}


def each_layer_of_activity_has_a_campaign_of_its_own() -> None:
    """RFM-15: highly, moderately and little active, dormant; each its own strategy, drafted with what it gives."""
    drafts = Campaign.objects.filter(state="draft", programme__code="P1")
    assert [drafts.filter(rule={"==": [{"var": "rfm_layer"}, layer]}).count() for layer in ActivityLayer.values] == [1, 1, 1, 1]
    assert all(campaign.points or campaign.message or campaign.offers.exists() for campaign in drafts)


def newcomers_and_gold_members_have_packs() -> None:
    assert set(CouponPack.objects.values_list("programme__code", "trigger")) == {("P1", "registered"), ("P1", "monthly")}


@pytest.mark.usefixtures("loaded")
def test_what_the_story_says_of_tags_and_coupons(subtests: pytest.Subtests) -> None:
    for claim in (
        the_edges_of_tag_m_are_in_and_beyond_them_nobody_is,
        a_tag_by_hand_stays,
        each_of_the_cast_holds_what_the_guide_says,
        the_campaign_went_to_all_of_tag_m_and_some_have_used_it,
        each_layer_of_activity_has_a_campaign_of_its_own,
        newcomers_and_gold_members_have_packs,
    ):
        with subtests.test(claim.__name__):
            claim()


def test_every_tag_of_the_file_says_what_it_is_for() -> None:
    said = tagging.read()
    assert len({(each["programme"], each["code"]) for each in said}) == len(said) >= 16
    assert all(each["name"] and each["description"] for each in said)
