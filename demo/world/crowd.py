"""The other people of the story world, planned from a seed: who they are, what they bought, sent back, looked at and wrote. No ORM.

The same seed and the same now give the same plan. Habits differ (`_HABITS`), so that a later RFM finds champions and sleepers; the
children decide which milk powder and which nappies a family buys; a third of the people belong to two stores or more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from activity import rules
from activity.enums import AfterSaleKind, AfterSaleStatus, EventKind
from activity.inputs import OrderLineIn
from core.enums import Channel
from demo import people
from demo.catalogue import Good, good, goods
from demo.people import Person
from demo.world.moments import ZONE, months_before
from members.enums import ConsentPurpose, Gender, MessageChannel, MessageType

SEED = 20240520
MEMBERS = 600
_MILK = "母婴/奶粉"  # three families of eight buy it elsewhere, and wipes instead
FIRST_CARD = 7001  # till cards of the crowd; the cast has 6001 to 6099
_HISTORY = timedelta(days=730)

_STORES = (  # (where they are a member, share in per cent); 30 in two stores or more
    (("S001",), 38),
    (("S002",), 22),
    (("S101",), 10),
    (("S001", "S101"), 10),
    (("S001", "S002"), 14),
    (("S001", "S101", "S002"), 6),
)


@dataclass(frozen=True)
class _Habit:
    """How somebody buys. orders: between; last_days: the last order lies so many days back, between; span: so many days before that."""

    name: str
    share: int
    orders: tuple[int, int]
    last_days: tuple[int, int]
    span: int


_HABITS = (
    _Habit("regular", 14, (18, 38), (0, 12), 700),
    _Habit("steady", 26, (9, 16), (1, 45), 600),
    _Habit("occasional", 26, (3, 9), (20, 150), 420),
    _Habit("new", 12, (1, 3), (0, 14), 20),
    _Habit("sleeping", 14, (4, 12), (181, 360), 360),
    _Habit("once", 5, (1, 1), (30, 400), 1),
    _Habit("none", 3, (0, 0), (0, 0), 1),
)
_CHANNELS = ((Channel.APP, 45), (Channel.MINI_PROGRAM, 35), (Channel.WEB, 20))
_HOURS = (  # by hour of the day
    *(0.3, 0.1, 0.1, 0.1, 0.1, 0.2, 0.6, 1.2, 2.0, 3.0, 3.6, 3.2),
    *(3.4, 3.0, 2.6, 2.6, 2.8, 2.6, 2.8, 3.8, 5.0, 5.4, 4.0, 1.6),
)
_REASONS = ("尺码不合适", "颜色与图片不符", "质量问题", "不想要了", "少件漏发", "发货太慢", "买错了", "七天无理由")
_REVIEWS = (
    "质量很好，会回购。",
    "宝宝很喜欢。",
    "物流快，包装完好。",
    "和描述一致。",
    "性价比高。",
    "面料舒服，尺码标准。",
    "一般般，没有想象的好。",
    "客服态度很好。",
)
_SEARCHES = ("奶粉 3段", "纸尿裤 L码", "婴儿湿巾", "连衣裙 夏", "儿童羽绒服", "安全座椅", "牛仔裤 高腰", "吸管杯", "真丝方巾", "辅食机")


@dataclass(frozen=True)
class Joined:
    """One person of the crowd: number from 0; children as (birth month, gender); card: till card number or ""."""

    number: int
    person: Person
    nickname: str
    stores: tuple[str, ...]
    registered_at: datetime
    channel: str
    children: tuple[tuple[date, str], ...]
    consents: tuple[str, ...]
    switches: tuple[tuple[str, str, bool], ...]
    card: str
    has_wechat: bool


@dataclass(frozen=True)
class Bought:
    """One order; times as in `facts.order`; lines at list price."""

    number: int
    store: str
    order_no: str
    channel: str
    times: dict[str, datetime]
    lines: tuple[OrderLineIn, ...]
    discount_minor: int = 0
    coupon_minor: int = 0
    points_used: int = 0
    postage_minor: int = 0


@dataclass(frozen=True)
class SentBack:
    number: int
    store: str
    after_sale_no: str
    order_no: str
    kind: str
    status: str
    line_no: int
    quantity: int
    refund_minor: int
    reason: str
    applied_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class Did:
    number: int
    store: str
    event_id: str
    kind: str
    channel: str
    occurred_at: datetime
    more: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Purse:
    number: int
    recharge_total_minor: int
    spent_total_minor: int
    gift_total_minor: int
    red_packet_minor: int


@dataclass(frozen=True)
class Crowd:
    members: tuple[Joined, ...]
    orders: tuple[Bought, ...]
    after_sales: tuple[SentBack, ...]
    events: tuple[Did, ...]
    purses: tuple[Purse, ...]


def plan(now: datetime, *, seed: int = SEED, members: int = MEMBERS) -> Crowd:
    """Everybody and everything, oldest orders first. now: aware; nothing planned lies after it."""
    random = Random(seed)
    joined: list[Joined] = []
    planned: list[_Planned] = []
    for number in range(members):
        somebody, bought = _life(random, number, now)
        joined.append(somebody)
        planned += bought
    planned.sort(key=lambda order: order[0])
    orders = [make(f"{prefix}{at.astimezone(ZONE):%y%m%d}{place:05d}") for place, (at, prefix, make) in enumerate(planned, start=1)]
    sent_back = [back for order in orders if (back := _after_sale(random, order, now))]
    return Crowd(
        members=tuple(joined),
        orders=tuple(orders),
        after_sales=tuple(sorted(sent_back, key=lambda back: back.applied_at)),
        events=tuple(_events(random, joined, orders, now)),
        purses=tuple(_purse(random, somebody) for somebody in joined if "S002" not in somebody.stores and random.random() < 0.45),
    )


_Planned = tuple[datetime, str, Callable[[str], Bought]]  # when, prefix of the number, the order once it has its number


def _life(random: Random, number: int, now: datetime) -> tuple[Joined, list[_Planned]]:
    habit = random.choices(_HABITS, weights=[habit.share for habit in _HABITS])[0]
    stores = random.choices([stores for stores, _share in _STORES], weights=[share for _stores, share in _STORES])[0]
    moments = _moments(random, habit, now)
    first = moments[0] if moments else now - timedelta(days=random.randint(1, 300))
    registered_at = first - timedelta(minutes=random.randint(8, 200) if random.random() < 0.6 else random.randint(200, 40_000))
    is_family = any(store != "S002" for store in stores) and random.random() < 0.72
    person = people.person(
        random, number=number, offset=0, youngest=date(2005, 1, 1), female_share=0.86 if is_family or stores == ("S002",) else 0.7
    )
    children = [
        (months_before(now, random.randint(0, 60)), random.choice((Gender.MALE, Gender.FEMALE)))
        for _ in range(_how_many(random, is_family))
    ]
    consents = [ConsentPurpose.POLICY]
    consents += [ConsentPurpose.MARKETING] if random.random() < 0.5 else []
    consents += [ConsentPurpose.PROFILING] if random.random() < 0.6 else []
    consents += [ConsentPurpose.CHILDREN] if children else []
    somebody = Joined(
        number=number,
        person=person,
        nickname=f"{person.name[-1]}{random.choice(('妈妈', '爸爸', '小铺', '爱生活', '的日常', '宝贝'))}" if random.random() < 0.5 else "",
        stores=stores,
        registered_at=registered_at,
        channel=Channel.POS if stores == ("S101",) else random.choices([c for c, _ in _CHANNELS], weights=[w for _, w in _CHANNELS])[0],
        children=tuple(children),
        consents=tuple(consents),
        switches=_switches(random, consents),
        card=str(FIRST_CARD + number) if "S101" in stores else "",
        has_wechat=random.random() < 0.55,
    )
    return somebody, [_order(random, somebody, moment, now) for moment in moments]


def _how_many(random: Random, is_family: bool) -> int:
    return random.choices((1, 2, 3), weights=(70, 26, 4))[0] if is_family else 0


def _switches(random: Random, consents: Sequence[str]) -> tuple[tuple[str, str, bool], ...]:
    if ConsentPurpose.MARKETING in consents:
        channels = random.sample((MessageChannel.SMS, MessageChannel.WECHAT, MessageChannel.PUSH), k=random.randint(1, 2))
        return tuple((channel, MessageType.MARKETING, True) for channel in channels)
    return ((MessageChannel.SMS, MessageType.MEMBER, False),) if random.random() < 0.15 else ()


def _moments(random: Random, habit: _Habit, now: datetime) -> list[datetime]:
    """When somebody ordered, oldest first: at human hours, never after now."""
    count = random.randint(*habit.orders)
    if not count:
        return []
    last = random.randint(*habit.last_days)
    ages = sorted({last, *(min(last + random.randint(0, habit.span), _HISTORY.days) for _ in range(count - 1))}, reverse=True)
    ages += [random.choice(ages) for _ in range(count - len(ages))]
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for age in sorted(ages, reverse=True):
        hour = random.choices(range(24), weights=_HOURS)[0]
        moment = midnight - timedelta(days=age) + timedelta(hours=hour, minutes=random.randint(0, 59), seconds=random.randint(0, 59))
        found.append(moment if moment < now else now - timedelta(minutes=random.randint(3, 170)))
    return sorted(found)


def _order(random: Random, somebody: Joined, placed_at: datetime, now: datetime) -> _Planned:
    store = random.choice(somebody.stores)
    lines = _basket(random, somebody, store, placed_at)
    total = sum(line.unit_price_minor * line.quantity for line in lines)
    at_till = store == "S101"
    channel = Channel.POS if at_till else random.choices([c for c, _ in _CHANNELS], weights=[w for _, w in _CHANNELS])[0]
    times = dict.fromkeys(("placed_at", "paid_at", "completed_at"), placed_at) if at_till else _progress(random, placed_at, now)
    discount = total * random.choice((5, 8, 10, 15)) // 100 if random.random() < 0.22 else 0
    coupon = min(random.choice((1000, 2000, 3000, 5000)), total // 5) if random.random() < 0.12 else 0
    points = min(random.randint(5, 60), total // 1000) if random.random() < 0.07 else 0
    postage = 800 if not at_till and total < 9900 else 0

    def numbered(order_no: str) -> Bought:
        return Bought(somebody.number, store, order_no, channel, times, tuple(lines), discount, coupon, points, postage)

    return placed_at, {"S001": "AH", "S101": "AD", "S002": "BX"}[store], numbered


def _basket(random: Random, somebody: Joined, store: str, at: datetime) -> list[OrderLineIn]:
    sold = [each for each in goods(store) if (not each.is_virtual or store != "S101") and _options(each, somebody, at) is not None]
    chosen = random.choices(sold, weights=[each.weight for each in sold], k=random.choices((1, 2, 3, 4), weights=(46, 32, 16, 6))[0])
    lines = []
    for place, each in enumerate(dict.fromkeys(chosen), start=1):
        options = _options(each, somebody, at)
        quantity = random.choices((1, 2, 3, 6), weights=(72, 18, 7, 3))[0] if each.price_minor < 40_000 and not each.is_virtual else 1
        option = random.choice(options) if options else ""
        if each.category == _MILK and somebody.number % 8 < 3:
            each, option = good(store, "ND03"), ""
        lines.append(each.line(place, option=option, quantity=quantity))
    return lines


def _options(each: Good, somebody: Joined, at: datetime) -> list[str] | None:
    """What of a good suits this family at that time; [] for goods without a choice, None for goods that are not for them."""
    if not each.months:
        return list(each.options)
    ages = [(at.year - born.year) * 12 + at.month - born.month for born, _gender in somebody.children]
    suiting = [option for age in ages if age >= 0 and (option := each.suits(age))]
    return suiting or None


def _progress(random: Random, placed_at: datetime, now: datetime) -> dict[str, datetime]:
    """How far an order placed then has come by now: most are completed, some cancelled, the last days' are still on their way."""
    times = {"placed_at": placed_at}
    steps = (
        ("paid_at", timedelta(minutes=random.choice((1, 2, 3, 5, 8, 40)))),
        ("shipped_at", timedelta(hours=random.choice((4, 8, 14, 20, 26, 40, 75, 130)))),
        ("received_at", timedelta(days=random.choice((1, 2, 2, 3, 3, 4, 6)))),
        ("completed_at", timedelta(days=random.choice((7, 7, 7, 10)))),
    )
    if now - placed_at < timedelta(days=1) and random.random() < 0.4:
        return times
    cancelled_after = random.choices((None, "placed_at", "paid_at"), weights=(92, 4, 4))[0]
    moment = placed_at
    for name, takes in steps:
        if cancelled_after == list(times)[-1]:
            cancelled_at = moment + timedelta(minutes=random.randint(10, 600))
            return {**times, "cancelled_at": cancelled_at} if cancelled_at < now else times
        moment += takes
        if moment >= now:
            break
        times[name] = moment
    return times


