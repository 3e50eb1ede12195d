"""Pure rules of profiles: shapes of input, ages, completeness. No ORM, clock or settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

ADDRESSES_AT_MOST = 20  # MEM-07
EARLIEST_BIRTH = date(1900, 1, 1)
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


def completeness(values: Mapping[str, object]) -> tuple[int, list[str]]:
    """Per cent of COMPLETENESS_FIELDS that are filled, and the names of those that are not."""
    missing = [name for name in COMPLETENESS_FIELDS if values.get(name) in (None, "", "unknown", False)]
    return 100 * (len(COMPLETENESS_FIELDS) - len(missing)) // len(COMPLETENESS_FIELDS), missing
