"""Derived variables as rules ask for them: {"derived": {"name": "megt_pay_ord_6m"}} (DRV-14; docs/rules/summary.md)."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from psycopg import sql

from tags.rules import derived, supplies
from tags.rules import summary as rules
from tags.rules.derived import UnknownVariable, Variable
from tags.rules.kinds import Kind, Number, Ratio, Unit
from tags.selectors import summary

_THOUSAND = 1000  # a RATE is in thousandths

# Months of one indicator beside the alias fact: known from the month of joining on, or since a store of the programme tells of such facts.
_JOIN = """
LEFT JOIN tags_memberseries AS {series} ON {series}.membership_id = fact.membership_id AND {series}.indicator = {indicator}
LEFT JOIN (
    SELECT programme.id, min(extract(year FROM source.first_on) * 12 + extract(month FROM source.first_on) - 1)::integer AS month
    FROM stores_programme AS programme
    JOIN stores_store AS store ON store.programme_id = programme.id OR programme.kind = 'platform'
    JOIN tags_daysource AS source ON source.store_id = store.id AND source.family = {family}
    GROUP BY programme.id
) AS {source} ON {source}.id = fact.programme_id
LEFT JOIN LATERAL (
    SELECT tags_months(
        {series}.months, {series}.newest, {asked}, {window},
        CASE WHEN {source}.month IS NOT NULL THEN
            greatest({source}.month, (extract(year FROM fact.joined_on) * 12 + extract(month FROM fact.joined_on) - 1)::integer)
        END
    ) AS months
) AS {alias} ON true
"""


def supplied(name: str) -> supplies.Variable | None:
    """The variable as rules compare it: whole numbers, minor units, or thousandths of what has decimals."""
    try:
        variable = derived.variable(name)
    except UnknownVariable:
        return None
    kind = _kind(variable)
    factor = _THOUSAND if kind == Kind.RATE else 1
    alias = f"months_{variable.indicator.code}_{variable.window}"
    value = sql.SQL("round({} * {})::bigint").format(
        sql.SQL(variable.sql(f"{alias}.months")),
        sql.Literal(factor),
    )

    def values(membership_ids: Collection[int], on: date) -> Mapping[int, Number | None]:
        found = summary.derived_values(membership_ids, [name], on)
        return {membership_id: _whole(said[name], factor) for membership_id, said in found.items()}

    return supplies.Variable(
        name=name,
        label=variable.words,
        kind=kind,
        sql=lambda _on: Ratio(value),
        values=values,
        unit={derived.ActiveShare: Unit.SHARE, derived.Average: Unit.SCORE}.get(variable.kind, Unit.NONE)
        if kind == Kind.RATE
        else Unit.NONE,
        join=lambda on: _join(variable, alias, on),
        join_alias=alias,
    )


def offered() -> list[supplies.Variable]:
    """All derived variables, for the editor."""
    return [found for each in derived.variables() if (found := supplied(each.name)) is not None]


SUPPLIER = supplies.Supplier(find=supplied, offered=offered)


def _kind(variable: Variable) -> Kind:
    if variable.is_money:
        return Kind.MONEY
    return Kind.RATE if variable.kind.has_decimals else Kind.INT


def _whole(value: int | Decimal | None, factor: int) -> int | None:
    return None if value is None else int((Decimal(value) * factor).quantize(Decimal(1), ROUND_HALF_UP))


def _join(variable: Variable, alias: str, on: date) -> sql.Composable:
    return sql.SQL(_JOIN).format(
        series=sql.Identifier(f"{alias}_series"),
        source=sql.Identifier(f"{alias}_source"),
        alias=sql.Identifier(alias),
        indicator=sql.Literal(variable.indicator.code),
        family=sql.Literal(str(variable.indicator.family)),
        asked=sql.Literal(rules.newest_closed(on)),
        window=sql.Literal(variable.window),
    )
