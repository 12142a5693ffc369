"""Titles, topics, states and moments of short videos."""

import itertools
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import LearnedMoment, VideoId, VideoState
from xiaodian.modules.content.models import VideoProduct
from xiaodian.modules.content.service.show_videos import choose_cues
from xiaodian.modules.content.video_rules import (
    COUNT_SLOTS,
    MAX_TITLE_CHARS,
    MAX_TOPIC_CHARS,
    MAX_TOPICS,
    MIN_SHOW_MS,
    MOVES_OF_CREATOR,
    MOVES_OF_OPERATOR,
    Moment,
    Showing,
    clean_title,
    count_slot,
    find_topics,
    fold_topic,
    move_cues,
    spread_moments,
    suggest_title,
)

A, B, C = (ProductId(UUID(int=number)) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("title", "topics"),
    [
        ("今天的草莓 #丹东草莓 #新农商", ["丹东草莓", "新农商"]),
        ("#丹东草莓#新农商 甜", ["丹东草莓", "新农商"]),
        ("#草莓# 好吃", ["草莓"]),
        ("＃草莓 全角也算", ["草莓"]),
        ("#ＡＢＣ Wide #abc", ["abc"]),
        ("#Dan_Dong2024 x", ["dan_dong2024"]),
        ("看 3 号链接 #3", []),
        ("#2024草莓季", ["2024草莓季"]),
        ("没有话题", []),
        ("# 空的 ##", []),
        ("#草莓,#蓝莓。", ["草莓", "蓝莓"]),
        ("#草莓<script>", ["草莓"]),
    ],
)
def test_a_title_names_its_topics_in_any_way_of_writing(title: str, topics: list[str]) -> None:
    assert find_topics(title) == topics


@given(st.text(max_size=60))
def test_a_topic_is_the_same_however_often_it_is_folded(text: str) -> None:
    assert fold_topic(fold_topic(text).replace("#", "")) == fold_topic(text).replace("#", "") or "#" in text


def test_too_many_or_too_long_topics_are_refused_by_their_limit() -> None:
    assert len(find_topics(" ".join(f"#话题{n}" for n in range(MAX_TOPICS)))) == MAX_TOPICS
    with pytest.raises(InvalidInputError) as many:
        find_topics(" ".join(f"#话题{n}" for n in range(MAX_TOPICS + 1)))
    assert many.value.params == {"reason": "too_many_topics", "limit": MAX_TOPICS}
    assert find_topics("#" + "莓" * MAX_TOPIC_CHARS) == ["莓" * MAX_TOPIC_CHARS]
    with pytest.raises(InvalidInputError) as long:
        find_topics("#" + "莓" * (MAX_TOPIC_CHARS + 1))
    assert long.value.params == {"reason": "topic_too_long", "limit": MAX_TOPIC_CHARS}


def test_a_title_is_one_clean_line_and_may_be_empty() -> None:
    assert clean_title("  \n ") == ""
    assert clean_title(" 草莓   甜 ") == "草莓 甜"
    for bad in ("草莓\u202e反", "a" * (MAX_TITLE_CHARS + 1), "a\nb"):
        with pytest.raises(InvalidInputError):
            clean_title(bad)


def test_only_an_operator_takes_down_and_only_an_operator_restores() -> None:
    assert MOVES_OF_CREATOR[VideoState.TAKEN_DOWN] == frozenset()
    assert all(VideoState.TAKEN_DOWN not in moves for moves in MOVES_OF_CREATOR.values())
    assert MOVES_OF_OPERATOR[VideoState.DRAFT] == frozenset()
    assert all(
        VideoState.DRAFT not in moves for table in (MOVES_OF_CREATOR, MOVES_OF_OPERATOR) for moves in table.values()
    )
    assert MOVES_OF_CREATOR.keys() == MOVES_OF_OPERATOR.keys() == set(VideoState)


