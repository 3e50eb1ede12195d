"""The daily summary: what facts tell of a member at a store, never a 0 for what nobody told (DAT-01, DAT-05..06, DAT-22..63)."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string

from core.enums import Origin
from core.scope import SYSTEM
from growth.models import Level, LevelHistory
from stores import selectors as stores_selectors
from stores.models import Store
from tags.days_panel import DaysPanel
from tags.models import DaySource, DayStale, MemberDay, MemberSeries
from tags.rules import summary as rules
from tags.selectors import summary as summaries
from tags.selectors.summary import Summary
from tags.services import summary as services
from tests import world
from tests.activity.facts import after_sale, event, line, order, record
from tests.growth import house
from tests.tags import house as tags_house

pytestmark = pytest.mark.django_db

SHIRT, SHOE = "服饰/衬衫", "鞋靴"
JUNE_FIRST = date(2024, 6, 1)


def at(day: str, hour: int = 12) -> datetime:
    """An hour of a day in Shanghai."""
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00+08:00")


@pytest.fixture
def shop(db: None) -> Store:
    return world.store("S001")


@pytest.fixture
def buyer(shop: Store) -> int:
    return world.enrol(shop, "+8613900000001", at=at("2023-12-01")).member_id


def membership_id(shop: Store, member_id: int) -> int:
    return stores_selectors.membership(member_id, shop.programme_id).pk


def buy(shop: Store, member_id: int, day: str, order_no: str = "", *, hour: int = 12, **values: Any) -> None:
    moment = at(day, hour)
    said = {"placed_at": moment, "paid_at": moment, "lines": (line(),), **values}
    answers = record(order(shop.pk, member_id, order_no or f"{day}-{hour}", **said), at=said["paid_at"] or moment)
    assert all(answer.ok for answer in answers), answers


def do(shop: Store, member_id: int, day: str, *kinds: str | tuple[str, dict[str, Any]]) -> None:
    told = [(kind, {}) if isinstance(kind, str) else kind for kind in kinds]
    facts = [
        event(member_id, f"{day}-{place}-{kind}", store_id=shop.pk, occurred_at=at(day), kind=kind, **values)
        for place, (kind, values) in enumerate(told)
    ]
    assert all(answer.ok for answer in record(*facts, at=at(day)))


def told(shop: Store, member_id: int, on: str | date) -> Summary:
    services.refresh()
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return summaries.summary(membership_id(shop, member_id), shop.pk, day)


def everything() -> dict[str, list[Any]]:
    """All rows but their own ids."""
    return {
        model.__name__: sorted(map(str, model.objects.values_list(*(field.attname for field in model._meta.fields if field.name != "id"))))
        for model in (MemberDay, DaySource, MemberSeries)
    }


# --- deals of all days up to one ---


def test_when_somebody_first_second_and_last_bought(shop: Store, buyer: int) -> None:
    """DAT-22..27, DAT-32: deals of 01-05, 02-10, 05-01 as of 06-01: 148 days, 36 between the first two, 31 since, 0.61 in thirty days."""
    for day in ("2024-01-05", "2024-02-10", "2024-05-01"):
        buy(shop, buyer, day)
    seen = told(shop, buyer, JUNE_FIRST)
    assert (seen.first_deal_on, seen.second_deal_on, seen.last_deal_on) == (date(2024, 1, 5), date(2024, 2, 10), date(2024, 5, 1))
    assert (seen.days_since_first, seen.days_to_second, seen.days_since_last) == (148, 36, 31)
    assert seen.deals_in_thirty_days == Decimal("0.61")


def test_one_deal_has_no_second(shop: Store, buyer: int) -> None:
    """DAT-23: one order: no second day; two orders of one day: the same day; before the first nothing is there."""
    buy(shop, buyer, "2024-01-05")
    assert (told(shop, buyer, JUNE_FIRST).second_deal_on, told(shop, buyer, "2024-01-04").first_deal_on) == (None, None)
    buy(shop, buyer, "2024-01-05", hour=13)
    assert told(shop, buyer, JUNE_FIRST).days_to_second == 0


@pytest.mark.parametrize(
    ("prices", "band"),
    [
        ([(15000, 3), (3000, 1)], "100-200"),
        ([(3000, 2), (7000, 2)], "50-100"),
        ([(5000, 1)], "50-100"),
        ([(4999, 1)], "0-50"),
        ([(50000, 1)], "500+"),
    ],
)
def test_the_main_price_band_is_where_most_pieces_are(shop: Store, buyer: int, prices: list[tuple[int, int]], band: str) -> None:
    """DAT-28: 3 pieces at 150 and 1 at 30: 100-200; of equals the higher band; a bound belongs to the higher one."""
    buy(shop, buyer, "2024-05-01", lines=[line(no, price * many, quantity=many) for no, (price, many) in enumerate(prices, 1)])
    assert told(shop, buyer, JUNE_FIRST).main_price_band == band


def test_average_order_and_highest_price(shop: Store, buyer: int) -> None:
    """DAT-29: (100 + 200 + 300) / 3 = 200.00.  DAT-33: the highest price of one piece so far."""
    for day, paid in (("2024-05-01", 10000), ("2024-05-02", 20000), ("2024-05-03", 30000)):
        buy(shop, buyer, day, lines=[line(1, paid, quantity=2)])
    assert (told(shop, buyer, JUNE_FIRST).average_order_minor, told(shop, buyer, JUNE_FIRST).highest_price_minor) == (20000, 15000)
    assert told(shop, buyer, "2024-05-02").highest_price_minor == 10000


def test_the_level_of_a_day_stays_that_of_the_day(shop: Store, buyer: int) -> None:
    """DAT-31: rank 1 on 05-31, promoted on 06-01: the row of 05-31 says 1 for ever, that of 06-01 says 2."""
    house.counting(shop.programme)
    member = stores_selectors.membership(buyer, shop.programme_id)
    house.hold(member, "L1", since=at("2024-05-01"))
    LevelHistory.objects.create(
        membership=member, track="free", level_from=Level.objects.get(programme=shop.programme, code="L1"),
        level_to=Level.objects.get(programme=shop.programme, code="L2"), cause="up", source="test", actor="test",
        occurred_at=at("2024-06-01"), booked_at=at("2024-06-01"),
    )  # fmt: skip
    assert [told(shop, buyer, day).level_rank for day in ("2024-05-31", "2024-06-01")] == [1, 2]


# --- one day ---


def test_what_the_deals_of_a_day_come_to(shop: Store, buyer: int) -> None:
    """DAT-34..42, DAT-49: two shirts and a shoe in two orders: 200.00 of 220.00, 4 pieces, 8.00 postage, 4.50 of it a second discount."""
    shirts = [line(1, 7000, quantity=2, category=SHIRT), line(2, 5000, category=SHIRT)]
    buy(shop, buyer, "2024-05-01", lines=shirts, goods_minor=14000, discount_minor=1550, coupon_minor=450, postage_minor=800)
    buy(shop, buyer, "2024-05-01", hour=13, lines=[line(1, 8000, category=SHOE)])
    day = told(shop, buyer, "2024-05-01")
    assert {code: day.day[code] for code in ("pay_amount", "pay_ord", "pay_qty", "categories", "postage")} == {
        "pay_amount": 20000, "pay_ord": 2, "pay_qty": 4, "categories": 2, "postage": 800,
    }  # fmt: skip
    assert [day.day[code] for code in ("discount", "discount2", "discount_ord", "discount2_ord")] == [2000, 450, 1, 1]
    assert day.top_category == SHIRT


def test_of_equal_categories_the_lowest_code_comes_first(shop: Store, buyer: int) -> None:
    """DAT-49."""
    buy(shop, buyer, "2024-05-01", lines=[line(1, 5000, category="b"), line(2, 5000, category="a")])
    assert told(shop, buyer, "2024-05-01").top_category == "a"


BROWSING: list[tuple[str, list[Any], dict[str, int]]] = [
    ("DAT-45", [("cart_add", {"sku": f"A{no}"}) for no in (1, 2, 3, 4, 5, 5)], {"cart_add": 5}),
    ("DAT-46", [("cart_remove", {"sku": f"A{no}"}) for no in (1, 2)], {"cart_remove": 2, "cart_add": 0}),
    ("DAT-47", [("favourite", {"spu": f"P{no}"}) for no in (1, 2, 3)], {"favourite": 3}),
    ("DAT-48", [("unfavourite", {"spu": "P1"})], {"unfavourite": 1, "favourite": 0}),
    ("DAT-50", [("click", {"sku": f"A{no}"}) for no in (1, 1, 2, 2, 3, 3, 4)], {"click_item": 4, "ipv": 7}),
    ("DAT-51", [("view", {"dwell_seconds": seconds}) for seconds in (60, 120, 30)], {"dwell": 210}),
    ("DAT-53", [("review.approved", {"attributes": {"rating": stars}}) for stars in (5, 4, 3)], {"good_review": 2}),
]


@pytest.mark.parametrize(("requirement", "events", "expected"), BROWSING, ids=[row[0] for row in BROWSING])
def test_what_was_done_in_the_shop(shop: Store, buyer: int, requirement: str, events: list[Any], expected: dict[str, int]) -> None:
    """DAT-45..DAT-48, DAT-50, DAT-51, DAT-53, as their names say; whatever else nobody told stays unknown."""
    do(shop, buyer, "2024-05-01", *events)
    day = told(shop, buyer, "2024-05-01").day
    assert {code: day[code] for code in expected} == expected
    families = {rules.INDICATORS[code].family for code in expected}
    assert {code for code, value in day.items() if value is not None} == {
        code for code, each in rules.INDICATORS.items() if each.family in families
    }


def test_clicks_for_each_deal(shop: Store, buyer: int) -> None:
    """DAT-62: 7 clicks, 2 deals: 3.5; without a deal unknown."""
    do(shop, buyer, "2024-05-01", *[("click", {"sku": "A"})] * 7)
    do(shop, buyer, "2024-05-02", ("click", {"sku": "A"}))
    buy(shop, buyer, "2024-05-01")
    buy(shop, buyer, "2024-05-01", hour=13)
    assert (told(shop, buyer, "2024-05-01").clicks_per_deal, told(shop, buyer, "2024-05-02").clicks_per_deal) == (Decimal("3.5"), None)


def test_what_nobody_told_of_is_unknown_and_then_zero(shop: Store, buyer: int) -> None:
    """A-49, DAT-52: no refund is known of until the shop tells of one; from that day on nothing told is 0. Not even then is a 0 kept."""
    buy(shop, buyer, "2024-05-01")
    assert told(shop, buyer, "2024-05-01").day["refund_ord"] is None
    assert record(after_sale(shop.pk, "R1", "2024-05-01-12", refund_minor=3000, settled_at=at("2024-05-04"), applied_at=at("2024-05-03")))[
        0
    ].ok
    assert [told(shop, buyer, day).day["refund_ord"] for day in ("2024-05-03", "2024-05-04", "2024-05-05")] == [None, 1, 0]
    assert not MemberDay.objects.filter(refunds=0).exists()


def test_what_no_fact_tells_of_is_named_and_has_no_column() -> None:
    """DAT-30, DAT-43, DAT-44, DAT-54..61: the registry and the unknown together are all indicators of days; none of the unknown is kept."""
    known = {each.id for each in rules.INDICATORS.values()}
    whole = {f"DAT-{number}" for number in (22, 23, 24, 25, 26, 27, 28, 29, 31, 32, 49, 62)}
    assert known | whole | set(rules.UNKNOWN) == {f"DAT-{number}" for number in range(22, 64)}
    assert not known & set(rules.UNKNOWN)
    kept = {field.name for field in MemberDay._meta.fields}
    assert {each.column for each in rules.INDICATORS.values()} <= kept


# --- how rows are kept ---


def test_a_refund_has_its_own_day(shop: Store, buyer: int) -> None:
    """DAT-06: the deal's day says the same after its goods came back; a day of the programme's zone begins at its own midnight."""
    buy(shop, buyer, "2024-05-01", hour=0)
    before = told(shop, buyer, "2024-05-01")
    record(after_sale(shop.pk, "R1", "2024-05-01-0", refund_minor=10000, settled_at=at("2024-05-20")))
    after = told(shop, buyer, "2024-05-01")
    assert before.day["pay_amount"] == after.day["pay_amount"] == 10000
    assert set(MemberDay.objects.values_list("day_on", flat=True)) == {date(2024, 5, 1), date(2024, 5, 20)}


def test_one_row_a_member_store_and_day_and_the_second_run_finds_nothing(shop: Store) -> None:
    """DAT-05: two buyers, two stores, two orders on one day: one row each; no notes are left, a second run writes nothing."""
    other = world.store("S002", programme_id=shop.programme_id, preset="")
    people = [world.enrol(shop, f"+861390000001{place}", at=at("2024-01-01")).member_id for place in range(2)]
    for member_id in people:
        for store in (shop, other):
            buy(store, member_id, "2024-05-01", f"{store.code}-{member_id}-1")
            buy(store, member_id, "2024-05-01", f"{store.code}-{member_id}-2")
    first, second = services.refresh(), services.refresh()
    assert (MemberDay.objects.count(), first.days, DayStale.objects.count(), second) == (4, 4, 0, services.Refreshed())


def test_a_hundred_members_of_one_day_are_a_hundred_rows(shop: Store) -> None:
    """DAT-07: 100 members x 1 day -> 100 rows, 100 distinct one_id."""
    moment = at("2024-05-01")
    people = [each.member_id for each in tags_house.crowd(shop.programme, 100, at=at("2024-01-01"))]
    said = [order(shop.pk, member_id, f"O{member_id}", placed_at=moment, paid_at=moment) for member_id in people]
    assert all(answer.ok for answer in record(*said, at=moment))
    services.refresh()
    rows = MemberDay.objects.values_list("day_on", "membership__member__one_id")
    assert (len(rows), len({one_id for _day, one_id in rows}), {day for day, _one_id in rows}) == (100, 100, {date(2024, 5, 1)})


def test_an_order_that_moves_takes_its_day_along(shop: Store, buyer: int) -> None:
    """A later version with another day of payment empties the old day; of a store that told of nothing else, nothing is known before."""
    buy(shop, buyer, "2024-05-01", "O1")
    services.refresh()
    buy(shop, buyer, "2024-05-03", "O1", version=2)
    services.refresh()
    assert list(MemberDay.objects.values_list("day_on", flat=True)) == [date(2024, 5, 3)]
    assert list(DaySource.objects.values_list("family", "first_on")) == [("orders", date(2024, 5, 3))]


def test_orders_not_paid_leave_no_note(shop: Store, buyer: int) -> None:
    buy(shop, buyer, "2024-05-01", status="placed", paid_at=None)
    assert not DayStale.objects.exists()


def crowd(shop: Store, rng: random.Random, people: list[int]) -> None:
    """Two hundred facts of all kinds over four months, in any order, history and live."""
    for place in range(200):
        member_id, moment = rng.choice(people), at("2024-01-01") + timedelta(hours=rng.randrange(24 * 120))
        if rng.random() < 0.4:
            lines = [
                line(no, rng.randrange(1, 60000), quantity=rng.randint(1, 4), category=rng.choice(["", SHIRT, SHOE]))
                for no in range(1, rng.randint(2, 4))
            ]
            bought = order(shop.pk, member_id, f"O{place}", lines=lines, placed_at=moment)
            assert record(bought, at=moment, origin=rng.choice([Origin.LIVE, Origin.BACKFILL]))[0].ok
            if rng.random() < 0.3:
                settled_at = moment + timedelta(days=rng.randrange(9))
                assert record(after_sale(shop.pk, f"R{place}", f"O{place}", refund_minor=1, applied_at=moment, settled_at=settled_at))[0].ok
        else:
            done = event(
                member_id,
                f"E{place}",
                store_id=shop.pk,
                occurred_at=moment,
                kind=rng.choice(["click", "cart_add", "favourite", "view", "review.approved"]),
                sku=f"A{rng.randrange(3)}",
                dwell_seconds=rng.choice([None, 30]),
                attributes=rng.choice([{}, {"rating": 5}]),
            )
            assert record(done)[0].ok


def test_rebuilt_from_the_sources_all_rows_are_the_same(shop: Store) -> None:
    """DAT-01: kept by notes in small steps; then deleted and rebuilt at once from orders, after-sales and events: identical rows."""
    rng = random.Random(20240520)
    people = [world.enrol(shop, f"+861390000002{place}", at=at("2023-12-01")).member_id for place in range(6)]
    crowd(shop, rng, people)
    services.refresh(at_once=7)
    kept = everything()
    assert len(kept["MemberDay"]) > 100
    for model in (MemberDay, DaySource, MemberSeries):
        model.objects.all().delete()
    done = services.repair(store_ids=[shop.pk], from_on=date(2024, 1, 1), until_on=date(2024, 12, 31), apply=True)
    assert (everything(), done.days) == (kept, len(kept["MemberDay"]))


def test_a_day_is_repaired_and_the_rest_left_alone(shop: Store, buyer: int) -> None:
    """DAT-05: a row spoilt on two days, one repaired: nothing is kept without --apply; with it the other stays as it was."""
    buy(shop, buyer, "2024-05-01")
    buy(shop, buyer, "2024-05-02")
    services.refresh()
    right = everything()
    MemberDay.objects.update(paid_minor=1)
    call_command("repair_summary", "2024-05-01")
    assert set(MemberDay.objects.values_list("paid_minor", flat=True)) == {1}
    call_command("repair_summary", "2024-05-01", "--store", "S001", "--apply")
    assert list(MemberDay.objects.order_by("day_on").values_list("paid_minor", flat=True)) == [10000, 1]
    call_command("repair_summary", "2024-05-01", "--until", "2024-05-31", "--apply")
    assert everything() == right


def test_half_up() -> None:
    """DAT-63's formula: 2 / 3 = 0.6667; without a whole unknown."""
    assert (rules.ratio(2, 3), rules.ratio(1, None), rules.ratio(1, 0)) == (Decimal("0.6667"), None, None)


