"""What points come to, which level they reach, and which levels a club may have."""

from datetime import UTC, datetime, timedelta

import pytest

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.club import ClubLevel, ClubRules, LevelColour
from xiaodian.modules.club.rules import (
    READY_COLOURS,
    READY_POINTS,
    Gathered,
    check_levels,
    level_of,
    next_month_at,
    reckon,
    was_on_air,
    whole_months,
)

NOW = datetime(2026, 11, 11, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def levels(*points: int) -> list[ClubLevel]:
    """Levels that ask for so much."""
    return [ClubLevel(name=f"{each} 分", colour=LevelColour.SEA, points=each) for each in points]


def test_points_are_the_sum_of_minutes_yuan_and_months_by_the_shops_rules() -> None:
    rules = ClubRules(minute_points=2, daily_minutes=60, yuan_points=3, month_points=50)
    points = reckon(rules, Gathered(minutes=10, yuan=7, months=2))
    assert (points.from_watching, points.from_buying, points.from_following, points.total) == (20, 21, 100, 141)


@pytest.mark.parametrize(("points", "level"), [(0, 1), (299, 1), (300, 2), (1_499, 2), (1_500, 3), (10**9, 3)])
def test_a_level_is_reached_with_the_very_point_that_it_asks_for(points: int, level: int) -> None:
    assert level_of(points, levels(0, 300, 1_500)) == level


def test_a_month_as_follower_counts_when_it_is_whole_and_not_before() -> None:
    assert whole_months(None, NOW) == 0
    assert whole_months(NOW - 30 * DAY + timedelta(seconds=1), NOW) == 0
    assert whole_months(NOW - 30 * DAY, NOW) == 1
    assert whole_months(NOW + DAY, NOW) == 0
    assert next_month_at(NOW - 30 * DAY, NOW) == NOW + 30 * DAY
    assert next_month_at(NOW, NOW) == NOW + 30 * DAY
    assert next_month_at(None, NOW) is None


def test_watching_a_replay_is_no_attendance() -> None:
    start, end = NOW - 2 * DAY, NOW - DAY
    assert was_on_air(NOW - 1.5 * DAY, start, end)
    assert was_on_air(NOW, start, None)
    assert not was_on_air(NOW, start, end)
    assert not was_on_air(NOW - 3 * DAY, start, end)
    assert not was_on_air(NOW, None, None)


def test_the_ready_levels_are_such_as_a_club_may_have() -> None:
    ready = zip(READY_POINTS, READY_COLOURS, strict=True)
    check_levels([ClubLevel(name=str(points), colour=colour, points=points) for points, colour in ready])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (levels(0, 10), "levels"),
        (levels(0, 1, 2, 3, 4, 5, 6), "levels"),
        (levels(5, 10, 20), "levels[0].points"),
        (levels(0, 10, 10), "levels[2].points"),
        ([*levels(0, 10), ClubLevel(name="10 分", colour=LevelColour.SEA, points=20)], "levels"),
    ],
)
def test_levels_that_nobody_could_tell_apart_are_refused(wrong: list[ClubLevel], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        check_levels(wrong)
    assert refused.value.field == field