def test_a_clip_keeps_what_was_on_show_in_its_stretch_on_its_own_time_line() -> None:
    showings = [
        Showing(A, 0, 9_000),  # ends before
        Showing(B, 8_000, 15_000),  # reaches in
        Showing(C, 20_000, None),  # still on show
        Showing(B, 26_000, 29_000),  # again: the first counts
        Showing(A, 39_500, 50_000),  # too little of it
    ]
    assert move_cues(showings, 10_000, 40_000) == {B: Moment(0, 5_000), C: Moment(10_000, 20_000)}
    assert move_cues(showings, 100_000, 200_000) == {C: Moment(0, 60_000)}
    assert move_cues([], 0, 10_000) == {}


def test_a_clips_title_is_suggested_without_topics_of_its_own() -> None:
    assert suggest_title("草莓专场", ["丹东草莓"]) == "丹东草莓 | 草莓专场"
    assert suggest_title("#1 专场", []) == "1 专场"
    assert len(suggest_title("x" * 300, ["y" * 300])) <= MAX_TITLE_CHARS


@given(
    st.lists(st.tuples(st.integers(0, 100_000), st.integers(MIN_SHOW_MS, 60_000)), max_size=5),
    st.integers(1, 20),
    st.integers(MIN_SHOW_MS, 600_000),
)
def test_cards_of_which_nothing_is_known_are_within_the_film(
    pairs: list[tuple[int, int]], count: int, duration_ms: int
) -> None:
    taken = [Moment(min(at_ms, duration_ms - 1), show_ms) for at_ms, show_ms in pairs]
    moments = spread_moments(taken, count, duration_ms)
    assert len(moments) == count
    assert all(each.at_ms >= 0 and each.show_ms > 0 and each.at_ms + each.show_ms <= duration_ms for each in moments)


@given(st.integers(1, 8), st.integers(200_000, 600_000))
def test_as_long_as_there_is_room_no_card_lies_over_another(count: int, duration_ms: int) -> None:
    taken = [Moment(20_000, 6_000), Moment(100_000, 10_000)]
    cards = sorted([*taken, *spread_moments(taken, count, duration_ms)])
    assert all(one.at_ms + one.show_ms <= after.at_ms for one, after in itertools.pairwise(cards))


def test_the_creators_moment_is_kept_the_learned_one_fills_the_gap_and_the_rest_is_spread() -> None:
    video_id = VideoId(uuid4())
    products = [
        VideoProduct(video_id, 1, A, 25_000, 9_000),
        VideoProduct(video_id, 2, B, None, None),
        VideoProduct(video_id, 3, C, None, None),
    ]
    learned = [
        LearnedMoment(product_id=A, at_ms=1_000, show_ms=5_000, weight=1, reason="orders"),
        LearnedMoment(product_id=B, at_ms=2_000, show_ms=5_000, weight=1, reason="orders"),
        LearnedMoment(product_id=B, at_ms=99_000, show_ms=5_000, weight=1000, reason="orders"),
    ]
    cues = choose_cues(products, learned, 30_000)
    assert [(cue.product_id, cue.at_ms, cue.show_ms, cue.reason) for cue in cues] == [
        (B, 2_000, 5_000, "orders"),
        (C, 12_000, 8_000, "spread"),
        (A, 25_000, 5_000, "creator"),
    ]


def test_learned_moments_are_tried_as_often_as_their_weights_say() -> None:
    video_id = VideoId(uuid4())
    learned = [
        LearnedMoment(product_id=A, at_ms=at_ms, show_ms=5_000, weight=weight, reason="orders")
        for at_ms, weight in ((1_000, 9), (2_000, 1))
    ]
    drawn = [choose_cues([VideoProduct(video_id, 1, A, None, None)], learned, 30_000)[0].at_ms for _ in range(2_000)]
    assert 1_600 < drawn.count(1_000) < 1_950


@given(st.uuids())
def test_an_account_is_always_counted_in_the_same_slot(account_id: UUID) -> None:
    assert count_slot(account_id) == count_slot(account_id)
    assert 0 <= count_slot(account_id) < COUNT_SLOTS
