"""The customers of the real purchases: real behind their numbers, made up in name, telephone, birthday and address (marked synthetic).

The file knows a customer by five digits and a country. Everything else here follows from that number and the seed.
"""

import csv
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from core.enums import Channel, Origin
from demo import people
from demo.world.house import ACTOR, House
from members import services as members_services
from members.enums import ConsentPurpose, Provider
from members.rules import AddressIn, ConsentGiven, IdentityClaim, Profile
from members.services import NEWCOMERS_AT_MOST, Newcomer
from stores import services as stores_services
from stores.enums import MembershipSource

SOURCE = Path(__file__).resolve().parent / "data" / "online_retail.csv.gz"
SEED = 541909
PHONES_FROM = 100_000  # people.phone: the crowd has the numbers below
POLICY = "2010-12"
SHOP_ZONE = ZoneInfo("Europe/London")  # the file's times are a British shop's
HOME_COUNTRY = "United Kingdom"
STORE_OF_HOME, STORE_OF_THE_REST = "UKGIFT", "UKGIFT-INTL"


@dataclass(frozen=True)
class Customer:
    """number: as the file writes it.  countries: in order of first appearance.  first_at: the first line, in the file's own time."""

    number: str
    countries: tuple[str, ...]
    first_at: datetime

    @property
    def stores(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(store_of(country) for country in self.countries))


def store_of(country: str) -> str:
    """Which of the two stores sells to a country."""
    return STORE_OF_HOME if country == HOME_COUNTRY else STORE_OF_THE_REST


def read_customers(source: Path = SOURCE) -> list[Customer]:
    """Everybody with a number, in order of first appearance (the file is in order of time). Reads the file once, keeps customers only."""
    countries: dict[str, dict[str, None]] = {}
    first: dict[str, str] = {}
    with gzip.open(source, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        header = next(rows)
        when, who, where = (header.index(name) for name in ("InvoiceDate", "CustomerID", "Country"))
        for row in rows:
            if number := row[who]:
                if number not in first:
                    first[number], countries[number] = row[when], {}
                countries[number][row[where]] = None
    return [
        Customer(number, tuple(countries[number]), datetime.fromisoformat(at).replace(tzinfo=SHOP_ZONE)) for number, at in first.items()
    ]


def load_customers(customers: list[Customer], *, house: House, shift_days: int, now: datetime, advance: Callable[[int], None]) -> int:
    """Make them members of the stores they bought at, each registered a little before the first purchase (shifted). Twice changes nothing.

    Answers how many there are.
    """
    for start in range(0, len(customers), NEWCOMERS_AT_MOST):
        some = customers[start : start + NEWCOMERS_AT_MOST]
        newcomers = [_newcomer(customer, start + place, shift_days) for place, customer in enumerate(some)]
        registrations = members_services.register_many(
            newcomers=newcomers, source="online_retail", actor=ACTOR, booked_at=now, origin=Origin.BACKFILL
        )
        stores_services.open_memberships(
            contacts=[
                (told.member_id, house.stores[code], newcomer.registered_at)
                for customer, newcomer, told in zip(some, newcomers, registrations, strict=True)
                for code in customer.stores
            ],
            source=MembershipSource.REGISTRATION,
            booked_at=now,
            origin=Origin.BACKFILL,
        )
        advance(len(some))
    return len(customers)


def _newcomer(customer: Customer, place: int, shift_days: int) -> Newcomer:
    random = Random(f"{SEED}:{customer.number}")
    person = people.person(random, number=place, offset=PHONES_FROM, youngest=date(2003, 1, 1), female_share=0.62)
    registered_at = customer.first_at + timedelta(days=shift_days) - timedelta(minutes=random.randint(5, 20_000))
    address = AddressIn(
        receiver=person.name,
        phone=person.phone,
        street=person.home.street,
        province_code=person.home.province_code,
        city_code=person.home.city_code,
        district_code=person.home.district_code,
        is_default=True,
    )
    profile = Profile(
        name=person.name,
        gender=person.gender,
        birthday=person.birthday,
        phone=person.phone,
        email=person.email,
        country=customer.countries[0],
        province_code=person.home.province_code,
        city_code=person.home.city_code,
        district_code=person.home.district_code,
    )
    return Newcomer(
        profile=profile,
        identities=[
            IdentityClaim(Provider.STORE_CUSTOMER, customer.number, scope=code, verified_at=registered_at) for code in customer.stores
        ],
        registered_at=registered_at,
        channel=Channel.WEB,
        consents=[ConsentGiven(ConsentPurpose.POLICY, POLICY)],
        addresses=[address],
        is_synthetic=True,
    )