def test_the_member_page_shows_days_and_what_twelve_months_say(shop: Store, buyer: int) -> None:
    buy(shop, buyer, "2024-04-02", lines=[line(1, 12000)])
    services.refresh()
    context = DaysPanel().context(subject_id=buyer, scope=SYSTEM, now=world.NOW, cursor=None, filters={})
    cells = [("成交笔数", "1"), ("商品实付", "¥120.00")]
    assert [(row["day"].day_on, [(str(word), value) for word, value in row["cells"][:2]]) for row in context["rows"]] == [
        (date(2024, 4, 2), cells)
    ]
    of_shop = next(each["values"] for each in context["programmes"] if each["programme"] == shop.programme)
    said = {name: value for _words, name, value in of_shop}
    assert (said["tot_pay_amount_12m"], said["megt_pay_ord_12m"]) == ("¥120.00", "0")
    assert context["latest"]["store"] == shop
    html = render_to_string(DaysPanel.template_name, context)
    for words in (
        "首次成交 <b>2024-04-02</b>",
        "最近成交 <b>2024-04-02</b> 48 天前",
        "主力价格带 <b>100-200</b>",
        "平均客单价 <b>¥120.00</b>",
    ):
        assert words in html, words
    assert "二次成交" not in html


def test_of_twelve_months_without_anything_the_page_says_nothing(shop: Store, buyer: int) -> None:
    services.refresh()
    context = DaysPanel().context(subject_id=buyer, scope=SYSTEM, now=world.NOW, cursor=None, filters={})
    assert (context["rows"], context["programmes"]) == ([], [])
    assert "尚无日汇总" in render_to_string(DaysPanel.template_name, context)
