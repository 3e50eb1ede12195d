"""TOML that people write, and what is wrong with it in their language: the library's own words are English."""

import re
import tomllib
from typing import Any

from django.utils.translation import gettext as _

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")
SHOWN = 60  # characters of the line that is wrong


class NotToml(ValueError):
    """The words are for people: in which line it stops being TOML, why, and the line."""


def loads(text: str) -> dict[str, Any]:
    """The tables of a text. Raises NotToml."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise NotToml(_words(str(problem), text)) from None


def _words(problem: str, text: str) -> str:
    place = _PLACE.search(problem)
    if place is None:
        return _("At the end of the file: %(why)s.") % {"why": _why(problem)}
    number = int(place.group(1))
    said = {"line": number, "why": _why(problem), "text": text.splitlines()[number - 1].strip()[:SHOWN]}
    return _("Line %(line)s: %(why)s. It says: %(text)s") % said


def _why(problem: str) -> str:
    reasons = (
        ("Expected '='", _("after the name there must be a =")),
        ("Expected ']", _("a bracket [ ] is not closed")),
        ("Unclosed array", _("a bracket [ ] is not closed")),
        ("Unclosed inline table", _("a brace { } is not closed")),
        ("Expected newline", _("something stands behind the value")),
        ("Invalid value", _("text must stand in quotation marks")),
        ("Invalid initial character", _("a name with other characters than a to z, digits, - and _ must stand in quotation marks")),
        ("Invalid statement", _("a name with other characters than a to z, digits, - and _ must stand in quotation marks")),
        ("Unterminated string", _("a quotation mark is not closed")),
        ("Illegal character", _("a quotation mark is not closed")),
        ("Expected", _("a quotation mark is not closed")),
        ("Unescaped", _("a backslash in quotation marks is written twice")),
        ("Cannot overwrite", _("the same name stands twice")),
        ("Cannot declare", _("the same table stands twice")),
    )
    return next((words for begins, words in reasons if problem.startswith(begins)), _("it cannot be read"))
