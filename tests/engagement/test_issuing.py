"""What members get of a campaign, once, within its budget (CPN-12, CPN-14, TAG-14, OP-4.3, ARC-16)."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from core import ledgers, notices
from core.enums import NoticeState
from core.models import Notice, OutboxMessage
from coupons.models import Coupon
from engagement import tasks
from engagement.enums import CampaignState, RecipientState
from engagement.models import Campaign, CampaignRecipient
from engagement.services import campaigns, issuing
from members import services as members_services
from points.models import PointsEntry
from points.selectors import ledger
from points.services import versions
from stores.models import Membership, Programme, Store
from tags.services import giving
from tests.coupons import house as coupons_house
from tests.engagement import house
from tests.engagement.house import APPROVER
from tests.tags import buying
from tests.tags import house as tags_house
from tests.world import NOW

pytestmark = pytest.mark.django_db


def coupons(campaign: Campaign) -> list[int]:
    """Memberships with a coupon of it, one line a coupon."""
    rows = Coupon.objects.filter(source="campaign", source_id=str(campaign.pk))
    return sorted(rows.values_list("membership_id", flat=True))


def test_cpn_12_a_tag_of_seven_gets_seven_coupons_once(programme: Programme) -> None:
    """CPN-12: tag M has 7 members -> 7 coupons; the batch again: 0; messages: 7 minus those who want none."""
    holders, _other = house.members(programme, 7), house.members(programme, 3)
    house.wants_marketing(*holders[:5])
    tag = house.tagged(programme, "m", *holders)
    campaign = house.carried_out(programme, house.said(tag, coupons_house.template(programme), message="奶粉满减"))
    assert coupons(campaign) == [each.pk for each in holders]
    assert (campaign.state, campaign.targeted, campaign.settled) == (CampaignState.FINISHED, 7, 7)
    told = Notice.objects.filter(cause=f"campaign:{campaign.pk}")
    assert set(told.values_list("member_id", flat=True)) == {each.member_id for each in holders[:5]}
    assert {notices.text(notice) for notice in told} == {"奶粉满减"}
    assert house.results(campaign, "message") == ["given"] * 5 + ["opted_out"] * 2
    assert not issuing.run_campaign(campaign_id=campaign.pk, now=lambda: NOW)
    assert len(coupons(campaign)) == 7
    assert told.count() == 5


def test_op_4_3_a_budget_of_300_gives_ten_coupons_of_30(programme: Programme) -> None:
    """OP-4.3: budget 300, coupons of 30 -> at most 10; opted-out members get the coupon, no message."""
    holders = house.members(programme, 14)
    house.wants_marketing(*holders[2:])
    tag = house.tagged(programme, "m", *holders)
    coupon = coupons_house.template(programme, min_spend_minor=299_00)
    campaign = house.carried_out(programme, house.said(tag, coupon, message="满299减30", budget_minor=300_00))
    assert coupons(campaign) == [each.pk for each in holders[:10]]
    assert house.results(campaign) == ["given"] * 10 + ["campaign_budget"] * 4
    assert campaign.committed_minor == 300_00
    assert house.results(campaign, "message") == ["opted_out"] * 2 + ["given"] * 8 + [""] * 4
    assert notices.send_due(now=NOW) == 8


def test_a_budget_that_is_a_fen_short_gives_one_less(programme: Programme) -> None:
    tag = house.tagged(programme, "m", *house.members(programme, 3))
    campaign = house.carried_out(programme, house.said(tag, coupons_house.template(programme), budget_minor=89_99))
    assert house.results(campaign) == ["given", "given", "campaign_budget"]
    assert campaign.committed_minor == 60_00


def test_what_a_refused_coupon_would_have_cost_reaches_those_behind(programme: Programme) -> None:
    """The template's own limit refuses the first two; the budget of three goes to the next three, also across batches."""
    holders = house.members(programme, 6)
    coupon = coupons_house.template(programme, per_member=1)
    coupons_house.issue(coupon, *holders[:2])
    tag = house.tagged(programme, "m", *holders)
    for at_once in (500, 2):
        name = f"c{at_once}"
        campaign = house.carried_out(programme, house.said(tag, coupon, budget_minor=90_00), code=name, at_once=at_once)
        if at_once == 500:
            assert house.results(campaign) == ["per_member_exceeded"] * 2 + ["given"] * 3 + ["campaign_budget"]
            assert campaign.committed_minor == 90_00
        else:
            assert house.results(campaign) == ["per_member_exceeded"] * 5 + ["given"]
            assert campaign.committed_minor == 30_00


