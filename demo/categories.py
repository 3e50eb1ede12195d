"""What a good is, from its English name: the checked keyword table of demo/data/categories.toml.

The rule, word for word the same as in the table's heading: names are upper-cased and every run of characters that are neither
letters nor digits is one blank; a keyword stands for whole words, its last word may carry S or ES; the first category wins.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).resolve().parent / "data" / "categories.toml"
_NOT_A_WORD = re.compile(r"[^0-9A-Z]+")


@dataclass(frozen=True)
class Categories:
    """paths: category paths in the order they are tried.  otherwise: the path of a name no keyword is in."""

    paths: tuple[str, ...]
    otherwise: str
    patterns: tuple[re.Pattern[str], ...]

    def of(self, name: str) -> str:
        """`"SET OF 3 CAKE TINS PANTRY DESIGN "` -> `"厨房/烘焙"`."""
        words = f" {normalise(name)} "
        for path, pattern in zip(self.paths, self.patterns, strict=True):
            if pattern.search(words):
                return path
        return self.otherwise


def normalise(name: str) -> str:
    """`"RED  RETROSPOT/CAKE, TIN."` -> `"RED RETROSPOT CAKE TIN"`."""
    return _NOT_A_WORD.sub(" ", name.upper()).strip()


@cache
def table() -> Categories:
    """The table as it is kept beside this module."""
    said = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return Categories(
        paths=tuple(category["path"] for category in said["category"]),
        otherwise=said["otherwise"],
        patterns=tuple(_any_of(category["keywords"]) for category in said["category"]),
    )


def _any_of(keywords: list[str]) -> re.Pattern[str]:
    words = "|".join(re.escape(normalise(keyword)) for keyword in sorted(keywords, key=len, reverse=True))
    return re.compile(rf" (?:{words})(?:E?S)? ")