def _after_sale(random: Random, order: Bought, now: datetime) -> SentBack | None:
    last = list(order.times)[-1]
    chance = {"completed_at": 0.06, "received_at": 0.3, "shipped_at": 0.04, "paid_at": 0.15}.get(last, 0.0)
    lines = [line for line in order.lines if not line.is_virtual]
    if random.random() >= chance or not lines:
        return None
    line = random.choice(lines)
    quantity = random.randint(1, line.quantity)
    came = order.times.get("received_at", order.times.get("shipped_at", order.times["paid_at"]))
    applied_at = came + timedelta(hours=random.randint(3, 140))
    if applied_at >= now:
        applied_at = now - timedelta(minutes=random.randint(5, 600))
        if applied_at <= came:
            return None
    age = now - applied_at
    kind = AfterSaleKind.REFUND if last in ("paid_at", "shipped_at") else random.choices(list(AfterSaleKind), weights=(55, 25, 20))[0]
    done = AfterSaleStatus.EXCHANGED if kind == AfterSaleKind.EXCHANGE else AfterSaleStatus.REFUNDED
    if age > timedelta(days=6):
        status = random.choices((done, AfterSaleStatus.REJECTED, AfterSaleStatus.WITHDRAWN), weights=(82, 9, 9))[0]
    else:
        status = random.choices(
            (AfterSaleStatus.APPLIED, AfterSaleStatus.REVIEWING, AfterSaleStatus.APPROVED, done), weights=(25, 35, 20, 20)
        )[0]
    return SentBack(
        number=order.number,
        store=order.store,
        after_sale_no=f"TH{order.order_no[2:]}",
        order_no=order.order_no,
        kind=kind,
        status=status,
        line_no=line.line_no,
        quantity=quantity,
        refund_minor=0 if kind == AfterSaleKind.EXCHANGE else _paid_for(order, line) * quantity // line.quantity,
        reason=random.choice(_REASONS),
        applied_at=applied_at,
        settled_at=applied_at + age * 0.6 if status == done else None,
    )


