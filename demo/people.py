"""Made-up people: names, telephone numbers, birthdays and addresses, from a seed. No ORM, no clock.

Nobody real is meant. Every number is `1XX 00NN NNNN` with a prefix of PREFIXES, every e-mail lies under example.com (RFC 2606). The
cast of the story world (demo/world/parts.py) uses 138 and 139, which are not in PREFIXES, so nobody made here can be mistaken for it.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

from members import regions
from members.enums import Gender

PREFIXES = ("133", "135", "136", "137", "150", "151", "155", "157", "159", "176", "177", "181", "185", "186", "187", "188", "189", "198")
_WORDS = {
    key: text.split()
    for key, text in tomllib.loads((Path(__file__).resolve().parent / "data" / "people.toml").read_text(encoding="utf-8")).items()
}
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
        name=random.choice(_WORDS["surnames"]) + random.choice(_WORDS["female" if female else "male"]),
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
    street = f"{random.choice(_WORDS['streets'])}{random.randint(1, 299)}号"
    if random.random() < 0.7:
        street += f"{random.choice(_WORDS['estates'])}{random.randint(1, 30)}栋{random.randint(1, 28)}{random.randint(1, 4):02d}室"
    return Home(province, city, district, street)


@cache
def _districts(city_code: str) -> Sequence[str]:
    found = [region.code for region in regions.children(city_code)]
    assert found, f"{city_code} has no districts"
    return found
