"""The state table of rooms, what may be said, what is worth telling."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.live import RoomState
from xiaodian.modules.live.caps import CapPerSecond
from xiaodian.modules.live.rules import (
    ALLOWED_MOVES,
    Timeline,
    clean_comment,
    is_audience_news,
    move,
    weighted_median,
)

NOW = datetime(2026, 5, 1, 20, tzinfo=UTC)


@pytest.mark.parametrize(("start", "to"), list(product(RoomState, RoomState)))
def test_a_room_moves_only_as_the_table_says(start: RoomState, to: RoomState) -> None:
    began = None if start is RoomState.PLANNED else NOW
    ended = NOW if start is RoomState.ENDED else None
    moved = move(Timeline(state=start, started_at=began, ended_at=ended), to, NOW + timedelta(minutes=1))
    assert (moved is not None) == (to in ALLOWED_MOVES[start])


def test_an_ended_room_never_comes_back() -> None:
    assert ALLOWED_MOVES[RoomState.ENDED] == frozenset()


def test_a_return_after_an_interruption_keeps_the_beginning() -> None:
    interrupted = Timeline(state=RoomState.INTERRUPTED, started_at=NOW, ended_at=None)
    back = move(interrupted, RoomState.ON_AIR, NOW + timedelta(minutes=1))
    assert back == Timeline(state=RoomState.ON_AIR, started_at=NOW, ended_at=None)


def test_a_room_does_not_end_before_it_began() -> None:
    ended = move(
        Timeline(state=RoomState.ON_AIR, started_at=NOW, ended_at=None), RoomState.ENDED, NOW - timedelta(seconds=1)
    )
    assert ended is not None
    assert ended.ended_at == NOW


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<b>好吃</b> & <script>alert(1)</script>", "<b>好吃</b> & <script>alert(1)</script>"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("  one\n\n two\t three\u2028four ", "one two three four"),
        ("\u202egnp.exe", "gnp.exe"),
        ("👨‍👩‍👧 👍🏽", "👨‍👩‍👧 👍🏽"),
        ("\u200b\ufeff \n", ""),
    ],
)
def test_a_comment_is_shown_as_it_was_typed_without_what_could_disturb_others(typed: str, shown: str) -> None:
    assert clean_comment(typed) == shown


@given(st.text())
def test_cleaning_a_comment_again_changes_nothing(text: str) -> None:
    assert clean_comment(clean_comment(text)) == clean_comment(text)


def test_the_median_counts_who_stands_behind_a_value() -> None:
    assert weighted_median([]) is None
    assert weighted_median([(500, 1), (3000, 8), (9000, 1)]) == 3000
    assert weighted_median([(500, 9), (9000, 8)]) == 500


def test_viewers_are_told_of_changes_and_not_of_jitter() -> None:
    assert is_audience_news((5, None), (6, None))
    assert is_audience_news((5, None), (5, 3000))
    assert not is_audience_news((5, 3000), (5, 3400))
    assert is_audience_news((5, 3000), (5, 3500))
    assert not is_audience_news((5, None), (5, None))


def test_likes_of_one_source_are_capped_by_the_second() -> None:
    cap = CapPerSecond(50)
    assert [cap.allow("a", 30, 1.0), cap.allow("a", 30, 1.5), cap.allow("a", 1, 1.9)] == [30, 20, 0]
    assert cap.allow("b", 50, 1.9) == 50
    assert cap.allow("a", 30, 2.0) == 30
