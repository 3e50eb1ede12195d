"""Coupons, tags and campaigns in a member's timeline (CSL-16): what happened, to whom it is told, and without reading all there is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.translation import override

from core import registry
from core.backoffice import timeline
from core.registry import TimelineEntry
from core.scope import Scope
from coupons.models import Coupon, CouponStep
from engagement.enums import RecipientState
from engagement.models import Campaign, CampaignRecipient
from stores.models import Membership
from tags.enums import TagSource
from tags.models import MemberTag
from tags.services import giving
from tests import world
from tests.coupons import house as coupons_house
from tests.engagement import house as campaigns_house
from tests.tags import house as tags_house
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words_are_english")]
KINDS = ("Coupon", "Tag", "Campaign")
HOUR = timedelta(hours=1)
VERY_MANY = 3000
LIMIT = 20
EVERYTHING = Scope("staff:1", platform=True, roles=frozenset({"admin"}))


@pytest.fixture
def words_are_english() -> Iterator[None]:
    with override("en"):
        yield


def told(of: Membership, scope: Scope = EVERYTHING) -> list[TimelineEntry]:
    """All of these three kinds, page by page, the latest first."""
    found: list[TimelineEntry] = []
    after = None
    while True:
        entries, after = timeline.page(member_id=of.member_id, scope=scope, after=after, limit=3)
        found += entries
        if after is None:
            return [entry for entry in found if entry.kind in KINDS]


def words(entries: list[TimelineEntry]) -> list[tuple[str, str]]:
    return [(str(entry.title), str(entry.detail)) for entry in entries]


def test_coupons_are_received_used_given_back_expired_and_revoked() -> None:
    shop = world.store("S001")
    member = coupons_house.membership(shop.programme)
    template = coupons_house.template(shop.programme, min_spend_minor=0)
    coupon = coupons_house.coupon(template, member)
    coupons_house.reserve(coupon, shop, at=NOW + HOUR)
    coupons_house.use(coupon, shop, at=NOW + HOUR + timedelta(minutes=1))
    coupons_house.coupon(template, member, at=NOW + 3 * HOUR)
    coupons_house.revoke(coupons_house.coupon(template, member, at=NOW + 4 * HOUR), at=NOW + 5 * HOUR)
    assert words(told(member)) == [
        ("revoked · ¥30.00 off 满减券", "given by mistake"),
        ("received · ¥30.00 off 满减券", "campaign"),
        ("received · ¥30.00 off 满减券", "campaign"),
        ("used · ¥30.00 off 满减券", "O2001, −¥30.00"),
        ("received · ¥30.00 off 满减券", "campaign"),
    ]


def test_tags_are_given_taken_away_and_ended() -> None:
    programme = world.platform()
    member = tags_house.member(programme)
    picky, women = tags_house.by_hand(programme, "picky"), tags_house.by_hand(programme, "women")
    MemberTag.objects.create(
        membership=member, tag=women, source=TagSource.RULE, started_at=NOW, started_by="system", ended_at=NOW + HOUR, ended_by="system"
    )
    giving.give_to_one(
        membership_id=member.pk, tag_id=picky.pk, source="staff", reason="sends much back", actor="staff:1", at=NOW + 2 * HOUR
    )
    giving.take_tag(membership_ids=[member.pk], tag_id=picky.pk, reason="no longer", actor="staff:1", at=NOW + 3 * HOUR)
    assert words(told(member)) == [
        (f"taken away · {picky.name}", "no longer"),
        (f"given · {picky.name}", "by staff sends much back"),
        (f"ended · {women.name}", ""),
        (f"given · {women.name}", "by rule"),
    ]


def test_a_campaign_says_what_it_gave_and_why_not() -> None:
    shop = world.store("S001")
    one, other = campaigns_house.members(shop.programme, 2)
    tag = campaigns_house.tagged(shop.programme, "vip", one, other)
    guest = tags_house.by_hand(shop.programme, "guest")
    template = coupons_house.template(shop.programme, stock=1)
    campaigns_house.carried_out(shop.programme, campaigns_house.said(tag, template, gives_tag_id=guest.pk), at=NOW + HOUR)
    found = [words([entry for entry in told(each) if entry.kind == "Campaign"]) for each in (one, other)]
    assert found == [
        [("奶粉满减 · given", f"满减券, tag ({guest.name})")],
        [("奶粉满减 · got nothing", "coupon (These coupons have run out.)")],
    ]


def test_who_may_not_see_them_is_told_nothing_and_who_reaches_another_programme_neither() -> None:
    shop = world.store("S001")
    [member] = campaigns_house.members(shop.programme, 1)
    tag = campaigns_house.tagged(shop.programme, "vip", member)
    campaigns_house.carried_out(shop.programme, campaigns_house.said(tag, coupons_house.template(shop.programme)))
    here, there = frozenset({shop.programme_id}), frozenset({world.store("S002").programme_id})

    def kinds(scope: Scope) -> set[str]:
        return {str(entry.kind) for entry in told(member, scope)}

    assert kinds(EVERYTHING) == set(KINDS)
    assert kinds(Scope("staff:1", programme_ids=here, roles=frozenset({"till_clerk"}))) == {"Coupon", "Tag"}
    assert kinds(Scope("staff:1", programme_ids=here, roles=frozenset({"customer_service"}))) == set(KINDS)
    assert kinds(Scope("staff:1", programme_ids=there, roles=frozenset({"customer_service"}))) == set()
    for grant, kind in (("coupons:read", "Coupon"), ("tags:read", "Tag"), ("campaigns:read", "Campaign")):
        assert kinds(Scope("client:1", programme_ids=here, grants=frozenset({grant}))) == {kind}
    assert kinds(Scope("client:1", programme_ids=here, grants=frozenset({"members:read"}))) == set()


def crowded() -> Membership:
    """Somebody with very many coupons, each used and given back, very many tags that came and went, and very many campaigns."""
    programme = world.platform()
    member = tags_house.member(programme)
    template = coupons_house.template(programme)
    for _time in range(VERY_MANY // 20):
        coupons_house.issue(template, member, quantity=20)
    coupons = Coupon.objects.filter(membership=member).order_by("pk")
    CouponStep.objects.bulk_create(
        CouponStep(
            coupon=coupon, membership=member, state_from=before, state_to=after, cause="test", actor="test", booked_at=NOW,
            occurred_at=NOW + number * HOUR,
        )
        for number, coupon in enumerate(coupons)
        for before, after in (("available", "reserved"), ("reserved", "used"), ("used", "available"))
    )  # fmt: skip
    tag = tags_house.by_hand(programme, "vip")
    MemberTag.objects.bulk_create(
        MemberTag(
            membership=member, tag=tag, source=TagSource.STAFF, started_by="staff:1", started_at=NOW + number * HOUR,
            ended_at=NOW + (number + 1) * HOUR,
        )
        for number in range(VERY_MANY)
    )  # fmt: skip
    campaigns = Campaign.objects.bulk_create(
        Campaign(
            programme=programme, code=f"c{number}", name="x", goal="retain", audience_kind="tag", tag=tag, starts_at=NOW, created_at=NOW
        )
        for number in range(VERY_MANY)
    )
    CampaignRecipient.objects.bulk_create(
        CampaignRecipient(campaign=campaign, membership=member, state=RecipientState.REFUSED, settled_at=NOW + number * HOUR)
        for number, campaign in enumerate(campaigns)
    )
    return member


def test_of_very_many_only_a_page_is_read() -> None:
    """No kind is sorted whole: the newest page and one from the middle. Counted in rows read, which no busy machine changes."""
    member = crowded()
    tables = ("coupons_coupon", "coupons_couponstep", "tags_membertag", "engagement_campaignrecipient")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(tables))
    for table in tables:
        for before in (NOW + 2 * VERY_MANY * HOUR, NOW + VERY_MANY // 2 * HOUR):
            read = rows_read(table)
            for source in ("coupons", "tags", "campaigns"):
                [entries] = [each.entries for each in registry.timeline_sources() if each.key == source]
                assert len(entries(member.member_id, EVERYTHING, before, LIMIT)) == LIMIT
            assert rows_read(table) - read <= 8 * LIMIT, (table, before)


def rows_read(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
        return int(cursor.fetchone()[0])
