"""Pure rules of profiles: shapes of input, ages, completeness. No ORM, clock or settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

ADDRESSES_AT_MOST = 20  # MEM-07
EARLIEST_BIRTH = date(1900, 1, 1)
CLOCKS_APART = timedelta(days=1)  # how far a shop's clock may run ahead of ours
COMPLETENESS_FIELDS = (  # ten fields of ten per cent each (MEM-26, REG-10)
    "phone",
    "name",
    "nickname",
    "gender",
    "birthday",
    "email",
    "province_code",
    "occupation",
    "avatar_url",
    "address",
)


class Hours(NamedTuple):
    """A part of every day by the clock of who is meant, half open; `start` before `until`."""

    start: time
    until: time

    def hold(self, moment: time) -> bool:
        return self.start <= moment < self.until


HOURS = Hours(time(9), time(21))  # in which anybody may be called or sent marketing (DAT-18, A-55)


@dataclass(frozen=True)
class Profile:
    """What somebody says of themselves when they register; all of it optional. phone is E.164 or empty."""

    name: str = ""
    nickname: str = ""
    avatar_url: str = ""
    gender: str = "unknown"
    birthday: date | None = None
    phone: str = ""
    email: str = ""
    landline: str = ""
    callable_from: time | None = None
    callable_until: time | None = None
    province_code: str = ""
    city_code: str = ""
    district_code: str = ""
    country: str = ""
    occupation: str = ""
    marital_status: str = "unknown"


PROFILE_FIELDS = tuple(Profile.__dataclass_fields__)


@dataclass(frozen=True)
class IdentityClaim:
    """That (provider, scope, external_id) is this person. verified_at: when the claimant proved it; None when nobody did."""

    provider: str
    external_id: str
    scope: str = ""
    verified_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.provider, self.scope, self.external_id)


@dataclass(frozen=True)
class ConsentGiven:
    purpose: str
    policy_version: str


@dataclass(frozen=True)
class AddressIn:
    """phone is E.164. Region codes are six digits; country is named for addresses outside China."""

    receiver: str
    phone: str
    street: str
    label: str = ""
    country: str = ""
    province_code: str = ""
    city_code: str = ""
    district_code: str = ""
    is_default: bool = False


@dataclass(frozen=True)
class FieldChange:
    """One line of a profile's history (MEM-24). old and new are as stored: doors mask them."""

    at: datetime
    actor: str
    reason: str
    part: str  # "member", "address" or "identity"
    field: str
    old: str
    new: str
    sort_key: str = ""


def is_birthday(day: date, today: date) -> bool:
    """Whether somebody of today can have been born that day."""
    return EARLIEST_BIRTH <= day <= today


def age_on(birthday: date, day: date) -> int:
    """Whole years: born 2000-02-29, 23 on 2024-02-28 and 24 on 2024-02-29 (DAT-10)."""
    return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))


def months_old(birth_month: date, day: date) -> int:
    """Full months since the birth month began: 2022-11 is 18 on 2024-05-20 (DAT-20)."""
    return (day.year - birth_month.year) * 12 + day.month - birth_month.month


def callable_hours(callable_from: time | None, callable_until: time | None) -> Hours:
    """When a member may be called: as they said; where they said nothing, or hours that end before they begin, in HOURS (DAT-17)."""
    said = Hours(callable_from or HOURS.start, callable_until or HOURS.until)
    return said if said.start < said.until else HOURS


def marketing_hours(callable_from: time | None, callable_until: time | None) -> Hours:
    """When marketing may reach a member: what they said narrows HOURS (A-55); who can only be called outside HOURS is reached there."""
    said = callable_hours(callable_from, callable_until)
    narrowed = Hours(max(said.start, HOURS.start), min(said.until, HOURS.until))
    return narrowed if narrowed.start < narrowed.until else said


def opens_at(hours: Hours, moment: datetime) -> datetime:
    """The moment itself within the hours, else when they begin next. moment: aware, in the zone of the hours (DAT-18)."""
    if hours.hold(moment.time()):
        return moment
    day = moment.date() + timedelta(days=moment.time() >= hours.start)
    return datetime.combine(day, hours.start, moment.tzinfo)


def completeness(values: Mapping[str, object]) -> tuple[int, list[str]]:
    """Per cent of COMPLETENESS_FIELDS that are filled, and the names of those that are not."""
    missing = [name for name in COMPLETENESS_FIELDS if values.get(name) in (None, "", "unknown", False)]
    return 100 * (len(COMPLETENESS_FIELDS) - len(missing)) // len(COMPLETENESS_FIELDS), missing
