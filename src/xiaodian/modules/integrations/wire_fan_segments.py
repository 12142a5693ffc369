"""Segments of fans as the open API takes and shows them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.contracts.fans import SegmentCode

NAME_CHARS = 40
MOST_CEL_CHARS = 8000


class ReadyFanSegment(Contract, frozen=True, kw_only=True):
    """A segment that every shop has, by the shop's thresholds, and how many fans are in it."""

    code: SegmentCode
    fans: int


class FanSegment(Contract, frozen=True, kw_only=True):
    """A segment that the shop made itself: who meets its condition now is in it."""

    id: UUID
    name: str
    condition: dict[str, Any]
    cel: str
    """The same condition in CEL."""
    fans: int | None
    """As counted then; null: counting took too long."""
    counted_at: datetime | None
    changed_at: datetime


class FanSegments(Contract, frozen=True, kw_only=True):
    """The ready segments, and the shop's own by name."""

    ready: list[ReadyFanSegment]
    own: list[FanSegment]


class FanCondition(Input, frozen=True, kw_only=True):
    """A condition in one of two forms: as JSON (`{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`,
    `{"field", "op", "value"}`) or as CEL.
    """

    condition: dict[str, Any] | None = None
    cel: Annotated[str, Meta(max_length=MOST_CEL_CHARS)] | None = None


class NewFanSegment(FanCondition, frozen=True, kw_only=True):
    """A segment as it shall be; its name is one of a kind in the shop."""

    name: Annotated[Line, Meta(min_length=1, max_length=NAME_CHARS)]


class FanCount(Contract, frozen=True, kw_only=True):
    """How many fans meet a condition now, and the condition in both forms."""

    fans: int
    condition: dict[str, Any]
    cel: str


class Fan(Contract, frozen=True, kw_only=True):
    """Somebody who has bought here or watches; spending is without what was given back."""

    id: UUID
    name: str
    """The first character alone."""
    segment: SegmentCode
    orders: int
    spent_minor: int
    currency: str
    first_order_at: datetime | None
    last_order_at: datetime | None
    followed_at: datetime | None
    tags: list[str]


class FanPage(Contract, frozen=True, kw_only=True):
    """A page of fans, who spent most first."""

    items: list[Fan]
    next_cursor: str | None