def test_the_stock_of_the_coupon_ends_before_the_budget(programme: Programme) -> None:
    holders = house.members(programme, 4)
    house.wants_marketing(*holders)
    tag = house.tagged(programme, "m", *holders)
    campaign = house.carried_out(programme, house.said(tag, coupons_house.template(programme, stock=3), message="x", points=5))
    assert house.results(campaign) == ["given"] * 3 + ["quantity_exceeded"]
    assert house.results(campaign, "points") == house.results(campaign, "message") == ["given"] * 3 + [""]
    assert campaign.committed_minor == 3 * 35_00


def test_cpn_14_a_member_with_two_tags_gets_the_coupon_of_the_higher_priority_only(programme: Programme) -> None:
    """CPN-14: tag -> template; two tags -> the higher priority one only."""
    both, cheap_only, quality_only, neither = house.members(programme, 4)
    price = house.tagged(programme, "price", both, cheap_only, priority=30)
    quality = house.tagged(programme, "quality", both, quality_only, priority=20)
    everybody = house.tagged(programme, "all", both, cheap_only, quality_only, neither)
    discount, new, usual = (coupons_house.template(programme, name=name) for name in ("8折", "新品", "通用"))
    mapped = house.carried_out(programme, house.said(everybody, (quality, new), (price, discount), usual))
    held = dict(Coupon.objects.filter(source_id=str(mapped.pk)).values_list("membership_id", "name"))
    assert held == {both.pk: "8折", cheap_only.pk: "8折", quality_only.pk: "新品", neither.pk: "通用"}
    without = house.carried_out(programme, house.said(everybody, (quality, new), (price, discount)))
    assert house.results(without) == ["given", "given", "given", "no_offer"]


def test_cpn_14_four_kinds_of_customers_get_what_moves_them(shop: Store, programme: Programme) -> None:
    """CPN-14: four automatic tags (discount share >= 60 %: price-sensitive), each with its coupon; of two the higher priority."""
    price, quality, hesitating, analytic, both, neither = house.members(programme, 6)
    for each in (price, both):
        buying.buy(shop, each, 10000, days_ago=40, goods_minor=25000, discount_minor=15000)
    buying.buy(shop, neither, 10000, days_ago=40, goods_minor=24999, discount_minor=14999)
    buying.buy(shop, quality, 100000, days_ago=40)
    for each, kind, times in ((hesitating, "cart_add", 3), (neither, "cart_add", 2), (analytic, "view", 5), (both, "view", 5)):
        for _time in range(times):
            buying.visit(shop, each, days_ago=1, kind=kind)

    def did(event: str) -> dict[str, Any]:
        return {"did": {"event": event, "days": 7, "figure": "count"}}

    rules: dict[str, Any] = {
        "price": {">=": [{"var": "discount_share"}, 600]},
        "quality": {">=": [{"var": "average_order"}, 100000]},
        "hesitating": {"and": [{">=": [did("cart_add"), 3]}, {"==": [{"var": "orders_30"}, 0]}]},
        "analytic": {">=": [did("view"), 5]},
    }
    kinds = {code: tags_house.by_rule(programme, rule, code, priority=40 - 10 * place) for place, (code, rule) in enumerate(rules.items())}
    tags_house.judge(programme)
    assert {code: tags_house.having(tag) for code, tag in kinds.items()} == {
        "price": {price.pk, both.pk},
        "quality": {quality.pk},
        "hesitating": {hesitating.pk},
        "analytic": {analytic.pk, both.pk},
    }
    everybody = house.tagged(programme, "all", price, quality, hesitating, analytic, both, neither)
    offers = [(tag, coupons_house.template(programme, name=code)) for code, tag in kinds.items()]
    campaign = house.carried_out(programme, house.said(everybody, *reversed(offers)))
    held = dict(Coupon.objects.filter(source_id=str(campaign.pk)).values_list("membership_id", "name"))
    assert held == {
        price.pk: "price", quality.pk: "quality", hesitating.pk: "hesitating", analytic.pk: "analytic", both.pk: "price",
    }  # fmt: skip


