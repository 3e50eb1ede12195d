"""What the journal claims, and what the ledgers say of it: counted anew from the answers alone, without the product's code."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any

import psycopg

from tests.storm.journal import Call
from tests.storm.world import COST, World

Found = tuple[str, str, Any, Any]  # what, where, expected, found
Key = tuple[Any, ...]
WHOSE = (
    " JOIN stores_membership AS membership ON membership.id = {}"
    " JOIN members_member AS member ON member.id = membership.member_id"
    " JOIN stores_programme AS programme ON programme.id = membership.programme_id"
)


def differences(connection: psycopg.Connection[Any], world: World, calls: Sequence[Call]) -> Iterator[Found]:
    """Everything in which journal and ledgers differ."""
    ledger = Ledger(connection)
    story = Story(calls, world)
    yield from answered(calls)
    yield from kept(connection, calls)
    yield from moves(ledger, story)
    yield from holds(ledger, story)
    yield from rewards(ledger, story)
    yield from exchanges(ledger, story)
    yield from orders(ledger, story)
    yield from coupons(ledger, story)
    yield from balances(ledger, story)


class Ledger:
    """What the database holds, by what the journal names it. entries: all but repayments of debts, which bear the cause of what repaid."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.entries = self.rows(
            "SELECT programme.code, member.one_id, entry.id, entry.kind, entry.requested, entry.forgiven, entry.source_type,"
            " entry.source_id, root.account_version AS reverses FROM points_pointsentry AS entry"
            + WHOSE.format("entry.account_id")
            + " LEFT JOIN points_pointsentry AS root ON root.id = entry.reverses_id WHERE entry.kind <> 'repay' ORDER BY entry.id"
        )

    def rows(self, query: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query.encode())
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Story:
    """The journal's calls by verb, and what follows from them."""

    def __init__(self, calls: Sequence[Call], world: World) -> None:
        self.world = world
        self.by_verb: dict[str, list[Call]] = defaultdict(list)
        for call in calls:
            self.by_verb[call.step.intent["verb"]].append(call)

    def done(self, verb: str) -> list[dict[str, Any]]:
        """What was acknowledged."""
        return [call.step.intent for call in self.by_verb[verb] if call.acknowledged]

    def once(self, verb: str, thing: str) -> list[dict[str, Any]]:
        """What was acknowledged and can be done to a thing once only: a second writer who asked the same was answered the same."""
        return list({said[thing]: said for said in self.done(verb)}.values())


def compare(what: str, wanted: Mapping[Key, Any], found: Sequence[tuple[Key, Any]]) -> Iterator[Found]:
    """Each wanted thing is found once with its value, and nothing else is."""
    times = Counter(key for key, _value in found)
    values = dict(found)
    for key, value in wanted.items():
        if key not in times:
            yield f"{what}, lost", _place(key), value, None
        elif times[key] > 1:
            yield f"{what}, twice", _place(key), 1, times[key]
        elif values[key] != value:
            yield what, _place(key), value, values[key]
    for key in times.keys() - wanted.keys():
        yield f"{what}, never acknowledged", _place(key), None, values[key]


def sums(what: str, wanted: Mapping[Key, int], found: Mapping[Key, int]) -> Iterator[Found]:
    for key in sorted(wanted.keys() | found.keys(), key=str):
        if wanted.get(key, 0) != found.get(key, 0):
            yield what, _place(key), wanted.get(key, 0), found.get(key, 0)


def answered(calls: Sequence[Call]) -> Iterator[Found]:
    """Every call got an answer in the end."""
    for call in calls:
        if not call.acknowledged and not call.refused:
            yield "never answered", f"call {call.number}, {call.step.intent['verb']}", "an answer", call.unknown[-1:] or None


def kept(connection: psycopg.Connection[Any], calls: Sequence[Call]) -> Iterator[Found]:
    """Of each acknowledged call the answer is kept under its key, the one that was given; of refused ones nothing is."""
    rows = connection.execute("SELECT key, status, body FROM core_idempotencyrecord").fetchall()
    given = {(call.key,): (call.status, _digest(call.answer)) for call in calls if call.acknowledged}
    yield from compare("kept answer", given, [((key,), (status, _digest(json.loads(body)))) for key, status, body in rows])


def moves(ledger: Ledger, story: Story) -> Iterator[Found]:
    """Credits, debits and what was taken back of them: one entry each, for so many points."""
    signs = {"credit": 1, "debit": -1}
    for verb, sign in signs.items():
        wanted = {_by_reference(said): sign * said["points"] for said in story.done(verb)}
        found = [
            (_of_cause(row), row["requested"]) for row in ledger.entries if row["source_type"] == verb and row["source_id"] != "opening"
        ]
        yield from compare(verb, wanted, found)
    wanted_back = {_by_reference(said): (-signs[said["of"]] * said["points"], said["number"]) for said in story.done("reverse")}
    found_back = [(_of_cause(row), (row["requested"], row["reverses"])) for row in ledger.entries if row["source_type"] == "reversal"]
    yield from compare("reversal", wanted_back, found_back)


