"""What is a rule and what is not: every refusal names the place, a code that is never renamed, and words (issue 5 item 1)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tags.rules import language
from tags.rules.catalogue import Catalogue, LevelWord, TagWord
from tags.rules.figures import Basket, of_key
from tags.rules.language import All, Between, Compare, Figure, HasChild, Not, Var

KNOWN = Catalogue(
    programme_id=1,
    is_platform=False,
    currency="CNY",
    time_zone="Asia/Shanghai",
    tags={"picky": TagWord(1, "挑剔客户")},
    levels={"L0": LevelWord("普通会员", 0), "L2": LevelWord("银牌会员", 2)},
)
AGE = {"var": "age"}
SPENT = {"bought": {"by": "category", "value": "母婴/奶粉", "days": 180, "figure": "average_price"}}
VIEWED = {"did": {"event": "view", "days": 7, "figure": "count"}}


def changed(operand: dict[str, Any], **changes: Any) -> dict[str, Any]:
    ((verb, said),) = operand.items()
    return {verb: {name: value for name, value in {**said, **changes}.items() if value is not None}}


@pytest.mark.parametrize(
    "rule",
    [
        {">=": [AGE, 18]},
        {"<=": [24000, SPENT, 36000]},
        {"in": [{"var": "gender"}, ["female"]]},
        {"in": [{"var": "channels"}, ["app", "pos"]]},
        {"missing": SPENT},
        {"has_tag": "picky"},
        {"has_child": {"months": [12, 36]}},
        {"has_child": {"months": [0, 0], "gender": "male"}},
        {"!": {"==": [{"var": "marketing"}, True]}},
        {"==": [{"var": "level"}, "L2"]},
        {"<=": ["L0", {"var": "level"}, "L2"]},
        {"and": [{"or": [{"!": {"and": [{">": [VIEWED, 0]}]}}]}]},
        {">": [changed(VIEWED, by="path", value="/sale"), 0]},
    ],
)
def test_a_rule_of_the_language_has_no_problems(rule: Any):
    assert language.problems(rule, KNOWN) == []
    assert language.read(rule)


@pytest.mark.parametrize(
    ("rule", "path", "code"),
    [
        ("age", "", "not_a_condition"),
        ({}, "", "not_a_condition"),
        ({"and": [], "or": []}, "", "not_a_condition"),
        ({"and": []}, "and", "empty_group"),
        ({"and": {"var": "age"}}, "and", "empty_group"),
        ({"xor": []}, "xor", "unknown_operator"),
        ({"and": [{">": [AGE, 1]}, {"or": [{"like": [AGE, 1]}]}]}, "and.1.or.0.like", "unknown_operator"),
        ({">": [AGE]}, ">", "wrong_shape"),
        ({">": [18, AGE]}, ">", "wrong_shape"),
        ({"<": [1, AGE, 2]}, "<", "wrong_shape"),
        ({"in": [AGE, 3]}, "in", "wrong_shape"),
        ({"in": [AGE, []]}, "in", "wrong_list"),
        ({">": [{"var": "shoe_size"}, 1]}, ">.0.var", "unknown_field"),
        ({">": [{"var": ["age"]}, 1]}, ">.0.var", "unknown_field"),
        ({">": [{"log": 1}, 1]}, ">.0.log", "unknown_operand"),
        ({">": [AGE, "old"]}, ">.1", "not_a_number"),
        ({">": [AGE, 18.5]}, ">.1", "not_a_number"),
        ({">": [AGE, True]}, ">.1", "not_a_number"),
        ({">": [AGE, 10**9 + 1]}, ">.1", "not_a_number"),
        ({"<=": [36, AGE, 12]}, "<=", "empty_range"),
        ({"<=": ["L2", {"var": "level"}, "L0"]}, "<=", "empty_range"),
        ({">": [{"var": "gender"}, "male"]}, ">", "operator_not_allowed"),
        ({"==": [{"var": "channels"}, "app"]}, "==", "operator_not_allowed"),
        ({"in": [{"var": "marketing"}, [True]]}, "in", "operator_not_allowed"),
        ({"==": [{"var": "gender"}, "cat"]}, "==.1", "unknown_choice"),
        ({"in": [{"var": "gender"}, ["male", "cat"]]}, "in.1.1", "unknown_choice"),
        ({">=": [{"var": "level"}, "L9"]}, ">=.1", "unknown_choice"),
        ({"==": [{"var": "marketing"}, 1]}, "==.1", "not_yes_or_no"),
        ({"==": [{"var": "country"}, ""]}, "==.1", "not_a_text"),
        ({"==": [{"var": "country"}, "\x00"]}, "==.1", "not_a_text"),
        ({"has_tag": "kind"}, "has_tag", "unknown_tag"),
        ({"has_tag": 3}, "has_tag", "not_a_text"),
        ({"has_child": {"months": [36, 12]}}, "has_child", "wrong_child"),
        ({"has_child": {"months": [12, 36], "name": "x"}}, "has_child", "wrong_child"),
        ({"has_child": {"months": [True, 36]}}, "has_child", "wrong_child"),
        ({">": [changed(SPENT, days=0), 1]}, ">.0.bought.days", "wrong_days"),
        ({">": [changed(SPENT, days=1096), 1]}, ">.0.bought.days", "wrong_days"),
        ({">": [changed(SPENT, figure="sum"), 1]}, ">.0.bought.figure", "unknown_figure"),
        ({">": [changed(SPENT, by="colour"), 1]}, ">.0.bought.by", "unknown_by"),
        ({">": [changed(SPENT, by=["brand"]), 1]}, ">.0.bought.by", "unknown_by"),
        ({">": [changed(SPENT, value=None), 1]}, ">.0.bought.value", "not_a_text"),
        ({">": [changed(SPENT, event="view"), 1]}, ">.0.bought", "wrong_shape"),
        ({">": [changed(VIEWED, event="sneeze"), 1]}, ">.0.did.event", "unknown_event"),
        ({">": [changed(VIEWED, by="brand", value="A"), 1]}, ">.0.did.by", "unknown_by"),
        ({">": [{"derived": {"name": "tot_nothing_6m"}}, 1]}, ">.0.derived", "unknown_variable"),
        ({"!": {"!": {"!": {"!": {"!": {">": [AGE, 1]}}}}}}, "!.!.!.!.!", "too_deep"),
        ({"or": [{">": [AGE, 1]}] * 51}, "", "too_long"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(rule: Any, path: str, code: str):
    [problem] = language.problems(rule, KNOWN)
    assert (problem.path, problem.code) == (path, code)
    assert problem.words


def test_a_document_tells_everything_that_is_wrong_with_it_at_once():
    rule = {"and": [{">": [{"var": "x"}, 1]}, {"has_tag": "kind"}, {">": [AGE, 1]}, {"xor": 1}]}
    assert [problem.path for problem in language.problems(rule, KNOWN)] == ["and.0.>.0.var", "and.1.has_tag", "and.3.xor"]


def test_a_tag_or_level_that_has_gone_does_not_keep_a_rule_from_being_read():
    assert language.read({"has_tag": "gone"})
    assert language.read({">=": [{"var": "level"}, "L9"]})
    with pytest.raises(language.InvalidRule) as refused:
        language.read({">": [{"var": "x"}, 1]})
    assert [problem.code for problem in refused.value.problems] == ["unknown_field"]


def test_a_document_is_read_as_it_says():
    basket = Basket(days=180, by="category", value="母婴/奶粉")
    figure = Figure(basket, "average_price")
    rule = {"and": [{"has_child": {"months": [12, 36]}}, {"<=": [24000, SPENT, 36000]}, {"!": {"<": [AGE, 18]}}]}
    tree = All((HasChild(12, 36), Between(24000, figure, 36000), Not(Compare("<", Var("age"), 18))))
    assert language.read(rule) == tree
    assert language.operands(tree) == [figure, Var("age")]
    assert language.baskets(tree) == [basket]
    assert basket.key == '{"bought": {"by": "category", "value": "母婴/奶粉", "days": 180}}'
    assert of_key(basket.key) == basket


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.sampled_from(["age", "L2", "female"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["and", "or", "!", "==", "<=", "in", "missing", "has_tag", "has_child", "var", "bought", "did", "derived", "months"]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_comes_is_answered_with_words_or_read(document: Any):
    found = language.problems(document, KNOWN)
    if not found:
        assert language.read(document)
