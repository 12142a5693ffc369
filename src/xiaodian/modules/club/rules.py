"""Pure decisions about clubs: what points come to, which level they reach, and what a shop may set."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.club import ClubLevel, ClubRules, LevelColour

MONTH = timedelta(days=30)
FEWEST_LEVELS, MOST_LEVELS = 3, 6
READY_RULES = ClubRules(minute_points=1, daily_minutes=60, yuan_points=1, month_points=50)
"""An hour of watching a day weighs as much as sixty yuan: who comes every evening rises as who buys does."""
READY_POINTS = (0, 300, 1_500, 6_000, 20_000)
READY_COLOURS = (LevelColour.MIST, LevelColour.LEAF, LevelColour.SEA, LevelColour.GRAPE, LevelColour.PERSIMMON)


class Gathered(NamedTuple):
    """What a member's facts hold, before rules: capped minutes of all days, whole yuan of all orders, whole months."""

    minutes: int
    yuan: int
    months: int


class Points(NamedTuple):
    """What facts come to by a shop's rules."""

    from_watching: int
    from_buying: int
    from_following: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.from_watching + self.from_buying + self.from_following


def reckon(rules: ClubRules, gathered: Gathered) -> Points:
    """The points of a member."""
    return Points(
        from_watching=gathered.minutes * rules.minute_points,
        from_buying=gathered.yuan * rules.yuan_points,
        from_following=gathered.months * rules.month_points,
    )


def level_of(points: int, levels: Sequence[ClubLevel]) -> int:
    """The highest level that these points reach; the first is 1, and everybody has it."""
    return max(sum(points >= level.points for level in levels), 1)


def whole_months(followed_at: datetime | None, now: datetime) -> int:
    """For how many months somebody has followed, by now."""
    return 0 if followed_at is None else max((now - followed_at) // MONTH, 0)


def next_month_at(followed_at: datetime | None, now: datetime) -> datetime | None:
    """When the next month is whole; None for who does not follow."""
    return None if followed_at is None else followed_at + (whole_months(followed_at, now) + 1) * MONTH


def was_on_air(at: datetime, started_at: datetime | None, ended_at: datetime | None) -> bool:
    """Whether a room was on air then; its replay is not."""
    return started_at is not None and started_at <= at and (ended_at is None or at <= ended_at)


def check_levels(levels: Sequence[ClubLevel]) -> None:
    """Whether a club may have these levels. Raises InvalidInputError."""
    if not FEWEST_LEVELS <= len(levels) <= MOST_LEVELS:
        raise InvalidInputError(field="levels", reason="out_of_range", min=FEWEST_LEVELS, max=MOST_LEVELS)
    if levels[0].points != 0:
        raise InvalidInputError(field="levels[0].points", reason="first_is_free")
    for number, (below, level) in enumerate(pairwise(levels), start=1):
        if level.points <= below.points:
            raise InvalidInputError(field=f"levels[{number}].points", reason="not_above_last", min=below.points + 1)
    if len({level.name for level in levels}) < len(levels):
        raise InvalidInputError(field="levels", reason="same_name")
