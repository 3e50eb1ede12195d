"""Finding a member, in the database alone: the statements the search really sends, prepared, beside a select by primary key.

The statements are written down while the search's own functions run, then sent again over one plain connection, the floor and the
lookups in turn.
"""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

from core import phones, registry
from core.scope import Scope
from members.models import Member
from stores.models import Membership, Store
from tests.bench.figures import Figure, Report, Target, percentile
from tests.bench.world import World

Statement = tuple[str, Any]
HITS = 21  # what the search box asks for
PRIMARY_KEY = "SELECT id, one_id, name, phone FROM members_member WHERE id = %s"
EXACT, CONTAINS, TAIL = Target(most=2), Target(most=5), Target(most=10)


@dataclass(frozen=True)
class Kind:
    """One way to look. key: of core.registry.search_keys().  target: for the median."""

    name: str
    key: str
    target: Target


KINDS = (
    Kind("phone", "phone", EXACT),
    Kind("last four digits", "last_four", EXACT),
    Kind("last four and surname", "last_four_and_name", EXACT),
    Kind("whole name", "name", CONTAINS),
    Kind("part of a name", "name", CONTAINS),
    Kind("surname alone", "name", CONTAINS),
    Kind("member number", "member_no", EXACT),
    Kind("order number", "order_no", EXACT),
)


@dataclass(frozen=True)
class Sample:
    """What somebody types, and who they mean."""

    member_id: int
    term: str


def samples(world: World, number: int, *, store_id: int | None = None) -> dict[str, list[Sample]]:
    """By kind, `number` people drawn from a fixed seed; customers of one store when it is named."""
    chosen = _chosen(world, number, store_id)
    people = Member.objects.in_bulk(chosen)
    held = Membership.objects.filter(member_id__in=chosen, programme__kind="store" if store_id else "platform")
    if store_id:
        held = held.filter(programme__stores=store_id)
    numbers = dict(held.values_list("member_id", "member_no"))
    order_nos = _an_order_of(chosen, store_id)
    found: dict[str, list[Sample]] = {kind.name: [] for kind in KINDS}
    for member_id in chosen:
        member = people[member_id]
        phone = phones.national(member.phone)
        typed = {
            "phone": phone,
            "last four digits": phone[-4:],
            "last four and surname": f"{phone[-4:]}{member.name[0]}",
            "whole name": member.name,
            "part of a name": member.name[-2:],
            "surname alone": member.name[0],
            "member number": numbers.get(member_id, ""),
            "order number": order_nos.get(member_id, ""),
        }
        for kind, term in typed.items():
            if term:
                found[kind].append(Sample(member_id, term))
    return found


def _chosen(world: World, number: int, store_id: int | None) -> list[int]:
    drawn = random.Random(11)
    if store_id is None:
        return drawn.sample(range(1, world.members - 1), number)
    customers = Membership.objects.filter(programme__stores=store_id, member_id__lt=world.light).order_by("member_id")
    ids = list(customers.values_list("member_id", flat=True))
    return drawn.sample(ids, min(number, len(ids)))


def _an_order_of(member_ids: Sequence[int], store_id: int | None) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, max(order_no) FROM activity_order WHERE member_id = ANY(%s) AND (%s IS NULL OR store_id = %s) GROUP BY 1",
            [list(member_ids), store_id, store_id],
        )
        return dict(cursor.fetchall())


@contextmanager
def written_down() -> Iterator[list[Statement]]:
    """The statements Django sends inside the block."""
    found: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def statements(kind: Kind, sample: Sample, scope: Scope) -> list[Statement]:
    """What one search by this key alone sends. Raises AssertionError when it does not find whom it should, unless the list is full."""
    find = next(key.find for key in registry.search_keys() if key.key == kind.key)
    with written_down() as sent:
        found = list(find(sample.term, scope, HITS))
    assert sample.member_id in found or len(found) == HITS, f"{kind.name}: {sample.term} is not found"
    assert sent, f"{kind.name}: {sample.term} asks the database nothing"
    return sent


def scope_of_store(store_id: int) -> Scope:
    store = Store.objects.get(pk=store_id)
    return Scope(
        actor="bench", store_ids=frozenset({store.pk}), programme_ids=frozenset({store.programme_id}), roles=frozenset({"customer_service"})
    )


def measure(world: World, report: Report, database_url: str, *, number: int, rounds: int) -> None:
    """Medians and tails for the platform's customer service, who sees everybody, and for a middle-sized store's."""
    middle = world.store_ids[9]
    for whose, scope, store_id in (("platform", Scope(actor="bench", platform=True), None), ("one store", scope_of_store(middle), middle)):
        given = samples(world, number, store_id=store_id)
        times = _replayed(
            {kind.name: [(sample, statements(kind, sample, scope)) for sample in given[kind.name]] for kind in KINDS}, database_url, rounds
        )
        for kind in KINDS:
            floor, own = times[kind.name]
            for share, name, target in ((0.5, "p50", kind.target), (0.99, "p99", TAIL)):
                report.add(
                    Figure(
                        f"Lookup in the database, {whose}",
                        f"{kind.name}, {name}",
                        percentile(own, share) * 1000,
                        "ms",
                        percentile(floor, share) * 1000,
                        f"primary key, {name}",
                        target,
                    )
                )


def _replayed(
    searches: dict[str, list[tuple[Sample, list[Statement]]]], database_url: str, rounds: int
) -> dict[str, tuple[list[float], list[float]]]:
    """Seconds of the floor and of the search, by kind; the first round warms up and does not count."""
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in searches}
    with psycopg.connect(database_url, autocommit=True) as plain:
        plain.prepare_threshold = 0
        for number in range(rounds + 1):
            for name, asked in searches.items():
                for sample, sent in asked:
                    floor = _seconds(plain, [(PRIMARY_KEY, [sample.member_id])])
                    own = _seconds(plain, sent)
                    if number:
                        times[name][0].append(floor)
                        times[name][1].append(own)
    return times


def _seconds(plain: psycopg.Connection[Any], sent: Sequence[Statement]) -> float:
    started = time.perf_counter()
    for sql, params in sent:
        plain.execute(sql, params, prepare=True).fetchall()
    return time.perf_counter() - started
