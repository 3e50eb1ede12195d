"""How the columns of somebody's file become orders: a mapping read from TOML, pure. docs/import.md explains every key.

Amounts are kept in millionths of the currency's main unit ("micro") until a line's amount is rounded to minor units, half up, once.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, DecimalException
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from activity.enums import AfterSaleKind, LineRole, OrderStatus
from core import toml, words
from core.csvio import BY_SPREADSHEETS, REPORT_COLUMNS, Flaw, flaw
from core.enums import Channel, Currency, Origin
from core.errors import DomainError, InvalidInput
from core.phones import to_e164
from members.enums import STORE_BOUND

MICRO = 10**6
MICRO_AT_MOST = 10**18  # a line of a million million: whatever is beyond is a slip
STANDARD = Path(__file__).resolve().parent / "data" / "orders.toml"
ONE_ID = "one_id"  # member.provider of files that name our own ids
_HEADER_TIMES = ("paid_at", "shipped_at", "received_at", "completed_at", "cancelled_at")
_HEADER_TEXTS = ("receiver_name", "receiver_phone", "receiver_address", "country")
_HEADER_AMOUNTS = ("discount", "coupon", "points", "postage", "paid_total")
_HEADER = ("status", "channel", "currency", "version", "points_used", "coupon_codes", *_HEADER_TIMES, *_HEADER_TEXTS, *_HEADER_AMOUNTS)
_LINE = (
    "order_no",
    "placed_at",
    "sku",
    "spu",
    "name",
    "brand",
    "category",
    "quantity",
    "unit_price",
    "line_paid",
    "is_virtual",
    "is_gift_card",
)
_ITEM = ("sku", "spu", "name", "brand", "category", "is_virtual", "is_gift_card")
NEEDED = ("order_no", "placed_at", "sku", "quantity", "unit_price", "status", "channel", "currency")
_PROFILE = ("name", "phone", "country")
_LINE_TEXTS = {"sku": 64, "spu": 64, "name": 200, "brand": 64, "category": 200}
_TRUE = frozenset({"1", "true", "yes", "y", "是"})
_NOT_A_WORD = re.compile(r"[^0-9A-Z]+")


class BadMapping(InvalidInput):
    """The mapping does not fit the file or itself. values: field, the key that is wrong."""

    code = "bad_mapping"
    title = _("The mapping cannot be used.")


class Staged(NamedTuple):
    """A line of the file on its way to being recorded: columns of the staging table, in its order.

    header: JSON of the order's own fields, "" on a line that repeats those of the line before.  micro: millionths.
    """

    line: int
    store_code: str
    order_no: str
    is_return: bool
    placed_at: str | None
    member_key: str
    role: str
    sku: str
    spu: str
    name: str
    brand: str
    category: str
    attributes: str
    quantity: int
    price_micro: int
    amount_micro: int
    header: str


class Skipped(NamedTuple):
    """A line that is passed over on purpose, and counted under its reason."""

    reason: str
    quantity: int
    amount_micro: int


@dataclass(frozen=True)
class Categories:
    """A table of keywords: names are upper-cased, every run of other characters than letters and digits is one blank; a keyword stands
    for whole words, its last one may carry S or ES; the first entry wins."""

    paths: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    otherwise: str

    def of(self, name: str) -> str:
        """`"SET OF 3 CAKE TINS PANTRY DESIGN "` -> the path of the first entry with `CAKE TIN` among its keywords."""
        words = f" {normalise(name)} "
        return next((path for path, pattern in zip(self.paths, self.patterns, strict=True) if pattern.search(words)), self.otherwise)

    @staticmethod
    def read(text: str) -> "Categories":
        said = toml.loads(text)
        return Categories(
            tuple(entry["path"] for entry in said["category"]),
            tuple(_any_of(entry["keywords"]) for entry in said["category"]),
            said.get("otherwise", ""),
        )


def normalise(name: str) -> str:
    """`"RED  RETROSPOT/CAKE, TIN."` -> `"RED RETROSPOT CAKE TIN"`."""
    return _NOT_A_WORD.sub(" ", name.upper()).strip()


def _any_of(keywords: Sequence[str]) -> re.Pattern[str]:
    words = "|".join(re.escape(normalise(keyword)) for keyword in sorted(keywords, key=len, reverse=True))
    return re.compile(rf" (?:{words})(?:E?S)? ")


@dataclass(frozen=True)
class MemberBy:
    """How a line names its member.  scope: "" for the store's code.  create: open a member for an identity nobody has.

    missing: the reason lines without one are skipped under; "" refuses them.  verified: the file's identities are proven.
    profile: columns a created member takes its name, phone and country from.
    """

    provider: str
    column: str
    scope: str = ""
    create: bool = False
    verified: bool = False
    missing: str = ""
    drop_suffix: str = ""
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoreBy:
    """How a line names its store: by the value of a column, or all lines by `otherwise`."""

    column: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""


@dataclass(frozen=True)
class OrderMapping:
    """A mapping file, checked. See docs/import.md.

    aliases: other headings by which a column of the file may go.
    optional_columns: columns that are named but not in the file count as empty, save those without which there is no order.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    attributes: Mapping[str, str]
    member: MemberBy
    store: StoreBy
    encoding: str = ""
    delimiter: str = ""
    optional_columns: bool = False
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str = "Asia/Shanghai"
    formats: tuple[str, ...] = ()
    decimal_mark: str = "."
    thousands: str = ","
    returns_prefix: str = ""
    returns_kind: str = AfterSaleKind.RETURN
    postage_codes: tuple[str, ...] = ()
    gift_card_codes: tuple[str, ...] = ()
    skipped_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skipped_prefixes: Mapping[str, str] = field(default_factory=dict)
    negative_quantity: str = ""
    upper_case_sku: bool = False
    categories: Categories | None = None
    origin: str = Origin.BACKFILL


