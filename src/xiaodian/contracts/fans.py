"""Fans: who bought in a shop or watches it, how often, and who comes back."""

from enum import StrEnum
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.shops import ShopId


class SegmentCode(StrEnum):
    """The ready segments; a fan is in one, the first that fits: rules are in modules/fans/segment_rules.py."""

    WATCHER = "watcher"
    """Follows or watches, and has never bought."""
    LOST = "lost"
    SLIPPING = "slipping"
    RETURNER = "returner"
    """Gave back much of what they bought."""
    BIG_SPENDER = "big_spender"
    LOYAL = "loyal"
    NEW = "new"
    ACTIVE = "active"


class FanFigures(Contract, frozen=True, kw_only=True):
    """What a fan's orders add up to. Orders whose goods were all refunded, or that were cancelled, are no purchases."""

    orders: int
    occasions: int
    """Purchases, those one after the other in the same room taken as one."""
    paid_orders: int
    """With those that were refunded or cancelled."""
    spent_minor: int
    """What is left after refunds."""
    gmv_minor: int
    returned_minor: int
    average_minor: int | None
    """Spent per order."""
    returned_share: float | None
    first_at_ms: int | None
    last_at_ms: int | None


class FanCard(Contract, frozen=True, kw_only=True):
    """A fan in a list."""

    account_id: AccountId
    display_name: str
    avatar_url: str | None
    segment: SegmentCode
    segment_since: str
    """A day, `2026-11-29`."""
    figures: FanFigures
    followed_at_ms: int | None
    seen_at_ms: int | None
    tags: list[str]


class FanMoved(Event, frozen=True, kw_only=True):
    """A fan of a shop went from one segment to another, by a deed or by time alone."""

    event_key = "account_id"
    shop_id: ShopId
    account_id: AccountId
    from_segment: SegmentCode | None
    """None: was no fan before."""
    to_segment: SegmentCode
    moved_on: str
    """A day of the books."""


class SegmentSize(Contract, frozen=True, kw_only=True):
    """A segment and how many fans are in it."""

    segment: SegmentCode
    fans: int


class SegmentMember(Contract, frozen=True, kw_only=True):
    """Somebody in a segment; nothing but who."""

    account_id: AccountId


class ConditionError(DomainError):
    """The condition cannot be asked; `reason` says why, `at` where."""

    code = "condition"
    status = 422


SegmentId = UUID
