"""The short way to read Chinese mobiles answers what the library answers."""

import random

import phonenumbers
import pytest

from core import phones
from core.errors import InvalidInput
from core.phones import to_e164

DRAWN = random.Random(3)
WRITTEN = [f"{start}{prefix}{DRAWN.randrange(10**8):08}" for prefix in range(130, 200) for start in ("", "+86")]


def by_the_library(raw: str) -> str:
    return phonenumbers.format_number(phonenumbers.parse(raw, "CN"), phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize("raw", WRITTEN)
def test_a_plain_mobile_is_read_as_the_library_reads_it(raw: str) -> None:
    assert to_e164(raw) == by_the_library(raw)


def test_all_but_179_take_the_short_way() -> None:
    short = sum(phones._CHINESE_MOBILE.fullmatch(raw) is not None for raw in WRITTEN)
    assert short == len(WRITTEN) - 2


def test_a_region_of_its_own_is_not_taken_for_china() -> None:
    assert by_the_library("13800138000") == "+8613800138000"
    with pytest.raises(InvalidInput):
        to_e164("13800138000", region="SG")
    assert to_e164("+8613800138000", region="SG") == "+8613800138000"
