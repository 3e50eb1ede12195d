"""The cast of the story world: the people of fixture world F1, and others who show one thing each.

Every moment is told as "so long before now", so that the same cast stands in a test whose clock is frozen at 2024-05-20 10:00 in
Shanghai (F1's own dates come out to the minute) and in a demo that was loaded today. F1 must stay what the acceptance scripts say:
张三 has the orders O1000 and O1001 and no other, the numbers O2000, O2001 and AS1 are the scripts' to use, 13900139000 is nobody's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from activity.enums import AfterSaleKind, AfterSaleStatus, EventKind
from activity.inputs import AfterSaleIn, AfterSaleLineIn, EventIn, OrderIn, WalletIn
from core.enums import Channel, Currency, Origin
from demo.catalogue import good
from demo.world import facts
from demo.world.house import ACTOR, House, open_house
from members import services as members_services
from members.enums import ConsentPurpose, Gender, MessageChannel, MessageType, Provider
from members.rules import AddressIn, ConsentGiven, IdentityClaim, Profile
from members.services import ChildIn, Newcomer
from stores import services as stores_services
from stores.enums import MembershipSource

ZONE = ZoneInfo("Asia/Shanghai")
FROZEN = datetime(2024, 5, 20, 10, 0, tzinfo=ZONE)  # F1's now
POLICY = "2024-01"  # the version of the privacy policy all of them agreed to
UNREGISTERED_PHONE = "+8613900139000"  # M3 of F1: nobody's, for the registration script


@dataclass(frozen=True)
class Part:
    """One person of the cast. `ago` values are time before now.

    key: M1, M2 as F1 numbers them, then a word.  identity: the verified identity that finds the person again.  stores: where they are
    a member, the first one registered them.  find: what to type into the search box.
    """

    key: str
    profile: Profile
    identity: IdentityClaim
    stores: tuple[str, ...]
    registered_ago: timedelta
    channel: str
    find: str
    also: tuple[IdentityClaim, ...] = ()
    addresses: tuple[AddressIn, ...] = ()
    children_months: tuple[tuple[int, str], ...] = ()  # (full months old, gender)
    consents: tuple[str, ...] = (ConsentPurpose.POLICY,)
    switches: tuple[tuple[str, str, bool], ...] = ()
    notes: tuple[tuple[str, str, str], ...] = ()  # (programme, author, words)
    frozen_because: str = ""


def days(number: float, **more: float) -> timedelta:
    return timedelta(days=number, **more)


def _phone(number: str) -> IdentityClaim:
    return IdentityClaim(Provider.PHONE, f"+86{number}", verified_at=FROZEN)  # the moment is set when the part is built


def _at(province: str, city: str, district: str, street: str, receiver: str, phone: str, label: str = "家", **more: bool) -> AddressIn:
    return AddressIn(
        receiver=receiver,
        phone=f"+86{phone}",
        street=street,
        label=label,
        province_code=province,
        city_code=city,
        district_code=district,
        is_default=more.get("is_default", False),
    )


PARTS: tuple[Part, ...] = (
    Part(
        key="M1",
        profile=Profile(
            name="张三",
            nickname="三三妈妈",
            gender=Gender.FEMALE,
            birthday=date(1992, 6, 15),
            email="zhangsan@example.com",
            province_code="440000",
            city_code="440300",
            district_code="440305",
        ),
        identity=_phone("13800138000"),
        also=(
            IdentityClaim(Provider.WECHAT_UNIONID, "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", verified_at=FROZEN),
            IdentityClaim(Provider.TAOBAO, "u1", verified_at=FROZEN),
        ),
        stores=("S001", "S101"),
        registered_ago=days(430),
        channel=Channel.MINI_PROGRAM,
        addresses=(
            _at("440000", "440300", "440305", "科技园1号", "张三", "13800138000", is_default=True),
            _at("440000", "440300", "440304", "福华路88号12楼前台", "张三", "13800138000", "公司"),
            _at("430000", "430100", "430102", "人民东路6号3栋502室", "张建国", "13787310000", "父母家"),
        ),
        children_months=((18, Gender.FEMALE),),
        consents=(ConsentPurpose.POLICY, ConsentPurpose.MARKETING, ConsentPurpose.PROFILING, ConsentPurpose.CHILDREN),
        notes=(("P1", "cs01", "宝宝对乳糖敏感，推荐商品时请避开。"), ("P1", "cs01", "希望周末送货，工作日不在家。")),
        find="13800138000",
    ),
    Part(
        key="M2",
        profile=Profile(
            name="李四", gender=Gender.MALE, birthday=date(1985, 9, 3), province_code="310000", city_code="310100", district_code="310101"
        ),
        identity=_phone("13800138001"),
        stores=("S001", "S101"),
        registered_ago=days(360),
        channel=Channel.APP,
        addresses=(_at("310000", "310100", "310101", "南京东路300号9楼", "李四", "13800138001"),),
        find="13800138001",
    ),
    Part(
        key="CARD6001",
        profile=Profile(name="张三", gender=Gender.FEMALE, phone="+8613800138000"),
        identity=IdentityClaim(Provider.POS_CARD, "6001", scope="S101", verified_at=FROZEN),
        stores=("S101",),
        registered_ago=days(60),
        channel=Channel.POS,
        find="6001",
    ),
    Part(
        key="TWO_STORES",
        profile=Profile(
            name="王芳",
            nickname="芳芳爱买买",
            gender=Gender.FEMALE,
            birthday=date(1990, 3, 8),
            province_code="330000",
            city_code="330100",
            district_code="330106",
            occupation="教师",
        ),
        identity=_phone("13800138002"),
        also=(
            IdentityClaim(Provider.WECHAT_UNIONID, "o6_bmjrPTlm6_2sgVt7hMZOPfL3N", verified_at=FROZEN),
            IdentityClaim(Provider.IM_WANGWANG, "芳芳爱买买", verified_at=FROZEN),
            IdentityClaim(Provider.POS_CARD, "6002", scope="S101", verified_at=FROZEN),
        ),
        stores=("S001", "S101", "S002"),
        registered_ago=days(500),
        channel=Channel.APP,
        addresses=(_at("330000", "330100", "330106", "文三路259号2栋601室", "王芳", "13800138002"),),
        children_months=((40, Gender.MALE), (9, Gender.FEMALE)),
        consents=(ConsentPurpose.POLICY, ConsentPurpose.MARKETING, ConsentPurpose.CHILDREN),
        find="13800138002",
    ),
    Part(
        key="REFUND_REVIEWING",
        profile=Profile(name="陈静", gender=Gender.FEMALE, birthday=date(1995, 11, 21)),
        identity=_phone("13800138003"),
        stores=("S002",),
        registered_ago=days(200),
        channel=Channel.WEB,
        addresses=(_at("420000", "420100", "420106", "珞喻路129号", "陈静", "13800138003"),),
        find="13800138003",
    ),
    Part(
        key="EXCHANGE",
        profile=Profile(name="刘洋", gender=Gender.MALE, birthday=date(1988, 1, 30)),
        identity=_phone("13800138004"),
        stores=("S001",),
        registered_ago=days(150),
        channel=Channel.MINI_PROGRAM,
        addresses=(_at("510000", "510100", "510107", "人民南路四段11号", "王秀兰", "13800138004"),),
        children_months=((4, Gender.MALE),),
        consents=(ConsentPurpose.POLICY, ConsentPurpose.CHILDREN),
        find="13800138004",
    ),
    Part(
        key="TILL_ONLY",
        profile=Profile(name="周桂兰", gender=Gender.FEMALE, birthday=date(1956, 5, 2)),
        identity=IdentityClaim(Provider.POS_CARD, "6003", scope="S101", verified_at=FROZEN),
        also=(_phone("13800138005"),),
        stores=("S101",),
        registered_ago=days(700),
        channel=Channel.POS,
        find="6003",
    ),
    Part(
        key="FROZEN",
        profile=Profile(name="赵强", gender=Gender.MALE, birthday=date(1979, 7, 7)),
        identity=_phone("13800138006"),
        stores=("S001",),
        registered_ago=days(300),
        channel=Channel.APP,
        frozen_because="多次恶意退款，平台风控冻结",
        find="13800138006",
    ),
    Part(
        key="QUIET",
        profile=Profile(name="吴敏", gender=Gender.FEMALE, birthday=date(1993, 12, 12)),
        identity=_phone("13800138007"),
        stores=("S002", "S001"),
        registered_ago=days(90),
        channel=Channel.MINI_PROGRAM,
        switches=((MessageChannel.SMS, MessageType.MEMBER, False), (MessageChannel.WECHAT, MessageType.MARKETING, True)),
        notes=(("P2", "op02", "客户要求不要再发短信，只接受微信消息。"),),
        find="13800138007",
    ),
    Part(
        key="WALLET",
        profile=Profile(name="郑浩", nickname="浩爸", gender=Gender.MALE, birthday=date(1986, 2, 28)),
        identity=_phone("13800138008"),
        stores=("S001",),
        registered_ago=days(600),
        channel=Channel.APP,
        addresses=(_at("110000", "110100", "110105", "建国路93号院", "郑浩", "13800138008"),),
        children_months=((30, Gender.MALE),),
        consents=(ConsentPurpose.POLICY, ConsentPurpose.CHILDREN, ConsentPurpose.MARKETING),
        find="13800138008",
    ),
)


@dataclass(frozen=True)
class Cast:
    """Member ids and one_ids by key."""

    house: House
    member_ids: Mapping[str, int]
    one_ids: Mapping[str, str]


@transaction.atomic
def build_cast(now: datetime) -> Cast:
    """Put the cast into the database as it stands at `now` (aware). A second call with the same now changes nothing."""
    house = open_house(now)
    registrations = members_services.register_many(
        newcomers=[_newcomer(part, now) for part in PARTS], source="demo", actor=ACTOR, booked_at=now, origin=Origin.BACKFILL
    )
    told = dict(zip((part.key for part in PARTS), registrations, strict=True))
    member_ids = {key: registration.member_id for key, registration in told.items()}
    stores_services.open_memberships(
        contacts=[
            (member_ids[part.key], house.stores[code], now - part.registered_ago + days(30) * place)
            for part in PARTS
            for place, code in enumerate(part.stores)
        ],
        source=MembershipSource.REGISTRATION,
        booked_at=now,
        origin=Origin.BACKFILL,
    )
    story = _Story(now, house, member_ids)
    facts.record_orders(story.orders(), now)
    facts.record_after_sales(story.after_sales(), now)
    facts.record_events(story.events(), now)
    facts.record_wallets(story.wallets(), now)
    for part in PARTS:
        if told[part.key].created:
            _finish(part, house, member_ids[part.key], now)
    return Cast(house=house, member_ids=member_ids, one_ids={key: registration.one_id for key, registration in told.items()})


def _newcomer(part: Part, now: datetime) -> Newcomer:
    registered_at = now - part.registered_ago
    return Newcomer(
        profile=part.profile,
        identities=[replace(claim, verified_at=registered_at) for claim in (part.identity, *part.also)],
        registered_at=registered_at,
        channel=part.channel,
        consents=[ConsentGiven(purpose, POLICY) for purpose in part.consents],
        addresses=part.addresses,
        children=[ChildIn(months_before(now, months), gender, registered_at) for months, gender in part.children_months],
        switches=part.switches,
        is_synthetic=True,
    )


def months_before(now: datetime, months: int) -> date:
    """The first day of the month that began so many whole months ago: `(2024-05-20, 18)` -> `2022-11-01`."""
    today = now.astimezone(ZONE).date()
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _finish(part: Part, house: House, member_id: int, now: datetime) -> None:
    for place, (programme, author, words) in enumerate(part.notes):
        stores_services.add_service_note(
            member_id=member_id,
            programme_id=house.programmes[programme],
            body=words,
            author_id=house.staff[author],
            at=now - days(20 - 5 * place),
        )
    if part.frozen_because:
        members_services.freeze_member(member_id=member_id, reason=part.frozen_because, actor=ACTOR, at=now - days(8))


Ago = float | timedelta  # days, or exactly
Bought = Sequence[tuple[str, str, int]]  # (spu, option, pieces)
_STEPS = ("placed_at", "paid_at", "shipped_at", "received_at", "completed_at")


class _Story:
    """What the cast did before `now`."""

    def __init__(self, now: datetime, house: House, member_ids: Mapping[str, int]) -> None:
        self.now, self.house, self.member_ids = now, house, member_ids
        self.parts = {part.key: part for part in PARTS}

    def orders(self) -> list[OrderIn]:
        return [
            # F1: the jacket of size M, completed 05-01; the coat, paid 05-17 09:30 and not shipped
            self._order("M1", "S001", "O1000", [("MM01", "M", 1)], 24, 23.99, 23, 20, 19),
            self._order("M1", "S001", "O1001", [("MM02", "L", 1)], days(3, minutes=35), days(3, minutes=30)),
            # F1: 2023-12-02, the only order of the last 365 days, 300.00
            self._at_till("M2", "O1010", [("NF01", "3段", 1), ("ND03", "", 1)], 170, discount_minor=3790),
            self._at_till("CARD6001", "O1020", [("ND01", "L", 2), ("SN02", "", 3)], 31),
            self._order("TWO_STORES", "S001", "O1030", [("NF01", "3段", 2), ("WC01", "", 1)], 62, 61.99, 61, 58, 51, discount_minor=3000),
            self._at_till("TWO_STORES", "O1031", [("CW01", "80cm", 2), ("TY02", "", 1)], 19.9),
            self._order("TWO_STORES", "S002", "O1032", [("LW01", "M", 1), ("LA01", "雾霾蓝", 1)], 4, 3.99, 2, channel=Channel.WEB),
            self._order("REFUND_REVIEWING", "S002", "O1040", [("LW08", "M", 1)], 9, 8.98, 8, 5),
            self._order("REFUND_REVIEWING", "S002", "O1041", [("LW05", "S", 2), ("LW07", "M", 1)], 70, 69.9, 69, 66, 59),
            self._order("REFUND_REVIEWING", "S002", "O1042", [("LB01", "经典黑", 1)], 120, 119.9, 118, 115, 108),
            self._order("EXCHANGE", "S001", "O1050", [("ND01", "S", 3)], 12, 11.98, 11, 9),
            *(self._at_till("TILL_ONLY", f"O106{n}", [("CW03", "110cm", 1), ("ND03", "", 2)][: 1 + n % 2], 35 * n + 6.7) for n in range(6)),
            self._order("FROZEN", "S001", "O1070", [("TR02", "曜石黑", 1)], 40, 39.9, 39, 36, 29),
            self._order("FROZEN", "S001", "O1071", [("FD03", "", 1)], 25, 24.9, 24, 21, 14),
            self._order("QUIET", "S002", "O1080", [("LW10", "S", 1)], 0.2),
            self._cancelled("QUIET", "S001", "O1081", [("TY01", "", 1)], 6, 5.98, 5.8),
            self._order(
                "WALLET", "S001", "O1090", [("NF02", "3段", 2)], 2, 1.99, 1, coupon_minor=5000, points_used=16, postage_minor=1000
            ),
            self._order("WALLET", "S001", "O1091", [("NF02", "3段", 2), ("VG01", "", 1)], 75, 74.9, 74, 71, 64),
        ]  # fmt: skip

    def after_sales(self) -> list[AfterSaleIn]:
        refund, back, exchange = AfterSaleKind.REFUND, AfterSaleKind.RETURN, AfterSaleKind.EXCHANGE
        reviewing, refunded, rejected = AfterSaleStatus.REVIEWING, AfterSaleStatus.REFUNDED, AfterSaleStatus.REJECTED
        return [
            self._after_sale("REFUND_REVIEWING", "S002", "R2001", "O1040", back, reviewing, 23900, "尺码不合适", 2),
            self._after_sale("REFUND_REVIEWING", "S002", "R2002", "O1041", back, refunded, 17900, "颜色与图片不符", 64, 60),
            self._after_sale("REFUND_REVIEWING", "S002", "R2003", "O1042", refund, rejected, 69900, "使用痕迹明显", 105),
            self._after_sale("EXCHANGE", "S001", "R2010", "O1050", exchange, AfterSaleStatus.EXCHANGED, 0, "尺码小了，换M码", 8, 4),
            self._after_sale("FROZEN", "S001", "R2020", "O1070", refund, refunded, 159900, "商品破损", 28, 27),
            self._after_sale("FROZEN", "S001", "R2021", "O1071", refund, refunded, 39900, "少件", 13, 12),
        ]

    def events(self) -> list[EventIn]:
        photo = {"spu": "NF01", "order_no": "O1030", "line_no": 1}
        return [
            self._event("M1", "S001", EventKind.SEARCH, 4, Channel.MINI_PROGRAM, attributes={"text": "风衣 外套"}),
            self._event("M1", "S001", EventKind.VIEW, 3.04, Channel.MINI_PROGRAM, spu="MM02", path="/goods/MM02", dwell_seconds=84),
            self._event("M1", "S001", EventKind.CART_ADD, 3.03, Channel.MINI_PROGRAM, spu="MM02", sku="MM02-3"),
            self._event("M1", "S001", EventKind.VIEW, 1, Channel.APP, path="/orders/O1001", dwell_seconds=40, entrance="push"),
            self._event("TWO_STORES", "S001", EventKind.LOGIN, 2, Channel.APP, attributes={"manual": True}),
            self._event("TWO_STORES", "S002", EventKind.VIEW, 1.08, Channel.WEB, spu="LW03", path="/goods/LW03", dwell_seconds=131),
            self._event(
                "TWO_STORES", "S001", EventKind.PHOTO_REVIEW_SUBMITTED, 45, Channel.APP,
                attributes={"rating": 5, "text": "宝宝喝了不上火，包装也很好。", "photos": 3}, **photo,
            ),
            self._event("TWO_STORES", "S001", EventKind.PHOTO_REVIEW_APPROVED, 44, Channel.APP, attributes={"rating": 5}, **photo),
            self._event("QUIET", "S002", EventKind.FAVOURITE, 7, Channel.MINI_PROGRAM, spu="LW10"),
            self._event("M2", "S001", EventKind.LOGIN, 171, Channel.APP, attributes={"manual": True}),
        ]  # fmt: skip

    def wallets(self) -> list[WalletIn]:
        return [
            # F1: MEM-30, MEM-31: 500.00 recharged - 411.20 spent = 88.80
            self._wallet("M1", "S001", 8880, recharge_total_minor=50000, spent_total_minor=41120),
            # 1,000.00 - 900.00 + 30.00 given would be 130.00
            self._wallet(
                "WALLET", "S001", 12000, red_packet_minor=880, recharge_total_minor=100000, spent_total_minor=90000, gift_total_minor=3000
            ),
        ]

    def _ago(self, ago: Ago) -> datetime:
        return self.now - (ago if isinstance(ago, timedelta) else timedelta(days=ago))

    def _order(self, key: str, store: str, order_no: str, goods: Bought, *agos: Ago, channel: str = "", **amounts: int) -> OrderIn:
        """agos: how long ago it was placed, paid, shipped, received and completed, as far as it has come."""
        times = {step: self._ago(ago) for step, ago in zip(_STEPS, agos, strict=False)}
        return self._with_times(key, store, order_no, goods, times, channel, amounts)

    def _at_till(self, key: str, order_no: str, goods: Bought, ago: Ago, **amounts: int) -> OrderIn:
        times = dict.fromkeys(("placed_at", "paid_at", "completed_at"), self._ago(ago))
        return self._with_times(key, "S101", order_no, goods, times, Channel.POS, amounts)

    def _cancelled(self, key: str, store: str, order_no: str, goods: Bought, placed: Ago, paid: Ago, cancelled: Ago) -> OrderIn:
        times = {"placed_at": self._ago(placed), "paid_at": self._ago(paid), "cancelled_at": self._ago(cancelled)}
        return self._with_times(key, store, order_no, goods, times, "", {})

    def _with_times(
        self,
        key: str,
        store: str,
        order_no: str,
        goods: Bought,
        times: dict[str, datetime],
        channel: str,
        amounts: dict[str, int],
    ) -> OrderIn:
        part = self.parts[key]
        return facts.order(
            store_id=self.house.stores[store],
            order_no=order_no,
            member_id=self.member_ids[key],
            channel=channel or part.channel,
            times=times,
            lines=[
                good(store, spu).line(place, option=option, quantity=count) for place, (spu, option, count) in enumerate(goods, start=1)
            ],
            receiver=part.addresses[0] if part.addresses and store != "S101" else None,
            **amounts,
        )

    def _after_sale(
        self,
        key: str,
        store: str,
        after_sale_no: str,
        order_no: str,
        kind: AfterSaleKind,
        status: AfterSaleStatus,
        refund_minor: int,
        reason: str,
        applied: Ago,
        settled: Ago | None = None,
    ) -> AfterSaleIn:
        receiver = self.parts[key].addresses[0] if self.parts[key].addresses else None
        return AfterSaleIn(
            store_id=self.house.stores[store],
            after_sale_no=after_sale_no,
            order_no=order_no,
            member_id=self.member_ids[key],
            kind=kind,
            status=status,
            currency=Currency.CNY,
            refund_minor=refund_minor,
            reason=reason,
            applied_at=self._ago(applied),
            settled_at=self._ago(settled) if settled else None,
            receiver_name=receiver.receiver if receiver else "",
            receiver_phone=receiver.phone if receiver else "",
            receiver_address=facts.address_text(receiver) if receiver else "",
            lines=(AfterSaleLineIn(line_no=1, quantity=1, refund_minor=refund_minor),),
        )

    def _event(self, key: str, store: str, kind: EventKind, ago: float, channel: str, **more: Any) -> EventIn:
        return EventIn(
            source=store,
            event_id=f"cast:{key}:{kind}:{ago}",
            member_id=self.member_ids[key],
            store_id=self.house.stores[store],
            kind=kind,
            channel=channel,
            occurred_at=self._ago(ago),
            **more,
        )

    def _wallet(self, key: str, store: str, balance_minor: int, **more: int) -> WalletIn:
        return WalletIn(
            member_id=self.member_ids[key],
            store_id=self.house.stores[store],
            currency=Currency.CNY,
            balance_minor=balance_minor,
            as_of=self.now - timedelta(hours=2),
            **more,
        )
