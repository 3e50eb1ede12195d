"""JSON as strictly as it can be read (R16): what two parsers could read differently, or Postgres cannot keep, is refused."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from core.api.errors import BodyTooLarge, Malformed

DEEPEST = 20


class StrictJSONParser(BaseParser):
    """UTF-8 JSON up to settings.API_BODY_LIMIT bytes; no key twice, no NaN or infinity, no NUL, no half characters, no deep nesting."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        limit: int = settings.API_BODY_LIMIT
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise BodyTooLarge(limit_bytes=limit)
        return read(raw)


def read(raw: bytes) -> Any:
    """The value of a JSON text. Raises Malformed."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise Malformed(_("The JSON is nested too deep.")) from None
    except json.JSONDecodeError as problem:
        raise Malformed(_("This is no JSON: line {line}, column {column}.").format(line=problem.lineno, column=problem.colno)) from None
    except UnicodeDecodeError as problem:
        raise Malformed(_("This is not UTF-8: byte {place}.").format(place=problem.start + 1)) from None
    except ValueError:  # thousands of digits
        raise Malformed(_("A number is too large.")) from None
    _check(value)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed(_("A key is given twice."))
    return found


def _no_constant(name: str) -> NoReturn:
    raise Malformed(_("{name} is not JSON.").format(name=name))


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Malformed(_("A number is too large."))
    return number


def _check(value: Any) -> None:
    """Walk without recursion: depth, and characters that no text column can hold."""
    waiting = [(value, 1)]
    while waiting:
        current, depth = waiting.pop()
        if depth > DEEPEST:
            raise Malformed(_("The JSON is nested too deep."))
        if isinstance(current, str):
            _check_text(current)
        elif isinstance(current, dict):
            for key, inner in current.items():
                _check_text(key)
                waiting.append((inner, depth + 1))
        elif isinstance(current, list):
            waiting.extend((inner, depth + 1) for inner in current)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise Malformed(_("Text must not hold NUL characters."))
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed(_("Text must not hold half of a surrogate pair."))
