"""What one viewer is shown, in which order and why."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.kit.paging import BadCursorError
from xiaodian.modules.feed.ranking import (
    Candidate,
    Pick,
    Ranked,
    RankedRoom,
    Reason,
    RoomCandidate,
    Viewer,
    arrange,
    draw_newcomers,
    explain,
    mark_of,
    name_reason,
    rank,
    rank_rooms,
)
from xiaodian.modules.feed.rules import WEIGHTS, creator_subject
from xiaodian.modules.feed.visit import MAX_SHOWN, Visit, decode_visit, encode_visit

ME = AccountId(uuid4())
SEED = 7


def candidate(score: float = 0.0, creator: UUID | None = None, *subjects: str, is_new: bool = False) -> Candidate:
    """A video."""
    video_id, creator_id = VideoId(uuid4()), AccountId(creator or uuid4())
    return Candidate(
        video_id, creator_id, creator_subject(creator_id), subjects, score, 0, 0, 0, is_new, mark_of(video_id)
    )


def room(score: float = 0.0, purchases: int = 0) -> RoomCandidate:
    """A room on air."""
    room_id, host_id = RoomId(uuid4()), AccountId(uuid4())
    return RoomCandidate(room_id, host_id, creator_subject(host_id), score, purchases, mark_of(room_id))


def page(
    ranked: list[Ranked], newcomers: list[Ranked] | None = None, rooms: list[RankedRoom] | None = None, size: int = 10
) -> list[Pick]:
    """A first page."""
    return arrange(ranked, newcomers or [], rooms or [], size, 0, ())


def test_a_film_of_whom_i_follow_comes_before_a_better_one_of_a_stranger_and_says_so() -> None:
    friend, stranger = candidate(0.0), candidate(2.0)
    ranked = rank([stranger, friend], Viewer(ME, followed=frozenset({friend.creator_id})), SEED, ())
    assert [each.candidate for each in ranked] == [friend, stranger]
    explained = explain(ranked, Viewer(ME, followed=frozenset({friend.creator_id})))
    assert [each.reason for each in explained] == [Reason.FOLLOWED, Reason.LITTLE_WATCHED]


@pytest.mark.parametrize(
    ("views", "age", "reason"),
    [
        (1, timedelta(minutes=5), Reason.NEW_VIDEO),
        (99, timedelta(days=40), Reason.LITTLE_WATCHED),
        (100, timedelta(days=40), Reason.POPULAR),
        (100, timedelta(minutes=5), Reason.POPULAR),
    ],
)
def test_that_everybody_watches_a_film_is_said_only_when_it_is_so(views: int, age: timedelta, reason: Reason) -> None:
    [each] = explain(rank([candidate()._replace(views=views)], Viewer(ME), SEED, ()), Viewer(ME))
    assert isinstance(each, Ranked)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert name_reason(each.reason, now - age, now) is reason


def test_what_lifted_a_new_film_is_said_rather_than_that_it_is_new() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert name_reason(Reason.FOLLOWED, now, now) is Reason.FOLLOWED


@pytest.mark.parametrize(("subject", "reason"), [("topic:草莓", Reason.TOPIC), ("category:fruit", Reason.CATEGORY)])
def test_a_film_on_what_i_like_rises_and_says_why(subject: str, reason: Reason) -> None:
    wanted, other = candidate(0.0, None, subject), candidate(1.0)
    viewer = Viewer(ME, tastes={subject: 10.0})
    first = explain(rank([other, wanted], viewer, SEED, ()), viewer)[0]
    assert isinstance(first, Ranked)
    assert (first.candidate, first.reason, first.subject) == (wanted, reason, subject)


def test_what_i_swipe_away_sinks() -> None:
    tired, other = candidate(0.5, None, "topic:茶"), candidate(0.0)
    assert rank([tired, other], Viewer(ME, tastes={"topic:茶": -8.0}), SEED, ())[0].candidate == other


def test_my_own_films_what_i_dismissed_and_what_this_visit_showed_are_left_out() -> None:
    own, dismissed, shown, left = candidate(0.0, ME), candidate(), candidate(), candidate()
    viewer = Viewer(ME, dismissed=frozenset({dismissed.video_id}))
    ranked = rank([own, dismissed, shown, left], viewer, SEED, {shown.mark})
    assert [each.candidate for each in ranked] == [left]


def test_less_of_a_creator_and_topic_comes_after_i_said_that_it_does_not_interest() -> None:
    alike, other = candidate(3.0, None, "topic:茶"), candidate(0.0)
    viewer = Viewer(ME, disliked={alike.creator: 1, "topic:茶": 1})
    assert rank([alike, other], viewer, SEED, ())[0].candidate == other


def test_no_three_in_a_row_are_of_one_creator_also_over_the_edge_of_a_page() -> None:
    busy = uuid4()
    films = [candidate(10.0, busy) for _ in range(8)] + [candidate(0.0) for _ in range(8)]
    ranked = rank(films, Viewer(), SEED, ())
    whose = [pick.candidate.creator_id for pick in page(ranked) if isinstance(pick, Ranked)]
    assert all(len(set(whose[start : start + 3])) > 1 for start in range(len(whose) - 2))
    following = arrange(ranked, [], [], 3, 10, (mark_of(busy), mark_of(busy)))
    assert isinstance(following[0], Ranked)
    assert following[0].candidate.creator_id != busy


def test_where_there_is_but_one_creator_the_feed_goes_on() -> None:
    only = uuid4()
    ranked = rank([candidate(0.0, only) for _ in range(6)], Viewer(), SEED, ())
    assert len(page(ranked)) == 6


def test_a_page_is_not_all_of_one_topic_where_there_is_something_else_as_good() -> None:
    films = [candidate(0.1, None, "topic:茶") for _ in range(10)] + [candidate(0.0) for _ in range(10)]
    picks = page(rank(films, Viewer(), SEED, ()))
    assert sum("topic:茶" in pick.candidate.subjects for pick in picks if isinstance(pick, Ranked)) < 8


def test_one_place_in_five_is_a_room_and_one_in_ten_a_newcomer() -> None:
    ranked = rank([candidate(9.0) for _ in range(40)], Viewer(), SEED, ())
    newcomers = draw_newcomers(rank([candidate(-9.0) for _ in range(40)], Viewer(), SEED, ()), SEED)
    rooms = rank_rooms([room() for _ in range(40)], Viewer(), SEED, ())
    picks = page(ranked, newcomers, rooms, 20)
    assert [place for place, pick in enumerate(picks) if isinstance(pick, RankedRoom)] == [4, 9, 14, 19]
    tried = [place for place, pick in enumerate(picks) if pick.reason is Reason.NEW_VIDEO]
    assert tried == [5, 15]
    assert len(tried) / len(picks) <= 1 / WEIGHTS.newcomer_every


def test_who_uploads_a_thousand_films_gets_no_more_places_for_newcomers_than_others() -> None:
    flood = uuid4()
    ranked = rank([candidate(0.0, flood) for _ in range(50)] + [candidate() for _ in range(5)], Viewer(), SEED, ())
    drawn = draw_newcomers(ranked, SEED)
    assert sum(each.candidate.creator_id == flood for each in drawn) == 1


def test_every_newcomer_gets_its_turn() -> None:
    ranked = rank([candidate() for _ in range(5)], Viewer(), SEED, ())
    assert len({draw_newcomers(ranked, seed)[0].candidate.video_id for seed in range(100)}) == 5


def test_newcomers_whom_viewers_watch_on_get_more_of_the_places() -> None:
    good = candidate()._replace(views=20, through_percent=1_800)
    dull = candidate()._replace(views=20, through_percent=200)
    ranked = rank([good, dull], Viewer(), SEED, ())
    firsts = [draw_newcomers(ranked, seed)[0].candidate for seed in range(100)]
    assert firsts.count(good) > 95


def test_a_new_creator_is_called_so() -> None:
    [drawn] = draw_newcomers(rank([candidate(is_new=True)], Viewer(), SEED, ()), SEED)
    assert drawn.reason is Reason.NEW_CREATOR


def test_a_room_of_whom_i_follow_comes_first_and_others_say_what_happens_in_them() -> None:
    friend, busy, quiet = room(0.0), room(2.0, 12), room(0.5)
    ranked = rank_rooms([friend, busy, quiet], Viewer(ME, followed=frozenset({friend.host_id})), SEED, ())
    assert [each.candidate for each in ranked] == [friend, busy, quiet]
    assert [each.reason for each in ranked] == [Reason.ON_AIR_FOLLOWED, Reason.ON_AIR_BOUGHT, Reason.ON_AIR]


def test_the_same_visit_ranks_the_same_and_another_may_differ() -> None:
    films = [candidate() for _ in range(30)]
    one = [each.candidate for each in rank(films, Viewer(), 1, ())]
    assert one == [each.candidate for each in rank(films, Viewer(), 1, ())]
    assert one != [each.candidate for each in rank(films, Viewer(), 2, ())]


def test_a_cursor_carries_the_visit_and_never_grows_beyond_its_bound() -> None:
    visit = Visit(seed=5).after([1, 2, 3], [7, 8, 9])
    assert decode_visit(encode_visit(visit)) == Visit(5, 3, (8, 9), (1, 2, 3))
    for number in range(200):
        visit = visit.after(list(range(number * 10, number * 10 + 10)), [1, 2])
    assert len(visit.shown) == MAX_SHOWN
    assert len(encode_visit(visit)) < 4096
    assert decode_visit(encode_visit(visit)) == visit


@pytest.mark.parametrize("cursor", ["", "AA", "!", "AAAA" * 2000, "草莓"])
def test_a_cursor_made_by_others_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursorError):
        decode_visit(cursor)


def test_a_room_that_i_went_by_makes_place_for_one_that_i_have_not_seen() -> None:
    seen, fresh = room(1.0), room(0.0)
    viewer = Viewer(ME, passed_by=frozenset({seen.room_id}))
    assert [each.candidate for each in rank_rooms([seen, fresh], viewer, SEED, ())] == [fresh, seen]