def test_tag_14_both_coupons_but_one_message_a_day(programme: Programme) -> None:
    """TAG-14: two campaigns, two tags, one member with both: both coupons, 1 marketing message a day; the next day it is free again."""
    both, first_only, second_only = house.members(programme, 3)
    house.wants_marketing(both, first_only, second_only)
    first, second = house.tagged(programme, "a", both, first_only), house.tagged(programme, "b", both, second_only)
    coupon = coupons_house.template(programme)
    one = house.carried_out(programme, house.said(first, coupon, message="一"))
    two = house.carried_out(programme, house.said(second, coupon, message="二"))
    assert coupons(one) == [both.pk, first_only.pk]
    assert coupons(two) == [both.pk, second_only.pk]
    assert house.results(two, "message") == ["message_cap", "given"]
    assert Notice.objects.filter(member_id=both.member_id, template="campaign_message").count() == 1
    late = NOW.replace(hour=12, minute=59)  # 20:59 in Shanghai
    assert house.results(house.carried_out(programme, house.said(first, message="三"), at=late), "message") == ["message_cap"] * 2
    assert (
        house.results(house.carried_out(programme, house.said(first, message="四"), at=late + timedelta(minutes=1)), "message")
        == ["given"] * 2
    )  # for tomorrow at 9
    tomorrow = late + timedelta(hours=23)
    assert house.results(house.carried_out(programme, house.said(first, message="五"), at=tomorrow), "message") == ["message_cap"] * 2


@pytest.mark.parametrize(
    ("callable_from", "callable_until", "asked", "goes"),
    [
        (None, None, "20 20:59", "20 20:59"),
        (None, None, "20 21:00", "21 09:00"),
        (None, None, "21 08:59", "21 09:00"),
        (None, None, "21 09:00", "21 09:00"),
        (time(19), time(21), "20 18:59", "20 19:00"),
        (time(19), time(21), "20 19:00", "20 19:00"),
        (time(7), time(23), "20 22:00", "21 09:00"),  # what a member says narrows the hours, and does not widen them
    ],
)
def test_dat_18_marketing_waits_for_the_hours_of_its_member(
    programme: Programme, callable_from: time | None, callable_until: time | None, asked: str, goes: str
) -> None:
    """DAT-18: marketing goes out from 9 to 21, or within the member's own hours; outside it waits for the next beginning."""
    [member] = house.members(programme, 1)
    house.wants_marketing(member)
    changes = {"callable_from": callable_from, "callable_until": callable_until}
    members_services.update_profile(member_id=member.member_id, changes=changes, actor="test", at=NOW)
    moment, due_at = (datetime.fromisoformat(f"2024-05-{said.replace(' ', 'T')}:00+08:00") for said in (asked, goes))
    campaign = house.carried_out(programme, house.said(house.tagged(programme, "m", member), message="您好"), at=moment)
    assert house.results(campaign, "message") == ["given"]
    assert list(Notice.objects.values_list("due_at", "created_at")) == [(due_at, moment)]
    assert notices.send_due(now=due_at - timedelta(seconds=1)) == 0
    assert notices.send_due(now=due_at) == 1


def test_dat_18_a_worker_that_was_down_sends_no_marketing_by_night(programme: Programme) -> None:
    """DAT-18: due at 20:59, but nobody sent it: at 21:00 it is too late, it waits for 9; who can be called from 22:00 only is told then."""
    early, usual = house.members(programme, 2)
    house.wants_marketing(early, usual)
    changes = {"callable_from": time(22), "callable_until": time(23)}
    members_services.update_profile(member_id=early.member_id, changes=changes, actor="test", at=NOW)
    evening = datetime.fromisoformat("2024-05-20T20:59:00+08:00")
    house.carried_out(programme, house.said(house.tagged(programme, "m", early, usual), message="您好"), at=evening)
    assert notices.send_due(now=evening + timedelta(minutes=1)) == 0
    assert notices.send_due(now=evening + timedelta(minutes=61)) == 1  # 22:00: who can be called by night only
    queued = Notice.objects.get(state="queued")
    assert (queued.member_id, queued.due_at) == (usual.member_id, datetime.fromisoformat("2024-05-21T09:00:00+08:00"))
    assert notices.send_due(now=queued.due_at) == 1


