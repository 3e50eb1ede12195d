"""Derived variables: what each kind says, in Python and in SQL, of months that are known or not (DRV-01..14, A-50, A-53, A-54)."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from django.db import connection
from psycopg import sql

from stores import selectors as stores_selectors
from stores.models import Store
from tags.models import MemberSeries
from tags.rules import derived, supplies
from tags.rules.derived import KINDS, Kept, Kind, Months
from tags.rules.summary import INDICATORS
from tags.selectors import derived as derived_selectors
from tags.selectors import summary as summaries
from tags.services import summary as services
from tests import world
from tests.activity.facts import line, order, record
from tests.tags import house

S = [0, 80, 300, 0, 120, 0]  # newest first: of DRV-02's series [0, 120, 0, 300, 80, 0]
LATE = [0, 80, 300, 0, None, None]
EMPTY: list[int | None] = [None] * 6

SAYS: list[tuple[str, str, Months, Any]] = [
    ("DRV-02", "tot", S, 500),
    ("DRV-03", "avg", S, Decimal("83.33")),
    ("DRV-03", "avg", LATE, Decimal("95.00")),
    ("DRV-04", "cmgt", S, 3),
    ("DRV-05", "cpmt", S, Decimal("0.5000")),
    ("DRV-05", "cpmt", LATE, Decimal("0.5000")),
    ("DRV-06", "megt", S, 1),
    ("DRV-06", "megt", [0, 0, 0], None),
    ("DRV-07", "mbgt", S, 4),
    ("DRV-08", "hi", S, 300),
    ("DRV-09", "hiCyc", S, 2),
    ("DRV-09", "hiCyc", [1, 7, 3, 7], 1),
    ("DRV-10", "lo", S, 0),
    ("DRV-11", "loCyc", S, 0),
    ("DRV-12", "ccnsc", S, 2),
    ("DRV-12", "ccnsc", [1, 1, 0, 1, 1, 1], 3),
    ("A-50", "ccnsc", [1, None, 1, 1, 0], 2),
    *(("A-53", prefix, EMPTY, None) for prefix in KINDS),
]


def in_sql(kind: type[Kind], months: Months) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + kind.sql.format(months="given.months") + " FROM (SELECT %s::bigint[] AS months) AS given", [list(months)]
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("requirement", "prefix", "months", "says"), SAYS, ids=[f"{row[0]}-{row[1]}-{place}" for place, row in enumerate(SAYS)]
)
def test_what_each_kind_says(requirement: str, prefix: str, months: Months, says: Any) -> None:
    """DRV-02..DRV-12 on S and on S without its first two months; nothing known says nothing (A-53); of equals the newest counts."""
    assert (KINDS[prefix].of(months), in_sql(KINDS[prefix], months)) == (says, says)


def test_the_registry_lists_the_types_and_names_are_parsed() -> None:
    """DRV-01: six types of 2, 2, 1, 1, 4 and 1 variables; a name is kind, indicator, window."""
    assert Counter(kind.family for kind in KINDS.values()) == {"ttav": 2, "cmgt": 2, "megt": 1, "mbgt": 1, "hilo": 4, "ccnsc": 1}
    found = derived.variable("hiCyc_pay_amount_12m")
    assert (found.kind.prefix, found.indicator.id, found.window, found.name) == ("hiCyc", "DAT-35", 12, "hiCyc_pay_amount_12m")
    assert (derived.variable("tot_pay_amount_6m").is_money, derived.variable("cmgt_pay_amount_6m").is_money) == (True, False)
    assert len({each.name for each in derived.variables()}) == len(KINDS) * len(INDICATORS) * 3


@pytest.mark.parametrize("name", ["tot_pay_amount_5m", "sum_pay_ord_6m", "tot_nothing_6m", "tot_pay_ord", "tot_pay_ord_6m; --"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(derived.UnknownVariable):
        derived.variable(name)


@pytest.fixture
def med() -> Iterator[type[Kind]]:
    @derived.register
    class Median(Kind):
        prefix, family, label, keeps_unit = "med", "med", "median", True
        sql = "(SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY value)::numeric, 2) FROM unnest({months}) AS value)"

        @staticmethod
        def of(months: Months) -> Decimal | None:
            known = [value for value in months if value is not None]
            return round(Decimal(median(known)), 2) if known else None

    yield Median
    del KINDS["med"]


@pytest.mark.django_db
def test_one_class_more_is_one_kind_more(med: type[Kind]) -> None:
    """DRV-13: the median by one class, without a migration: S says 40, and rules may ask for it."""
    assert (med.of(S), in_sql(med, S), derived.variable("med_pay_ord_6m").kind) == (40, 40, med)


# --- of members ---


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


@pytest.fixture
def shop(db: None) -> Store:
    return world.store("S001")


def buyer(shop: Store, phone: int, *days: str, joined: str = "2023-01-15") -> int:
    member_id = world.enrol(shop, f"+86139{phone:08d}", at=at(joined)).member_id
    for place, day in enumerate(days):
        fact = order(
            shop.pk, member_id, f"{phone}-{place}", lines=[line(1, 12000)], placed_at=at(day), status="completed", completed_at=at(day)
        )
        assert record(fact, at=at(day))[0].ok
    return stores_selectors.membership(member_id, shop.programme_id).pk


def by_sql(name: str, programme_id: int, on: date) -> dict[int, Any]:
    variable = derived_selectors.supplied(name)
    assert variable is not None
    assert variable.join is not None
    query = sql.SQL(
        "SELECT fact.membership_id, {} FROM (SELECT id AS membership_id, programme_id, (joined_at AT TIME ZONE 'Asia/Shanghai')::date"
        " AS joined_on FROM stores_membership WHERE programme_id = {}) AS fact {}"
    ).format(variable.sql(on).above, sql.Literal(programme_id), variable.join(on))
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def test_months_before_joining_and_before_the_source_are_unknown(shop: Store) -> None:
    """A-53, A-54: joined in February 2024, the shop told of orders since 2023: February to April count, two of them without an order."""
    buyer(shop, 1, "2023-03-01")
    late = buyer(shop, 2, "2024-03-05", joined="2024-02-20")
    services.refresh()
    [months] = summaries.months([late], ["pay_amount"], date(2024, 5, 20)).values()
    assert months["pay_amount"] == [0, 12000, 0] + [None] * 9
    assert summaries.months([late], ["dwell"], date(2024, 5, 20))[late]["dwell"] == [None] * 12


def test_a_new_month_comes_by_itself(shop: Store) -> None:
    """Nothing is written when a month ends: the running one is no month yet, then it is number 0, then 1."""
    member = buyer(shop, 1, "2024-05-10", "2024-04-01")
    services.refresh()
    rows = list(MemberSeries.objects.filter(membership=member, indicator="pay_ord").values_list("newest", "months"))
    seen = [
        summaries.months([member], ["pay_ord"], on)[member]["pay_ord"][:3] for on in (date(2024, 5, 20), date(2024, 6, 1), date(2024, 7, 1))
    ]
    assert seen == [[1, None, None], [1, 1, None], [0, 1, 1]]
    assert rows == [(2024 * 12 + 4, [1, 1] + [0] * 11)]


def test_the_platform_sums_up_all_stores(shop: Store) -> None:
    member = buyer(shop, 1, "2024-04-01")
    member_id = stores_selectors.membership_rows(member).get().member_id
    other = world.store("S002")
    record(order(other.pk, member_id, "X", lines=[line(1, 500)], placed_at=at("2024-04-02")))
    services.refresh()
    own = stores_selectors.membership(member_id, world.platform().pk).pk
    assert summaries.derived_values([own], ["tot_pay_amount_3m"], date(2024, 5, 20))[own] == {"tot_pay_amount_3m": 12500}


def test_rules_compare_whole_numbers(shop: Store) -> None:
    """An average of money is minor units, of anything else thousandths, as a share is; in SQL the same as for one member."""
    member = buyer(shop, 1, "2024-04-01", "2024-03-02", "2024-03-03")
    services.refresh()
    expected = {"avg_pay_amount_6m": 6000, "avg_pay_ord_6m": 500, "cpmt_pay_ord_6m": 333, "tot_pay_ord_3m": 3, "tot_refund_ord_3m": None}
    buyer(shop, 2, "2023-11-01")
    services.refresh()
    for name, value in expected.items():
        variable = derived_selectors.supplied(name)
        assert variable is not None
        assert (name, by_sql(name, shop.programme_id, date(2024, 5, 20))[member]) == (name, value)
        assert variable.values([member], date(2024, 5, 20)) == {member: value}


def test_a_rule_asks_for_them_by_name() -> None:
    """DRV-14, TAG-09 as ruling 29 has it: the 20 figures we know by 11 kinds and 3 windows are selectable; an unknown one is refused."""
    assert {each.name for each in derived.variables()} <= {each.name for each in supplies.offered()}
    assert len(list(derived.variables())) == 20 * 11 * 3
    assert (supplies.find("megt_pay_ord_6m") is not None, supplies.find("megt_pay_ord_7m")) == (True, None)


def test_sleeping_regulars_are_two_of_ten(shop: Store) -> None:
    """DRV-14: megt_pay_ord_6m >= 3 and cmgt_pay_ord_12m >= 4 -> tag 沉睡老客, 2 of 10: four months or more, the last three months ago."""
    sleepers = [
        buyer(shop, 1, "2023-10-03", "2023-11-04", "2023-12-05", "2024-01-06"),
        buyer(shop, 2, "2023-06-03", "2023-07-04", "2023-08-05", "2023-09-06", "2023-12-20"),
    ]
    buyer(shop, 3, "2023-11-04", "2023-12-05", "2024-01-06", "2024-02-07")  # two months ago
    buyer(shop, 4, "2023-12-05", "2024-01-06")  # too few
    buyer(shop, 5, "2023-06-03", "2023-07-04", "2023-08-05", "2023-09-06")  # longer ago than six months
    for phone in range(6, 11):
        buyer(shop, phone)
    services.refresh()
    on, megt, cmgt = date(2024, 5, 20), "megt_pay_ord_6m", "cmgt_pay_ord_12m"
    last, often = by_sql(megt, shop.programme_id, on), by_sql(cmgt, shop.programme_id, on)
    assert len(last) == 10
    assert sorted(key for key in last if (last[key] or 0) >= 3 and (often[key] or 0) >= 4) == sleepers
    in_python = summaries.derived_values(last, [megt, cmgt], on)
    assert {key: (last[key], often[key]) for key in last} == {key: (said[megt], said[cmgt]) for key, said in in_python.items()}
    rule = {"and": [{">=": [{"derived": {"name": megt}}, 3]}, {">=": [{"derived": {"name": cmgt}}, 4]}]}
    tag = house.by_rule(shop.programme, rule, "sleeping", name="沉睡老客")
    house.judge(shop.programme)
    assert house.having(tag) == set(sleepers)


# --- SQL and Python are one ---


@pytest.mark.django_db
def test_sql_and_python_agree_on_generated_months() -> None:
    """All kinds, indicators' windows and days: 2,000 generated rows; joined late, told late, nothing kept, all 0, ties."""
    rng, asked = random.Random(20240520), 2024 * 12 + 3
    kept = [
        None if rng.random() < 0.1 else Kept(asked + rng.randint(-14, 1), [rng.choice([0, 0, 1, 5, 5, 10**12]) for _ in range(13)])
        for _ in range(2000)
    ]
    known = [rng.choice([None, asked - 20, asked - 11, asked - 5, asked, asked + 1]) for _ in kept]
    hit: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for window in derived.WINDOWS:
            columns = ", ".join(kind.sql.format(months="of.months") for kind in KINDS.values())
            cursor.execute(
                f"SELECT {columns} FROM unnest(%s::integer[], %s::text[], %s::integer[])"
                " WITH ORDINALITY AS row (newest, months, known, place),"
                " LATERAL (SELECT tags_months(row.months::bigint[], row.newest, %s, %s, row.known) AS months) AS of ORDER BY place",
                [
                    [each.newest if each else None for each in kept],
                    ["{" + ",".join(map(str, each.months)) + "}" if each else None for each in kept],
                    known,
                    asked,
                    window,
                ],
            )
            for each, since, row in zip(kept, known, cursor.fetchall(), strict=True):
                months = derived.months_of(each, asked=asked, known_from=since)[:window]
                said = tuple(kind.of(months) for kind in KINDS.values())
                assert row == said, (months, row, said)
                values = [value for value in months if value is not None]
                top = max(values, default=0)
                hit["nothing known"] += not values
                hit["joined within"] += 0 < len(values) < window
                hit["all 0"] += bool(values) and not any(values)
                hit["tie for the highest"] += top > 0 and values.count(top) > 1
    assert min(hit.values()) > 50, hit


def test_the_families_of_indicators_are_those_that_sources_know() -> None:
    assert {each.family.value for each in INDICATORS.values()} == {"orders", "refunds", "carts", "favourites", "clicks", "dwell", "ratings"}
    assert all(len(each.family) <= 12 for each in INDICATORS.values())
