"""Posting to the growth ledger: applied within the floor, once per effect, only ever added to."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from core import events
from core.enums import Origin
from core.errors import InvalidInput
from growth.enums import Reason
from growth.errors import EffectConflict, HistoryClosed
from growth.events import GrowthPosted
from growth.models import GrowthAccount, GrowthEntry
from growth.services import ledger
from growth.services.ledger import EntryIn, Posted, post_entries
from stores.models import Membership, Programme
from tests.growth import house
from tests.growth.threads import at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db


def entry(of: Membership, requested: int, key: str = "", **values: Any) -> EntryIn:
    return EntryIn(
        **{
            "membership_id": of.pk,
            "requested": requested,
            "reason": Reason.LOGIN,
            "source_type": "event",
            "source_id": "1",
            "effect_key": key or f"effect:{requested}",
            "occurred_at": NOW,
            "actor": "test",
            **values,
        }
    )


def post(*entries: EntryIn, **values: Any) -> list[Posted]:
    return post_entries(entries=entries, **{"booked_at": NOW, **values})


def lines(of: Membership) -> list[tuple[int, int, int, int]]:
    """version, requested, applied, balance after."""
    rows = GrowthEntry.objects.filter(account=of.pk).order_by("account_version")
    return list(rows.values_list("account_version", "requested", "applied", "balance_after"))


def balance(of: Membership) -> int:
    return GrowthAccount.objects.get(pk=of.pk).balance


@pytest.fixture
def member(programme: Programme) -> Membership:
    return house.membership(programme)


@pytest.fixture
def announced() -> Iterator[list[GrowthPosted]]:
    heard: list[GrowthPosted] = []
    events.subscribe(GrowthPosted, heard.append)
    yield heard
    events._handlers[GrowthPosted].remove(heard.append)


def test_an_entry_keeps_what_caused_it(member: Membership, announced: list[GrowthPosted]) -> None:
    """GRW-13: reason, source, the world's time and the door's; nothing of it may be empty."""
    later = NOW + timedelta(minutes=5)
    [posted] = post(
        entry(member, 299, "order:1:purchase:1", reason=Reason.PURCHASE, source_type="order", details={"a": 1}), booked_at=later
    )
    kept = GrowthEntry.objects.get()
    assert posted == Posted(kept.pk, member.pk, 299, 299, 299, replayed=False)
    assert (kept.reason, kept.source_type, kept.source_id, kept.occurred_at, kept.booked_at) == ("purchase", "order", "1", NOW, later)
    assert (kept.account_version, kept.details, kept.actor) == (1, {"a": 1}, "test")
    assert announced == [GrowthPosted((kept.pk,), Origin.LIVE, later)]
    required = {"reason", "source_type", "source_id", "occurred_at", "booked_at"}
    assert not {each.name for each in GrowthEntry._meta.get_fields() if each.name in required and each.null}


def test_the_balance_stops_at_0(member: Membership) -> None:
    """A-16, docs/rules/growth.md: 100, -80, -80, 50, -10."""
    posted = post(*(entry(member, change, f"k{place}") for place, change in enumerate([100, -80, -80, 50, -10])))
    assert [(each.applied, each.balance_after) for each in posted] == [(100, 100), (-80, 20), (-20, 0), (50, 50), (-10, 40)]
    assert lines(member) == [(1, 100, 100, 100), (2, -80, -80, 20), (3, -80, -20, 0), (4, 50, 50, 50), (5, -10, -10, 40)]


def test_a_fall_on_an_empty_account_is_kept_with_nothing_applied(member: Membership) -> None:
    """Ruling 20: requested is never 0, applied may be."""
    post(entry(member, -40))
    assert lines(member) == [(1, -40, 0, 0)]


def test_a_cancelled_reversal_gives_back_only_what_was_applied(member: Membership) -> None:
    """Ruling 20."""
    [purchase] = post(entry(member, 300, "p"))
    post(entry(member, -200, "rfm"))
    [refund] = post(entry(member, -300, "r", reverses_id=purchase.entry_id))
    assert refund.applied == -100
    [again] = post(entry(member, 300, "c", reverses_id=refund.entry_id, apply_at_most=100))
    assert (again.requested, again.applied, again.balance_after) == (300, 100, 100)


def test_the_same_effect_posts_once(member: Membership, announced: list[GrowthPosted]) -> None:
    [first] = post(entry(member, 20))
    announced.clear()
    later = NOW + timedelta(hours=1)
    [again] = post(entry(member, 20, details={"other": True}, occurred_at=later, actor="other"), booked_at=later)
    assert (again.entry_id, again.applied, again.balance_after, again.replayed) == (first.entry_id, 20, 20, True)
    assert lines(member) == [(1, 20, 20, 20)]
    assert announced == []


def test_an_effect_twice_in_a_batch_posts_once(member: Membership) -> None:
    posted = post(entry(member, 20, "a"), entry(member, 5, "b"), entry(member, 20, "a"))
    assert [(each.applied, each.replayed) for each in posted] == [(20, False), (5, False), (20, True)]
    assert posted[0].entry_id == posted[2].entry_id
    assert balance(member) == 25


@pytest.mark.parametrize(
    "other",
    [{"requested": 21}, {"reason": Reason.REVIEW}, {"source_id": "2"}, {"note": "words"}, {"source_type": "order"}],
)
def test_a_known_effect_with_another_request_is_refused_and_posts_nothing(member: Membership, other: dict[str, Any]) -> None:
    post(entry(member, 20, "a"))
    changed = entry(member, other.pop("requested", 20), "a", **other)
    for batch in ([entry(member, 7, "b"), changed], [changed, entry(member, 7, "b")]):
        with pytest.raises(EffectConflict) as refused, transaction.atomic():
            post(*batch)
        assert refused.value.values == {"membership": member.pk, "effect_key": "a"}
    assert lines(member) == [(1, 20, 20, 20)]


def test_a_key_twice_in_a_batch_with_two_requests_is_refused(member: Membership) -> None:
    with pytest.raises(EffectConflict), transaction.atomic():
        post(entry(member, 20, "a"), entry(member, 21, "a"))
    assert lines(member) == []


def test_one_order_posts_to_two_memberships_under_one_key(programme: Programme) -> None:
    """Ruling 1."""
    pair = [house.membership(programme), house.membership(programme)]
    posted = post(*(entry(each, 20, "order:1:purchase:1") for each in pair))
    assert [each.applied for each in posted] == [20, 20]


def test_history_is_booked_when_it_happened_and_only_before_live_entries(member: Membership) -> None:
    """Ruling 6."""
    long_ago = NOW - timedelta(days=400)
    post(entry(member, 20, "a", occurred_at=long_ago), origin=Origin.BACKFILL)
    assert GrowthEntry.objects.get().booked_at == long_ago
    assert not GrowthAccount.objects.get(pk=member.pk).is_live
    post(entry(member, 5, "b"))
    assert GrowthAccount.objects.get(pk=member.pk).is_live
    with pytest.raises(HistoryClosed), transaction.atomic():
        post(entry(member, 30, "c", occurred_at=long_ago), origin=Origin.BACKFILL)
    [replayed] = post(entry(member, 20, "a", occurred_at=long_ago), origin=Origin.BACKFILL)  # what is there already is no harm
    assert replayed.replayed
    assert lines(member) == [(1, 20, 20, 20), (2, 5, 5, 25)]


def test_nothing_to_post_is_no_fact(db: None, announced: list[GrowthPosted]) -> None:
    assert post() == []
    assert announced == []


def test_an_entry_takes_few_statements(member: Membership, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(3), ledger_alone():  # savepoint, the posting, release
        post(entry(member, 20))


class ledger_alone:
    """Without those who react to GrowthPosted."""

    def __enter__(self) -> None:
        self.kept = events._handlers.pop(GrowthPosted, [])

    def __exit__(self, *_problem: object) -> None:
        events._handlers[GrowthPosted] = self.kept


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE growth_growthentry SET applied = 0",
        "UPDATE growth_growthentry SET note = 'other words'",
        "DELETE FROM growth_growthentry",
    ],
)
def test_entries_are_never_changed(member: Membership, statement: str) -> None:
    post(entry(member, 20))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert lines(member) == [(1, 20, 20, 20)]


def test_entries_are_never_emptied(member: Membership) -> None:
    post(entry(member, 20))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL guanxi.ledgers_may_be_emptied = off")
        cursor.execute("TRUNCATE growth_growthentry CASCADE")
    assert lines(member) == [(1, 20, 20, 20)]


# --- staged ---


def stage(batch: int, memberships: list[Membership], requested: int, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO growth_staged_entry (batch, item, membership_id, requested, reason, source_type, source_id, effect_key, actor,"
            " occurred_at) SELECT %s, row_number() OVER (), id, %s, 'rfm', 'rfm_run', '1', %s, 'clock', %s FROM unnest(%s) AS id",
            [batch, requested, key, NOW, [each.pk for each in memberships]],
        )


def test_a_staged_batch_takes_the_same_road_and_leaves_no_trace(programme: Programme, announced: list[GrowthPosted]) -> None:
    people = [house.membership(programme) for _each in range(3)]
    post(entry(people[0], 100, "x"))
    announced.clear()
    with transaction.atomic(), ledger.staged() as batch:
        stage(batch, people, -80, "rfm:2024-04")
        assert ledger.post_staged(batch=batch, booked_at=NOW, announce=False) == ledger.Counts(3, 0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT verdict, applied, balance_after FROM growth_staged_entry WHERE batch = %s ORDER BY item", [batch])
            assert cursor.fetchall() == [("new", -80, 20), ("new", 0, 0), ("new", 0, 0)]
    assert announced == []
    with transaction.atomic(), ledger.staged() as batch:
        stage(batch, people, -80, "rfm:2024-04")
        assert ledger.post_staged(batch=batch, booked_at=NOW) == ledger.Counts(0, 3)
    assert announced == []
    assert [balance(each) for each in people] == [20, 0, 0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM growth_staged_entry")
        assert cursor.fetchone() == (0,)


def test_a_staged_conflict_names_the_effect_and_posts_nothing(programme: Programme) -> None:
    people = [house.membership(programme) for _each in range(3)]
    post(entry(people[1], 5, "rfm:2024-04"))
    with pytest.raises(EffectConflict) as refused, transaction.atomic(), ledger.staged() as batch:
        stage(batch, people, -80, "rfm:2024-04")
        ledger.post_staged(batch=batch, booked_at=NOW)
    assert refused.value.values == {"membership": people[1].pk, "effect_key": "rfm:2024-04"}
    assert [lines(each) for each in people] == [[], [(1, 5, 5, 5)], []]


def test_many_entries_of_few_accounts_walk_the_floor_like_few(programme: Programme) -> None:
    """More than a thousand entries are planned differently, and must come out the same."""
    people = [house.membership(programme) for _each in range(7)]
    changes = [(7 * place) % 41 - 20 or 1 for place in range(1500)]
    posted = post(*(entry(people[place % 7], change, f"k{place}") for place, change in enumerate(changes)))
    for person in people:
        held = 0
        for place, change in enumerate(changes):
            if people[place % 7] is person:
                before, held = held, max(0, held + change)
                assert (posted[place].applied, posted[place].balance_after) == (held - before, held)
        assert balance(person) == held
    ids = list(GrowthEntry.objects.order_by("account_id", "account_version").values_list("account_id", "id"))
    assert ids == sorted(ids)  # who reads entries by id reads them in the order of the account


# --- by hand ---


def adjust(of: Membership, delta: int, **values: Any) -> GrowthEntry:
    return ledger.adjust_growth(
        **{
            "membership_id": of.pk,
            "delta": delta,
            "reason_text": "活动补发",
            "actor": "staff:12",
            "occurred_at": NOW,
            "booked_at": NOW,
            "effect_key": "adjust:1",
            **values,
        }
    )


def test_an_adjustment_names_who_and_why(member: Membership) -> None:
    kept = adjust(member, 20)
    assert (kept.applied, kept.reason, kept.note, kept.source_type, kept.source_id, kept.actor) == (
        20, "adjustment", "活动补发", "staff", "12", "staff:12",
    )  # fmt: skip
    assert adjust(member, 20, occurred_at=NOW + timedelta(minutes=1)) == kept
    with pytest.raises(EffectConflict), transaction.atomic():
        adjust(member, 30)
    assert balance(member) == 20


@pytest.mark.parametrize(
    ("values", "field"),
    [({"reason_text": " "}, "reason"), ({"reason_text": "x" * 201}, "reason"), ({"delta": 0}, "delta"), ({"delta": 10**8}, "delta")],
)
def test_an_adjustment_without_reason_or_sense_is_refused(member: Membership, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        adjust(member, **{"delta": 20, **values})
    assert refused.value.field == field
    assert lines(member) == []


# --- at once ---


@pytest.mark.django_db(transaction=True)
def test_the_same_effect_from_many_sides_posts_once(programme: Programme) -> None:
    member = house.membership(programme)
    answers = at_once(*(lambda: post(entry(member, 20, "a"))[0] for _each in range(4)))
    assert sorted(str(getattr(each, "replayed", each)) for each in answers) == ["False", "True", "True", "True"]
    assert lines(member) == [(1, 20, 20, 20)]


@pytest.mark.django_db(transaction=True)
def test_two_sessions_cannot_take_the_same_growth(programme: Programme) -> None:
    """The first fall takes all there is; the second finds nothing, and versions have no gaps."""
    member = house.membership(programme, growth=100)
    answers = at_once(*(lambda key=key: post(entry(member, -80, key))[0] for key in "ABCD"))
    assert sorted(each.applied for each in answers) == [-80, -20, 0, 0]  # type: ignore[attr-defined]
    assert [line[0] for line in lines(member)] == [1, 2, 3, 4, 5]
    assert balance(member) == 0


@pytest.mark.django_db(transaction=True)
def test_batches_over_the_same_accounts_in_any_order_do_not_lock_up(programme: Programme) -> None:
    people = [house.membership(programme) for _each in range(20)]

    def batch(name: str, order: int) -> list[Posted]:
        return post(*(entry(each, 10, f"{name}:{each.pk}") for each in people[::order]))

    answers = at_once(*(lambda name=name, order=order: batch(name, order) for name, order in [("A", 1), ("B", -1), ("C", 1), ("D", -1)]))
    assert all(isinstance(each, list) for each in answers), answers
    assert {balance(each) for each in people} == {40}
