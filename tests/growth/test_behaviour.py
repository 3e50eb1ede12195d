"""Growth value by logins, reviews, photo reviews, shares and check-ins (GRW-01, 02, 05..09, 14, 15, SF-8)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from activity.models import BehaviourEvent
from core.enums import Origin
from core.models import EffectSkipped
from growth.enums import Mode, RuleCode
from growth.models import GrowthEntry, GrowthRule, PhotoPlace, SchemeVersion
from growth.selectors import ledger as ledger_selectors
from growth.services import behaviour, ledger
from stores.models import Membership, Programme, Store
from tests import world
from tests.activity.facts import event, line, order, record
from tests.growth import house
from tests.growth.threads import at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = iter(range(10**9))


def tell(member: Membership, kind: str, at: datetime = NOW, **values: Any) -> Any:
    """Somebody does something."""
    return event(member.member_id, f"E{next(_numbers)}", kind=kind, occurred_at=at, **values)


def do(*wanted: Any, **values: Any) -> None:
    answers = record(*wanted, at=max(each.occurred_at for each in wanted), **values)
    assert all(answer.applied for answer in answers), answers


def login(member: Membership, at: datetime = NOW, *, manual: object = True, **values: Any) -> Any:
    return tell(member, "login", at, attributes={"manual": manual}, **values)


def about(shop: Store, order_no: str = "O1", line_no: int = 1, **values: Any) -> dict[str, Any]:
    return {"store_id": shop.pk, "order_no": order_no, "line_no": line_no, **values}


def posted(member: Membership) -> list[tuple[str, int]]:
    """reason and what was applied, in posting order; without the opening and without purchases."""
    rows = GrowthEntry.objects.filter(account=member.pk).exclude(reason__in=["opening", "purchase"]).order_by("account_version")
    return list(rows.values_list("reason", "applied"))


def buy(shop: Store, member: Membership, order_no: str = "O1", *lines: Any) -> None:
    [answer] = record(order(shop.pk, member.member_id, order_no, lines=lines or (line(1, 2000, spu="P1"),)))
    assert answer.ok, answer.problem


@pytest.fixture
def member(programme: Programme) -> Membership:
    return house.membership(programme)


# --- all rules ---


def test_one_event_of_each_rule_leaves_an_entry_with_rule_and_version(programme: Programme, shop: Store, bronze: Membership) -> None:
    """GRW-01."""
    record(order(shop.pk, bronze.member_id, lines=[line(1, 2000, spu="P1")], status="completed"))
    do(login(bronze), tell(bronze, "review.approved", **about(shop)), tell(bronze, "photo_review.approved", **about(shop)))
    rows = GrowthEntry.objects.filter(account=bronze.pk).exclude(reason="opening").select_related("rule__rule_set")
    found = {(row.reason, row.applied, row.rule and row.rule.code, row.rule and row.rule.rule_set.number) for row in rows}
    assert found == {
        ("purchase", 20, "purchase", 1),
        ("login", 5, "login", 1),
        ("review", 20, "review", 1),
        ("photo_review", 20, "photo_review", 1),
    }


def test_the_programme_says_which_model_counts(programme: Programme, shop: Store) -> None:
    """GRW-09: an order of 1,000.00 and two reviews: 1,040 by behaviour and in hybrid mode (the cycle is another matter), 0 by RFM alone."""
    found = {}
    for mode in Mode:
        SchemeVersion.objects.filter(scheme__programme=programme).update(mode=mode)
        member = house.membership(programme)
        record(order(shop.pk, member.member_id, f"O-{mode}", lines=[line(1, 60000), line(2, 40000)], status="completed"))
        do(*(tell(member, "review.approved", **about(shop, f"O-{mode}", number)) for number in (1, 2)))
        found[mode] = ledger_selectors.balance(member.pk)
    assert found == {Mode.BEHAVIOUR: 1040, Mode.HYBRID: 1040, Mode.RFM: 0}


def test_only_named_reversals_lower_what_behaviour_has_given() -> None:
    """GRW-08, A-18: the services that post without being told a fact are the RFM cycle's alone."""
    from growth import tasks

    doors = {name for name, door in vars(tasks).items() if hasattr(door, "delay")}
    assert doors & {"settle_orders", "settle_events", "post_entries"} == set()


def test_an_event_tells_once(bronze: Membership) -> None:
    told = login(bronze)
    do(told)
    record(told)
    ids = list(BehaviourEvent.objects.values_list("id", flat=True))
    assert behaviour.settle_events(event_ids=ids, booked_at=NOW, origin=Origin.LIVE) == 0
    assert posted(bronze) == [("login", 5)]


