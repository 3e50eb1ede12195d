"""Members of a store with every kind of fact that rules read, drawn so that the edges of windows, ties and gaps are hit again and again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from activity.enums import EventKind
from activity.models import BehaviourEvent, Order, OrderLine, WalletBalance
from core import partitions
from core.enums import Channel
from coupons.models import Coupon
from growth.enums import Track
from growth.models import GrowthAccount, Level, LevelScheme, LevelTerms, MemberLevel, RfmRun, RfmSnapshot, SchemeVersion
from members.models import Child, Consent, Member
from points.models import PointsAccount
from stores.models import Membership, Programme, Store
from tags.models import MemberTag, Tag
from tests import world
from tests.coupons import house as coupons_house
from tests.growth import house as growth_house
from tests.growth.house import PUBLISHED
from tests.tags import house

ZONE = ZoneInfo("Asia/Shanghai")
ON = date(2024, 5, 20)
NOW = datetime(2024, 5, 20, 2, 0, tzinfo=UTC)
# days before ON: both sides of every window that anything looks at
EDGES = (0, 1, 6, 7, 8, 29, 30, 31, 59, 60, 61, 89, 90, 91, 120, 179, 180, 181, 250, 364, 365, 366, 500)
CATEGORIES = ("母婴/奶粉", "母婴/奶粉/3段", "母婴/奶粉伴侣", "母婴", "美妆/面膜", "食品", "")
BRANDS = ("安禾", "A%B_", "Other", "")
PRICES = (0, 100, 23999, 24000, 24001, 36000, 5000)
R_CUTS, F_CUTS, M_CUTS = [30, 60, 90, 180], [8, 6, 4, 2], [200_000, 100_000, 50_000, 20_000]


@dataclass(frozen=True)
class Population:
    programme: Programme
    memberships: Sequence[Membership]
    tags: Sequence[Tag]


def of_day(days_ago: int, random: Random) -> datetime:
    """A moment of the local day so long ago: its first, its last, or one between."""
    hour = random.choice((time(0, 0), time(23, 59, 59, 999_999), time(10, 30)))
    moment = datetime.combine(ON - timedelta(days=days_ago), hour, ZONE)
    return min(moment, NOW)


def make(number: int, seed: int) -> Population:
    """So many members of one store, who buy in another one too."""
    random = Random(seed)
    own, other = world.store("S001"), world.store("S002")
    programme = own.programme
    growth_house.scheme(programme)
    paid = SchemeVersion.objects.create(scheme=LevelScheme.objects.create(programme=programme, track=Track.PAID), **PUBLISHED)
    for rank, code in enumerate(("MONTH", "YEAR")):
        level = Level.objects.create(programme=programme, track=Track.PAID, code=code)
        LevelTerms.objects.create(version=paid, level=level, rank=rank, name=code)
    model = growth_house.rfm_version(programme, r_cuts=R_CUTS, f_cuts=F_CUTS, m_cuts=M_CUTS)
    tags = [house.by_hand(programme, "picky"), house.by_hand(programme, "kind")]
    memberships = people(number, programme, random)
    orders(memberships, own, other, random)
    events(memberships, own, other, random)
    holdings(memberships, programme, random)
    run = RfmRun.objects.create(programme=programme, version=model, period_on=date(2024, 4, 1), as_of=NOW, state="done")
    snapshot = {
        "run": run, "f_count": 1, "m_minor": 1, "r_score": 1, "f_score": 1, "m_score": 1, "value_milli": 1000, "rfm_class": "dormant",
        "customer_group": "other", "layer": "dormant", "rfm_unit": 100, "bought": False, "requested": 0, "applied": 0, "activity_growth": 0,
    }  # fmt: skip
    RfmSnapshot.objects.bulk_create(
        RfmSnapshot(membership=each, f_dropped=random.random() < 0.2, **snapshot) for each in memberships if random.random() < 0.7
    )
    MemberTag.objects.bulk_create(
        MemberTag(
            membership=each,
            tag=random.choice(tags),
            source="staff",
            started_at=NOW,
            started_by="test",
            ended_at=random.choice((None, None, NOW)),
        )
        for each in memberships
        if random.random() < 0.5
    )
    return Population(programme, memberships, tags)


def people(number: int, programme: Programme, random: Random) -> list[Membership]:
    birthdays = (None, date(2004, 2, 29), date(1999, 5, 20), date(1999, 5, 21), date(1999, 5, 19), date(1989, 12, 31), date(2024, 6, 1))
    members = Member.objects.bulk_create(
        Member(
            one_id=f"population{place:06d}",
            gender=random.choice(("male", "female", "female", "unknown")),
            birthday=random.choice(birthdays),
            province_code=random.choice(("", "440000", "110000")),
            city_code=random.choice(("", "440300")),
            country=random.choice(("", "France", "United Kingdom")),
            register_channel=random.choice(Channel.values),
            register_source=random.choice(("", "poster", "O'Reilly %s")),
            registered_at=NOW,
            updated_at=NOW,
        )
        for place in range(number)
    )
    memberships = Membership.objects.bulk_create(
        Membership(
            member=member,
            programme=programme,
            member_no=f"X{member.pk}",
            joined_at=of_day(random.choice(EDGES), random),
            source=random.choice(("registration", "first_contact", "import")),
        )
        for member in members
    )
    months = (date(2024, 5, 1), date(2023, 6, 1), date(2023, 5, 1), date(2022, 5, 1), date(2021, 5, 1), date(2021, 4, 1), date(2024, 8, 1))
    Child.objects.bulk_create(
        Child(
            member=member,
            birth_month=random.choice(months),
            gender=random.choice(("male", "female", "unknown")),
            guardian_consent_at=NOW,
            created_at=NOW,
        )
        for member in members
        for _child in range(random.choice((0, 0, 1, 2)))
    )
    Consent.objects.bulk_create(
        Consent(
            member=member,
            purpose=random.choice(("marketing", "profiling")),
            policy_version="1",
            channel="app",
            given_at=NOW,
            withdrawn_at=random.choice((None, None, NOW)),
        )
        for member in members
        if random.random() < 0.6
    )
    return memberships


def orders(memberships: Sequence[Membership], own: Store, other: Store, random: Random) -> None:
    made: list[Order] = []
    lines: list[list[OrderLine]] = []
    for membership in memberships:
        for _order in range(random.choice((0, 0, 1, 2, 3, 5, 9))):
            completed_at = of_day(random.choice(EDGES), random)
            bought = [line(number, random) for number in range(1, random.choice((2, 2, 3)))]
            settled = sum(each.paid_minor for each in bought if not each.is_gift_card)
            refunded = sum(each.refunded_minor for each in bought if not each.is_gift_card)
            made.append(
                Order(
                    store=other if random.random() < 0.15 else own,
                    order_no=f"O{len(made)}",
                    digest="test",
                    member_id=membership.member_id,
                    status=random.choice(("completed",) * 6 + ("paid", "cancelled")),
                    channel=random.choice(("app", "web", "pos")),
                    currency=random.choice(("CNY",) * 8 + ("GBP",)),
                    goods_minor=sum(each.unit_price_minor * each.quantity for each in bought),
                    discount_minor=random.choice((0, 500)),
                    coupon_minor=random.choice((0, 300)),
                    points_minor=random.choice((0, 100)),
                    paid_minor=sum(each.paid_minor for each in bought),
                    settled_minor=settled,
                    refunded_minor=refunded,
                    net_minor=settled - refunded,
                    placed_at=completed_at,
                    completed_at=completed_at,
                    booked_at=NOW,
                )
            )
            lines.append(bought)
    Order.objects.bulk_create(made)
    for order, bought in zip(made, lines, strict=True):
        for each in bought:
            each.order = order
    OrderLine.objects.bulk_create([each for bought in lines for each in bought])


def line(number: int, random: Random) -> OrderLine:
    quantity, price = random.choice((1, 1, 2, 3)), random.choice(PRICES)
    refund = random.choice(("none",) * 6 + ("money", "piece", "all"))
    return OrderLine(
        line_no=number,
        sku=random.choice(("sku1", "sku2", "sku3")),
        spu=random.choice(("spu1", "spu2", "")),
        name="某物",
        brand=random.choice(BRANDS),
        category=random.choice(CATEGORIES),
        unit_price_minor=price,
        quantity=quantity,
        paid_minor=price * quantity,
        refunded_minor={"none": 0, "money": price * quantity // 2, "piece": price if quantity > 1 else 0, "all": price * quantity}[refund],
        refunded_quantity={"none": 0, "money": 0, "piece": 1 if quantity > 1 else 0, "all": quantity}[refund],
        is_gift_card=random.random() < 0.1,
    )


def events(memberships: Sequence[Membership], own: Store, other: Store, random: Random) -> None:
    made: list[BehaviourEvent] = []
    for membership in memberships:
        eager = random.random() < 0.3  # visits fall by months: often in February, less in March, hardly in April
        months = [date(2024, 2, day) for day in range(1, 11)] + [date(2024, 3, day) for day in range(1, 8)]
        days = [(ON - day).days for day in months if random.random() < 0.7] if eager else []
        days += [random.choice(EDGES) for _event in range(random.choice((0, 1, 4)))]
        for days_ago in days:
            kind = random.choice(("view", "view", "login", "search", "deal", "review.approved"))
            at = of_day(days_ago, random)
            made.append(
                BehaviourEvent(
                    source="S001",
                    event_id=f"E{len(made)}",
                    member_id=membership.member_id,
                    store=random.choice((own, own, own, other, None)),
                    kind=EventKind(kind),
                    channel="app",
                    occurred_at=at,
                    spu=random.choice(("", "spu1")),
                    sku=random.choice(("", "sku1")),
                    path=random.choice(("", "/sale")),
                    attributes=random.choice(({}, {"category": "美妆/面膜"}, {"category": "美妆"}, {"category": "美妆馆"})),
                    booked_at=NOW,
                )
            )
    partitions.ensure_months("activity_behaviourevent", [each.occurred_at for each in made])
    BehaviourEvent.objects.bulk_create(made)


def holdings(memberships: Sequence[Membership], programme: Programme, random: Random) -> None:
    """Accounts without entries: the ledgers are not what is looked at here."""
    GrowthAccount.objects.bulk_create(
        GrowthAccount(membership=each, balance=random.choice((0, 2999, 3000, 8000))) for each in memberships if random.random() < 0.8
    )
    PointsAccount.objects.bulk_create(
        PointsAccount(membership=each, balance=random.choice((0, 99, 100, 101))) for each in memberships if random.random() < 0.8
    )
    WalletBalance.objects.bulk_create(
        WalletBalance(
            membership=each,
            currency="CNY",
            balance_minor=random.choice((0, 10000)),
            recharge_total_minor=random.choice((0, 50000)),
            as_of=NOW,
            booked_at=NOW,
        )
        for each in memberships
        if random.random() < 0.5
    )
    levels = {level.code: level for level in Level.objects.filter(programme=programme)}
    held = []
    for membership in memberships:
        free = levels[random.choice(("L0", "L1", "L2", "L3"))]
        until = random.choice((None, None, NOW, NOW + timedelta(days=1)))
        automatic = levels["L0"] if until else free
        held.append(MemberLevel(membership=membership, track="free", level=free, level_until=until, automatic_level=automatic, since=NOW))
        if random.random() < 0.3:
            bought = levels[random.choice(("MONTH", "YEAR"))]
            until = random.choice((NOW, NOW + timedelta(days=9)))
            held.append(MemberLevel(membership=membership, track="paid", level=bought, level_until=until, since=NOW))
    MemberLevel.objects.bulk_create(held)
    template = coupons_house.template(programme)
    coupons: list[Coupon] = []
    for membership in memberships:
        for _coupon in range(random.choice((0, 0, 1, 2))):
            state = random.choice(("available", "reserved", "used", "expired"))
            start = of_day(random.choice((40, 2, 0)), random) + random.choice((timedelta(0), timedelta(days=2)))
            ends = random.choice((datetime.combine(ON, time(), ZONE), datetime.combine(ON, time(0, 0, 1), ZONE), NOW + timedelta(days=3)))
            at = of_day(random.choice(EDGES), random)
            coupons.append(
                Coupon(
                    template=template,
                    membership=membership,
                    code=f"K{len(coupons)}",
                    state=state,
                    source="campaign",
                    effect_key=f"k{len(coupons)}",
                    name="券",
                    kind="amount",
                    face_minor=100,
                    min_spend_minor=0,
                    stackable=False,
                    first_order=False,
                    return_on_refund=True,
                    cost_bearer="store",
                    cost_minor=100,
                    received_at=NOW,
                    valid_from=start,
                    valid_until=max(ends, start + timedelta(hours=1)),
                    store=world.store("S001") if state in ("reserved", "used") else None,
                    reserved_until=NOW if state == "reserved" else None,
                    used_at=at if state == "used" else None,
                    ended_at=at if state == "expired" else None,
                )
            )
    Coupon.objects.bulk_create(coupons)
