"""Conditions as JSON and as CEL: what reads back is what was written, and nonsense is told where it stands."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from xiaodian.contracts.fans import ConditionError
from xiaodian.kit.text import clean_line
from xiaodian.modules.fans.conditions.cel import read_cel, write_cel
from xiaodian.modules.fans.conditions.fields import FIELDS, IDS, NUMBERS, Field, Kind, Operator, Within
from xiaodian.modules.fans.conditions.tree import read_json, write_json


def _is_clean(text: str) -> bool:
    try:
        return clean_line(text, max_chars=40) == text
    except ValueError:
        return False


VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    **dict.fromkeys(NUMBERS, st.integers(0, 23)),
    **dict.fromkeys(IDS, st.uuids().map(str)),
    **dict.fromkeys((Kind.TAG, Kind.CATEGORY), st.text(min_size=1, max_size=12).filter(_is_clean)),
    Kind.MONEY: st.integers(0, 10**12),
    Kind.SHARE: st.floats(0, 1),
    Kind.DAY: st.dates().map(str),
    Kind.FLAG: st.booleans(),
}


@st.composite
def comparisons(draw: Callable[..., Any]) -> dict[str, Any]:
    """A comparison of any field."""
    field: Field = draw(st.sampled_from(FIELDS))
    op = draw(st.sampled_from(field.operators))
    values = st.sampled_from(field.choices) if field.choices else VALUES[field.kind]
    value = draw(st.lists(values, min_size=1, max_size=5) if op is Operator.IN else values)
    made = {"field": field.name, "op": op.value, "value": value}
    has_days = field.within is Within.MUST or (field.within is Within.MAY and draw(st.booleans()))
    return made | ({"within_days": draw(st.integers(1, 365))} if has_days else {})


CONDITIONS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.builds(lambda of: {"all": of}, st.lists(inner, min_size=2, max_size=4)),
        st.builds(lambda of: {"any": of}, st.lists(inner, min_size=2, max_size=4)),
        st.builds(lambda one: {"not": one}, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(CONDITIONS)
def test_a_condition_reads_back_from_json_and_from_cel(raw: dict[str, Any]) -> None:
    try:
        condition = read_json(raw)
    except ConditionError:
        reject()
    assert write_json(condition) == raw
    assert read_cel(write_cel(condition)) == condition


@pytest.mark.parametrize(
    ("text", "reason", "at"),
    [
        ("", "syntax", "1:1"),
        ("orders >", "syntax", "1:8"),
        ("orders >= 1 &&\n  colour == 2", "unknown_field", "2:3"),
        ("orders", "not_compared", "1:1"),
        ('orders >= "3"', "wrong_value", "1:1"),
        ("recent_orders >= 3", "days_needed", "1:1"),
        ("orders(30) >= 3", "wrong_arguments", "1:1"),
        ('bought_product("茶")', "wrong_value", "1:1"),
        ("tags > 1", "wrong_operator", "1:1"),
        ("true", "not_a_condition", "1:1"),
        ("orders > paid_orders", "not_compared", "1:1"),
        ("orders.map(x, x) == 1", "not_supported", "1:1"),
        ('"x".matches("(a+)+$")', "not_supported", "1:1"),
        ('orders == 1 || "' + "\\" * 80, "open_text", "1:16"),
        ("!" * 3000 + "follows", "too_deep", "1:10"),
        ("follows && " * 700 + "follows", "too_many_tests", "1:1"),
        ("segment in [" + ", ".join(['"loyal"'] * 700) + "]", "wrong_list", "1:1"),
        ("a" * 9000, "too_long", "1:1"),
        ("orders > 9999999999999999999999", "wrong_value", "1:1"),
    ],
)
def test_what_cannot_be_asked_is_x(text: str, reason: str, at: str) -> None:
    with pytest.raises(ConditionError) as refused:
        read_cel(text)
    assert (refused.value.params["reason"], refused.value.params["at"]) == (reason, at)


def test_parentheses_alone_are_no_depth() -> None:
    assert read_cel("(" * 2000 + "follows" + ")" * 2000) == read_cel("follows")


@pytest.mark.parametrize(
    ("raw", "reason", "at"),
    [
        ({"all": []}, "empty_group", "all"),
        ({"all": [{"any": [{"field": "hue", "op": "eq", "value": 1}]}]}, "unknown_field", "all[0].any[0].field"),
        ({"not": {"field": "orders", "op": "has", "value": 1}}, "wrong_operator", "not.op"),
        ({"field": "orders", "op": "ge", "value": True}, "wrong_value", "value"),
        ({"field": "segment", "op": "in", "value": []}, "wrong_list", "value"),
        ({"field": "first_day", "op": "ge", "value": "2026-02-30"}, "wrong_value", "value"),
        ({"field": "tags", "op": "has", "value": "a\u0000b"}, "wrong_value", "value"),
        ({"field": "orders", "op": "ge", "value": 1, "within_days": 3}, "no_days", "within_days"),
        ({"field": "orders", "op": "ge"}, "not_a_condition", ""),
        ({"all": [1]}, "not_a_condition", "all[0]"),
    ],
)
def test_what_a_builder_gets_wrong_is_told_by_its_path(raw: Any, reason: str, at: str) -> None:
    with pytest.raises(ConditionError) as refused:
        read_json(raw)
    assert (refused.value.params["reason"], refused.value.params["at"]) == (reason, at)