def read(text: str, *, beside: Path | None = None, store_code: str = "") -> OrderMapping:
    """A mapping from TOML. beside: the folder its category table is looked for in.  store_code: the store of files that name none.

    Raises BadMapping naming the key.
    """
    try:
        said = toml.loads(text)
    except toml.NotToml as problem:
        raise BadMapping(_("This is not TOML: %(problem)s") % {"problem": problem}, field="mapping") from None
    known = {
        "file",
        "store",
        "member",
        "columns",
        "aliases",
        "constants",
        "values",
        "attributes",
        "time",
        "numbers",
        "returns",
        "codes",
        "skip",
        "items",
        "origin",
    }
    _only(said, known, "")
    for name in ("provider", "column"):
        if not isinstance(said.get("member"), dict) or name not in said["member"]:
            raise BadMapping(_("A mapping says which column names the member, and by which identity."), field=f"member.{name}")
    member = _table(said, "member", {"provider", "column", "scope", "create", "verified", "missing", "drop_suffix", "profile"})
    store = _table(said, "store", {"column", "codes", "otherwise"})
    file = _table(said, "file", {"encoding", "delimiter", "optional_columns"})
    time = _table(said, "time", {"zone", "formats"})
    numbers = _table(said, "numbers", {"decimal", "thousands"})
    returns = _table(said, "returns", {"prefix", "kind"})
    codes = _table(said, "codes", {"postage", "gift_card", "skipped"})
    skip = _table(said, "skip", {"order_prefixes", "negative_quantity"})
    items = _table(said, "items", {"upper_case", "categories"})
    try:
        mapping = OrderMapping(
            columns=_strings(said, "columns"),
            aliases=_lists(said, "aliases"),
            constants={name: str(value) for name, value in said.get("constants", {}).items()},
            values={name: dict(table) for name, table in said.get("values", {}).items()},
            attributes=_strings(said, "attributes"),
            member=MemberBy(**member),
            store=StoreBy(**{"otherwise": store_code, **store}),
            encoding=file.get("encoding", ""),
            delimiter=file.get("delimiter", ""),
            optional_columns=bool(file.get("optional_columns", False)),
            zone=time.get("zone", "Asia/Shanghai"),
            formats=tuple(time.get("formats", ())),
            decimal_mark=numbers.get("decimal", "."),
            thousands=numbers.get("thousands", ","),
            returns_prefix=returns.get("prefix", ""),
            returns_kind=returns.get("kind", AfterSaleKind.RETURN),
            postage_codes=tuple(codes.get("postage", ())),
            gift_card_codes=tuple(codes.get("gift_card", ())),
            skipped_codes={reason: tuple(names) for reason, names in codes.get("skipped", {}).items()},
            skipped_prefixes=dict(skip.get("order_prefixes", {})),
            negative_quantity=skip.get("negative_quantity", ""),
            upper_case_sku=bool(items.get("upper_case", False)),
            categories=_categories(items.get("categories", ""), beside),
            origin=said.get("origin", Origin.BACKFILL),
        )
    except (TypeError, ValueError, AttributeError):
        raise BadMapping(_("A value is of another kind than docs/import.md says: text, a list or a table."), field="mapping") from None
    _check(mapping)
    return mapping


