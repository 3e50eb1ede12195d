"""Reasons in people's own words: kept with what was done, so they must say something (CSL-13, CSL-17)."""

from unicodedata import east_asian_width

from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput

AT_LEAST = 5  # letters; a Chinese character says as much as two
AT_MOST = 200  # characters


def checked(text: str) -> str:
    """The reason without blanks around it. "because" and 投诉补偿 say enough, "ok" and 补偿 do not. Raises InvalidInput."""
    words = text.strip()
    if said_by(words) < AT_LEAST:
        raise InvalidInput(_("Give a reason of at least five letters, or three Chinese characters."), field="reason")
    if len(words) > AT_MOST:
        raise InvalidInput(_("Give a reason of at most %(most)s characters.") % {"most": AT_MOST}, field="reason")
    return words


def said_by(words: str) -> int:
    """How much a text says, in letters: characters of East Asian writing count two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in words)
