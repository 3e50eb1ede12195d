"""The facts of memberships, as Python judges them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from django.db import connection, transaction
from psycopg.sql import SQL, Literal

from core import sql
from growth.selectors import rfm
from tags.models import MemberFact, MemberTag, WatchedFigure
from tags.rules import supplies
from tags.rules.catalogue import Moment
from tags.rules.compiling import counting
from tags.rules.facts import Facts
from tags.rules.figures import Basket, of_key

_COLUMNS = {each.name for each in fields(Facts)} & ({each.attname for each in MemberFact._meta.get_fields() if hasattr(each, "attname")})


def statement(basket: Basket) -> str:
    """The text that counts a basket, for `compiling.counting`."""
    return sql.text("tags/compile/did" if basket.event else "tags/compile/bought")


@contextmanager
def one_pass() -> Iterator[None]:
    """Have statements read whole tables rather than look up row by row: a table that was just filled looks empty to the planner."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")


def watched(programme_id: int) -> dict[Basket, int]:
    """Under which ids the facts rows of a programme keep baskets, those that every row has."""
    found = WatchedFigure.objects.filter(programme_id=programme_id, filled_at__isnull=False)
    return {of_key(each.key): each.pk for each in found}


def facts_of(
    membership_ids: Iterable[int], at: Moment | None = None, baskets: Collection[Basket] = (), derived: Collection[str] = ()
) -> dict[int, Facts]:
    """The rows of memberships that have one, with their tags. All of one programme where `at` is given.

    at: needed for baskets that the rows do not keep, for derived variables and for what the newest RFM cycle found.
    """
    rows = list(MemberFact.objects.filter(membership_id__in=list(membership_ids)))
    ids = [row.pk for row in rows]
    held: dict[int, set[str]] = {number: set() for number in ids}
    for membership_id, code in MemberTag.objects.filter(membership_id__in=ids, ended_at=None).values_list("membership_id", "tag__code"):
        held[membership_id].add(code)
    dropped = set()
    if at is not None and at.catalogue.rfm_run_id is not None:
        dropped = set(rfm.f_drops(at.catalogue.rfm_run_id).filter(membership_id__in=ids).values_list("membership_id", flat=True))
    kept = _kept({row.programme_id for row in rows})
    counted = {
        basket: _counted(basket, at, [row.member_id for row in rows])
        for basket in baskets
        if at is not None and basket not in kept.values()
    }
    variables = {name: variable.values(ids, at.on) for name in derived if at is not None and (variable := supplies.find(name)) is not None}
    return {
        row.pk: Facts(
            **_columns(row),
            baskets={kept[int(number)]: tuple(values) for number, values in row.figures.items() if int(number) in kept}
            | {basket: of[row.member_id] for basket, of in counted.items() if row.member_id in of},
            tags=frozenset(held[row.pk]),
            f_dropped=row.pk in dropped,
            derived={name: values.get(row.pk) for name, values in variables.items()},
        )
        for row in rows
    }


def _columns(row: MemberFact) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value := getattr(row, name), list) else value for name in _COLUMNS}


def _kept(programme_ids: Collection[int]) -> dict[int, Basket]:
    found = WatchedFigure.objects.filter(programme_id__in=programme_ids, filled_at__isnull=False)
    return {each.pk: of_key(each.key) for each in found}


def _counted(basket: Basket, at: Moment, member_ids: list[int]) -> Mapping[int, tuple[int, ...]]:
    """A basket that no row keeps, counted for some members."""
    of_members = SQL("told.member_id = ANY({})").format(Literal(member_ids))
    with connection.cursor() as cursor:
        cursor.execute(counting(basket, at, statement(basket), of_members).as_string(cursor.connection))
        return {row[0]: tuple(map(int, row[1:])) for row in cursor.fetchall()}
