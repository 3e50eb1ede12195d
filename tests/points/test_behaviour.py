"""Points by what members do besides buying (PTS-03, PTS-04, rulings 4, 17)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity.models import BehaviourEvent
from core.enums import Origin
from core.models import EffectSkipped
from points.enums import EarnRule
from points.models import PointsAccount, PointsEntry, PointsLot
from points.rules.versions import RuleIn
from points.services import behaviour
from stores.models import Membership, Programme, Store
from tests import world
from tests.activity.facts import event, line, record
from tests.points import house
from tests.points.buying import balance, buy, does, posted, rules
from tests.world import NOW

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


@pytest.fixture
def bought(programme: Programme, shop: Store, member: Membership) -> Membership:
    """A member with an order O1 of two lines of 20.00, which gives no point by itself."""
    buy(shop, member, lines=[line(1, 2000), line(2, 2000)])
    return member


def reviews(member: Membership, shop: Store, event_id: str, kind: str = "review.approved", line_no: int = 1, **values: Any) -> None:
    does(member, event_id, kind, store_id=shop.pk, order_no="O1", line_no=line_no, **values)


def test_reviews_photos_and_shares_give_points(bought: Membership, shop: Store) -> None:
    """PTS-03: a review 5, with a photo 5 more, shares 1 each and three a day: review, photo and four shares make 13."""
    reviews(bought, shop, "E1")
    reviews(bought, shop, "E2", "photo_review.approved")
    for number in range(4):
        does(bought, f"S{number}", "share", at=NOW + timedelta(minutes=number))
    assert balance(bought) == 13
    assert posted(bought) == [("earn", 5, 5), ("earn", 5, 5), ("earn", 1, 1), ("earn", 1, 1), ("earn", 1, 1)]
    entry = PointsEntry.objects.order_by("account_version")[0]
    assert (entry.source_type, entry.source_id, entry.rule, entry.details) == (
        "event", str(BehaviourEvent.objects.get(event_id="E1").pk), "review", {"day": "2024-05-20", "order_no": "O1", "line_no": 1},
    )  # fmt: skip
    assert PointsLot.objects.order_by("id")[0].ends_at == datetime(2026, 5, 21, tzinfo=SHANGHAI)


def test_a_limit_is_of_local_days(member: Membership) -> None:
    """PTS-03: three shares before midnight, two after."""
    midnight = datetime(2024, 5, 21, tzinfo=SHANGHAI)
    for number, at in enumerate([-3, -2, -1, -1, 0, 1], start=1):
        does(member, f"S{number}", "share", at=midnight + timedelta(seconds=at))
    assert balance(member) == 5


@pytest.mark.parametrize("together", [True, False])
def test_a_limit_counts_a_batch_as_one_by_one(member: Membership, together: bool) -> None:
    shares = [event(member.member_id, f"S{number}", kind="share") for number in range(5)]
    for some in [shares] if together else [[share] for share in shares]:
        assert all(answer.ok for answer in record(*some))
    assert balance(member) == 3


def test_a_review_counts_once_for_an_order_line(bought: Membership, shop: Store) -> None:
    """PTS-21: pushed three times, approved again under another number: one entry a line."""
    for _again in range(3):
        reviews(bought, shop, "E1")
    reviews(bought, shop, "E2")
    reviews(bought, shop, "E3", line_no=2)
    assert posted(bought) == [("earn", 5, 5), ("earn", 5, 5)]


def test_a_task_counts_once_for_ever(member: Membership) -> None:
    """PTS-04: "complete profile" gives 10, once; a task without a rule gives nothing."""
    for number in range(3):
        does(member, f"T{number}", "task", attributes={"task": "profile_completed"}, at=NOW + number * DAY)
    does(member, "T9", "task", attributes={"task": "another"})
    does(member, "T10", "task")
    assert posted(member) == [("earn", 10, 10)]
    assert PointsEntry.objects.get().details == {"day": "2024-05-20", "task": "profile_completed"}


def test_tasks_have_points_of_their_own(programme: Programme, member: Membership) -> None:
    rules(programme, rules=(RuleIn(EarnRule.TASK, 10, "profile_completed"), RuleIn(EarnRule.TASK, 20, "survey")))
    does(member, "T1", "task", attributes={"task": "survey"})
    does(member, "T2", "task", attributes={"task": "profile_completed"})
    assert posted(member) == [("earn", 20, 20), ("earn", 10, 10)]


def test_check_ins_count_when_their_rule_is_in_use(programme: Programme, member: Membership) -> None:
    does(member, "C1", "check_in")
    assert balance(member) == 0
    rules(programme, rules=(RuleIn(EarnRule.CHECK_IN, 2, daily_cap=1),))
    does(member, "C2", "check_in")
    does(member, "C3", "check_in", at=NOW + timedelta(hours=1))
    does(member, "C4", "check_in", at=NOW + DAY)
    assert balance(member) == 4


def test_a_deleted_review_takes_its_points_back_once(bought: Membership, shop: Store) -> None:
    reviews(bought, shop, "E1")
    reviews(bought, shop, "D1", "review.deleted")
    reviews(bought, shop, "D2", "review.deleted")
    reviews(bought, shop, "E2")  # approved again: once for ever
    assert posted(bought) == [("earn", 5, 5), ("reverse", -5, -5)]
    given, gone = PointsEntry.objects.order_by("account_version")
    assert (gone.reverses_id, gone.source_type, gone.rule) == (given.pk, "event", "review")


def test_a_review_deleted_in_the_batch_it_was_approved_in_leaves_nothing(bought: Membership, shop: Store) -> None:
    said: dict[str, Any] = {"store_id": shop.pk, "order_no": "O1", "line_no": 1}
    record(event(bought.member_id, "E1", kind="review.approved", **said), event(bought.member_id, "D1", kind="review.deleted", **said))
    assert (balance(bought), len(posted(bought))) == (0, 2)


def test_a_review_deleted_before_it_was_approved_gives_nothing(bought: Membership, shop: Store) -> None:
    reviews(bought, shop, "D1", "review.deleted")
    reviews(bought, shop, "E1", at=NOW + DAY)
    assert posted(bought) == []
    assert not EffectSkipped.objects.filter(effect_key__startswith="points:").exists()


def test_a_review_of_somebody_elses_order_gives_nothing(bought: Membership, programme: Programme, shop: Store) -> None:
    other = house.membership(programme)
    reviews(other, shop, "E1")
    assert posted(other) == []


def test_a_review_before_its_order_is_noted_and_given_later(shop: Store, member: Membership) -> None:
    """Ruling 4."""
    reviews(member, shop, "E1")
    skipped = EffectSkipped.objects.get(effect_key__startswith="points:")
    assert (skipped.code, skipped.values["points"], skipped.values["rule"]) == ("order_unknown", 5, "review")
    buy(shop, member, 2000)
    event_id = skipped.values["event_id"]
    assert behaviour.settle_events(event_ids=[event_id], booked_at=NOW, origin=Origin.LIVE) == 1
    assert balance(member) == 5


def test_an_event_of_a_store_counts_in_its_programme_and_the_platforms(programme: Programme, member: Membership) -> None:
    """Ruling 17: each by its own rules; without a store for the platform's alone."""
    store = world.store("S009")
    rules(store.programme, rules=(RuleIn(EarnRule.SHARE, 7),))
    does(member, "S1", "share", store_id=store.pk)
    does(member, "S2", "share")
    in_store = Membership.objects.get(member_id=member.member_id, programme=store.programme)
    assert (balance(member), balance(in_store)) == (2, 7)