def _paid_for(order: Bought, line: OrderLineIn) -> int:
    """What was paid for a line after the order's discounts, shared out as `facts.order` does."""
    whole = [each.unit_price_minor * each.quantity for each in order.lines]
    taken = rules.spread(order.discount_minor + order.coupon_minor + order.points_used * 100, whole)
    place = order.lines.index(line)
    return whole[place] - taken[place]


def _events(random: Random, joined: Sequence[Joined], orders: Sequence[Bought], now: datetime) -> list[Did]:
    """Visits of the last 120 days, and a review of every fourth thing whose order was completed then, one in four of these with photos."""
    found: list[Did] = []
    for somebody in joined:
        store = next((code for code in somebody.stores if code != "S101"), None)
        if store is None:
            continue
        for _ in range(random.choices((0, 2, 5, 12), weights=(20, 35, 30, 15))[0]):
            earliest = max(somebody.registered_at, now - timedelta(days=120))
            found += _visit(random, somebody, store, earliest + (now - earliest) * random.random(), now)
    for order in orders:
        completed_at = order.times.get("completed_at")
        if "received_at" not in order.times or completed_at is None or completed_at < now - timedelta(days=120):
            continue
        for line in order.lines:
            if random.random() < 0.25:
                found += _review(random, order, line, completed_at + timedelta(hours=random.randint(2, 160)), now)
    return sorted(found, key=lambda did: (did.occurred_at, did.event_id))


