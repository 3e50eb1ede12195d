"""What shops do, by chance from a seed: each writer draws its own steps, from what it and the others were answered so far."""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.storm.journal import Call, Step
from tests.storm.world import PROGRAMMES, RATIOS, REWARD, SHOPS, STEP, World

LEFT_THERE = 0.15  # share of shared things that a writer leaves for another to want at the same time
WEIGHTS = {
    "credit": 12, "debit": 9, "reverse": 4, "hold": 8, "end_hold": 9, "redeem": 4, "cancel_redemption": 2, "exchange": 7,
    "order": 12, "advance_order": 13, "refund": 9, "claim": 6, "reserve": 5, "use": 5, "release": 3,
}  # fmt: skip
Thing = dict[str, Any]


@dataclass
class Pool:
    """Holds and coupons that every writer may go for."""

    holds: list[Thing] = field(default_factory=list)
    coupons: list[Thing] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, things: list[Thing], thing: Thing) -> None:
        with self.lock:
            if thing not in things:
                things.append(thing)

    def take(self, things: list[Thing], dice: random.Random) -> Thing | None:
        """One of them, which mostly is nobody else's from now on."""
        with self.lock:
            if not things:
                return None
            place = dice.randrange(len(things))
            return dict(things[place]) if dice.random() < LEFT_THERE else things.pop(place)