def holds(ledger: Ledger, story: Story) -> Iterator[Found]:
    """Each hold is there once and ended as its calls say; what was captured is one entry."""
    rows = ledger.rows(
        "SELECT hold.id, programme.code, member.one_id, hold.effect_key, hold.amount, hold.state, hold.expires_at < now() AS is_over"
        " FROM points_pointshold AS hold" + WHOSE.format("hold.account_id")
    )
    wanted = {(said["programme"], said["member"], f"hold:{said['reference']}"): said["points"] for said in story.done("hold")}
    yield from compare("hold", wanted, [((row["code"], row["one_id"], row["effect_key"]), row["amount"]) for row in rows])
    captured = {(said["hold"],): said["points"] for said in story.done("capture")}
    for said in story.done("capture"):
        if captured[said["hold"],] != said["points"]:
            yield "hold captured twice", f"hold {said['hold']}", captured[said["hold"],], said["points"]
    entries = [
        ((int(row["source_id"]),), -row["requested"]) for row in ledger.entries if (row["source_type"], row["kind"]) == ("hold", "redeem")
    ]
    yield from compare("capture", captured, entries)
    released = {said["hold"] for said in story.done("release_hold")}
    for row in rows:
        ends = {"captured"} if (row["id"],) in captured else {"released", "timed_out"} if row["id"] in released else {"active", "timed_out"}
        if row["state"] not in ends or (row["state"] == "timed_out" and not row["is_over"]):
            yield "end of a hold", f"hold {row['id']}", " or ".join(sorted(ends)), row["state"]
        if row["id"] in released and (row["id"],) in captured:
            yield "hold ended twice", f"hold {row['id']}", "captured or released", "both"


def rewards(ledger: Ledger, story: Story) -> Iterator[Found]:
    """Each redemption took its points once; a cancelled one gave them back once."""
    rows = ledger.rows(
        "SELECT redemption.id, programme.code, member.one_id, redemption.effect_key, redemption.points, redemption.state"
        " FROM points_redemption AS redemption" + WHOSE.format("redemption.account_id")
    )
    wanted = {(said["programme"], said["member"], f"redemption:{said['reference']}"): COST for said in story.done("redeem")}
    yield from compare("redemption", wanted, [((row["code"], row["one_id"], row["effect_key"]), row["points"]) for row in rows])
    cancelled = {(said["redemption"],): COST for said in story.done("cancel_redemption")}
    of_rewards = [row for row in ledger.entries if row["source_type"] == "redemption"]
    taken = [((int(row["source_id"]),), -row["requested"]) for row in of_rewards if row["kind"] == "redeem"]
    given_back = [((int(row["source_id"]),), row["requested"]) for row in of_rewards if row["kind"] == "restore"]
    yield from compare("points of a redemption", {(row["id"],): row["points"] for row in rows}, taken)
    yield from compare("points of a cancelled redemption", cancelled, given_back)
    states = [((row["id"],), COST) for row in rows if row["state"] == "cancelled"]
    yield from compare("cancelled redemption", cancelled, states)


def exchanges(ledger: Ledger, story: Story) -> Iterator[Found]:
    """Each exchange gave and received once, at the ratio of its pair."""
    rows = ledger.rows(
        "SELECT programme.code, member.one_id, entry.source_id, entry.effect_key, deal.points_out, deal.points_in"
        " FROM points_pointsexchange AS deal JOIN points_pointsentry AS entry ON entry.id = deal.from_entry_id"
        + WHOSE.format("entry.account_id")
    )
    wanted = {
        (said["pair"].split(">")[0], said["member"], f"exchange:{said['reference']}"): (said["points"], _received(said, story.world))
        for said in story.done("exchange")
    }
    found = [((row["code"], row["one_id"], row["effect_key"]), (row["points_out"], row["points_in"])) for row in rows]
    yield from compare("exchange", wanted, found)


