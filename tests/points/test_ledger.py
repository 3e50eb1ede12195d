"""Posting to the points ledger: once per effect, all or nothing, only ever added to."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core import events
from core.enums import Origin
from core.errors import InvalidInput
from growth.errors import EffectConflict, HistoryClosed
from members.errors import MemberNotActive
from points.enums import EntryKind
from points.errors import BoundToOrder, EntryNotFound, InsufficientPoints, NothingLeftToReverse, PointsOff
from points.events import PointsPosted
from points.models import PointsAccount, PointsEntry, PointsLot, PointsMove, PointsVersion
from points.services import expiry, holds, ledger
from points.services.ledger import EntryIn, Posted
from stores.models import Membership, Programme
from tests import world
from tests.growth import crowd
from tests.points import house
from tests.points.house import DAY
from tests.points.test_ledger_machine import stage
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced() -> Iterator[list[PointsPosted]]:
    heard: list[PointsPosted] = []
    events.subscribe(PointsPosted, heard.append)
    yield heard
    events._handlers[PointsPosted].remove(heard.append)


def test_an_entry_keeps_what_caused_it(member: Membership, announced: list[PointsPosted]) -> None:
    """PTS-21: source and the rules that held, the world's time and the door's; nothing of it may be empty."""
    later = NOW + timedelta(minutes=5)
    version = PointsVersion.objects.get(programme=member.programme, state="published")
    [posted] = house.post(
        house.entry(member, 3, "order:1:earn", source_type="order", rules_id=version.pk, rule="purchase", details={"base": 3}), at=later
    )
    kept = PointsEntry.objects.get()
    assert posted == Posted(kept.pk, member.pk, EntryKind.EARN, 3, 3, 3, replayed=False)
    assert (kept.kind, kept.source_type, kept.source_id, kept.occurred_at, kept.booked_at) == ("earn", "order", "1", NOW, later)
    assert (kept.account_version, kept.rules_id, kept.rule, kept.details, kept.actor) == (1, version.pk, "purchase", {"base": 3}, "test")
    assert announced == [PointsPosted((kept.pk,), Origin.LIVE, later)]
    required = {"kind", "source_type", "source_id", "occurred_at", "booked_at"}
    assert not {each.name for each in PointsEntry._meta.get_fields() if each.name in required and each.null}


def test_the_balance_is_the_entries_and_the_lots(member: Membership) -> None:
    """PTS-01: earn 3, redeem 2, expire 1: 0. PTS-06."""
    house.give(member, 3, ends_at=NOW + DAY)
    house.spend(member, 2)
    expiry.expire_lots(now=NOW + DAY)
    assert house.lines(member) == [("earn", 3, 3, 3), ("redeem", -2, -2, 1), ("expire", -1, -1, 0)]
    assert (house.account(member).balance, house.lots(member)) == (0, [(3, 0, 0)])


def test_the_same_effect_posts_once(member: Membership, announced: list[PointsPosted]) -> None:
    """PTS-21: the same pushed three times is one entry."""
    first = house.give(member, 20, key="a")
    announced.clear()
    later = NOW + timedelta(hours=1)
    for _time in range(2):
        again = house.give(member, 20, key="a", at=later, details={"other": True}, actor="other", ends_at=later + DAY)
        assert again == first
    assert house.lines(member) == [("earn", 20, 20, 20)]
    assert announced == []


def test_an_effect_twice_in_a_batch_posts_once(member: Membership) -> None:
    for size in (3, 30):  # few line by line, many by the staging table
        keys = [f"{size}:a", *(f"{size}:{number}" for number in range(size)), f"{size}:a"]
        posted = house.post(*(house.entry(member, 2, key) for key in keys))
        assert [each.replayed for each in posted] == [False] * (size + 1) + [True]
        assert posted[0].entry_id == posted[-1].entry_id
    assert house.account(member).balance == 2 * (4 + 31)


@pytest.mark.parametrize(
    "other", [{"requested": 21}, {"kind": EntryKind.GIFT}, {"source_id": "2"}, {"note": "words"}, {"source_type": "order"}]
)
def test_a_known_effect_with_another_request_is_refused_and_posts_nothing(member: Membership, other: dict[str, Any]) -> None:
    house.give(member, 20, key="a")
    changed = house.entry(member, other.pop("requested", 20), "a", **other)
    for batch in ([house.entry(member, 7, "b"), changed], [changed, *(house.entry(member, 7, f"c{number}") for number in range(12))]):
        with pytest.raises(EffectConflict) as refused:
            house.post(*batch)
        assert refused.value.values == {"membership": member.pk, "effect_key": "a"}
    assert house.lines(member) == [("earn", 20, 20, 20)]


def test_one_order_posts_to_two_memberships_under_one_key(programme: Programme) -> None:
    """Ruling 1."""
    pair = [house.membership(programme), house.membership(programme)]
    posted = house.post(*(house.entry(each, 20, "order:1:earn") for each in pair))
    assert [each.balance_after for each in posted] == [20, 20]


def test_history_is_booked_when_it_happened_and_only_before_live_entries(member: Membership) -> None:
    """Ruling 6."""
    long_ago = NOW - 400 * DAY
    house.post(house.entry(member, 20, "a", occurred_at=long_ago), origin=Origin.BACKFILL)
    assert PointsEntry.objects.get().booked_at == long_ago
    assert not house.account(member).is_live
    house.give(member, 5)
    assert house.account(member).is_live
    for size in (1, 12):
        with pytest.raises(HistoryClosed):
            house.post(*(house.entry(member, 30, f"c{number}", occurred_at=long_ago) for number in range(size)), origin=Origin.BACKFILL)
    [replayed] = house.post(house.entry(member, 20, "a", occurred_at=long_ago), origin=Origin.BACKFILL)  # what is there is no harm
    assert replayed.replayed
    assert house.lines(member) == [("earn", 20, 20, 20), ("earn", 5, 5, 25)]


def test_history_spends_what_could_be_spent_then(member: Membership) -> None:
    """The moment of an entry of history is its own: a lot that has ended since was there."""
    long_ago = NOW - 400 * DAY
    house.post(
        house.entry(member, 20, "a", occurred_at=long_ago, ends_at=long_ago + 10 * DAY),
        house.entry(member, -15, "b", occurred_at=long_ago + 9 * DAY),
        origin=Origin.BACKFILL,
    )
    with pytest.raises(InsufficientPoints):
        house.post(house.entry(member, -5, "c", occurred_at=long_ago + 10 * DAY), origin=Origin.BACKFILL)
    assert house.lots(member) == [(20, 5, 0)]


def test_nothing_to_post_is_no_fact(db: None, announced: list[PointsPosted]) -> None:
    assert house.post() == []
    assert announced == []


def test_an_entry_takes_few_statements(member: Membership, django_assert_max_num_queries: Any) -> None:
    kept = events._handlers.pop(PointsPosted, [])
    try:
        with django_assert_max_num_queries(3):  # savepoint, the posting, release
            house.post(house.entry(member, 20), house.entry(member, -15))
    finally:
        events._handlers[PointsPosted] = kept


def test_a_command_takes_few_statements_with_all_that_follows(member: Membership, django_assert_num_queries: Any) -> None:
    """The posting, what is told of it, the note that facts are old; the other two are the test's savepoint and its release."""
    said: dict[str, Any] = {"source_type": "api", "source_id": "1", "actor": "test", "occurred_at": NOW, "booked_at": NOW}
    with django_assert_num_queries(5):
        kept = ledger.earn_points(membership_id=member.pk, points=20, effect_key="a", **said)
    with django_assert_num_queries(5):
        ledger.redeem_points(membership_id=member.pk, points=15, effect_key="b", **said)
    assert kept == PointsEntry.objects.get(effect_key="a")
    assert {name.attname: getattr(kept, name.attname) for name in PointsEntry._meta.concrete_fields} == PointsEntry.objects.values().get(
        effect_key="a"
    )
    assert house.lines(member) == [("earn", 20, 20, 20), ("redeem", -15, -15, 5)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_pointsentry SET delta = 0",
        "UPDATE points_pointsentry SET note = 'other words'",
        "DELETE FROM points_pointsentry",
        "UPDATE points_pointsmove SET delta = -1",
        "DELETE FROM points_pointsmove",
    ],
)
def test_entries_and_moves_are_never_changed(member: Membership, statement: str) -> None:
    house.give(member, 20)
    house.spend(member, 5)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert house.lines(member) == [("earn", 20, 20, 20), ("redeem", -5, -5, 15)]