def test_points_a_tag_and_a_message_are_given_by_the_approver_with_the_campaigns_name(programme: Programme) -> None:
    """PRD-22: all rows carry one campaign."""
    holders = house.members(programme, 3)
    house.wants_marketing(*holders)
    tag, gives = house.tagged(programme, "m", *holders), house.tagged(programme, "reached")
    of = house.said(tag, coupons_house.template(programme), points=20, gives_tag_id=gives.pk, message="您好")
    campaign = house.carried_out(programme, of)
    assert [ledger.balance(each.pk, NOW).balance for each in holders] == [20, 20, 20]
    entries = PointsEntry.objects.filter(source_type="campaign", source_id=str(campaign.pk))
    assert set(entries.values_list("kind", "actor", "note")) == {("gift", APPROVER, "奶粉满减")}
    assert tags_house.having(gives) == {each.pk for each in holders}
    assert tags_house.rows(gives) == [("reached", "campaign", True)] * 3
    assert Notice.objects.filter(cause=f"campaign:{campaign.pk}").count() == 3
    assert campaign.committed_minor == 3 * (30_00 + 20_00)
    assert ledgers.disagreements() == []


def test_points_alone_keep_to_the_budget(programme: Programme) -> None:
    tag = house.tagged(programme, "m", *house.members(programme, 3))
    campaign = house.carried_out(programme, house.said(tag, points=50, budget_minor=120_00))
    assert house.results(campaign, "points") == ["given", "given", "campaign_budget"]
    assert campaign.committed_minor == 100_00


def test_frozen_members_and_those_never_to_be_tagged(programme: Programme) -> None:
    frozen, never, usual = house.members(programme, 3)
    gives = house.tagged(programme, "reached")
    tag = house.tagged(programme, "m", frozen, never, usual)
    giving.exclude(membership_ids=[never.pk], tag_id=gives.pk, reason="会员要求", actor="test", at=NOW)
    campaign = house.approved(programme, house.said(tag, coupons_house.template(programme), gives_tag_id=gives.pk))
    issuing.begin_campaign(campaign_id=campaign.pk, at=NOW)
    Membership.objects.filter(pk=frozen.pk).update(status="frozen")
    issuing.run_campaign(campaign_id=campaign.pk, now=lambda: NOW)
    assert house.results(campaign) == ["member_frozen", "given", "given"]
    assert house.results(campaign, "tag") == ["", "tag_excluded", "given"]
    states = CampaignRecipient.objects.order_by("membership_id").values_list("state", flat=True)
    assert list(states) == [RecipientState.REFUSED, RecipientState.GIVEN, RecipientState.GIVEN]


def test_a_programme_that_lost_its_points_gives_nothing(programme: Programme) -> None:
    tag = house.tagged(programme, "m", *house.members(programme, 2))
    campaign = house.approved(programme, house.said(tag, coupons_house.template(programme), points=5))
    Programme.objects.filter(pk=programme.pk).update(points_on=False)
    issuing.run_campaign(campaign_id=campaign.pk, now=lambda: NOW)
    assert house.results(campaign, "points") == ["points_off", "points_off"]
    assert coupons(campaign) == []


def test_the_list_is_made_when_it_begins(programme: Programme) -> None:
    """Who gets the tag later is not on it, who loses it stays on it."""
    first, second, late = house.members(programme, 3)
    tag = house.tagged(programme, "m", first, second)
    campaign = house.approved(programme, house.said(tag, coupons_house.template(programme)))
    assert house.recipients(campaign) == []
    issuing.begin_campaign(campaign_id=campaign.pk, at=NOW)
    giving.take_tag(membership_ids=[first.pk], tag_id=tag.pk, actor="test", at=NOW)
    giving.give_tag(membership_ids=[late.pk], tag_id=tag.pk, source="staff", actor="test", at=NOW)
    issuing.run_campaign(campaign_id=campaign.pk, now=lambda: NOW)
    assert coupons(campaign) == house.recipients(campaign) == [first.pk, second.pk]


def test_beat_begins_what_is_due_and_nothing_else(programme: Programme) -> None:
    tag = house.tagged(programme, "m", *house.members(programme, 2))
    coupon = coupons_house.template(programme)
    due = house.approved(programme, house.said(tag, coupon))
    later = house.approved(programme, house.said(tag, coupon, starts_at=NOW + timedelta(seconds=1)))
    waiting = house.submitted(programme, house.said(tag, coupon))
    tasks.run_campaigns(at=NOW.isoformat(), unknown="tolerated")
    states = {each.pk: each.state for each in Campaign.objects.all()}
    assert states == {due.pk: CampaignState.FINISHED, later.pk: CampaignState.APPROVED, waiting.pk: CampaignState.DRAFT}
    tasks.run_campaigns(at=(NOW + timedelta(seconds=1)).isoformat())
    assert len(coupons(later)) == 2
    assert [message.payload["state"] for message in OutboxMessage.objects.filter(ordering_key=f"campaign:{later.pk}").order_by("id")] == [
        "approved", "running", "finished",
    ]  # fmt: skip


