"""Words beside one another as the reader's language wants it."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from core.money import format_minor
from core.words import colon, end, listed, minus, signed, with_remark


@pytest.mark.parametrize(
    ("language", "of_two", "remarked", "announced"),
    [("en", "Gold, Silver", "Gold (Store A)", ": "), ("zh-hans", "Gold、Silver", "Gold（Store A）", "：")],
)
def test_lists_remarks_and_announcements_in_both_languages(language: str, of_two: str, remarked: str, announced: str) -> None:
    with override(language):
        assert listed(["Gold", "Silver"]) == of_two
        assert listed(["Gold"]) == "Gold"
        assert listed([]) == ""
        assert with_remark("Gold", "Store A") == remarked
        assert colon() == announced


@pytest.mark.parametrize(
    ("ends_at", "english", "chinese"),
    [
        (datetime(2026, 11, 30, 16, tzinfo=UTC), "the end of 2026-11-30", "2026-11-30"),  # midnight in Shanghai
        (datetime(2026, 11, 30, 15, 59, tzinfo=UTC), "2026-11-30 23:59", "2026-11-30 23:59"),
        (datetime(2026, 11, 30, 16, 0, 1, tzinfo=UTC), "2026-12-01 00:00:01", "2026-12-01 00:00:01"),
        (datetime(2026, 12, 1, tzinfo=UTC), "2026-12-01 08:00", "2026-12-01 08:00"),
    ],
)
def test_an_end_at_midnight_of_the_zone_reads_as_the_day_before(ends_at: datetime, english: str, chinese: str) -> None:
    with override("en"):
        assert end(ends_at, "Asia/Shanghai") == english
    with override("zh-hans"):
        assert end(ends_at, "Asia/Shanghai") == chinese


def test_the_minus_sign_is_one_everywhere() -> None:
    assert [signed(each) for each in (1200, 0, -1200)] == ["+1,200", "0", "−1,200"]
    assert [minus(each) for each in (1200, -1200)] == ["1,200", "−1,200"]
    assert format_minor(-29990, "CNY") == "−¥299.90"
