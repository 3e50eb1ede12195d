"""How words stand beside one another in the reader's language, and how ends and signed numbers are written."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import pgettext

MINUS = "−"


def comma() -> str:
    """What stands between the words of a list."""
    return pgettext("between the words of a list", ", ")


def colon() -> str:
    """What stands between a word and what it announces."""
    return pgettext("between a word and what it announces", ": ")


def semicolon() -> str:
    """What stands between the parts of a sentence that have commas of their own."""
    return pgettext("between parts of a sentence", "; ")


def listed(words: Iterable[object]) -> str:
    """`listed(["A", "B"])` -> "A, B", in Chinese "A、B"; nothing for nothing."""
    return comma().join(str(word) for word in words)


def with_remark(word: object, remark: object) -> str:
    """`with_remark("Gold", "Store A")` -> "Gold (Store A)", with the brackets of the language."""
    return pgettext("a word and a remark on it", "%(word)s (%(remark)s)") % {"word": word, "remark": remark}


def local(moment: datetime, zone: str) -> str:
    """A moment by the clock of `zone`, to the second where there are any."""
    there = moment.astimezone(ZoneInfo(zone))
    return there.strftime("%Y-%m-%d %H:%M:%S" if there.second else "%Y-%m-%d %H:%M")


def end(moment: datetime, zone: str) -> str:
    """Until when something holds that ends at `moment` (exclusive): of a local midnight "the end of 2026-11-30", else date and time."""
    if moment.astimezone(ZoneInfo(zone)).time() != time():
        return local(moment, zone)
    last = (moment - timedelta(microseconds=1)).astimezone(ZoneInfo(zone))
    return pgettext("until when something holds", "the end of %(day)s") % {"day": f"{last:%Y-%m-%d}"}


def signed(number: int) -> str:
    """`299` -> `+299`, `-1200` -> `−1,200`, with the sign typographers use; `0`."""
    return f"+{number:,}" if number > 0 else minus(number)


def minus(number: int) -> str:
    """`1200` -> `1,200`, `-1200` -> `−1,200`."""
    return f"{number:,}".replace("-", MINUS)