def test_an_event_counts_for_its_store_and_for_the_platform(programme: Programme, bronze: Membership) -> None:
    """Ruling 17: with a store for both programmes, each by its own rules; without one for the platform's."""
    shop = world.store("S009")
    own = house.counting(shop.programme, login={"amount": 3})
    in_store = house.membership(own, growth=4000, member_id=bronze.member_id)
    do(login(bronze))
    assert (posted(bronze), posted(in_store)) == ([("login", 5)], [])
    do(login(bronze, NOW + timedelta(days=1), store_id=shop.pk))
    assert (posted(bronze), posted(in_store)) == ([("login", 5), ("login", 5)], [("login", 3)])


def test_what_no_rule_names_gives_nothing(bronze: Membership) -> None:
    do(*(tell(bronze, kind) for kind in ("view", "click", "search", "review.submitted", "task", "share", "check_in")))
    assert posted(bronze) == []
    assert not EffectSkipped.objects.exists()


# --- logins ---


def on(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of May 2024 in Shanghai."""
    return datetime(2024, 5, day, hour, minute, tzinfo=SHANGHAI)


def test_the_first_login_by_hand_of_a_day_counts(bronze: Membership) -> None:
    """GRW-02, A-08: 09:00 and 21:00 of a local day once; 23:59 and 00:01 twice; tokens refreshed never."""
    do(login(bronze, on(21, 9)), login(bronze, on(21, 21)))
    assert posted(bronze) == [("login", 5)]
    do(login(bronze, on(22, 23, 59)), login(bronze, on(23, 0, 1)))
    assert posted(bronze) == [("login", 5)] * 3
    do(login(bronze, on(24, 9), manual=False), login(bronze, on(24, 9), manual="true"), tell(bronze, "login", on(24, 10)))
    assert len(posted(bronze)) == 3
    keys = GrowthEntry.objects.filter(reason="login").order_by("id").values_list("effect_key", flat=True)
    assert list(keys) == ["login:2024-05-21", "login:2024-05-22", "login:2024-05-23"]


def test_the_lowest_level_gets_nothing_for_logins(member: Membership) -> None:
    """GRW-02."""
    do(login(member))
    assert posted(member) == []
    do(tell(member, "check_in"))
    assert not EffectSkipped.objects.exists()


def test_a_login_after_the_rise_counts_in_the_same_batch(programme: Programme, shop: Store) -> None:
    """Ruling 5: the login sees the level that the review before it has brought; the one before the review does not."""
    member = house.membership(programme, growth=2990)
    buy(shop, member)
    do(
        login(member, on(21, 9)),
        tell(member, "review.approved", on(21, 10), **about(shop)),
        login(member, on(21, 11)),
    )
    assert posted(member) == [("review", 20), ("login", 5)]
    assert member.levels.get().level.code == "L1"


# --- reviews ---


def test_a_review_of_an_item_of_20_or_more_counts_once_a_line(shop: Store, member: Membership) -> None:
    """GRW-05, A-11, SF-8: 19.99 gives 0, 20.00 gives 20, virtual 50.00 gives 0; not before it is approved; a second one gives 0."""
    buy(shop, member, "O1", line(1, 1999), line(2, 2000), line(3, 5000, is_virtual=True), line(4, 5000, is_gift_card=True))
    do(*(tell(member, "review.submitted", **about(shop, line_no=number)) for number in (1, 2, 3, 4)))
    assert posted(member) == []
    do(*(tell(member, "review.approved", **about(shop, line_no=number)) for number in (1, 2, 3, 4)))
    assert posted(member) == [("review", 20)]
    do(tell(member, "review.approved", **about(shop, line_no=2)))
    assert posted(member) == [("review", 20)]
    entry = GrowthEntry.objects.get(reason="review")
    assert entry.details == {"day": "2024-05-20", "order_no": "O1", "line_no": 2, "unit_minor": 2000}


def test_the_price_is_what_was_paid_for_one_piece(shop: Store, member: Membership) -> None:
    """A-11."""
    buy(shop, member, "O1", line(1, 3999, quantity=2, unit_price_minor=9900), line(2, 4000, quantity=2, unit_price_minor=9900))
    do(*(tell(member, "review.approved", **about(shop, line_no=number)) for number in (1, 2)))
    assert [entry.details["line_no"] for entry in GrowthEntry.objects.filter(reason="review")] == [2]


def test_a_day_has_room_for_five_reviews(shop: Store, member: Membership) -> None:
    """GRW-15: six approved in one day give 5 x 20 = 100, in one batch or one by one; the next local day counts anew."""
    other = house.membership(member.programme)
    for person, order_no in ((member, "O1"), (other, "O2")):
        buy(shop, person, order_no, *(line(number, 2000) for number in range(1, 8)))
    do(*(tell(member, "review.approved", on(21, 8), **about(shop, line_no=number)) for number in range(1, 7)))
    for number in range(1, 7):
        do(tell(other, "review.approved", on(21, 8), **about(shop, "O2", number)))
    assert posted(member) == posted(other) == [("review", 20)] * 5
    do(tell(member, "review.approved", on(22, 0), **about(shop, line_no=7)))
    assert len(posted(member)) == 6


def test_a_review_of_somebody_elses_order_gives_nothing(programme: Programme, shop: Store, member: Membership) -> None:
    buy(shop, house.membership(programme))
    do(tell(member, "review.approved", **about(shop)), tell(member, "review.approved", **about(shop, line_no=9)))
    assert posted(member) == []


def test_a_review_that_comes_before_its_order_waits(shop: Store, member: Membership) -> None:
    """Ruling 4."""
    do(tell(member, "review.approved", **about(shop)))
    [noted] = EffectSkipped.objects.all()
    assert (noted.code, noted.values["reason"]) == ("order_unknown", "review")


def test_a_deleted_review_takes_back_what_it_gave_once(shop: Store, member: Membership) -> None:
    """GRW-07, SF-8; once for ever: the same line reviewed again gives nothing."""
    buy(shop, member)
    do(tell(member, "review.approved", **about(shop)))
    do(tell(member, "review.deleted", NOW + timedelta(hours=1), **about(shop)))
    do(tell(member, "review.deleted", NOW + timedelta(hours=2), **about(shop)))
    do(tell(member, "review.approved", NOW + timedelta(days=1), **about(shop)))
    assert posted(member) == [("review", 20), ("review_deleted", -20)]
    given, taken = GrowthEntry.objects.order_by("id")
    assert (taken.reverses_id, taken.rule_id) == (given.pk, given.rule_id)


def test_a_review_approved_and_deleted_in_one_batch_leaves_both_entries(shop: Store, member: Membership) -> None:
    buy(shop, member)
    do(tell(member, "review.approved", **about(shop)), tell(member, "review.deleted", NOW + timedelta(hours=1), **about(shop)))
    assert posted(member) == [("review", 20), ("review_deleted", -20)]


def test_a_deletion_that_comes_first_leaves_nothing_to_give(shop: Store, member: Membership) -> None:
    buy(shop, member)
    do(tell(member, "review.deleted", NOW, **about(shop)))
    do(tell(member, "review.approved", NOW + timedelta(minutes=1), **about(shop)))
    assert posted(member) == []


# --- photo reviews ---


def photo(shop: Store, member: Membership, at: datetime = NOW, **values: Any) -> Any:
    return tell(member, "photo_review.approved", at, **about(shop, f"O{member.pk}", **values))


def buyers(programme: Programme, shop: Store, number: int) -> list[Membership]:
    found = [house.membership(programme) for _each in range(number)]
    for each in found:
        buy(shop, each, f"O{each.pk}", line(1, 2000, spu="P1"), line(2, 2000, spu="P2"), line(3, 1999, spu="P3"))
    return found


def test_the_first_ten_members_of_a_product_get_growth_the_eleventh_none_ever(programme: Programme, shop: Store) -> None:
    """GRW-06, A-10, SF-8: eleven approved; the third is deleted: -20, and the eleventh still gets nothing."""
    people = buyers(programme, shop, 11)
    for place, each in enumerate(people):
        do(photo(shop, each, NOW + timedelta(minutes=place)))
    assert [posted(each) for each in people] == [[("photo_review", 20)]] * 10 + [[]]
    do(tell(people[2], "photo_review.deleted", NOW + timedelta(days=1), **about(shop, f"O{people[2].pk}")))
    assert posted(people[2]) == [("photo_review", 20), ("review_deleted", -20)]
    do(photo(shop, people[10], NOW + timedelta(days=2)), photo(shop, people[2], NOW + timedelta(days=2)))
    assert posted(people[10]) == []
    assert len(posted(people[2])) == 2
    assert sorted(PhotoPlace.objects.values_list("place", flat=True)) == list(range(1, 11))
    told = [(row.code, row.member_id, row.values["first_members"]) for row in EffectSkipped.objects.all()]
    assert told == [("places_taken", people[10].member_id, 10)] * 2  # both times


def test_places_are_taken_in_order_of_approval_ties_by_submission(programme: Programme, shop: Store) -> None:
    """Ruling 17."""
    people = buyers(programme, shop, 12)
    submitted = [NOW - timedelta(hours=place) for place in range(12)]  # who comes later in the list wrote earlier
    do(*(photo(shop, each, attributes={"submitted_at": at.isoformat()}) for each, at in zip(people, submitted, strict=True)))
    assert [len(posted(each)) for each in people] == [0, 0] + [1] * 10
    assert GrowthEntry.objects.get(account=people[11].pk).details["place"] == 1


def test_a_member_takes_one_place_of_a_product_and_one_of_each_other(programme: Programme, shop: Store) -> None:
    [someone] = buyers(programme, shop, 1)
    do(photo(shop, someone), photo(shop, someone), photo(shop, someone, line_no=2), photo(shop, someone, line_no=3))
    assert posted(someone) == [("photo_review", 20)] * 2
    assert list(PhotoPlace.objects.order_by("spu").values_list("spu", "place")) == [("P1", 1), ("P2", 1)]


@pytest.mark.django_db(transaction=True)
def test_approvals_at_once_share_ten_places(programme: Programme, shop: Store) -> None:
    people = buyers(programme, shop, 12)

    def approve(some: list[Membership]) -> None:
        for each in some:
            do(photo(shop, each))

    answers = at_once(*(lambda some=people[part::4]: approve(some) for part in range(4)))
    assert answers == [None] * 4
    assert sorted(len(posted(each)) for each in people) == [0, 0] + [1] * 10
    assert sorted(PhotoPlace.objects.values_list("place", flat=True)) == list(range(1, 11))


# --- further rules ---


def test_a_check_in_and_a_share_give_what_their_rules_say(programme: Programme, member: Membership) -> None:
    """GRW-14: check-in +2 with reason check_in, once a day; share twice a day."""
    rules = GrowthRule.objects.filter(rule_set__programme=programme)
    rules.filter(code__in=[RuleCode.CHECK_IN, RuleCode.SHARE]).update(is_on=True)
    rules.filter(code=RuleCode.SHARE).update(daily_cap=2, amount=3)
    do(*(tell(member, kind, on(21, 9, minute)) for minute in range(3) for kind in ("check_in", "share")))
    do(tell(member, "check_in", on(21, 23)), tell(member, "check_in", on(22, 1)))
    assert posted(member) == [("check_in", 2), ("share", 3), ("share", 3), ("check_in", 2)]


def test_activity_of_a_month_adds_up(programme: Programme, shop: Store) -> None:
    """GRW-11: bronze, 3 logins x 5 + 2 reviews x 20 + 1 photo x 20 = 75."""
    bronze = house.membership(programme, growth=3000)
    buy(shop, bronze, "O1", line(1, 2000), line(2, 2000))
    do(*(login(bronze, on(day, 9)) for day in (21, 22, 23)))
    do(*(tell(bronze, "review.approved", on(22, 10), **about(shop, line_no=number)) for number in (1, 2)))
    do(tell(bronze, "photo_review.approved", on(22, 11), **about(shop)))
    assert sum(applied for _reason, applied in posted(bronze)) == 75


def test_a_frozen_members_login_is_noted(programme: Programme, bronze: Membership) -> None:
    """Ruling 4."""
    Membership.objects.filter(pk=bronze.pk).update(status="frozen")
    do(login(bronze))
    assert posted(bronze) == []
    noted = EffectSkipped.objects.get()
    told = BehaviourEvent.objects.get()
    assert (noted.effect_key, noted.code) == (f"growth:{bronze.pk}:event:{told.pk}", "member_frozen")
    assert (noted.values, noted.member_id) == ({"event_id": told.pk, "membership_id": bronze.pk, "reason": "login"}, bronze.member_id)


def test_history_is_booked_on_its_day(programme: Programme) -> None:
    """Ruling 6."""
    long_ago = datetime(2023, 3, 1, tzinfo=UTC)
    bronze = house.membership(programme, growth=3000)
    bronze.levels.update(since=long_ago - timedelta(days=1))
    do(login(bronze, long_ago), origin=Origin.BACKFILL)
    entry = GrowthEntry.objects.get(reason="login")
    assert (entry.occurred_at, entry.booked_at) == (long_ago, long_ago)
    ledger.adjust_growth(
        membership_id=bronze.pk, delta=1, reason_text="now", actor="test", occurred_at=NOW, booked_at=NOW, effect_key="adjust:1"
    )
    do(login(bronze, long_ago + timedelta(days=1)), origin=Origin.BACKFILL)
    assert posted(bronze) == [("login", 5), ("adjustment", 1)]
    assert EffectSkipped.objects.get().code == "history_closed"
