"""The keyword table holds against the real names of the real goods."""

import csv
import gzip
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from activity.mapping import Categories, normalise
from demo.customers import SOURCE

TABLE = SOURCE.parent / "categories.toml"
NO_GOODS = re.compile(r"POST|DOT|C2|M|D|S|BANK CHARGES|AMAZONFEE|CRUK|B|PADS|GIFT_.*", re.IGNORECASE)


@pytest.fixture(scope="module")
def table() -> Categories:
    """As the import of the real purchases reads it."""
    return Categories.read(TABLE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lines_by_category(table: Categories) -> Counter[str]:
    names: Counter[str] = Counter()
    with gzip.open(SOURCE, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["CustomerID"] and not NO_GOODS.fullmatch(row["StockCode"]):
                names[row["Description"]] += 1
    found: Counter[str] = Counter()
    for name, count in names.items():
        found[table.of(name)] += count
    return found


@pytest.mark.slow
def test_nearly_every_line_of_a_customer_finds_a_category(lines_by_category: Counter[str]) -> None:
    total = lines_by_category.total()
    assert total == 404_909
    assert lines_by_category["其他"] == 332
    assert 1 - lines_by_category["其他"] / total >= 0.85


@pytest.mark.slow
def test_docs_quote_the_coverage(lines_by_category: Counter[str], project: Path) -> None:
    text = (project / "docs" / "demo-data.md").read_text(encoding="utf-8")
    quoted = {path: int(count.replace(",", "")) for path, count in re.findall(r"^\| (\S+) \| ([\d,]+) \| [\d.]+ % \|$", text, re.MULTILINE)}
    assert quoted == dict(lines_by_category)


def test_every_category_is_reached_and_has_two_levels(table: Categories) -> None:
    assert len(set(table.paths)) == 17
    assert all(re.fullmatch(r"[^/]+/[^/]+", path) for path in table.paths)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "家居/蜡烛与灯饰"),
        ("SET OF 3 CAKE TINS PANTRY DESIGN ", "厨房/烘焙"),
        ("DOORMAT FAIRY CAKE", "家居/地垫与布艺"),  # the mat, not what is painted on it
        ("WRAP DOILEY DESIGN", "文具/贺卡与礼品包装"),
        ("CHICK GREY HOT WATER BOTTLE", "个护/热水袋与护理"),
        ("PAPER CHAIN KIT 50'S CHRISTMAS ", "节庆/圣诞与复活节"),
        ("RED RETROSPOT  PLATES", "厨房/餐具与茶具"),  # a plural, and blanks that run together
        ("BICYCLES", "园艺/花园与户外"),
        ("NEXT DAY CARRIAGE", "其他"),
        ("", "其他"),
    ],
)
def test_the_thing_itself_wins_over_its_pattern(table: Categories, name: str, path: str) -> None:
    assert table.of(name) == path


def test_a_keyword_stands_for_whole_words(table: Categories) -> None:
    assert table.of("CARDINAL") == "其他"  # not a card
    assert table.of("BIRTHDAY CARDS") == "文具/贺卡与礼品包装"


def test_no_keyword_is_dead() -> None:
    """A keyword that an earlier entry says already would never be tried."""
    said: dict[str, str] = {}
    for entry in tomllib.loads(TABLE.read_text(encoding="utf-8"))["category"]:
        for keyword in entry["keywords"]:
            word = normalise(keyword)
            assert word not in said, f"{keyword} is in {said.get(word)} and again in {entry['path']}"
            said[word] = entry["path"]
