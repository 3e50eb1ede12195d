"""The goods of the story world, from demo/data/catalogue.toml."""

import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from activity.inputs import OrderLineIn
from core.money import to_minor

SOURCE = Path(__file__).resolve().parent / "data" / "catalogue.toml"


@dataclass(frozen=True)
class Good:
    """price_minor: fen.  options: what the customer chooses between; months: the child's age each option is for, [from, until)."""

    spu: str
    name: str
    brand: str
    category: str
    price_minor: int
    weight: int
    option_name: str = ""
    options: tuple[str, ...] = ()
    months: tuple[tuple[int, int], ...] = ()
    is_virtual: bool = False
    is_gift_card: bool = False
    sku_of: dict[str, str] = field(default_factory=dict, compare=False)

    def suits(self, months_old: int) -> str | None:
        """The option made for a child of this age in full months; None when there is none."""
        return next((option for option, (first, until) in zip(self.options, self.months, strict=True) if first <= months_old < until), None)

    def line(self, line_no: int, *, option: str = "", quantity: int = 1, paid_minor: int | None = None) -> OrderLineIn:
        """A line of an order. paid_minor: what the whole line costs after discounts; without it, the list price."""
        assert option in self.options or not self.options, f"{self.spu} does not come in {option!r}"
        return OrderLineIn(
            line_no=line_no,
            sku=self.sku_of.get(option, self.spu),
            spu=self.spu,
            name=f"{self.brand} {self.name}",
            brand=self.brand,
            category=self.category,
            attributes={self.option_name: option} if option else {},
            quantity=quantity,
            unit_price_minor=self.price_minor,
            paid_minor=self.price_minor * quantity if paid_minor is None else paid_minor,
            is_virtual=self.is_virtual,
            is_gift_card=self.is_gift_card,
        )


@cache
def goods(store_code: str) -> tuple[Good, ...]:
    """What a store of the story world sells; raises LookupError for any other store."""
    for store in tomllib.loads(SOURCE.read_text(encoding="utf-8"))["store"]:
        if store_code in store["codes"]:
            return tuple(_good(said) for said in store["goods"])
    raise LookupError(store_code)


def good(store_code: str, spu: str) -> Good:
    """One good by its number."""
    return next(each for each in goods(store_code) if each.spu == spu)


def _good(said: dict[str, Any]) -> Good:
    options = tuple(said.get("options", ()))
    return Good(
        **{key: value for key, value in said.items() if key not in ("price", "options", "months")},
        price_minor=to_minor(Decimal(said["price"])),
        options=options,
        months=tuple((first, until) for first, until in said.get("months", ())),
        sku_of={option: f"{said['spu']}-{place}" for place, option in enumerate(options, start=1)},
    )
