"""What is known of somebody, on the wire."""

from datetime import date, datetime

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract
from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.shops import ShopId


class KnownToShop(Contract, frozen=True, kw_only=True):
    """What one shop knows of the caller. Spending is what is left after refunds."""

    shop_id: ShopId
    shop: str
    segment: SegmentCode
    segment_since: date
    own_segments: list[str]
    """Those that the shop made itself, by the names that it gave them."""
    orders: int
    spent_minor: int
    returned_minor: int
    first_at: datetime | None
    last_at: datetime | None
    followed_at: datetime | None
    seen_at: datetime | None
    views: int
    watch_s: int
    comments: int
    likes: int
    tags: list[str]
    """What the shop's staff calls the caller."""
    notes: list[str]
    """What the shop's staff wrote down."""
    likelihood: float | None
    """How likely the caller is held to buy within 30 days; None: nothing is told."""


class KnownToCreator(Contract, frozen=True, kw_only=True):
    """What one creator without a shop knows of the caller: dealings with that creator's rooms and films."""

    creator_id: AccountId
    creator: str
    followed_at: datetime | None
    seen_at: datetime | None
    views: int
    watch_s: int
    comments: int
    likes: int
    orders: int
    spent_minor: int


class KnownToShops(Contract, frozen=True, kw_only=True):
    """Every shop, and every creator without one, that knows the caller as a fan."""

    items: list[KnownToShop]
    creators: list[KnownToCreator]
