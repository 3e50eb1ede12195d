"""Telephone numbers: kept in E.164 form, found whole and by their last four digits (MEM-12, design section 3)."""

import re

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput

# Mobiles as most people write them. Without 179: there the library looks for a carrier's prefix first.
_CHINESE_MOBILE = re.compile(r"(?:\+86)?(1(?:[3-689][0-9]|7[0-8])[0-9]{8})")


def to_e164(raw: str, *, region: str | None = None, field: str = "phone") -> str:
    """`"+86 138 0013 8000"` -> `"+8613800138000"`. Raises InvalidInput naming `field` for anything that is no number."""
    region = region or settings.PHONE_DEFAULT_REGION
    plain = _CHINESE_MOBILE.fullmatch(raw)
    if plain and (region == "CN" or raw[0] == "+"):
        return f"+86{plain[1]}"  # what the library answers, in a thirtieth of the time: files have millions of them
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        raise InvalidInput(_("This is not a telephone number."), field=field) from None
    if not phonenumbers.is_possible_number(number) or not _is_plausible(number):
        raise InvalidInput(_("This is not a telephone number."), field=field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_plausible(number: phonenumbers.PhoneNumber) -> bool:
    """Numbering plans change faster than the library; Chinese mobiles are checked by shape, others by the library."""
    national = str(number.national_number)
    if number.country_code == 86 and len(national) == 11:
        return national.startswith("1") and national[1] in "3456789"
    return phonenumbers.is_valid_number(number)


def national(e164: str) -> str:
    """What people type and read aloud: `"+8613800138000"` -> `"13800138000"`; foreign numbers keep their +code."""
    return e164[3:] if e164.startswith("+86") else e164
