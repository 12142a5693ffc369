"""Clubs as HTTP shows them."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, Input
from xiaodian.contracts.base import Line as OneLine
from xiaodian.contracts.club import ClubLevel, ClubRules, ClubStanding, LevelColour
from xiaodian.contracts.promotion import CouponId
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.club.models import Member
from xiaodian.modules.club.rules import FEWEST_LEVELS, MOST_LEVELS

MAX_POINTS = 100_000_000
Rate = Annotated[int, Meta(ge=0, le=10_000)]


class ClubLevelInput(Input, frozen=True, kw_only=True):
    """A level; the first asks for 0 points, each other for more than the one below."""

    name: Annotated[OneLine, Meta(min_length=1, max_length=12)]
    colour: LevelColour
    points: Annotated[int, Meta(ge=0, le=MAX_POINTS)]
    coupon_id: UUID | None = None
    """A personal coupon of the shop for who reaches the level."""


class ClubInput(Input, frozen=True, kw_only=True):
    """A club from now on: who is a member already is counted by it within moments."""

    is_open: bool
    name: Annotated[OneLine, Meta(min_length=1, max_length=20)]
    word: Annotated[OneLine, Meta(min_length=2, max_length=6)]
    """On the badge."""
    minute_points: Rate
    daily_minutes: Annotated[int, Meta(ge=1, le=1440)]
    yuan_points: Rate
    month_points: Rate
    levels: Annotated[list[ClubLevelInput], Meta(min_length=FEWEST_LEVELS, max_length=MOST_LEVELS)]


class JoinInput(Input, frozen=True, kw_only=True):
    """From where somebody joins: that room says so, if it is on air."""

    room_id: UUID | None = None


class LevelGift(Contract, frozen=True, kw_only=True):
    """The coupon that comes with a level."""

    title: str
    off_minor: int
    min_spend_minor: int


class ClubLevelView(Contract, frozen=True, kw_only=True):
    """A level as fans see it."""

    level: int
    name: str
    colour: LevelColour
    points: int
    gift: LevelGift | None


class ClubView(Contract, frozen=True, kw_only=True):
    """A shop's club: how points come, what each level gives, and where the reader stands."""

    shop_id: ShopId
    shop_name: str
    host_id: AccountId
    """Whom who joins follows."""
    name: str
    word: str
    rules: ClubRules
    levels: list[ClubLevelView]
    members: int
    mine: ClubStanding | None
    """Null for who is no member."""


class ClubPoints(Contract, frozen=True, kw_only=True):
    """What points came of: minutes of a day, the yuan of an order that stayed, or a month as follower."""

    kind: str
    """`watching`, `buying` or `following`."""
    day: str
    """Of the books, `2026-11-29`."""
    amount: int
    """Minutes that count, whole yuan, months."""
    returned_minor: int
    """Of an order, what was refunded."""
    points: int


class ClubHistory(Contract, frozen=True, kw_only=True):
    """The newest of what a member's points came of, the newest first."""

    items: list[ClubPoints]


class OwnClub(Contract, frozen=True, kw_only=True):
    """A club that the reader is a member of."""

    shop_id: ShopId
    shop_name: str
    name: str
    word: str
    level: int
    level_name: str
    colour: LevelColour
    points: int


class OwnClubs(Contract, frozen=True, kw_only=True):
    """The clubs of the reader, those with the most points first."""

    items: list[OwnClub]


class ClubSettings(Contract, frozen=True, kw_only=True):
    """A club as the shop sees it, or (`is_set` false) one that is ready to be opened as it stands here."""

    is_set: bool
    is_open: bool
    name: str
    word: str
    rules: ClubRules
    levels: list[ClubLevel]
    is_applied: bool
    """Whether all members are counted by these rules already."""
    members_by_level: list[int]
    """As many numbers as levels, the lowest first."""


class ClubMember(Contract, frozen=True, kw_only=True):
    """A member in the shop's list."""

    account_id: AccountId
    display_name: str
    avatar_url: str | None
    level: int
    points: int
    from_watching: int
    from_buying: int
    from_following: int
    joined_at_ms: int


def to_standing(member: Member) -> ClubStanding:
    """Where a member stands."""
    return ClubStanding(
        level=member.level,
        points=member.points,
        from_watching=member.from_watching,
        from_buying=member.from_buying,
        from_following=member.from_following,
        joined_at_ms=to_epoch_ms(member.joined_at),
    )


def to_level(level: ClubLevelInput) -> ClubLevel:
    """A level as it is kept."""
    coupon_id = None if level.coupon_id is None else CouponId(level.coupon_id)
    return ClubLevel(name=level.name.strip(), colour=level.colour, points=level.points, coupon_id=coupon_id)
