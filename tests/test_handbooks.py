"""The handbooks say what the screens say: bold words stand there in that language, pictures and linked pages exist."""

import gettext
import re
from pathlib import Path

import pytest

from tests.shots import SHOTS

PROJECT = Path(__file__).resolve().parents[1]
BOOKS = sorted((PROJECT / "docs" / "handbook").glob("*.md"))
READMES = [PROJECT / "README.md", PROJECT / "README.zh-Hans.md"]
CATALOGUE = PROJECT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo"
CODE = re.compile(r"`[^`]*`")
BOLD, LINK = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)")


def words_on_screens(chinese: bool) -> set[str]:
    """Every word of the catalogue in one language, in small letters."""
    with CATALOGUE.open("rb") as file:
        known: dict[str | tuple[str, int], str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    english = (key[0] if isinstance(key, tuple) else key for key in known)
    words = known.values() if chinese else (each.rpartition("\x04")[2] for each in english)
    return {each.replace("%%", "%").casefold() for each in words}


def bold_words(book: Path) -> list[str]:
    """`**Levels / Level schemes**` is a way through the menu: two words."""
    return [words for found in BOLD.findall(CODE.sub("", book.read_text())) for words in re.split(" ?/ ", found)]


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.name)
def test_bold_words_stand_on_the_screens(book):
    known = words_on_screens("zh-Hans" in book.name)
    assert [words for words in bold_words(book) if words.casefold() not in known] == []


@pytest.mark.parametrize("page", [*BOOKS, *READMES], ids=lambda page: page.name)
def test_pictures_and_pages_are_there(page):
    linked = [(page.parent / target).resolve() for target in LINK.findall(page.read_text())]
    assert linked
    assert [str(target) for target in linked if not target.exists()] == []


def test_every_picture_is_taken_by_make_shots():
    taken = {f"{shot.name}.{language}.png" for shot in SHOTS for language in shot.languages}
    assert {picture.name for picture in (PROJECT / "docs" / "images").glob("*.png")} == taken