class Writer:
    """One shop's program. `next` says what to do, `heard` what came of it; refusals teach it nothing but that they happened."""

    def __init__(self, number: int, seed: int, world: World, pool: Pool, weights: Mapping[str, int] = WEIGHTS) -> None:
        self.dice = random.Random(f"{seed}:{number}")
        self.name, self.world, self.pool, self.weights = f"s{seed}-{number}", world, pool, weights
        self.made = 0
        self.entries: list[Thing] = []  # credits and debits that may be taken back
        self.redemptions: list[Thing] = []
        self.orders: list[Thing] = []
        self.paid_by_points: list[Thing] = []  # orders that are yet to be told
        self.own_coupons: list[Thing] = []  # kept for orders that name them

    def next(self) -> Step:
        while True:
            verb = self.dice.choices(list(self.weights), list(self.weights.values()))[0]
            make: Callable[[], Step | None] = getattr(self, f"_{verb}")
            step = make()
            if step is not None:
                return step

    def heard(self, call: Call) -> None:
        """Go on from an answer."""
        if call.acknowledged:
            intent, answer = call.step.intent, call.answer
            learn: Callable[[Thing, Thing], None] | None = getattr(self, f"_after_{intent['verb']}", None)
            if learn is not None:
                learn(intent, answer)

    # points

    def _credit(self) -> Step:
        said = self._whose(PROGRAMMES) | {"points": self.dice.randint(1, 60)}
        return self._on_points("credit", "credits", said)

    def _debit(self) -> Step:
        said = self._whose(PROGRAMMES) | {"points": self.dice.randint(1, 90)}
        return self._on_points("debit", "debits", said)

    def _after_credit(self, intent: Thing, answer: Thing) -> None:
        self.entries.append({**intent, "number": answer["entry"]["number"], "left": intent["points"]})

    _after_debit = _after_credit

    def _reverse(self) -> Step | None:
        """Some of an entry, now and then more than is left of it."""
        entry = self._pick(self.entries)
        if entry is None:
            return None
        points = self.dice.randint(1, entry["left"] + (3 if self.dice.random() < 0.1 else 0))
        said = _of(entry, "programme", "member", "number")
        said |= {"points": points, "of": entry["verb"], "reason": "storm: taken back"}
        return self._on_points("reverse", f"entries/{entry['number']}/reversals", said)

    def _after_reverse(self, intent: Thing, _answer: Thing) -> None:
        for entry in self.entries:
            if all(entry[name] == intent[name] for name in ("programme", "member", "number")):
                entry["left"] -= intent["points"]
        self.entries = [entry for entry in self.entries if entry["left"] > 0]

    def _hold(self) -> Step:
        """For an order of a shop, or for nothing in particular; some are over in a minute."""
        is_for_order = self.dice.random() < 0.5
        said = self._whose(SHOPS if is_for_order else PROGRAMMES) | {"points": self.dice.randint(1, 70)}
        said |= {"order_no": self._reference("O")} if is_for_order else {}
        said |= {"minutes": 1} if self.dice.random() < 0.15 else {}
        return self._on_points("hold", "holds", said)

    def _after_hold(self, intent: Thing, answer: Thing) -> None:
        self.pool.put(self.pool.holds, {**intent, "hold": answer["id"]})

    def _end_hold(self) -> Step | None:
        hold = self.pool.take(self.pool.holds, self.dice)
        if hold is None:
            return None
        said = _of(hold, "programme", "member", "hold", "order_no")
        path = f"/programmes/{hold['programme']}/members/{hold['member']}/points/holds/{hold['hold']}"
        if self.dice.random() < 0.35:
            return Step(hold["programme"], f"{path}/release", None, {"verb": "release_hold", **said})
        points = self.dice.randint(1, hold["points"]) if self.dice.random() < 0.3 else hold["points"]
        return Step(hold["programme"], f"{path}/capture", {"points": points}, {"verb": "capture", "points": points, **said})

    def _after_capture(self, intent: Thing, _answer: Thing) -> None:
        if "order_no" in intent:
            self.paid_by_points.append(intent)

    def _exchange(self) -> Step:
        pair = self.dice.choice(sorted(RATIOS))
        given, taken = pair.split(">")
        said = {"member": self.dice.choice(self.world.members), "points": STEP * self.dice.randint(1, 4), "reference": self._reference("X")}
        body = {**said, "member": {"one_id": said["member"]}, "from_programme": given, "to_programme": taken}
        return Step(given, "/points/exchanges", body, {"verb": "exchange", "pair": pair, **said})

    # rewards

    def _redeem(self) -> Step:
        said = self._whose(SHOPS) | {"reference": self._reference("R")}
        body = {"member": {"one_id": said["member"]}, "reward": REWARD, "reference": said["reference"]}
        return Step(said["programme"], f"/programmes/{said['programme']}/redemptions", body, {"verb": "redeem", **said})

    def _after_redeem(self, intent: Thing, answer: Thing) -> None:
        self.redemptions.append({**intent, "redemption": answer["id"], "points": answer["points"]})

    def _cancel_redemption(self) -> Step | None:
        found = self._pick(self.redemptions, keep=LEFT_THERE)
        if found is None:
            return None
        path = f"/programmes/{found['programme']}/redemptions/{found['redemption']}/cancel"
        return Step(found["programme"], path, {"reason": "storm"}, {**found, "verb": "cancel_redemption"})

    # orders

    def _order(self) -> Step:
        """A paid one: plain, paid for in part by points that were captured for it, or with a coupon of its buyer's."""
        kind = self.dice.random()
        if kind < 0.35 and self.paid_by_points:
            spent = self.paid_by_points.pop(0)
            said = {"programme": spent["programme"], "member": spent["member"], "order_no": spent["order_no"]}
        elif kind < 0.6 and self.own_coupons:
            coupon = self.own_coupons.pop(0)
            said = {"programme": coupon["programme"], "member": coupon["member"], "order_no": self._reference("O")}
            said |= {"coupon": coupon["coupon"], "code": coupon["code"]}
        else:
            said = self._whose(SHOPS) | {"order_no": self._reference("O")}
        said["lines"] = [self.dice.randint(1_000, 90_000) for _line in range(self.dice.randint(1, 3))]
        return self._told(said | {"version": 1, "status": "paid", "placed_at": _now()})

    def _after_order(self, intent: Thing, _answer: Thing) -> None:
        known = next((order for order in self.orders if order["order_no"] == intent["order_no"]), None)
        if known is None:
            self.orders.append({**intent, "left": list(intent["lines"])})
        else:
            known.update(intent)

    def _advance_order(self) -> Step | None:
        """Completed, or cancelled: only what was neither before."""
        waiting = [order for order in self.orders if order["status"] == "paid"]
        order = self._pick(waiting)
        if order is None:
            return None
        status = "completed" if self.dice.random() < 0.85 else "cancelled"
        kept = {name: value for name, value in order.items() if name not in {"verb", "left"}}
        return self._told(kept | {"version": order["version"] + 1, "status": status, f"{status}_at": _now()})

    def _told(self, said: Thing) -> Step:
        body = _of(said, "order_no", "version", "status", "placed_at", "completed_at", "cancelled_at")
        body |= {"member": {"one_id": said["member"]}, "channel": "app", "currency": "CNY", "paid_at": said["placed_at"]}
        body["paid_minor"] = sum(said["lines"])
        body["lines"] = [
            {"line_no": number, "sku": f"SKU{number}", "name": "外套", "quantity": 1, "unit_price_minor": minor, "paid_minor": minor}
            for number, minor in enumerate(said["lines"], start=1)
        ]
        body |= {"coupon_codes": [said["code"]]} if "code" in said else {}
        return Step(said["programme"], "/orders", body, {**said, "verb": "order"})

    def _refund(self) -> Step | None:
        """A part of one line, or all that is left of the order."""
        order = self._pick([order for order in self.orders if order["status"] != "cancelled" and sum(order["left"])])
        if order is None:
            return None
        if self.dice.random() < 0.35:
            lines = {number: minor for number, minor in enumerate(order["left"], start=1) if minor}
        else:
            number = self.dice.choice([number for number, minor in enumerate(order["left"], start=1) if minor])
            lines = {number: self.dice.randint(1, order["left"][number - 1])}
        number_of_it = f"{order['order_no']}-R{self._count()}"
        told = [{"line_no": number, "refund_minor": minor} for number, minor in lines.items()]
        body = {
            "after_sale_no": number_of_it, "version": 1, "order_no": order["order_no"], "kind": "refund", "status": "refunded",
            "currency": "CNY", "refund_minor": sum(lines.values()), "applied_at": _now(), "settled_at": _now(), "lines": told,
        }  # fmt: skip
        said = {"programme": order["programme"], "member": order["member"], "order_no": order["order_no"]}
        intent = {"verb": "refund", **said, "after_sale_no": number_of_it, "lines": told}
        return Step(order["programme"], "/after-sales", body, intent)

    def _after_refund(self, intent: Thing, _answer: Thing) -> None:
        for order in self.orders:
            if order["order_no"] == intent["order_no"]:
                for line in intent["lines"]:
                    order["left"][line["line_no"] - 1] -= line["refund_minor"]

    # coupons

    def _claim(self) -> Step:
        said = self._whose(SHOPS) | {"template": self.dice.choice(["plenty", "plenty", "scarce"]), "reference": self._reference("K")}
        body = {"member": {"one_id": said["member"]}, "reference": said["reference"]}
        path = f"/programmes/{said['programme']}/coupon-templates/{said['template']}/claims"
        return Step(said["programme"], path, body, {"verb": "claim", **said})

    def _after_claim(self, intent: Thing, answer: Thing) -> None:
        coupon = _of(intent, "programme", "member") | {"coupon": answer["id"], "code": answer["code"]}
        if self.dice.random() < 0.35:
            self.own_coupons.append(coupon)
        else:
            self.pool.put(self.pool.coupons, coupon)

    def _reserve(self) -> Step | None:
        minutes = {"minutes": 1} if self.dice.random() < 0.15 else {}
        return self._on_coupon("reserve", lambda coupon: self._reference("O"), {"lines": _basket(), **minutes})

    def _after_reserve(self, intent: Thing, _answer: Thing) -> None:
        kept = _of(intent, "programme", "member", "coupon", "code")
        self.pool.put(self.pool.coupons, {**kept, "order_no": intent["order_no"]})

    def _use(self) -> Step | None:
        """By the order that reserved it, or at a till in one step."""
        return self._on_coupon("use", lambda coupon: coupon.get("order_no") or self._reference("O"), {"lines": _basket()})

    def _release(self) -> Step | None:
        return self._on_coupon("release", lambda coupon: coupon.get("order_no") or self._reference("O"), {})

    def _after_release(self, intent: Thing, _answer: Thing) -> None:
        self.pool.put(self.pool.coupons, _of(intent, "programme", "member", "coupon", "code"))

    def _on_coupon(self, verb: str, order_no: Callable[[Thing], str], body: Thing) -> Step | None:
        coupon = self.pool.take(self.pool.coupons, self.dice)
        if coupon is None:
            return None
        said = {**coupon, "order_no": order_no(coupon)}
        path = f"/programmes/{coupon['programme']}/members/{coupon['member']}/coupons/{coupon['coupon']}/{verb}"
        return Step(coupon["programme"], path, {"order_no": said["order_no"], **body}, {"verb": verb, **said})

    # chance

    def _whose(self, programmes: tuple[str, ...]) -> Thing:
        return {"programme": self.dice.choice(programmes), "member": self.dice.choice(self.world.members)}

    def _on_points(self, verb: str, path: str, said: Thing) -> Step:
        said = {**said, "reference": self._reference("P")}
        body = _of(said, "points", "reference", "order_no", "minutes", "reason")
        return Step(
            said["programme"], f"/programmes/{said['programme']}/members/{said['member']}/points/{path}", body, {"verb": verb, **said}
        )

    def _pick(self, things: list[Thing], *, keep: float = 1.0) -> Thing | None:
        """One of the writer's own things. keep: how probably it stays among them."""
        if not things:
            return None
        place = self.dice.randrange(len(things))
        return things[place] if self.dice.random() < keep else things.pop(place)

    def _count(self) -> int:
        self.made += 1
        return self.made

    def _reference(self, kind: str) -> str:
        """Used once for ever."""
        return f"{self.name}-{kind}{self._count()}"


def _of(thing: Thing, *names: str) -> Thing:
    """Those of a thing's values that it has."""
    return {name: thing[name] for name in names if name in thing}


def _basket() -> list[Thing]:
    return [{"line_no": 1, "sku": "SKU1", "pay_minor": 10_000}]


def _now() -> str:
    return datetime.now(UTC).isoformat()
