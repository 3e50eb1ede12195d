"""What the demo shows of points, to the unit: the figures of F1, CS-3 and CS-6, and a story for each of the cast."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.models import Notice
from demo import stages
from demo.models import LoadedStage
from demo.world import crowd, house
from demo.world.cast import Cast, build_cast, register_cast
from demo.world.moments import FROZEN
from demo.world.parts import PARTS
from points.enums import AdjustmentState, EntryKind, HoldState, RedemptionState
from points.models import LiabilityDay, PointsAccount, PointsAdjustment, PointsEntry, PointsExchange, PointsHold, PointsLot, Redemption
from points.selectors import books as books_selectors
from points.selectors import ledger as ledger_selectors
from points.selectors.as_of import balance_as_of
from points.selectors.ledger import Balance
from points.services import books, expiry, holds, reminders
from stores import selectors as stores_selectors
from stores.models import Programme
from tests.demo.conftest import Told

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build_cast(FROZEN)


@pytest.fixture
def only_the_cast(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    """A demo with one person beside the cast: all twelve months."""
    plan = crowd.plan
    monkeypatch.setattr(crowd, "plan", lambda now: plan(now, members=1))
    settings.DATA_DIR = tmp_path


def account(cast: Cast, key: str, programme: str = "P1") -> int:
    return stores_selectors.membership(cast.member_ids[key], Programme.objects.get(code=programme).pk).pk


def has(cast: Cast, key: str, programme: str = "P1") -> Balance:
    return ledger_selectors.balance(account(cast, key, programme), FROZEN)


def story(cast: Cast, key: str, programme: str = "P1") -> list[tuple[str, int]]:
    """Kind and points of each entry, in the order in which they were booked."""
    rows = PointsEntry.objects.filter(account=account(cast, key, programme)).order_by("booked_at", "account_version")
    return list(rows.values_list("kind", "delta"))


def test_zhang_san_has_100_points_in_a_lot_of_60_and_one_of_40(cast: Cast) -> None:
    """F1: 60 end with 2024-06-30, 40 with 2025-11-02."""
    assert has(cast, "M1") == Balance(balance=100, available=100, next_end_at=datetime(2024, 6, 30, 16, tzinfo=UTC), next_end_points=60)
    lots = ledger_selectors.open_lots(account(cast, "M1"), FROZEN)
    assert [(lot.remaining, lot.ends_at) for lot in lots] == [
        (60, datetime(2024, 6, 30, 16, tzinfo=UTC)),
        (40, datetime(2025, 11, 2, 16, tzinfo=UTC)),
    ]


def test_ten_of_zhang_sans_points_ended_on_may_11_at_ten_past_midnight(cast: Cast) -> None:
    """CS-3 step 1, PTS-07: -10 of 2024-05-11 00:10, lot earned 2022-05-10."""
    ended = PointsEntry.objects.get(account=account(cast, "M1"), kind=EntryKind.EXPIRE)
    assert (ended.delta, ended.booked_at) == (-10, datetime(2024, 5, 10, 16, 10, tzinfo=UTC))
    lot = PointsLot.objects.get(moves__entry=ended)
    assert (lot.earned_at, lot.ends_at) == (datetime(2022, 5, 10, 6, tzinfo=UTC), datetime(2024, 5, 10, 16, tzinfo=UTC))
    day_before = balance_as_of(account(cast, "M1"), datetime(2024, 5, 10, 15, 59, tzinfo=UTC)).balance
    assert (day_before.balance, day_before.available) == (112, 112)


def test_zhang_san_let_go_of_what_she_had_set_aside(cast: Cast) -> None:
    assert story(cast, "M1") == [("opening", 10), ("opening", 60), ("adjust", 40), ("earn", 2), ("expire", -10), ("redeem", -2)]
    hold = PointsHold.objects.get(account=account(cast, "M1"))
    assert (hold.amount, hold.captured, hold.state) == (100, 0, HoldState.RELEASED)


def test_zhang_san_is_reminded_of_her_60_points_five_times(cast: Cast) -> None:
    """OP-6 step 4: 31 May, 7, 14, 21, 28 June."""
    for day in (date.fromordinal(number) for number in range(date(2024, 5, 21).toordinal(), date(2024, 7, 3).toordinal())):
        reminders.remind_of_endings(now=datetime(day.year, day.month, day.day, tzinfo=UTC))
    told = Notice.objects.filter(member_id=cast.member_ids["M1"], template="points_ending", values__ends_on="2024-06-30")
    days = told.filter(programme_id=cast.house.programmes["P1"]).order_by("created_at").values_list("created_at__date", flat=True)
    assert list(days) == [date(2024, 5, 31), *(date(2024, 6, day) for day in (7, 14, 21, 28))]


def test_card_6001_has_15_points(cast: Cast) -> None:
    """CS-6: 100 and 15 will be 115."""
    assert has(cast, "CARD6001").balance == 15
    assert story(cast, "CARD6001") == [("opening", 12), ("earn", 3)]


def test_li_si_spent_120(cast: Cast) -> None:
    assert story(cast, "M2") == [("opening", 300), ("redeem", -120), ("earn", 3)]


def test_wang_fang_exchanged_250_for_200(cast: Cast) -> None:
    """PTS-23, SF-12: 100 : 80, in steps of 50."""
    made = PointsExchange.objects.get()
    assert (made.points_out, made.points_in) == (250, 200)
    assert (made.from_entry.account_id, made.to_entry.account_id) == (account(cast, "TWO_STORES"), account(cast, "TWO_STORES", "P2"))
    assert has(cast, "TWO_STORES", "P2").balance == 200


def test_chen_jing_got_back_a_part_of_the_points_she_paid_with(cast: Cast) -> None:
    """Ruling 15: 171.17 of 437.00 were refunded, so 7 of her 20 points came back."""
    assert story(cast, "REFUND_REVIEWING", "P2") == [("opening", 30), ("earn", 6), ("redeem", -20), ("restore", 7), ("earn", 2)]
    hold = PointsHold.objects.get(order_no="O1041")
    assert (hold.state, hold.captured) == (HoldState.CAPTURED, 20)


def test_liu_yang_gave_a_reward_back_and_his_points_have_their_old_end(cast: Cast) -> None:
    """PTS-12."""
    assert story(cast, "EXCHANGE") == [("opening", 50), ("redeem", -30), ("restore", 30)]
    assert Redemption.objects.get(account=account(cast, "EXCHANGE")).state == RedemptionState.CANCELLED
    [lot] = ledger_selectors.open_lots(account(cast, "EXCHANGE"), FROZEN)
    assert (lot.amount, lot.remaining) == (50, 50)


def test_zhou_guilan_pays_at_the_till(cast: Cast) -> None:
    """PTS-24."""
    assert story(cast, "TILL_ONLY") == [("opening", 30), ("earn", 1), ("earn", 1), ("earn", 1), ("redeem", -20)]


def test_zhao_qiang_owes_what_he_had_spent(cast: Cast) -> None:
    """PTS-22: 15 of O1070 were spent, then the order was refunded; 3 of O1071 repaid a part, then that was refunded, too."""
    assert story(cast, "FROZEN") == [("earn", 15), ("redeem", -15), ("reverse", 0), ("earn", 3), ("repay", -3), ("reverse", 0)]
    assert has(cast, "FROZEN") == Balance(debt=15)


def test_ma_xiaoyan_has_repaid(cast: Cast) -> None:
    """PTS-22: the next earning repays."""
    assert story(cast, "PLUS") == [("earn", 2), ("adjust", 3), ("redeem", -5), ("reverse", 0), ("earn", 3), ("repay", -3)]
    assert has(cast, "PLUS") == Balance()


def test_wu_min_holds_30_for_an_order_she_has_not_paid(cast: Cast) -> None:
    """SF-6."""
    assert has(cast, "QUIET", "P2").held == 30
    hold = PointsHold.objects.get(account=account(cast, "QUIET", "P2"))
    assert (hold.state, hold.order_no) == (HoldState.ACTIVE, "O1080")
    assert holds.time_out(now=FROZEN) == 0


def test_zheng_hao_paid_with_16_points(cast: Cast) -> None:
    assert story(cast, "WALLET") == [("opening", 40), ("earn", 9), ("redeem", -16)]


def test_lin_yue_has_points_for_reviews_but_not_for_the_deleted_one(cast: Cast) -> None:
    """PTS-03."""
    assert sorted(story(cast, "FOUR_RULES")) == sorted([("earn", 32), ("earn", 5), ("earn", 5), ("earn", 5), ("earn", 5), ("reverse", -5)])


def test_he_liangs_photo_gives_points_though_the_ten_places_are_taken(cast: Cast) -> None:
    assert story(cast, "ELEVENTH") == [("earn", 1), ("earn", 5), ("earn", 5)]


def test_sun_guoqiangs_points_end_month_by_month_after_two_years(cast: Cast) -> None:
    """PTS-07: 17 a month in the worked year; those of the first month have ended."""
    assert story(cast, "WORKED_YEAR") == [("earn", 17)] * 12 + [("expire", -17)]
    soon = has(cast, "WORKED_YEAR")
    assert (soon.balance, soon.next_end_points, soon.next_end_at) == (187, 17, datetime(2024, 6, 15, 16, tzinfo=UTC))


def test_150_points_for_hu_jianhua_wait_for_a_second_person(cast: Cast) -> None:
    """PTS-28, CS-3 step 3."""
    waiting = PointsAdjustment.objects.get()
    assert (waiting.account_id, waiting.delta, waiting.state) == (account(cast, "STORED_VALUE"), 150, AdjustmentState.PENDING)
    assert has(cast, "STORED_VALUE").balance == 3


def test_feng_xue_spent_50_at_the_mall_of_one_programme_and_has_points_on_the_platform(cast: Cast) -> None:
    """PTS-10, PTS-12."""
    assert story(cast, "PLATFORM_SILVER", "P2") == [*[("earn", 17)] * 6, ("redeem", -50)]
    assert has(cast, "PLATFORM_SILVER", "platform").balance == 103
    assert Redemption.objects.get(account=account(cast, "PLATFORM_SILVER", "P2")).state == RedemptionState.FULFILLED


def test_everybody_of_the_cast_has_a_story_of_points(cast: Cast) -> None:
    """Issue, What it must show; together they show all that happens to points."""
    member_ids = [cast.member_ids[part.key] for part in PARTS]
    with_entries = PointsEntry.objects.filter(account__membership__member_id__in=member_ids)
    assert set(with_entries.values_list("account__membership__member_id", flat=True)) == set(member_ids)
    assert set(with_entries.values_list("kind", flat=True)) == {
        *("opening", "earn", "adjust", "redeem", "restore", "reverse", "repay", "expire", "exchange_out", "exchange_in")
    }
    assert PointsAccount.objects.filter(held__gt=0).exists()
    assert PointsAccount.objects.filter(debt__gt=0).exists()


def test_building_the_cast_again_changes_nothing(cast: Cast) -> None:
    before = list(PointsEntry.objects.order_by("id").values_list("id", "account_id", "delta"))
    build_cast(FROZEN)
    assert list(PointsEntry.objects.order_by("id").values_list("id", "account_id", "delta")) == before


@pytest.mark.usefixtures("only_the_cast")
def test_a_loaded_demo_has_the_same_figures_and_its_books_are_closed(told: Told) -> None:
    """PTS-15, OP-6 step 2: the difference is 0 on every day."""
    stages.load(now=FROZEN, with_real=False, watcher=told)
    cast = register_cast(house.open_house(FROZEN), FROZEN)
    assert has(cast, "M1").balance == 100
    assert story(cast, "FROZEN") == [("earn", 15), ("redeem", -15), ("reverse", 0), ("earn", 3), ("repay", -3), ("reverse", 0)]
    assert story(cast, "PLUS") == [("earn", 2), ("adjust", 3), ("redeem", -5), ("reverse", 0), ("earn", 3), ("repay", -3)]
    p1 = Programme.objects.get(code="P1")
    months = books_selectors.months(p1.pk, date(2024, 5, 19))
    assert [month.until_on for month in months][-2:] == [date(2024, 4, 30), date(2024, 5, 19)]
    assert len(months) == 12
    for day in LiabilityDay.objects.all():
        assert day.opening + day.issued - day.redeemed - day.expired - day.reversed == day.closing
    last = LiabilityDay.objects.filter(programme=p1).latest("day_on")
    today = books_selectors.since_closed(p1.pk, FROZEN)
    assert today is not None
    assert today.opening == last.closing
    balances = PointsAccount.objects.filter(membership__programme=p1)
    assert today.closing == sum(balances.values_list("balance", flat=True))
    # beat has nothing left to do
    assert (books.close_days(now=FROZEN), expiry.expire_lots(now=FROZEN), holds.time_out(now=FROZEN)) == (0, 0, 0)


@pytest.mark.usefixtures("only_the_cast")
def test_a_demo_from_before_points_is_given_them(told: Told) -> None:
    """The facts have given growth value, and nobody has points."""
    stages.load(now=FROZEN, with_real=False, watcher=told)
    entries = PointsEntry.objects.count()
    LoadedStage.objects.get(name="points").delete()
    stages.load(now=FROZEN, with_real=False, watcher=told)
    assert PointsEntry.objects.count() == entries  # what is there already is left as it is
