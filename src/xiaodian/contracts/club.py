"""Fan clubs: levels of a shop's fans by watching, buying and time."""

from enum import StrEnum

from xiaodian.contracts.base import Contract
from xiaodian.contracts.promotion import CouponId


class LevelColour(StrEnum):
    """The palette of badges; every one is legible on the picture of a room and on paper."""

    MIST = "mist"
    LEAF = "leaf"
    SEA = "sea"
    GRAPE = "grape"
    PERSIMMON = "persimmon"
    GOLD = "gold"


class ClubLevel(Contract, frozen=True, kw_only=True):
    """One level of a club; the first is for everybody who joins, so it asks for no points."""

    name: str
    colour: LevelColour
    points: int
    """So many are needed in all."""
    coupon_id: CouponId | None = None
    """A personal coupon of the shop, made out once to each member who reaches the level."""


class ClubRules(Contract, frozen=True, kw_only=True):
    """How points come; a rule of 0 gives none."""

    minute_points: int
    """For each minute of a room watched on air while a member."""
    daily_minutes: int
    """More of a day, by the books, do not count."""
    yuan_points: int
    """For each whole yuan of an order's goods, less what was refunded; orders before joining count too."""
    month_points: int
    """For each 30 days as a follower without a break, those before joining too."""


class ClubStanding(Contract, frozen=True, kw_only=True):
    """Where a member stands."""

    level: int
    points: int
    from_watching: int
    from_buying: int
    from_following: int
    joined_at_ms: int


class FanClubCard(Contract, frozen=True, kw_only=True):
    """A member, as the shop sees one fan of its own."""

    word: str
    level: int
    name: str
    """Of the level."""
    colour: LevelColour
    points: int
    joined_at_ms: int
