"""Which purchase a return belongs to, where the return does not say: pure, deterministic (docs/demo-data.md, Real purchases)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Movement(NamedTuple):
    """Pieces bought or brought back. item: what must be the same (store, member, item number).  line: of the file.

    order_no, line_no: of a purchase, the order's line.
    """

    item: tuple[object, ...]
    is_return: bool
    line: int
    quantity: int
    order_no: str = ""
    line_no: int = 0


class Match(NamedTuple):
    """`quantity` pieces of the return on `return_line` are of this order's line."""

    return_line: int
    order_no: str
    line_no: int
    quantity: int


def match(movements: Iterable[Movement]) -> Iterator[Match]:
    """Match returns with the latest earlier purchases of the same item, piece by piece; none is matched twice.

    movements: item by item, each in order of time. What finds no purchase yields nothing. Keeps one item's open purchases in memory.
    """
    item: tuple[object, ...] | None = None
    bought: list[tuple[Movement, int]] = []  # with the pieces not brought back yet, latest last
    for movement in movements:
        if movement.item != item:
            item, bought = movement.item, []
        if not movement.is_return:
            bought.append((movement, movement.quantity))
            continue
        wanted = movement.quantity
        while wanted and bought:
            purchase, left = bought.pop()
            taken = min(wanted, left)
            wanted -= taken
            if left > taken:
                bought.append((purchase, left - taken))
            yield Match(movement.line, purchase.order_no, purchase.line_no, taken)