def test_stopped_it_gives_nothing_more(programme: Programme) -> None:
    """PRD-22: stop -> 0 more; who was not reached stays on the list as not reached."""
    tag = house.tagged(programme, "m", *house.members(programme, 4))
    campaign = house.approved(programme, house.said(tag, coupons_house.template(programme)))
    issuing.begin_campaign(campaign_id=campaign.pk, at=NOW)
    assert issuing.give_next(campaign_id=campaign.pk, at=NOW, at_once=3) == 3
    campaigns.stop_campaign(campaign_id=campaign.pk, reason="发错人群", actor=APPROVER, at=NOW)
    assert issuing.give_next(campaign_id=campaign.pk, at=NOW) == 0
    assert not issuing.run_campaign(campaign_id=campaign.pk, now=lambda: NOW)
    assert len(coupons(campaign)) == 3
    assert house.results(campaign) == ["given"] * 3 + [""]
    campaign.refresh_from_db()
    assert (campaign.state, campaign.settled, campaign.stop_reason, campaign.ended_by) == ("stopped", 3, "发错人群", APPROVER)


def test_after_its_end_nothing_is_given(programme: Programme) -> None:
    tag = house.tagged(programme, "m", *house.members(programme, 2))
    campaign = house.approved(programme, house.said(tag, coupons_house.template(programme), ends_at=NOW + timedelta(hours=1)))
    issuing.begin_campaign(campaign_id=campaign.pk, at=NOW)
    assert issuing.run_campaign(campaign_id=campaign.pk, now=lambda: NOW + timedelta(hours=1))
    assert coupons(campaign) == []
    campaign.refresh_from_db()
    assert (campaign.state, campaign.targeted, campaign.settled) == (CampaignState.FINISHED, 2, 0)


def test_a_campaign_that_fails_keeps_none_of_its_batch_and_the_others_go_on(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = house.tagged(programme, "m", *house.members(programme, 3))
    coupon = coupons_house.template(programme)
    broken, sound = house.approved(programme, house.said(tag, coupon, name="坏")), house.approved(programme, house.said(tag, coupon))
    send: Any = issuing._Batch._send

    def fail(self: Any) -> None:
        if self.campaign.pk == broken.pk:
            raise RuntimeError("the line is down")
        send(self)

    monkeypatch.setattr(issuing._Batch, "_send", fail)
    tasks.run_campaigns(at=NOW.isoformat())
    assert coupons(broken) == []
    assert house.results(broken) == [""] * 3
    assert len(coupons(sound)) == 3
    monkeypatch.undo()
    tasks.run_campaigns(at=NOW.isoformat())
    assert len(coupons(broken)) == 3


def test_messages_are_gated_again_when_they_go_out(programme: Programme) -> None:
    [member] = holders = house.members(programme, 1)
    house.wants_marketing(member)
    tag = house.tagged(programme, "m", *holders)
    campaign = house.carried_out(programme, house.said(tag, message="x"))
    members_services.set_preferences(member_id=member.member_id, switches={("sms", "marketing"): False}, actor="test", at=NOW)
    assert notices.send_due(now=NOW) == 0
    assert Notice.objects.get(cause=f"campaign:{campaign.pk}").state == NoticeState.SUPPRESSED


def test_a_second_set_of_points_rules_prices_the_points(programme: Programme) -> None:
    """The budget counts a point at what it costs in the books that hold now."""
    draft = versions.create_draft(programme_id=programme.pk, actor="test", at=NOW)
    type(draft).objects.filter(pk=draft.pk).update(unit_cost_minor=10)
    versions.publish_draft(version_id=draft.pk, actor="test", at=NOW)
    tag = house.tagged(programme, "m", *house.members(programme, 3))
    campaign = house.carried_out(programme, house.said(tag, points=50, budget_minor=10_00))
    assert house.results(campaign, "points") == ["given", "given", "campaign_budget"]
