"""Made-up people: names, telephone numbers, birthdays and addresses, from a seed. No ORM, no clock.

Nobody real is meant. Every number is `1XX 00NN NNNN` with a prefix of PREFIXES, every e-mail lies under example.com (RFC 2606). The
cast of the story world (demo/world/cast.py) uses 138 and 139, which are not in PREFIXES, so nobody made here can be mistaken for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from members import regions
from members.enums import Gender

PREFIXES = ("133", "135", "136", "137", "150", "151", "155", "157", "159", "176", "177", "181", "185", "186", "187", "188", "189", "198")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万"
    "钱严覃武戴莫孔向汤"
)
_FEMALE = (
    "芳 娜 静 丽 敏 艳 娟 霞 婷 雪 慧 莉 颖 倩 琳 雯 瑶 洁 欣怡 梦瑶 诗涵 "
    "雨桐 子涵 佳怡 思雨 晓燕 海燕 丽华 秀英 玉兰 春梅 小红 雅婷 美玲 淑芬 晓丽 "
    "文静 婉清 可欣 依诺 若曦 安琪 紫萱 晨曦 嘉怡 语嫣 舒窈 沐晴 "
).split()
_MALE = (
    "伟 强 磊 军 洋 勇 杰 涛 超 明 辉 鹏 浩 宇轩 浩然 子轩 俊杰 志强 建国 建华 "
    "文博 天宇 一鸣 思远 泽宇 嘉豪 晓东 海涛 国强 志明 少华 永康 立新 子墨 景行 "
    "承泽 致远 家辉 振宇 凯文 云飞 启航 "
).split()
_STREETS = (
    "人民路 解放路 中山路 建设路 和平路 文化路 新华路 学院路 滨河路 长江路 黄河路 朝阳路 "
    "胜利路 青年路 东风路 园林路 科技路 花园路 体育路 迎宾路 香樟路 桂花路 梧桐街 春晖街 "
    "明德街 静安街 "
).split()
_ESTATES = ("阳光花园 锦绣家园 翠湖苑 金色港湾 紫荆小区 世纪城 望江名邸 星河湾 香榭丽舍 和谐家园 安居苑 枫林绿洲 ").split()
_CITIES = (  # (province, city, weight): where online shoppers live, roughly by population
    *(("310000", "310100", 9), ("110000", "110100", 8), ("440000", "440100", 7), ("440000", "440300", 8), ("330000", "330100", 6)),
    *(("510000", "510100", 6), ("500000", "500100", 5), ("420000", "420100", 5), ("320000", "320100", 4), ("320000", "320500", 5)),
    *(("610000", "610100", 4), ("370000", "370200", 3), ("370000", "370100", 3), ("410000", "410100", 4), ("430000", "430100", 4)),
    *(("350000", "350200", 2), ("350000", "350100", 2), ("210000", "210200", 2), ("210000", "210100", 2), ("120000", "120100", 3)),
    *(("340000", "340100", 3), ("360000", "360100", 2), ("530000", "530100", 2), ("450000", "450100", 1), ("230000", "230100", 1)),
)


@dataclass(frozen=True)
class Home:
    """Region codes of six digits and the rest of the address."""

    province_code: str
    city_code: str
    district_code: str
    street: str

    @property
    def text(self) -> str:
        """As a parcel label says it: `"广东省深圳市南山区科技路12号..."`."""
        return regions.path(self.province_code, self.city_code, self.district_code) + self.street


@dataclass(frozen=True)
class Person:
    """phone: E.164.  email: "" for those who left none."""

    name: str
    gender: str
    birthday: date
    phone: str
    email: str
    home: Home


def person(random: Random, *, number: int, offset: int, youngest: date, female_share: float = 0.5) -> Person:
    """One made-up adult. `number` counts within the series that `offset` starts: phones are unique by number + offset.

    youngest: nobody is born after this day; the oldest is about 45 years older.  female_share: 0.0 to 1.0.
    """
    female = random.random() < female_share
    born = youngest - timedelta(days=int(45 * 365 * random.random() ** 1.6))
    return Person(
        name=random.choice(_SURNAMES) + random.choice(_FEMALE if female else _MALE),
        gender=Gender.FEMALE if female else Gender.MALE,
        birthday=born,
        phone=phone(number + offset),
        email=f"u{number + offset:06d}@example.com" if random.random() < 0.7 else "",
        home=home(random),
    )


def phone(number: int) -> str:
    """A telephone number in E.164 for each number from 0 to 999,999: all different, all shaped `1XX00NNNNNN`."""
    assert 0 <= number < 1_000_000
    mixed = (number * 387_420_489 + 123_457) % 1_000_000  # 3**18 has no factor in common with a million: nothing comes twice
    return f"+86{PREFIXES[mixed % len(PREFIXES)]}00{mixed:06d}"


def home(random: Random) -> Home:
    """An address in a real district, with a made-up street."""
    province, city, _weight = random.choices(_CITIES, weights=[weight for *_codes, weight in _CITIES])[0]
    district = random.choice(_districts(city))
    street = f"{random.choice(_STREETS)}{random.randint(1, 299)}号"
    if random.random() < 0.7:
        street += f"{random.choice(_ESTATES)}{random.randint(1, 30)}栋{random.randint(1, 28)}{random.randint(1, 4):02d}室"
    return Home(province, city, district, street)


@cache
def _districts(city_code: str) -> Sequence[str]:
    found = [region.code for region in regions.children(city_code)]
    assert found, f"{city_code} has no districts"
    return found
