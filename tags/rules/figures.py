"""Parameterised figures: what was bought of something, how often something was done, in the last so many local days.

A basket is everything but the figure asked of it: "milk powder in 180 days". Baskets that rules in use ask for are kept in the facts
row, as a list in the order of BOUGHT or DID; others are counted when they are asked for.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

MAX_DAYS = 1095


class By(StrEnum):
    """By what goods are told apart. A category is a path and holds all below it."""

    CATEGORY = "category"
    BRAND = "brand"
    SPU = "spu"
    SKU = "sku"


class EventBy(StrEnum):
    """By what events are told apart: their goods, the category told with them (a path), the page."""

    CATEGORY = "category"
    SPU = "spu"
    SKU = "sku"
    PATH = "path"


class BoughtFigure(StrEnum):
    """amount: minor units, net of refunds.  average_price: what was paid for one piece.  last_days: since the last order of it."""

    AMOUNT = "amount"
    QUANTITY = "quantity"
    ORDERS = "orders"
    AVERAGE_PRICE = "average_price"
    LAST_DAYS = "last_days"


class DidFigure(StrEnum):
    """count: how many times.  days: on how many local days.  last_days: since the last time."""

    COUNT = "count"
    DAYS = "days"
    LAST_DAYS = "last_days"


# Positions in a basket's list. pieces: of orders in the programme's currency, those whose amount is known.
AMOUNT, PIECES, QUANTITY, ORDERS, BOUGHT_LAST = range(5)
COUNT, DAYS, DID_LAST = range(3)
BOUGHT = ("amount", "pieces", "quantity", "orders", "last_day", "first_day")  # first_day: the first to leave the window
DID = ("times", "days", "last_day", "first_day")


@dataclass(frozen=True)
class Basket:
    """days: local days, the last one is that on which the rule is judged.  event: empty for what was bought.  by: empty for any goods."""

    days: int
    by: str = ""
    value: str = ""
    event: str = ""

    @property
    def key(self) -> str:
        """Its name in tags.WatchedFigure: the words of the rule language, always in the same order."""
        said = {name: getattr(self, name) for name in ("event", "by", "value", "days") if getattr(self, name)}
        return json.dumps({"did" if self.event else "bought": said}, ensure_ascii=False)

    @property
    def columns(self) -> tuple[str, ...]:
        return DID if self.event else BOUGHT


def of_key(key: str) -> Basket:
    """The basket of a `Basket.key`."""
    ((_verb, said),) = json.loads(key).items()
    return Basket(**said)


def is_below(path: str, value: str) -> bool:
    """Whether a category path is the category named or lies below it: "a/b" holds "a/b/c", not "a/bc"."""
    return path == value or path.startswith(f"{value}/")
