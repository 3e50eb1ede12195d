"""Where other parts of the app say what rules may ask besides the fields and figures: the derived variables (DRV-14)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from psycopg.sql import Composable

from tags.rules.kinds import Kind, Number, Ratio, Unit


@dataclass(frozen=True)
class Variable:
    """name: as in {"derived": {"name": ..}}.  label: words, translated.  sql: over the alias `fact`, on a local day of the programme.

    values: the same for some memberships, by membership id; None or absent where it is not known.  kind: INT, MONEY or RATE.
    """

    name: str
    label: str
    kind: Kind
    sql: Callable[[date], Ratio]
    values: Callable[[Collection[int], date], Mapping[int, Number | None]]
    unit: Unit = Unit.NONE
    join: Callable[[date], Composable] | None = None  # a LEFT JOIN, one row a membership at most; its alias is join_alias
    join_alias: str = ""


@dataclass(frozen=True)
class Supplier:
    """find: the variable of a name, None for an unknown one.  offered: all there are, for the editor."""

    find: Callable[[str], Variable | None]
    offered: Callable[[], Collection[Variable]]


_suppliers: list[Supplier] = []


def register(supplier: Supplier) -> None:
    """Offer derived variables to rules. Twice is once."""
    if supplier not in _suppliers:
        _suppliers.append(supplier)


def find(name: str) -> Variable | None:
    for supplier in _suppliers:
        found = supplier.find(name)
        if found is not None:
            return found
    return None


def offered() -> list[Variable]:
    """All derived variables that rules may ask, in the order of their suppliers."""
    return [variable for supplier in _suppliers for variable in supplier.offered()]