@pytest.mark.parametrize("reason", ["member_frozen", "points_off"])
def test_what_cannot_be_given_is_noted(programme: Programme, member: Membership, reason: str) -> None:
    """Ruling 4."""
    if reason == "points_off":
        Programme.objects.filter(pk=programme.pk).update(points_on=False)
    else:
        Membership.objects.filter(pk=member.pk).update(status="frozen")
    does(member, "S1", "share")
    assert not PointsEntry.objects.exists()
    assert EffectSkipped.objects.get(effect_key__startswith="points:").code == reason


def test_history_is_dated_as_it_happened_and_only_before_the_account_lives(member: Membership) -> None:
    """Rulings 5, 6."""
    does(member, "S1", "share", at=NOW - 9 * DAY, origin=Origin.BACKFILL)
    entry = PointsEntry.objects.get()
    assert (entry.occurred_at, entry.booked_at) == (NOW - 9 * DAY, NOW - 9 * DAY)
    does(member, "S2", "share")
    does(member, "S3", "share", at=NOW - 8 * DAY, origin=Origin.BACKFILL)
    assert balance(member) == 2
    assert EffectSkipped.objects.get(effect_key__startswith="points:").code == "history_closed"


def test_as_many_statements_for_many_events_as_for_two(programme: Programme) -> None:
    def counted(number: int, prefix: str) -> int:
        people = [house.membership(programme) for _each in range(number)]
        some = [event(each.member_id, f"{prefix}{each.pk}", kind="share") for each in people]
        with CaptureQueriesContext(connection) as queries:
            assert all(answer.ok for answer in record(*some))
        assert PointsAccount.objects.filter(membership__in=[each.pk for each in people], balance=1).count() == number
        return len(queries)

    counted(2, "W")  # what is asked once
    assert counted(2, "A") == counted(40, "B")
