"""Lists of members as stores keep them: which column is what, and what a row says of a person. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import toml
from core.csvio import BY_SPREADSHEETS, REPORT_COLUMNS, Flaw, flaw
from core.errors import DomainError, InvalidInput
from core.phones import to_e164
from members import rules
from members.enums import Gender

ALIASES: dict[str, tuple[str, ...]] = {  # headings that are understood without a mapping, compared in lower case
    "phone": ("phone", "mobile", "手机", "手机号", "手机号码", "电话", "电话号码", "联系电话"),
    "name": ("name", "姓名", "会员姓名", "客户姓名", "客户名称"),
    "nickname": ("nickname", "昵称"),
    "gender": ("gender", "sex", "性别"),
    "birthday": ("birthday", "生日", "出生日期"),
    "email": ("email", "e-mail", "邮箱", "电子邮箱"),
    "unionid": ("unionid", "wechat_unionid", "微信unionid"),
    "card_no": ("card_no", "card", "卡号", "会员卡号"),
    "customer_no": ("customer_no", "customer", "客户编号", "会员编号", "客户编码", "会员编码"),
    "address": ("address", "street", "地址", "详细地址", "收货地址"),
    "joined_at": ("joined_at", "joined", "入会时间", "注册时间", "入会日期", "注册日期", "开卡日期"),
}
_LIMITS = {"name": 64, "nickname": 32, "email": 254, "unionid": 128, "card_no": 128, "customer_no": 128, "address": 255}
_GENDERS = {
    **dict.fromkeys(("", "unknown", "未知", "保密"), Gender.UNKNOWN.value),
    **dict.fromkeys(("male", "m", "男", "先生"), Gender.MALE.value),
    **dict.fromkeys(("female", "f", "女", "女士"), Gender.FEMALE.value),
}
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class BadMemberMapping(InvalidInput):
    """The columns of the file cannot be told apart. values: field, the key that is wrong."""

    code = "bad_mapping"
    title = _("The mapping cannot be used.")


@dataclass(frozen=True)
class MemberMapping:
    """columns: the file's heading by our name; empty: headings are understood by ALIASES.

    phones_verified: the store vouches that the file's phones are proven (A-44); without it they never link.
    """

    columns: Mapping[str, str]
    phones_verified: bool = False
    encoding: str = ""
    delimiter: str = ""
    zone: str = "Asia/Shanghai"


class Person(NamedTuple):
    """A line of the file on its way to being judged: columns of the staging table, in its order. field, reason: of a flaw."""

    line: int
    phone: str = ""
    name: str = ""
    nickname: str = ""
    gender: str = Gender.UNKNOWN.value
    birthday: date | None = None
    email: str = ""
    unionid: str = ""
    card_no: str = ""
    customer_no: str = ""
    address: str = ""
    joined_at: datetime | None = None
    field: str = ""
    reason: str = ""


def read(text: str) -> MemberMapping:
    """A mapping from TOML: [columns], and phones_verified, encoding, delimiter, zone. Raises BadMemberMapping naming the key."""
    try:
        said = toml.loads(text)
    except toml.NotToml as problem:
        raise BadMemberMapping(_("This is not TOML: %(problem)s") % {"problem": problem}, field="mapping") from None
    columns = said.pop("columns", {})
    if not isinstance(columns, dict) or not all(isinstance(column, str) for column in columns.values()):
        raise BadMemberMapping(_("Columns are named by texts, a line each."), field="columns")
    unknown = sorted(
        [f"columns.{name}" for name in set(columns) - set(ALIASES)] + list(set(said) - set(MemberMapping.__dataclass_fields__))
    )
    if unknown:
        allowed = ALIASES if unknown[0].startswith("columns.") else MemberMapping.__dataclass_fields__
        raise BadMemberMapping(_("Unknown key."), field=unknown[0], allowed=sorted(allowed))
    mapping = MemberMapping(columns=columns, **said)
    _check(mapping)
    return mapping


def _check(mapping: MemberMapping) -> None:
    """Raises BadMemberMapping for a value of the wrong kind."""
    if not isinstance(mapping.phones_verified, bool):
        raise BadMemberMapping(_("true or false is needed here."), field="phones_verified")
    for name, said in (("encoding", mapping.encoding), ("delimiter", mapping.delimiter), ("zone", mapping.zone)):
        if not isinstance(said, str):
            raise BadMemberMapping(_("A text is needed here."), field=name)
    try:
        ZoneInfo(mapping.zone)
    except (KeyError, ValueError, OSError):
        raise BadMemberMapping(_("Unknown time zone."), field="zone") from None


class PersonReader:
    """Takes rows of one file into persons. unread: the file's headings nothing was taken from."""

    def __init__(self, mapping: MemberMapping, heading: Sequence[str], *, today: date) -> None:
        """Raises BadMemberMapping for a column the file does not have, and for a file without anything that tells people apart."""
        names = [name.lower() for name in heading]
        self._at: dict[str, int] = {}
        for name, aliases in ALIASES.items():
            wanted = (mapping.columns[name].lower(),) if name in mapping.columns else (() if mapping.columns else aliases)
            place = next((names.index(alias) for alias in wanted if alias in names), None)
            if place is not None:
                self._at[name] = place
            elif name in mapping.columns:
                said = {"column": mapping.columns[name], "columns": list(heading)}
                raise BadMemberMapping(_("The file has no such column."), field=f"columns.{name}", **said)
        if not self._at.keys() & {"phone", "unionid", "card_no", "customer_no"}:
            raise BadMemberMapping(_("The file names neither a phone, a unionid, a card nor a customer number."), field="columns.phone")
        ours = set(self._at.values()) | (set(range(3)) if names[:3] == list(REPORT_COLUMNS) else set())
        self.unread = [column for place, column in enumerate(heading) if column and place not in ours]
        self._phones_verified = mapping.phones_verified
        self._today = today
        self._zone = ZoneInfo(mapping.zone)
        self._readers: Mapping[str, Callable[[str], object]] = {
            "phone": _phone,
            "gender": _gender,
            "birthday": self._birthday,
            "email": _email,
            "joined_at": self._joined_at,
        }

    def person(self, line: int, cells: Sequence[str]) -> Person | Flaw:
        """What a row says, or all that is wrong with it."""
        said = {name: cells[place].strip() for name, place in self._at.items()}
        wrong: dict[str, str | Promise] = {}
        read: dict[str, Any] = {}
        for name, text in said.items():
            try:
                if len(text) > _LIMITS.get(name, len(text)):
                    raise _Unreadable(name, _("The text is too long."))
                read[name] = self._readers[name](text) if name in self._readers else text
            except _Unreadable as problem:
                wrong[problem.field] = problem.reason
        if wrong:
            return flaw(line, wrong)
        person = Person(line, **read)
        if not (person.phone or person.unionid or person.card_no or person.customer_no):
            return Flaw(line, "phone", _("The line names neither a phone, a unionid, a card nor a customer number."))
        proven = person.unionid or person.card_no or person.customer_no or (person.phone and self._phones_verified)
        if not (proven or person.name):
            return Flaw(line, "name", _("A phone that is not verified makes a member only together with a name."))
        return person

    def _birthday(self, raw: str) -> date | None:
        if not raw:
            return None
        day = _day(raw)
        if day is None or not rules.is_birthday(day, self._today):
            raise _Unreadable("birthday", _("This is not a birthday."))
        return day

    def _joined_at(self, raw: str) -> datetime | None:
        if not raw:
            return None
        moment = _moment(raw)
        if moment is None:
            raise _Unreadable("joined_at", _("This is not a time in one of the formats named."))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=self._zone)
        if moment.astimezone(self._zone).date() > self._today:
            raise _Unreadable("joined_at", _("This lies in the future."))
        return moment.astimezone(UTC)


