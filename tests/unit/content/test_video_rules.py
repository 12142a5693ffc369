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
    find_room,
    find_topics,
    fit_moment,
    fold_topic,
    move_cues,
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
    st.lists(
        st.lists(st.tuples(st.integers(0, 100_000), st.integers(MIN_SHOW_MS, 8_000), st.integers(1, 9)), max_size=8),
        max_size=15,
    ),
    st.integers(MIN_SHOW_MS, 120_000),
)
def test_no_card_that_the_platform_puts_up_lies_over_another_one(
    own: list[tuple[int, int]], drawn_from: list[list[tuple[int, int, int]]], duration_ms: int
) -> None:
    video_id = VideoId(uuid4())
    creators = [
        VideoProduct(video_id, number, ProductId(UUID(int=number)), min(at_ms, duration_ms - 1), show_ms)
        for number, (at_ms, show_ms) in enumerate(own, 1)
    ]
    left_open = [VideoProduct(video_id, n, ProductId(UUID(int=n)), None, None) for n in range(50, 50 + len(drawn_from))]
    learned = [
        LearnedMoment(product_id=each.product_id, at_ms=at_ms, show_ms=show_ms, weight=weight, reason="tried")
        for each, several in zip(left_open, drawn_from, strict=True)
        for at_ms, show_ms, weight in several
    ]
    cues = choose_cues([*creators, *left_open], learned, duration_ms)
    assert len([cue for cue in cues if cue.reason == "creator"]) == len(creators), "the creator's word stands"
    assert len({cue.product_id for cue in cues}) == len(cues)
    assert all(cue.at_ms >= 0 and cue.show_ms > 0 and cue.at_ms + cue.show_ms <= duration_ms for cue in cues)
    for one, other in itertools.combinations(cues, 2):
        if {one.reason, other.reason} != {"creator"}:
            assert one.at_ms + one.show_ms <= other.at_ms, "cues are in order, and the first is over before the next"


@pytest.mark.parametrize("known", [True, False])
def test_where_not_all_cards_have_room_each_has_its_turn(known: bool) -> None:
    video_id = VideoId(uuid4())
    products = [VideoProduct(video_id, n, product_id, None, None) for n, product_id in enumerate((A, B, C), 1)]
    # Of A nothing is known in either case.
    learned = [
        LearnedMoment(product_id=product_id, at_ms=at_ms, show_ms=8_000, weight=9, reason="tried")
        for product_id in (B, C)
        for at_ms in (1_000, 2_000)
        if known
    ]
    times = dict.fromkeys((A, B, C), 0)
    for _ in range(600):
        cues = choose_cues(products, learned, 9_000)
        assert cues
        for cue in cues:
            times[cue.product_id] += 1
    assert min(times.values()) > 120


def test_a_card_is_cut_short_by_the_next_one_only_as_far_as_it_can_still_be_read() -> None:
    taken = [Moment(10_000, 5_000)]
    assert fit_moment(Moment(4_000, 8_000), taken, 30_000) == Moment(4_000, 6_000)
    assert fit_moment(Moment(7_500, 8_000), taken, 30_000) is None
    assert fit_moment(Moment(12_000, 8_000), taken, 30_000) is None, "another card is up then"
    assert fit_moment(Moment(15_000, 8_000), taken, 30_000) == Moment(15_000, 8_000)
    assert fit_moment(Moment(28_500, 8_000), taken, 30_000) == Moment(28_500, 1_500), "the end of the film is no card"
    assert fit_moment(Moment(31_000, 8_000), taken, 30_000) is None
    assert find_room([Moment(0, 30_000)], 30_000) is None
    assert find_room([], 2_000) == Moment(0, 2_000)


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
    own, by_lot = cues[-1], {cue.product_id: (cue.at_ms, cue.show_ms, cue.reason) for cue in cues[:-1]}
    assert (own.product_id, own.at_ms, own.show_ms, own.reason) == (A, 25_000, 5_000, "creator")
    # In the middle of what is left: whose turn is first is drawn by lot.
    assert by_lot.pop(C) in {(12_000, 8_000, "spread"), (8_500, 8_000, "spread")}
    assert by_lot == {B: (2_000, 5_000, "orders")}


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
