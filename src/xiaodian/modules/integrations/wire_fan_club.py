"""The fan club as the open API shows it."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.contracts.club import LevelColour


class FanClubPoints(Contract, frozen=True, kw_only=True):
    """How points come; 0 gives none."""

    per_minute_watched: int
    """Of a room on air, while a member."""
    most_minutes_a_day: int
    per_yuan: int
    """Of an order's goods, whole yuan, less what was refunded."""
    per_month_followed: int
    """For each 30 days."""


class FanClubLevel(Contract, frozen=True, kw_only=True):
    """A level and how many members have it."""

    level: int
    name: str
    colour: LevelColour
    points: int
    """So many are needed in all."""
    coupon_id: UUID | None
    """Made out once to each member who reaches the level."""
    members: int


class FanClub(Contract, frozen=True, kw_only=True):
    """The shop's fan club: what members wear in its rooms, how points come, and the levels, lowest first."""

    is_open: bool
    name: str
    badge: str
    points: FanClubPoints
    levels: list[FanClubLevel]


class FanClubMember(Contract, frozen=True, kw_only=True):
    """A member and what their points came of."""

    id: UUID
    name: str
    """The first character alone."""
    level: int
    points: int
    points_by_watching: int
    points_by_buying: int
    points_by_following: int
    joined_at: datetime


class FanClubMemberPage(Contract, frozen=True, kw_only=True):
    """A page of members, the highest level and the most points first."""

    items: list[FanClubMember]
    next_cursor: str | None
