"""The pure helpers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms, turn_clock, utc_now
from xiaodian.kit.ids import made_at, new_id
from xiaodian.kit.masking import mask_name, mask_phone
from xiaodian.kit.money import format_minor, split_minor
from xiaodian.kit.paging import BadCursorError, decode_cursor, encode_cursor
from xiaodian.kit.spreadsheets import safe_cell


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any))
def test_a_split_never_loses_or_makes_a_cent(total: int, weights: list[int]) -> None:
    parts = split_minor(total, weights)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


def test_a_split_without_weights_is_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        split_minor(100, [0, 0])


@pytest.mark.parametrize(("minor", "text"), [(1990, "19.90"), (5, "0.05"), (-120, "-1.20")])
def test_money_shows_both_decimals(minor: int, text: str) -> None:
    assert format_minor(minor) == text


@given(st.integers(0, 2**52))
def test_a_moment_in_milliseconds_is_never_later_than_it_was_and_less_than_one_earlier(since_us: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=since_us)
    told = from_epoch_ms(to_epoch_ms(moment))
    assert moment - timedelta(milliseconds=1) < told <= moment
    assert to_epoch_ms(told) == to_epoch_ms(moment)


@pytest.mark.parametrize("turned", [timedelta(days=-300, microseconds=-123), timedelta(hours=7, microseconds=456)])
def test_ids_are_in_the_order_in_which_they_were_made_at_another_time_too(turned: timedelta) -> None:
    to = utc_now() + turned
    turn_clock(to)
    try:
        assert utc_now() >= to
        before_ms = to_epoch_ms(utc_now())
        made = [new_id() for _ in range(20_000)]
        after_ms = to_epoch_ms(utc_now())
    finally:
        turn_clock(None)
    assert made == sorted(made)
    assert before_ms <= to_epoch_ms(made_at(made[0])) <= to_epoch_ms(made_at(made[-1])) <= after_ms


def test_others_see_one_character_of_a_name_and_part_of_a_phone_number() -> None:
    assert mask_name(" 小丹丹 ") == "小*"
    assert mask_phone("13812345678") == "138******78"


def test_a_cursor_comes_back_as_it_went_and_a_forged_one_is_refused() -> None:
    last = new_id()
    assert decode_cursor(encode_cursor(last)) == last
    with pytest.raises(BadCursorError):
        decode_cursor("forged!")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_cell_that_would_run_as_a_formula_is_only_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "草莓", "3-4 斤", "a=b", "'=1"])
def test_any_other_cell_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text
