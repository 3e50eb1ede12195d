"""The people of the cast: those of fixture world F1, and others who show one thing each.

F1 must stay what the acceptance scripts say: 13900139000 is nobody's. Times are told as "so long before now" (demo/world/moments.py).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from core.enums import Channel
from demo.world.moments import days
from members.enums import ConsentPurpose, Gender, MessageChannel, MessageType, Provider
from members.rules import AddressIn, IdentityClaim, Profile

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


def _phone(number: str) -> IdentityClaim:
    return IdentityClaim(Provider.PHONE, f"+86{number}")


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
            IdentityClaim(Provider.WECHAT_UNIONID, "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"),
            IdentityClaim(Provider.TAOBAO, "u1"),
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
        identity=IdentityClaim(Provider.POS_CARD, "6001", scope="S101"),
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
            IdentityClaim(Provider.WECHAT_UNIONID, "o6_bmjrPTlm6_2sgVt7hMZOPfL3N"),
            IdentityClaim(Provider.IM_WANGWANG, "芳芳爱买买"),
            IdentityClaim(Provider.POS_CARD, "6002", scope="S101"),
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
        identity=IdentityClaim(Provider.POS_CARD, "6003", scope="S101"),
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
    Part(
        key="FOUR_RULES",
        profile=Profile(name="林悦", nickname="悦悦", gender=Gender.FEMALE, birthday=date(1991, 4, 18)),
        identity=_phone("13800138009"),
        stores=("S001",),
        registered_ago=days(60),
        channel=Channel.APP,
        addresses=(_at("320000", "320500", "320508", "平江路66号", "林悦", "13800138009"),),
        children_months=((7, Gender.FEMALE),),
        consents=(ConsentPurpose.POLICY, ConsentPurpose.MARKETING, ConsentPurpose.CHILDREN),
        find="13800138009",
    ),
    Part(
        key="ELEVENTH",
        profile=Profile(name="何亮", gender=Gender.MALE, birthday=date(1989, 10, 5)),
        identity=_phone("13800138010"),
        stores=("S001",),
        registered_ago=days(210),
        channel=Channel.APP,
        addresses=(_at("430000", "430100", "430102", "五一大道158号", "何亮", "13800138010"),),
        find="13800138010",
    ),
    Part(
        key="WORKED_YEAR",
        profile=Profile(name="孙国强", gender=Gender.MALE, birthday=date(1974, 2, 11)),
        identity=IdentityClaim(Provider.POS_CARD, "6004", scope="S101"),
        also=(_phone("13800138011"),),
        stores=("S101",),
        registered_ago=days(800),
        channel=Channel.POS,
        find="6004",
    ),
    Part(
        key="PLUS",
        profile=Profile(name="马晓燕", gender=Gender.FEMALE, birthday=date(1994, 8, 27)),
        identity=_phone("13800138012"),
        stores=("S001",),
        registered_ago=days(120),
        channel=Channel.MINI_PROGRAM,
        addresses=(_at("370000", "370200", "370202", "香港中路40号", "马晓燕", "13800138012"),),
        children_months=((14, Gender.MALE),),
        consents=(ConsentPurpose.POLICY, ConsentPurpose.CHILDREN),
        find="13800138012",
    ),
    Part(
        key="STORED_VALUE",
        profile=Profile(name="胡建华", gender=Gender.MALE, birthday=date(1982, 12, 1)),
        identity=_phone("13800138013"),
        stores=("S001", "S101"),
        registered_ago=days(160),
        channel=Channel.APP,
        find="13800138013",
    ),
    Part(
        key="PLATFORM_SILVER",
        profile=Profile(name="冯雪", gender=Gender.FEMALE, birthday=date(1992, 1, 16)),
        identity=_phone("13800138014"),
        stores=("S002", "S001"),
        registered_ago=days(240),
        channel=Channel.APP,
        addresses=(_at("310000", "310100", "310106", "南京西路1038号", "冯雪", "13800138014"),),
        find="13800138014",
    ),
)
_PHOTOGRAPHERS = (
    ("高翔", Gender.MALE), ("罗丽", Gender.FEMALE), ("宋佳", Gender.FEMALE), ("唐宁", Gender.MALE), ("韩梅", Gender.FEMALE),
    ("曹阳", Gender.MALE), ("邓琳", Gender.FEMALE), ("许诺", Gender.FEMALE), ("彭飞", Gender.MALE), ("蒋欣", Gender.FEMALE),
)  # fmt: skip
EXTRAS: tuple[Part, ...] = tuple(
    Part(
        key=f"PHOTO{place}",
        profile=Profile(name=name, gender=gender, birthday=date(1984 + place, 1 + place, 3 + 2 * place)),
        identity=_phone(f"138001380{20 + place}"),
        stores=("S001",),
        registered_ago=days(260 - place),
        channel=Channel.APP,
        find=f"138001380{20 + place}",
    )
    for place, (name, gender) in enumerate(_PHOTOGRAPHERS, start=1)
)  # those who took the ten photo places of the cup before 何亮 came (GRW-06)
_MILK = (  # name, months of the child, what they paid for a tin, in fen
    ("何苗", 11, 29800), ("沈晴", 12, 29800), ("魏然", 36, 29800), ("姜岚", 37, 29800),
    ("傅宁", 24, 23999), ("邵阳", 24, 24000), ("顾云", 24, 36000),
)  # fmt: skip
MILK: tuple[tuple[Part, int], ...] = tuple(
    (
        Part(
            key=f"MILK{place}",
            profile=Profile(name=name, gender=Gender.FEMALE, birthday=date(1990 + place, 2 + place, 4 * place)),
            identity=_phone(f"138001380{30 + place}"),
            stores=("S001",),
            registered_ago=days(150 - place),
            channel=Channel.APP,
            children_months=((months, Gender.FEMALE if place % 2 else Gender.MALE),),
            consents=(ConsentPurpose.POLICY, ConsentPurpose.CHILDREN, *((ConsentPurpose.MARKETING,) if place % 2 else ())),
            find=f"138001380{30 + place}",
        ),
        paid_minor,
    )
    for place, (name, months, paid_minor) in enumerate(_MILK, start=1)
)  # those at the edges of tag M (TAG-07, A-33): of them the second, third, sixth and seventh have it
EVERYBODY = (*PARTS, *EXTRAS, *(part for part, _paid in MILK))