def standard(store_code: str) -> OrderMapping:
    """The mapping of a file with our own column names (docs/import.md)."""
    return read(STANDARD.read_text(encoding="utf-8"), store_code=store_code)


def _categories(name: str, beside: Path | None) -> Categories | None:
    if not name:
        return None
    if beside is None or Path(name).name != name:
        raise BadMapping(_("A category table lies beside its mapping file."), field="items.categories")
    try:
        return Categories.read((beside / name).read_text(encoding="utf-8"))
    except OSError:
        raise BadMapping(_("The file %(name)s cannot be read.") % {"name": name}, field="items.categories") from None
    except toml.NotToml as problem:
        raise BadMapping(_("This is not TOML: %(problem)s") % {"problem": problem}, field="items.categories") from None
    except KeyError as problem:
        raise BadMapping(
            _("A category has a path and keywords; this one lacks %(key)s.") % {"key": problem}, field="items.categories"
        ) from None


def _table(said: Mapping[str, Any], name: str, known: set[str]) -> dict[str, Any]:
    table = said.get(name, {})
    if not isinstance(table, dict):
        raise BadMapping(_("This must be a table."), field=name)
    _only(table, known, f"{name}.")
    return table


def _strings(said: Mapping[str, Any], name: str) -> dict[str, str]:
    table = said.get(name, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise BadMapping(_("This must be a table of column names."), field=name)
    return table


def _lists(said: Mapping[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    table = said.get(name, {})
    if not isinstance(table, dict) or not all(isinstance(names, list) for names in table.values()):
        raise BadMapping(_("This must be a table of lists of column names."), field=name)
    return {column: tuple(map(str, names)) for column, names in table.items()}


def _only(table: Mapping[str, Any], known: set[str], within: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise BadMapping(_("Unknown key."), field=within + unknown[0], allowed=sorted(known))


def _check(mapping: OrderMapping) -> None:
    _only(mapping.columns, {*_HEADER, *_LINE}, "columns.")
    headings = {*mapping.columns.values(), *mapping.attributes.values(), *mapping.member.profile.values(), mapping.member.column}
    _only(mapping.aliases, {*headings, mapping.store.column}, "aliases.")
    _only(mapping.constants, {"status", "channel", "currency", "country", "brand", "category"}, "constants.")
    _only(mapping.values, {"status", "channel", "currency"}, "values.")
    _only(mapping.member.profile, set(_PROFILE), "member.profile.")
    for name in ("order_no", "placed_at", "sku", "quantity"):
        if name not in mapping.columns:
            raise BadMapping(_("A column is needed for this."), field=f"columns.{name}")
    if "unit_price" not in mapping.columns and "line_paid" not in mapping.columns:
        raise BadMapping(_("A column is needed for this."), field="columns.unit_price")
    for name, allowed in (("status", OrderStatus.values), ("channel", Channel.values), ("currency", Currency.values)):
        named = [*mapping.values.get(name, {}).values(), *([mapping.constants[name]] if name in mapping.constants else [])]
        if name not in mapping.columns and name not in mapping.constants:
            raise BadMapping(_("A column or a constant is needed for this."), field=f"constants.{name}")
        if wrong := sorted(set(named) - set(allowed)):
            raise BadMapping(_("This is none of the values allowed."), field=f"values.{name}", value=wrong[0], allowed=sorted(allowed))
    if mapping.member.create and not (mapping.member.verified or mapping.member.provider in STORE_BOUND):
        raise BadMapping(_("Members can only be made of proven identities: they would be made again each time."), field="member.create")
    for key, value, values in (("returns.kind", mapping.returns_kind, AfterSaleKind.values), ("origin", mapping.origin, Origin.values)):
        if value not in values:
            raise BadMapping(_("This is none of the values allowed."), field=key, value=value, allowed=sorted(values))
    if not mapping.store.otherwise and not mapping.store.column:
        raise BadMapping(_("The file's store is not named."), field="store")
    try:
        ZoneInfo(mapping.zone)
    except (KeyError, ValueError, OSError):
        raise BadMapping(_("Unknown time zone."), field="time.zone") from None


def number_reader(decimal_mark: str, thousands: str) -> Callable[[str], int]:
    """Reads a number as millionths: `"1,234.5"` -> 1_234_500_000. Raises ValueError for what is none, is too fine or too large."""

    @lru_cache(maxsize=50_000)
    def read_number(raw: str) -> int:
        text = raw.strip().lstrip("¥￥£$€").replace(thousands, "").replace(" ", "")
        if decimal_mark != ".":
            text = text.replace(decimal_mark, ".")
        if "_" in text:
            raise ValueError(raw)
        try:
            micro = Decimal(text) * MICRO
            if not micro.is_finite() or abs(micro) > MICRO_AT_MOST or micro != micro.to_integral_value():
                raise ValueError(raw)
        except DecimalException:
            raise ValueError(raw) from None
        return int(micro)

    return read_number


def time_reader(zone: str, formats: Sequence[str], shift_days: int = 0) -> Callable[[str], str]:
    """Reads a time as ISO text in UTC. Times without an offset are of `zone`; `shift_days` moves the local date. Raises ValueError.

    The formats are tried first, then ISO, then `2024/5/31 10:00`.
    """
    local = ZoneInfo(zone)

    @lru_cache(maxsize=50_000)
    def read_time(raw: str) -> str:
        text = raw.strip()
        moment = _first_that_reads(text, formats)
        if moment is None:
            moment = _iso(text) or _first_that_reads(text, BY_SPREADSHEETS)
        if moment is None:
            raise ValueError(raw)
        if moment.tzinfo is not None:
            moment = moment.astimezone(local)
        moment = (moment.replace(tzinfo=None) + timedelta(days=shift_days)).replace(tzinfo=local, fold=moment.fold)
        return moment.astimezone(UTC).isoformat()

    return read_time


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _first_that_reads(text: str, formats: Sequence[str]) -> datetime | None:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007  (the zone is put in by the caller)
        except ValueError:
            continue
    return None


def to_minor(micro: int) -> int:
    """Millionths to minor units, halves away from zero: 2_675_000 -> 268."""
    return (abs(micro) * 2 + 10**4) // (2 * 10**4) * (1 if micro >= 0 else -1)


class Reader:
    """Takes rows of one file, one after the other, into staged lines. Keeps nothing but the last order's heading.

    unread: the file's headings nothing is taken from.
    """

    def __init__(self, mapping: OrderMapping, heading: Sequence[str], *, shift_days: int = 0) -> None:
        """Raises BadMapping for columns the file does not have, all named at once, and for a heading that names a mapped column twice."""
        self.mapping = mapping
        missing: list[tuple[str, str]] = []

        def places(column: str) -> list[int]:
            names = (column, *mapping.aliases.get(column, ()))
            return [place for place, name in enumerate(heading) if name in names]

        def place_of(column: str, key: str) -> int:
            found = places(column)
            if not found:
                missing.append((key, column))
                return 0
            if len(found) > 1:
                twice = words.listed(dict.fromkeys(heading[place] for place in found))
                raise BadMapping(_("The file has this column twice: %(columns)s.") % {"columns": twice}, field=key, column=column)
            return found[0]

        def places_of(columns: Mapping[str, str], key: str) -> dict[str, int]:
            return {
                name: place_of(column, f"{key}.{name}")
                for name, column in columns.items()
                if places(column) or not mapping.optional_columns or (name in NEEDED and name not in mapping.constants)
            }

        self._at = places_of(mapping.columns, "columns")
        self._attributes = list(places_of(mapping.attributes, "attributes").items())
        self._member = place_of(mapping.member.column, "member.column")
        self._profile = list(places_of(mapping.member.profile, "member.profile").items())
        self._store = place_of(mapping.store.column, "store.column") if mapping.store.column else None
        if missing:
            key, column = missing[0]
            names = words.listed(self._called(name) for _key, name in missing)
            raise BadMapping(_("The file lacks these columns: %(columns)s.") % {"columns": names}, field=key, column=column)
        self.unread = self._unread(heading)
        self._number = number_reader(mapping.decimal_mark, mapping.thousands)
        self._time = time_reader(mapping.zone, mapping.formats, shift_days)
        self._skips = _code_table({code: reason for reason, codes in mapping.skipped_codes.items() for code in codes})
        self._roles = _code_table(
            dict.fromkeys(mapping.postage_codes, LineRole.POSTAGE.value) | dict.fromkeys(mapping.gift_card_codes, LineRole.GIFT_CARD.value)
        )
        self._header_places = [place for name, place in self._at.items() if name in _HEADER] + [place for _name, place in self._profile]
        self._item_places = [place for name, place in self._at.items() if name in _ITEM] + [place for _name, place in self._attributes]
        self._item = lru_cache(maxsize=50_000)(self._read_item)  # the same item comes again and again
        self._last: tuple[str, str, list[str]] | None = None

    def _called(self, column: str) -> str:
        """A heading as people are told of it, with the first of its other names."""
        aliases = self.mapping.aliases.get(column)
        return words.with_remark(column, aliases[0]) if aliases else column

    def _unread(self, heading: Sequence[str]) -> list[str]:
        """The three first columns of an error report are passed over without a word."""
        ours = {self._member, self._store, *self._at.values(), *(place for _name, place in [*self._attributes, *self._profile])}
        ours |= set(range(len(REPORT_COLUMNS))) if tuple(heading[: len(REPORT_COLUMNS)]) == REPORT_COLUMNS else set()
        return [name for place, name in enumerate(heading) if name and place not in ours]

    def staged(self, line: int, cells: list[str]) -> Staged | Skipped | Flaw:
        """What a row means; cells are as many as the heading has."""
        order_no = cells[self._at["order_no"]].strip()
        try:
            return self._staged(line, order_no, cells)
        except _Unreadable as problem:
            return flaw(line, {problem.field: problem.reason} | self._wrong(cells), order_no)

    def _wrong(self, cells: list[str]) -> dict[str, str | Promise]:
        """Everything in a row that cannot be read, by field: for a row of which something cannot."""
        readings: list[Callable[[], object]] = [
            *(partial(self._whole, cells, name) for name in ("quantity", "version", "points_used") if self._text(cells, name)),
            *(partial(self._number_at, cells, name) for name in ("unit_price", "line_paid") if self._text(cells, name)),
            lambda: self._member_key(cells[self._member]),
            lambda: self._item(tuple([cells[place] for place in self._item_places])),
            lambda: self._store_code(cells),
            lambda: self._moment(cells, "placed_at"),
            *(partial(self._symbol, cells, name) for name in _SYMBOLS),
            *(partial(self._moment, cells, name) for name in _HEADER_TIMES if self._text(cells, name)),
            *(partial(self._number_at, cells, name) for name in _HEADER_AMOUNTS if self._text(cells, name)),
            *(partial(_phone, cells[place], "profile.phone") for name, place in self._profile if name == "phone" and cells[place].strip()),
        ]
        wrong: dict[str, str | Promise] = {}
        for reading in readings:
            try:
                reading()
            except _Unreadable as problem:
                wrong[problem.field] = problem.reason
        return wrong

    def _staged(self, line: int, order_no: str, cells: list[str]) -> Staged | Skipped | Flaw:
        mapping = self.mapping
        if not order_no or len(order_no) > 60:
            raise _Unreadable("order_no", _("An order number of at most 60 characters is needed."))
        quantity = self._whole(cells, "quantity")
        price, amount = self._amount(cells, quantity)
        is_return = mapping.returns_prefix != "" and order_no.startswith(mapping.returns_prefix)
        for prefix, reason in mapping.skipped_prefixes.items():
            if order_no.startswith(prefix):
                return Skipped(reason, quantity, amount)
        if quantity < 0 and not is_return and mapping.negative_quantity:
            return Skipped(mapping.negative_quantity, quantity, amount)
        member_key = self._member_key(cells[self._member])
        if not member_key:
            if mapping.member.missing:
                return Skipped(mapping.member.missing, quantity, amount)
            raise _Unreadable("member", _("The member is not named."))
        item = self._item(tuple([cells[place] for place in self._item_places]))
        if item.skipped:
            return Skipped(item.skipped, quantity, amount)
        if (quantity >= 0) if is_return else (quantity <= 0):
            raise _Unreadable("quantity", _("The quantity has the wrong sign."))
        if price < 0:
            raise _Unreadable("unit_price", _("The price is negative."))
        store_code = self._store_code(cells)
        return Staged(
            line, store_code, order_no, is_return, self._moment(cells, "placed_at"), member_key, item.role, item.sku, item.spu, item.name,
            item.brand, item.category, item.attributes, abs(quantity), price, abs(amount), self._header(store_code, order_no, cells),
        )  # fmt: skip

    def _read_item(self, said: tuple[str, ...]) -> "_Item":
        """What a line says of its item; said: the cells of the columns that speak of it."""
        cells = dict(zip(self._item_places, said, strict=True))

        def text(name: str) -> str:
            place = self._at.get(name)
            return self.mapping.constants.get(name, "") if place is None else cells[place].strip()

        sku = text("sku").upper() if self.mapping.upper_case_sku else text("sku")
        if reason := self._skips(sku):
            return _Item(skipped=reason)
        name = text("name") or sku
        category = text("category") or (self.mapping.categories.of(name) if self.mapping.categories else "")
        role = self._roles(sku) or LineRole.GOODS.value
        if text("is_gift_card").lower() in _TRUE:
            role = LineRole.GIFT_CARD.value
        elif role == LineRole.GOODS.value and text("is_virtual").lower() in _TRUE:
            role = LineRole.VIRTUAL.value
        attributes = {name: cells[place].strip() for name, place in self._attributes if cells[place].strip()}
        item = _Item("", role, sku, text("spu"), name, text("brand"), category, json.dumps(attributes, ensure_ascii=False))
        for column, limit in _LINE_TEXTS.items():
            if len(getattr(item, column)) > limit:
                raise _Unreadable(column, _("The text is too long."))
        if not sku:
            raise _Unreadable("sku", _("The item has no number."))
        return item

    def _amount(self, cells: list[str], quantity: int) -> tuple[int, int]:
        """Unit price and amount of the line, in millionths; each is derived from the other where the file has only one."""
        paid = self._number_at(cells, "line_paid") if "line_paid" in self._at else None
        price = self._number_at(cells, "unit_price") if "unit_price" in self._at else None
        if price is None:
            assert paid is not None, "a mapping names one of them"
            price = abs(paid) // max(abs(quantity), 1)
        amount = price * quantity if paid is None else paid
        if abs(amount) > MICRO_AT_MOST:
            raise _Unreadable("quantity", _("The number is out of range."))
        return price, amount

    def _number_at(self, cells: list[str], name: str) -> int:
        try:
            return self._number(cells[self._at[name]])
        except ValueError:
            raise _Unreadable(name, _("This is not a number that can be used.")) from None

    def _whole(self, cells: list[str], name: str) -> int:
        micro = self._number_at(cells, name)
        if micro % MICRO or abs(micro) >= 2**31 * MICRO:
            raise _Unreadable(name, _("A whole number is needed."))
        return micro // MICRO

    def _moment(self, cells: list[str], name: str) -> str:
        try:
            return self._time(cells[self._at[name]])
        except (ValueError, OverflowError):
            raise _Unreadable(name, _("This is not a time that can be read; write it like 2024-05-31 10:00.")) from None

    def _text(self, cells: list[str], name: str) -> str:
        place = self._at.get(name)
        return self.mapping.constants.get(name, "") if place is None else cells[place].strip()

    def _symbol(self, cells: list[str], name: str) -> str:
        said = self._text(cells, name)
        symbol = self.mapping.values.get(name, {}).get(said, said)
        if symbol not in _SYMBOLS[name]:
            raise _Unreadable(name, _("This is none of the values allowed: %(values)s.") % {"values": words.listed(_SYMBOLS[name])})
        return symbol

    def _member_key(self, said: str) -> str:
        by = self.mapping.member
        key = said.strip()
        if by.drop_suffix:
            key = key.removesuffix(by.drop_suffix)
        if key and by.provider == "phone":
            key = _phone(key, "member")
        if len(key) > 128:
            raise _Unreadable("member", _("The text is too long."))
        return key

    def _store_code(self, cells: list[str]) -> str:
        by = self.mapping.store
        code = by.otherwise if self._store is None else by.codes.get(cells[self._store].strip(), by.otherwise)
        if not code:
            raise _Unreadable("store", _("The store is not known."))
        return code

    def _header(self, store_code: str, order_no: str, cells: list[str]) -> str:
        """The order's own fields as JSON; "" when the line before belongs to the same order and says the same."""
        said = [cells[place] for place in self._header_places]
        if self._last is not None and self._last == (store_code, order_no, said):
            return ""
        header: dict[str, object] = {name: self._symbol(cells, name) for name in ("status", "channel", "currency")}
        if self._text(cells, "version"):
            header["version"] = self._whole(cells, "version")
        if self._text(cells, "points_used"):
            header["points_used"] = self._whole(cells, "points_used")
        if codes := self._text(cells, "coupon_codes"):
            header["coupon_codes"] = [code for code in re.split(r"[\s,;|]+", codes) if code]
        header |= {name: self._moment(cells, name) for name in _HEADER_TIMES if self._text(cells, name)}
        header |= {name: text for name in _HEADER_TEXTS if (text := self._text(cells, name))}
        header |= {name: to_minor(self._number_at(cells, name)) for name in _HEADER_AMOUNTS if self._text(cells, name)}
        profile = {name: text for name, place in self._profile if (text := cells[place].strip())}
        if profile:
            header["profile"] = profile | ({"phone": _phone(profile["phone"], "profile.phone")} if "phone" in profile else {})
        self._last = (store_code, order_no, said)
        return json.dumps(header, ensure_ascii=False)


_SYMBOLS = {"status": OrderStatus.values, "channel": Channel.values, "currency": Currency.values}


class _Item(NamedTuple):
    """What a line says of its item. skipped: why lines of it are passed over."""

    skipped: str = ""
    role: str = ""
    sku: str = ""
    spu: str = ""
    name: str = ""
    brand: str = ""
    category: str = ""
    attributes: str = "{}"


class _Unreadable(Exception):
    def __init__(self, field: str, reason: str | Promise) -> None:
        self.field = field
        self.reason = reason
        super().__init__(field)


def _phone(raw: str, field: str) -> str:
    try:
        return to_e164(raw)
    except DomainError as problem:
        raise _Unreadable(field, problem.detail) from None


def _code_table(meanings: Mapping[str, str]) -> Callable[[str], str]:
    """Looks a code up, upper-cased; an entry "GIFT_*" stands for all that begin so."""
    exact = {code.upper(): meaning for code, meaning in meanings.items() if not code.endswith("*")}
    starts = [(code[:-1].upper(), meaning) for code, meaning in meanings.items() if code.endswith("*")]

    def look_up(sku: str) -> str:
        code = sku.upper()
        return exact.get(code) or next((meaning for start, meaning in starts if code.startswith(start)), "")

    return look_up
