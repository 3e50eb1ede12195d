"""Rules drawn at random from the whole language, with literals near what members really have: edges are hit, not only strewn about."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from tags.rules.catalogue import Catalogue
from tags.rules.fields import FIELDS
from tags.rules.kinds import OPERATORS, Kind
from tests.tags.population import BRANDS, CATEGORIES, PRICES

DAYS = (1, 7, 30, 60, 90, 180, 365, 400)
BASKETS = [
    *({"by": "category", "value": value} for value in CATEGORIES if value),
    *({"by": "brand", "value": value} for value in BRANDS if value),
    {"by": "sku", "value": "sku1"},
    {"by": "spu", "value": "spu1"},
]
EVENTS: list[dict[str, Any]] = [
    {"event": "view"},
    {"event": "login"},
    {"event": "view", "by": "category", "value": "美妆"},
    {"event": "view", "by": "spu", "value": "spu1"},
    {"event": "search", "by": "path", "value": "/sale"},
    {"event": "search", "by": "sku", "value": "sku1"},
]
MONEY = (0, *PRICES, 11500, 50000)


class Rules:
    """seen: values that members have, by field."""

    def __init__(self, seed: int, catalogue: Catalogue, seen: Mapping[str, Sequence[Any]]) -> None:
        self.random, self.catalogue, self.seen = Random(seed), catalogue, seen

    def rule(self, depth: int = 1) -> dict[str, Any]:
        draw = self.random.random()
        if depth < 4 and draw < (0.75 if depth == 1 else 0.25):
            return {self.random.choice(("and", "or")): [self.rule(depth + 1) for _item in range(self.random.choice((1, 2, 2, 3)))]}
        return {"!": self.rule(depth + 1)} if depth < 4 and draw > 0.9 else self.leaf()

    def leaf(self) -> dict[str, Any]:
        draw = self.random.random()
        if draw < 0.04:
            return {"has_tag": self.random.choice(sorted(self.catalogue.tags))}
        if draw < 0.08:
            low = self.random.choice((0, 11, 12, 13, 24))
            child: dict[str, Any] = {"months": [low, self.random.choice((24, 35, 36, 37))]}
            return {"has_child": child | self.random.choice(({}, {"gender": "female"}, {"gender": "male"}))}
        operand, kind, literals = self.operand()
        if draw < 0.12:
            return {"missing": operand}
        operator = self.random.choice(OPERATORS[kind])
        if operator == "in":
            return {"in": [operand, [self.literal(kind, literals) for _item in range(self.random.choice((1, 2, 3)))]]}
        if operator == "between":
            ends = [self.literal(kind, literals), self.literal(kind, literals)]
            low, high = sorted(ends) if kind != Kind.RANK else (ends[0], ends[0])
            return {"<=": [low, operand, high]}
        return {operator: [operand, self.literal(kind, literals)]}

    def operand(self) -> tuple[dict[str, Any], Kind, Sequence[Any]]:
        draw = self.random.random()
        if draw < 0.2:
            figure = self.random.choice(("amount", "quantity", "orders", "average_price", "last_days"))
            is_money = figure in ("amount", "average_price")
            asked = {**self.random.choice(BASKETS), "days": self.random.choice(DAYS), "figure": figure}
            return {"bought": asked}, Kind.MONEY if is_money else Kind.INT, MONEY if is_money else (0, 1, 2, 30, 90)
        if draw < 0.3:
            figure = self.random.choice(("count", "days", "last_days"))
            asked = {**self.random.choice(EVENTS), "days": self.random.choice(DAYS), "figure": figure}
            return {"did": asked}, Kind.INT, (0, 1, 2, 7, 30)
        field = FIELDS[self.random.choice(sorted(FIELDS))]
        return {"var": field.code}, field.kind, self.literals(field.code)

    def literals(self, code: str) -> Sequence[Any]:
        field = FIELDS[code]
        if field.choices is not None:
            return [choice for choice, _words in field.choices(self.catalogue)][:40]
        return self.seen[code]

    def literal(self, kind: Kind, literals: Sequence[Any]) -> Any:
        if kind == Kind.BOOL:
            return self.random.random() < 0.5
        if not literals:
            return 1 if kind in (Kind.INT, Kind.MONEY, Kind.RATE) else "nothing"
        found = self.random.choice(literals)
        if isinstance(found, int | Fraction):
            return int(found) + self.random.choice((0, 0, 0, 1, -1))
        return found