def _visit(random: Random, somebody: Joined, store: str, at: datetime, now: datetime) -> list[Did]:
    channel = random.choices([c for c, _ in _CHANNELS], weights=[w for _, w in _CHANNELS])[0]
    stamp = f"{somebody.number}-{int(at.timestamp())}"
    steps: list[tuple[str, dict[str, object]]] = [(EventKind.LOGIN, {"attributes": {"manual": random.random() < 0.5}})]
    if random.random() < 0.3:
        steps.append((EventKind.SEARCH, {"attributes": {"text": random.choice(_SEARCHES)}}))
    for each in random.choices(goods(store), k=random.randint(1, 3)):
        steps.append((EventKind.VIEW, {"spu": each.spu, "path": f"/goods/{each.spu}", "dwell_seconds": random.randint(3, 240)}))
    if random.random() < 0.35:
        steps.append((EventKind.CART_ADD, {"spu": steps[-1][1]["spu"]}))
    if random.random() < 0.15:
        steps.append((EventKind.FAVOURITE, {"spu": random.choice(goods(store)).spu}))
    if random.random() < 0.12:
        steps.append((random.choice((EventKind.SHARE, EventKind.CHECK_IN)), {}))
    return [
        Did(somebody.number, store, f"v-{stamp}-{place}", kind, channel, min(at + timedelta(seconds=70 * place), now), more)
        for place, (kind, more) in enumerate(steps)
    ]