class _Unreadable(Exception):
    def __init__(self, field: str, reason: str | Promise) -> None:
        self.field = field
        self.reason = reason
        super().__init__(field)


def _phone(raw: str) -> str:
    if not raw:
        return ""
    try:
        return to_e164(raw)
    except DomainError as problem:
        raise _Unreadable("phone", problem.detail) from None


def _gender(raw: str) -> str:
    gender = _GENDERS.get(raw.lower())
    if gender is None:
        raise _Unreadable("gender", _("This is none of the values allowed."))
    return gender


def _email(raw: str) -> str:
    if raw and not _EMAIL.fullmatch(raw):
        raise _Unreadable("email", _("This is not an e-mail address."))
    return raw.lower()


@lru_cache(maxsize=50_000)
def _moment(raw: str) -> datetime | None:
    """A day, or a time as ISO or as spreadsheets in Chinese write it; None for what is neither."""
    day = _day(raw)
    if day is not None:
        return datetime.combine(day, time())
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        return next((moment for pattern in BY_SPREADSHEETS if (moment := _by(pattern, raw))), None)


def _by(pattern: str, raw: str) -> datetime | None:
    try:
        return datetime.strptime(raw, pattern)  # noqa: DTZ007  (the zone is put in by the caller)
    except ValueError:
        return None


@lru_cache(maxsize=50_000)
def _day(raw: str) -> date | None:
    for pattern in _DATES:
        try:
            return datetime.strptime(raw, pattern).date()  # noqa: DTZ007  (only the day is taken)
        except ValueError:
            continue
    return None
