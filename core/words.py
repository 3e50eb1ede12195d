"""How words stand beside one another in the reader's language."""

from collections.abc import Iterable

from django.utils.translation import pgettext


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