@pytest.mark.parametrize("table", ["points_pointsentry", "points_pointsmove"])
def test_entries_and_moves_are_never_emptied(member: Membership, table: str) -> None:
    house.give(member, 20)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL guanxi.ledgers_may_be_emptied = off")
        cursor.execute(f"TRUNCATE {table} CASCADE")
    assert house.lines(member) == [("earn", 20, 20, 20)]


AGAIN = (
    "INSERT INTO points_pointsentry (account_id, account_version, kind, requested, delta, owed, forgiven, balance_after, debt_after,"
    " source_type, source_id, rule, details, note, effect_key, request_digest, actor, occurred_at, booked_at)"
    " SELECT account_id, {number}, kind, requested, delta, 0, 0, balance_after, 0, 'test', '1', '', '{{}}', '', {key}, '', 'test',"
    " occurred_at, booked_at FROM points_pointsentry"
)


@pytest.mark.ledgers_may_disagree
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_pointsaccount SET balance = -1",
        "UPDATE points_pointsaccount SET held = balance + 1",
        "UPDATE points_pointsaccount SET debt = -1",
        "UPDATE points_pointslot SET remaining = -1",
        "UPDATE points_pointslot SET remaining = amount + 1",
        "UPDATE points_pointslot SET held = remaining + 1",
        "UPDATE points_pointslot SET is_open = false",
        AGAIN.format(number="account_version + 1", key="effect_key"),
        AGAIN.format(number="account_version", key="effect_key || '!'"),
        "UPDATE points_pointshold SET state = 'captured', captured = 1, closed_at = created_at",
        "UPDATE points_pointshold SET captured = amount + 1",
        "INSERT INTO points_pointshold (account_id, amount, captured, state, order_no, effect_key, request_digest, actor, created_at,"
        " expires_at) SELECT account_id, 1, 0, 'active', '', effect_key, '', '', created_at, expires_at FROM points_pointshold",
    ],
)
def test_the_database_refuses_what_cannot_be(member: Membership, statement: str) -> None:
    house.give(member, 20)
    holds.hold_points(membership_id=member.pk, points=5, effect_key="h", actor="test", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# --- staged ---


def test_a_staged_batch_takes_the_same_road_and_leaves_no_trace(programme: Programme, announced: list[PointsPosted]) -> None:
    people = [house.membership(programme, points=points) for points in (100, 0, 0)]
    announced.clear()
    for expected in (ledger.Counts(3, 0), ledger.Counts(0, 3)):
        with transaction.atomic(), ledger.staged() as batch:
            stage(batch, [(people[0].pk, -80), (people[1].pk, 30), (people[2].pk, 10)], ["k"] * 3, NOW)
            assert ledger.post_staged(batch=batch, booked_at=NOW, announce=False) == expected
            with connection.cursor() as cursor:
                cursor.execute("SELECT delta, balance_after FROM points_staged_entry WHERE batch = %s ORDER BY item", [batch])
                assert cursor.fetchall() == [(-80, 20), (30, 30), (10, 10)]
    assert announced == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM points_staged_entry")
        assert cursor.fetchone() == (0,)


def test_a_batch_with_one_that_is_short_posts_nothing_or_the_others(programme: Programme, announced: list[PointsPosted]) -> None:
    people = [house.membership(programme, points=points) for points in (50, 10)]
    announced.clear()
    wanted = [(people[1].pk, -11), (people[0].pk, -11), (people[1].pk, -10)]
    with pytest.raises(InsufficientPoints) as refused, transaction.atomic(), ledger.staged() as batch:
        stage(batch, wanted, ["a", "b", "c"], NOW)
        ledger.post_staged(batch=batch, booked_at=NOW)
    assert refused.value.values == {"available": 10, "wanted": 11}
    assert [house.account(each).balance for each in people] == [50, 10]
    assert announced == []
    with transaction.atomic(), ledger.staged() as batch:
        stage(batch, wanted, ["a", "b", "c"], NOW)
        assert ledger.post_staged(batch=batch, booked_at=NOW, skip_short=True) == ledger.Counts(2, 0, 1)
    assert [house.account(each).balance for each in people] == [39, 0]
    ids = list(PointsEntry.objects.filter(kind="redeem").order_by("id").values_list("id", flat=True))
    assert [each.entry_ids for each in announced] == [tuple(ids)]


def test_a_staged_conflict_names_the_effect_and_posts_nothing(programme: Programme) -> None:
    people = [house.membership(programme) for _each in range(3)]
    house.give(people[1], 5, key="k")
    with pytest.raises(EffectConflict) as refused, transaction.atomic(), ledger.staged() as batch:
        stage(batch, [(each.pk, 80) for each in people], ["k"] * 3, NOW)
        ledger.post_staged(batch=batch, booked_at=NOW)
    assert refused.value.values == {"membership": people[1].pk, "effect_key": "k"}
    assert [house.account(each).balance for each in people[1:2]] == [5]
    assert PointsEntry.objects.count() == 1


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(wanted=st.lists(st.tuples(st.integers(0, 7), st.integers(-20, 20).filter(bool)), min_size=9, max_size=40))
@example(wanted=[(0, -1), (1, -5), (2, -6), (3, -14), (4, -15), (5, -16), (6, 3), (7, -14), (7, -1)])
def test_many_at_once_come_out_like_one_by_one(programme: Programme, wanted: list[tuple[int, int]]) -> None:
    """Accounts that only earn, or have one spending, are posted together; what they hold, and who has too little, must be the same.

    The example spends from the first lot, all of it, some of the next, all of both, and more; the last spends twice.
    """

    def everybody() -> list[Membership]:
        """Eight people with 14 points each that can be spent, in two lots, the later one to go first, and four that cannot yet."""
        people = crowd.people(programme, 8, joined_at=NOW)
        waits: dict[str, Any] = {"available_from": NOW + timedelta(seconds=1), "ends_at": NOW + DAY}
        for points, terms in ((9, {}), (5, {"ends_at": NOW + DAY}), (4, waits)):
            house.post(*(house.entry(each, points, **terms) for each in people))
        return people

    def state(people: list[Membership]) -> list[object]:
        accounts = PointsAccount.objects.filter(pk__in=[each.pk for each in people]).order_by("pk")
        rows = PointsEntry.objects.filter(account__in=accounts).order_by("account_id", "account_version")
        lots = PointsLot.objects.filter(account__in=accounts).order_by("account_id", "id")
        moves = PointsMove.objects.filter(lot__account__in=accounts).order_by("entry__account_id", "id")
        return [
            list(accounts.values_list("balance", "held", "debt", "version", "is_live")),
            list(rows.values_list("account_version", "kind", "requested", "delta", "balance_after", "request_digest", "booked_at")),
            list(lots.values_list("amount", "remaining", "is_open", "earned_at", "available_from", "ends_at", "entry__account_version")),
            list(moves.values_list("entry__account_version", "lot__entry__account_version", "delta", "instead_of")),
        ]

    keys = [f"k{number}" for number in range(len(wanted))]
    together, apart = everybody(), everybody()
    with transaction.atomic(), ledger.staged() as batch:
        stage(batch, [(together[place].pk, points) for place, points in wanted], keys, NOW)
        counts = ledger.post_staged(batch=batch, booked_at=NOW, skip_short=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT effect_key, available FROM points_staged_entry WHERE batch = %s AND verdict = 'short' ORDER BY item", [batch]
            )
            refused = cursor.fetchall()
    short = []
    for (place, points), key in zip(wanted, keys, strict=True):
        try:
            house.post(house.entry(apart[place], points, key))
        except InsufficientPoints as raised:
            short.append((key, raised.values["available"]))
    assert refused == short
    assert counts == ledger.Counts(len(wanted) - len(short), 0, len(short))
    assert state(together) == state(apart)


def test_one_spending_of_history_takes_what_there_was_then(programme: Programme) -> None:
    """Ruling 6: many at once take lots as of each entry's own time, as one does."""
    people = [house.membership(programme) for _each in range(9)]
    for each in people:
        house.post(house.entry(each, 7, occurred_at=NOW - 5 * DAY, ends_at=NOW - 2 * DAY), at=NOW, origin=Origin.BACKFILL)
        house.post(house.entry(each, 8, occurred_at=NOW - 5 * DAY, ends_at=NOW + DAY), at=NOW, origin=Origin.BACKFILL)
    spendings = [house.entry(each, -7, occurred_at=NOW - (3 - place % 2) * DAY) for place, each in enumerate(people)]
    house.post(*spendings, at=NOW, origin=Origin.BACKFILL)
    assert [[left for _amount, left, _held in house.lots(each)] for each in people] == [[0, 8], [7, 1]] * 4 + [[0, 8]]


def test_a_spending_among_many_has_what_a_hold_set_aside_until_its_time_was_over(programme: Programme) -> None:
    """Ruling 24: nobody waits for the job that ends holds."""
    people = crowd.people(programme, 9, joined_at=NOW)
    house.post(*(house.entry(each, 10) for each in people))
    holds.hold_points(membership_id=people[0].pk, points=6, effect_key="h", actor="client:shop", at=NOW)
    house.post(*(house.entry(each, -10) for each in people), at=NOW + DAY)
    assert [(house.account(each).balance, house.account(each).held, house.lots(each)) for each in people] == [(0, 0, [(10, 0, 0)])] * 9


def test_later_entries_of_an_account_have_higher_ids(programme: Programme) -> None:
    people = [house.membership(programme) for _each in range(7)]
    house.post(*(house.entry(people[place % 7], 1 + place % 5) for place in range(500)))
    ids = list(PointsEntry.objects.order_by("account_id", "account_version").values_list("account_id", "id"))
    assert ids == sorted(ids)
    assert [house.account(each).version for each in people] == [72, 72, 72, 71, 71, 71, 71]


# --- the verbs of services ---


def redeem(of: Membership, points: int, **values: Any) -> PointsEntry:
    said = {"source_type": "api", "source_id": "7", "effect_key": "r", "actor": "client:till", "occurred_at": NOW, "booked_at": NOW}
    return ledger.redeem_points(membership_id=of.pk, points=points, **{**said, **values})


def test_points_earned_by_a_call_live_as_the_rules_say(programme: Programme) -> None:
    """A-26: 24 months after the local date, through the end of that day; 20 May 2024 gives 21 May 2026 00:00 in Shanghai."""
    house.rules(programme, pending_days=3)
    member = house.membership(programme)
    kept = ledger.earn_points(
        membership_id=member.pk, points=12, source_type="api", source_id="7", effect_key="e", actor="client:shop",
        occurred_at=NOW, booked_at=NOW,
    )  # fmt: skip
    lot = kept.lot
    assert (kept.kind, kept.delta, kept.rules) == ("earn", 12, PointsVersion.objects.get(programme=programme, state="published"))
    assert lot.ends_at
    assert lot.ends_at.isoformat() == "2026-05-20T16:00:00+00:00"
    assert lot.available_from.isoformat() == "2024-05-22T16:00:00+00:00"


def test_redeeming_more_than_is_available_takes_nothing(programme: Programme) -> None:
    """PTS-06."""
    member = house.membership(programme, points=40)
    with pytest.raises(InsufficientPoints) as refused:
        redeem(member, 41)
    assert refused.value.values == {"available": 40, "wanted": 41}
    assert house.lines(member) == [("earn", 40, 40, 40)]
    first = redeem(member, 40)
    assert redeem(member, 40) == first
    with pytest.raises(EffectConflict):
        redeem(member, 39)
    assert house.account(member).balance == 0


@pytest.mark.parametrize("points", [0, -5, 10**10])
def test_what_is_no_amount_of_points_is_refused(member: Membership, points: int) -> None:
    with pytest.raises(InvalidInput):
        redeem(member, points)


def test_commands_refuse_where_points_are_off_or_the_member_is_frozen(programme: Programme) -> None:
    """Ruling 4."""
    member = house.membership(programme, points=40)
    Membership.objects.filter(pk=member.pk).update(status="frozen")
    with pytest.raises(MemberNotActive):
        redeem(member, 1)
    Membership.objects.filter(pk=member.pk).update(status="active")
    Programme.objects.filter(pk=programme.pk).update(points_on=False)
    with pytest.raises(PointsOff):
        redeem(member, 1)
    assert house.account(member).balance == 40


def undo(of: PointsEntry, points: int | None = None, key: str = "u") -> PointsEntry:
    return ledger.reverse_entry(
        entry_id=of.pk, points=points, effect_key=key, source_type="staff", source_id="12", actor="staff:12", at=NOW
    )


def test_an_entry_is_taken_back_whole_in_part_repeatedly_and_never_beyond(programme: Programme) -> None:
    member = house.membership(programme, points=40)
    spent = redeem(member, 30)
    assert (undo(spent, 10, "a").kind, house.account(member).balance) == ("restore", 20)
    assert undo(spent, 10, "a").delta == 10  # the same again
    assert undo(spent, 5, "b").delta == 5
    with pytest.raises(NothingLeftToReverse) as refused:
        undo(spent, 16, "c")
    assert refused.value.values == {"left": 15, "wanted": 16}
    assert undo(spent, None, "c").delta == 15
    assert undo(spent, None, "c").delta == 15
    with pytest.raises(NothingLeftToReverse):
        undo(spent, None, "d")
    earned = PointsEntry.objects.get(account_version=1)
    assert (undo(earned, 15, "e").kind, undo(earned, None, "f").delta, house.account(member).balance) == ("reverse", -25, 0)
    assert house.lots(member) == [(40, 0, 0)]


def test_entries_of_orders_follow_their_refunds(programme: Programme) -> None:
    """Ruling 15: also what a hold took that names an order."""
    member = house.membership(programme)
    earned = house.give(member, 40, source_type="order")
    store = world.store("S009")
    held = holds.hold_points(membership_id=member.pk, points=10, store_id=store.pk, order_no="A1", effect_key="h", actor="test", at=NOW)
    captured = holds.capture_hold(hold_id=held.pk, effect_key="c", actor="test", at=NOW)
    for entry in (earned, captured):
        with pytest.raises(BoundToOrder):
            undo(entry, 1)
    with pytest.raises(EntryNotFound):
        undo(PointsEntry(pk=0), 1)
    assert house.account(member).balance == 30


def test_what_takes_back_is_not_taken_back(programme: Programme) -> None:
    member = house.membership(programme, points=40)
    spent = redeem(member, 30)
    back = undo(spent, 10)
    with pytest.raises(NothingLeftToReverse):
        undo(back, 10, "v")
    assert PointsMove.objects.count() == 2


def test_kinds_know_their_sign(member: Membership) -> None:
    for requested, kind in ((5, EntryKind.REDEEM), (-5, EntryKind.EARN), (-5, EntryKind.EXPIRE), (5, EntryKind.REPAY)):
        with pytest.raises(ValueError, match="cannot be posted"):
            house.post(house.entry(member, requested, kind=kind))
    with pytest.raises(ValueError, match="terms of their lot"):
        ledger.post_entries(
            entries=[
                EntryIn(
                    membership_id=member.pk, kind=EntryKind.EARN, requested=5, source_type="test", source_id="1", effect_key="k",
                    occurred_at=NOW, actor="test",
                )
            ],
            booked_at=NOW,
        )  # fmt: skip
