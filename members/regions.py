"""Provinces, cities and districts of China, from the bundled list (MEM-11). Kept in memory: 3,380 rows that change once a year.

Codes are those of the National Bureau of Statistics and GB/T 2260: 2, 4 or 6 digits, filled up with zeros to six.
Some districts hang directly under their province, and one province has no lower level: an address may stop where the list stops.
"""

import csv
import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput

SOURCE = Path(__file__).parent / "data" / "cn_divisions.csv.gz"


@dataclass(frozen=True)
class Region:
    """code and parent: six digits ("" above provinces).  level: province, city or district."""

    code: str
    parent: str
    level: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        """In the reader's language where the list knows it (English names exist for provinces only)."""
        return self.name_en if self.name_en and not (get_language() or "").startswith("zh") else self.name_zh


@cache
def _regions() -> dict[str, Region]:
    with gzip.open(SOURCE, "rt", encoding="utf-8", newline="") as lines:
        found = [
            Region(_six(row["code"]), _six(row["parent_code"]), row["level"], row["name_zh"], row["name_en"])
            for row in csv.DictReader(lines)
        ]
    return {region.code: region for region in found}


@cache
def _children() -> dict[str, list[Region]]:
    children: dict[str, list[Region]] = {}
    for region in _regions().values():
        children.setdefault(region.parent, []).append(region)
    return children


def _six(code: str) -> str:
    return code.ljust(6, "0") if code else ""


def children(parent_code: str = "") -> list[Region]:
    """The provinces, or what lies directly under a region; [] for the lowest level and for unknown codes."""
    return list(_children().get(parent_code, []))


def region(code: str) -> Region | None:
    return _regions().get(code)


def path(province_code: str, city_code: str = "", district_code: str = "") -> str:
    """`("440000", "440300", "440305")` -> `"广东省深圳市南山区"`; unknown parts are left out."""
    return "".join(found.name_zh for code in (province_code, city_code, district_code) if (found := region(code)))


def check(province_code: str, city_code: str = "", district_code: str = "") -> None:
    """Raise InvalidInput naming the first code that is unknown or does not lie in the one before it."""
    above = ""
    for field, level, code in (
        ("province_code", "province", province_code),
        ("city_code", "city", city_code),
        ("district_code", "district", district_code),
    ):
        if not code:
            continue
        found = region(code)
        if found is None or found.level != level or found.parent != above:
            raise InvalidInput(_("This region does not exist or does not lie in the one above it."), field=field)
        above = code
