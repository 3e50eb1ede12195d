"""A rule reads as a sentence in both languages, and the worked examples of docs/rules/tags.md are what the program says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from tags.rules import language, sentence
from tags.rules.fields import FIELDS
from tests.tags.test_language import KNOWN


def said(rule: Any, tongue: str) -> str:
    with translation.override(tongue):
        return sentence.words(rule, KNOWN)


def examples(project: Path) -> list[tuple[Any, str, str]]:
    """(rule, Chinese, English) of the handbook's examples: a block of JSON, then two quoted lines."""
    text = (project / "docs" / "rules" / "tags.md").read_text(encoding="utf-8")
    found = re.findall(r"```json\n(.*?)```\n\n> (.*?)\n>\n> (.*?)\n", text, re.S)
    return [(json.loads(rule), zh, en) for rule, zh, en in found]


def test_the_examples_of_the_handbook_are_what_the_program_says(project: Path):
    found = examples(project)
    assert len(found) >= 6
    for rule, zh, en in found:
        assert language.problems(rule, KNOWN) == []
        assert (said(rule, "zh-hans"), said(rule, "en")) == (zh, en)


def test_every_field_stands_in_the_handbook(project: Path):
    text = (project / "docs" / "rules" / "tags.md").read_text(encoding="utf-8")
    assert [code for code in FIELDS if f"`{code}`" not in text] == []


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ({"==": [{"var": "marketing"}, True]}, "同意接收营销信息", "agreed to marketing"),
        ({"==": [{"var": "marketing"}, False]}, "不是：同意接收营销信息", "not: agreed to marketing"),
        ({"<": [{"var": "return_rate"}, 125]}, "近 365 天退货率 小于 12.5%", "return rate of 365 days is below 12.5%"),
        ({">=": [{"var": "rfm_value"}, 3600]}, "价值分 不低于 3.6", "value score is at least 3.6"),
        ({"==": [{"var": "province"}, "440000"]}, "省 为 广东省", "province is Guangdong"),
        ({"in": [{"var": "gender"}, ["male", "female"]]}, "性别 为 男、女 之一", "gender is one of male, female"),
        ({"missing": {"var": "age"}}, "年龄 未知", "age is not known"),
        (
            {
                "or": [
                    {"has_tag": "picky"},
                    {"and": [{">": [{"var": "orders_30"}, 1200]}, {"has_child": {"months": [0, 6], "gender": "female"}}]},
                ]
            },
            "有标签“挑剔客户”，或者 （近 30 天订单数 大于 1,200，并且 女孩 0–6 个月）",
            "has the tag “挑剔客户”, or (orders in 30 days is above 1,200, and has a daughter of 0–6 months)",
        ),
    ],
)
def test_values_are_told_as_people_write_them(rule: Any, zh: str, en: str):
    assert (said(rule, "zh-hans"), said(rule, "en")) == (zh, en)


def test_values_that_matched_are_told_by_their_keys():
    basket = '{"bought": {"by": "category", "value": "母婴/奶粉", "days": 180, "figure": "average_price"}}'
    why = {"age": 31, "gender": None, "channels": ["pos", "app"], basket: 24000, '{"has_tag": "picky"}': True, "gone_field": 3}
    with translation.override("en"):
        assert sentence.value_words(why, KNOWN) == {
            "age": "31 years",
            "gender": "not known",
            "ordered through, in 365 days": "app, till",
            "average price of 母婴/奶粉 bought within 180 days": "¥240.00",
            "has the tag “挑剔客户”": "yes",
            "gone_field": "3",
        }