def orders(ledger: Ledger, story: Story) -> Iterator[Found]:
    """Orders and refunds are recorded as they were last acknowledged; points and growth value are worth what is left of them."""
    told = _orders(story)
    rows = ledger.rows(
        'SELECT "order".id, store.code, "order".order_no, "order".version, "order".status, "order".net_minor FROM activity_order AS "order"'
        ' JOIN stores_store AS store ON store.id = "order".store_id'
    )
    recorded = [((row["code"], row["order_no"]), (row["version"], row["status"])) for row in rows]
    yield from compare("order", {key: (order["version"], order["status"]) for key, order in told.items()}, recorded)
    refunds = {(said["programme"], said["after_sale_no"]): _refunded(said) for said in story.done("refund")}
    booked = ledger.rows(
        "SELECT refund.id, store.code, refund.after_sale_no, refund.order_id, coalesce(sum(line.applied_minor), 0)::bigint AS minor"
        " FROM activity_aftersale AS refund JOIN stores_store AS store ON store.id = refund.store_id"
        " LEFT JOIN activity_aftersaleline AS line ON line.after_sale_id = refund.id GROUP BY refund.id, store.code"
    )
    yield from compare("refund", refunds, [((row["code"], row["after_sale_no"]), row["minor"]) for row in booked])
    left = {(row["code"], row["order_no"]): row["net_minor"] for row in rows}
    for key, order in told.items():
        if order["status"] != "cancelled" and left.get(key) != order["left"]:
            yield "what is left of an order", _place(key), order["left"], left.get(key)
    named = {row["id"]: (row["code"], row["order_no"]) for row in rows}
    of_refund = {row["id"]: row["order_id"] for row in booked}
    yield from _worth(ledger, story, told, named, of_refund)


def _worth(
    ledger: Ledger, story: Story, told: Mapping[Key, dict[str, Any]], named: Mapping[int, Key], of_refund: Mapping[int, int]
) -> Iterator[Found]:
    wanted: dict[Key, int] = {}
    growth: dict[Key, int] = {}
    for key, order in told.items():
        for programme in (order["programme"], "platform"):
            wanted[(*key, programme, order["member"])] = _points(order, programme, story.world)
            growth[(*key, programme, order["member"])] = _growth(order)
    yield from sums("points of an order", wanted, _by_order(ledger.entries, {"earn", "bonus", "reverse"}, named, of_refund))
    entries = ledger.rows(
        "SELECT programme.code, member.one_id, entry.reason AS kind, entry.requested, entry.source_type, entry.source_id"
        " FROM growth_growthentry AS entry" + WHOSE.format("entry.account_id")
    )
    reasons = {"purchase", "refund", "refund_cancelled", "correction"}
    yield from sums("growth value of an order", growth, _by_order(entries, reasons, named, of_refund))
    back = _by_order(ledger.entries, {"restore"}, named, of_refund)
    spent = {
        (*_order_key(said), said["programme"], said["member"]): _given_back(said, told)
        for said in story.done("capture")
        if "order_no" in said
    }
    yield from sums("points given back for an order", spent, back)


def _by_order(
    entries: Sequence[Mapping[str, Any]], kinds: set[str], named: Mapping[int, Key], of_refund: Mapping[int, int]
) -> dict[Key, int]:
    total: dict[Key, int] = defaultdict(int)
    for row in entries:
        if row["source_type"] in {"order", "after_sale"} and row["kind"] in kinds:
            number = int(row["source_id"])
            order_id = number if row["source_type"] == "order" else of_refund.get(number, 0)
            total[(*named.get(order_id, ("unknown", row["source_id"])), row["code"], row["one_id"])] += row["requested"]
    return total


def coupons(ledger: Ledger, story: Story) -> Iterator[Found]:
    """Each claim gave one coupon; each acknowledged step of one was taken once, and orders took and gave back theirs."""
    rows = ledger.rows(
        "SELECT programme.code, member.one_id, coupon.effect_key, template.code AS template FROM coupons_coupon AS coupon"
        " JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id" + WHOSE.format("coupon.membership_id")
    )
    wanted = {(said["programme"], said["member"], f"claim:{said['reference']}"): said["template"] for said in story.done("claim")}
    claimed = [row for row in rows if row["effect_key"].startswith("claim:")]
    yield from compare("claim", wanted, [((row["code"], row["one_id"], row["effect_key"]), row["template"]) for row in claimed])
    steps = Counter(
        (row["coupon_id"], row["order_no"], row["state_to"] if row["state_to"] != "available" else row["cause"])
        for row in ledger.rows("SELECT coupon_id, order_no, state_to, cause FROM coupons_couponstep WHERE state_from <> ''")
    )
    named = [order for order in _orders(story).values() if "coupon" in order]
    used = Counter((said["coupon"], said["order_no"]) for said in (*story.done("use"), *named))
    yield from sums("use of a coupon", used, {key[:2]: number for key, number in steps.items() if key[2] == "used"})
    released = Counter((said["coupon"], said["order_no"]) for said in story.done("release"))
    yield from sums("release of a coupon", released, {key[:2]: number for key, number in steps.items() if key[2] == "released"})
    returned = Counter((order["coupon"], order["order_no"]) for order in named if order["status"] == "cancelled" or not order["left"])
    back = Counter({key[:2]: number for key, number in steps.items() if key[2] == "refunded"})
    back.update({key[:2]: number for key, number in steps.items() if key[2] == "cancelled"})
    yield from sums("coupon given back by its order", returned, back)
    reserved = Counter((said["coupon"], said["order_no"]) for said in story.done("reserve"))
    for key in reserved.keys() | {key[:2] for key in steps if key[2] == "reserved"}:
        number = steps[(*key, "reserved")]
        if not reserved[key] <= number <= reserved[key] + used[key]:  # a till's use reserves first
            yield "reservation of a coupon", _place(key), reserved[key], number


