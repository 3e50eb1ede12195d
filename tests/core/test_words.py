"""Words beside one another as the reader's language wants it."""

import pytest
from django.utils.translation import override

from core.words import colon, listed, with_remark


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