def _review(random: Random, order: Bought, line: OrderLineIn, at: datetime, now: datetime) -> list[Did]:
    photos = random.random() < 0.25
    submitted, approved = (
        (EventKind.PHOTO_REVIEW_SUBMITTED, EventKind.PHOTO_REVIEW_APPROVED)
        if photos
        else (EventKind.REVIEW_SUBMITTED, EventKind.REVIEW_APPROVED)
    )
    about: dict[str, object] = {"spu": line.spu, "sku": line.sku, "order_no": order.order_no, "line_no": line.line_no}
    said: dict[str, object] = {"rating": random.choices((5, 4, 3, 1), weights=(66, 22, 9, 3))[0], "text": random.choice(_REVIEWS)}
    if photos:
        said["photos"] = random.randint(1, 4)
    stamp = f"{order.order_no}-{line.line_no}"
    steps = [(at, submitted, {**about, "attributes": said})]
    if random.random() < 0.9:
        steps.append((at + timedelta(hours=random.randint(1, 30)), approved, {**about, "attributes": {"submitted_at": at.isoformat()}}))
    return [
        Did(order.number, order.store, f"r-{stamp}-{place}", kind, order.channel, when, more)
        for place, (when, kind, more) in enumerate(steps)
        if when < now
    ]


def _purse(random: Random, somebody: Joined) -> Purse:
    recharged = random.choice((10_000, 20_000, 50_000, 100_000, 200_000))
    given = recharged // 20 if recharged >= 50_000 else 0
    spent = random.randint(0, (recharged + given) // 100) * 100
    return Purse(somebody.number, recharged, spent, given, random.choice((0, 0, 0, 500, 880)))