def balances(ledger: Ledger, story: Story) -> Iterator[Found]:
    """What everybody has is what the journal adds up to, gifts of levels aside: nothing made from nothing, nothing gone."""
    world, wanted = story.world, dict[Key, int]()
    wanted.update({(programme, one_id): world.opening for programme in world.per_yuan for one_id in world.members})
    signs = {"credit": 1, "debit": -1}
    for verb, sign in signs.items():
        for said in story.done(verb):
            wanted[said["programme"], said["member"]] += sign * said["points"]
    for said in story.done("reverse"):
        wanted[said["programme"], said["member"]] -= signs[said["of"]] * said["points"]
    for said in story.done("redeem"):
        wanted[said["programme"], said["member"]] -= COST
    for said in story.once("cancel_redemption", "redemption"):
        wanted[said["programme"], said["member"]] += COST
    for said in story.done("exchange"):
        given, taken = said["pair"].split(">")
        wanted[given, said["member"]] -= said["points"]
        wanted[taken, said["member"]] += _received(said, world)
    told = _orders(story)
    for order in told.values():
        for programme in (order["programme"], "platform"):
            wanted[programme, order["member"]] += _points(order, programme, world)
    for said in story.once("capture", "hold"):
        wanted[said["programme"], said["member"]] += _given_back(said, told) - said["points"]
    for row in ledger.entries:
        if row["kind"] == "gift":
            wanted[row["code"], row["one_id"]] += row["requested"]
        if row["forgiven"]:
            yield "points written off", f"entry {row['id']}", 0, row["forgiven"]
    rows = ledger.rows(
        "SELECT programme.code, member.one_id, account.balance - account.debt AS has FROM points_pointsaccount AS account"
        + WHOSE.format("account.membership_id")
    )
    found = {(row["code"], row["one_id"]): row["has"] for row in rows}
    yield from sums("what somebody has", wanted, found)
    totals, sums_found = Counter[Key](), Counter[Key]()
    for (programme, _one_id), points in wanted.items():
        totals[programme,] += points
    for (programme, _one_id), points in found.items():
        sums_found[programme,] += points
    yield from sums("what all have together", totals, sums_found)


def _orders(story: Story) -> dict[Key, dict[str, Any]]:
    """Orders as they were last acknowledged. left: minor units that were not refunded."""
    found: dict[Key, dict[str, Any]] = {}
    for said in story.done("order"):
        key = _order_key(said)
        if key not in found or found[key]["version"] < said["version"]:
            found[key] = {**said, "paid": sum(said["lines"]), "left": sum(said["lines"])}
    for said in story.done("refund"):
        if _order_key(said) in found:
            found[_order_key(said)]["left"] -= _refunded(said)
    return found


def _points(order: Mapping[str, Any], programme: str, world: World) -> int:
    """What is left of a completed order, by the programme's rate, rounded down."""
    return floor(order["left"] * Fraction(world.per_yuan[programme]) / 100) if order["status"] == "completed" else 0


def _growth(order: Mapping[str, Any]) -> int:
    """A unit for each whole yuan."""
    return int(order["left"] // 100) if order["status"] == "completed" else 0


def _given_back(captured: Mapping[str, Any], told: Mapping[Key, Mapping[str, Any]]) -> int:
    """Of points that paid for an order: pro rata to what was refunded, all for a cancelled one."""
    order = told.get(_order_key(captured)) if "order_no" in captured else None
    if order is None:
        return 0
    points: int = captured["points"]
    return points if order["status"] == "cancelled" else points * (order["paid"] - order["left"]) // order["paid"]


def _received(said: Mapping[str, Any], world: World) -> int:
    ratio_from, ratio_to = world.ratios[said["pair"]]
    return int(said["points"] * ratio_to // ratio_from)


def _refunded(said: Mapping[str, Any]) -> int:
    return sum(line["refund_minor"] for line in said["lines"])


def _digest(answer: Any) -> str:
    return hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()[:12]


def _by_reference(said: Mapping[str, Any]) -> Key:
    return said["programme"], said["member"], said["reference"]


def _of_cause(row: Mapping[str, Any]) -> Key:
    return row["code"], row["one_id"], row["source_id"]


def _order_key(said: Mapping[str, Any]) -> Key:
    return said["programme"], said["order_no"]


def _place(key: Key) -> str:
    return " ".join(map(str, key))
