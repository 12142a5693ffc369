"""Live: rooms and the moments of their log.

A room's log is the ordered list of its moments in JetStream (`room.<room id>.<kind>`). A tick is the slice of the log
whose messages the stream stored within one 250 ms window; `tick` = stored time in epoch ms // 250. Everything a viewer
sees besides the picture is a fold of the log (`modules/live/fold.py`), so any process can answer any tick or snapshot.
Should the clock of the stream step back, a message counts to the tick of the message before it: ticks never go back.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.media import StreamId
from xiaodian.contracts.shops import ShopId

RoomId = NewType("RoomId", UUID)
CommentId = NewType("CommentId", UUID)
CueId = NewType("CueId", UUID)

TICK_MS = 250


class RoomState(StrEnum):
    """planned → on_air ⇄ interrupted → ended. An ended room is its replay."""

    PLANNED = "planned"
    ON_AIR = "on_air"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


class CueSource(StrEnum):
    """Who put a product on show: the host by hand, the platform, or the platform after the host had said yes."""

    HOST = "host"
    AUTO = "auto"
    SUGGESTED = "suggested"


class CueWhy(Contract, frozen=True, kw_only=True):
    """Why the platform put a product on show: `code` and `params` name a text of the catalogue, area `surfacing`."""

    source: CueSource
    code: str
    params: dict[str, str | int]
    confidence: float
    """Between 0 and 1."""


class ClubBadge(Contract, frozen=True, kw_only=True):
    """What a member of the shop's fan club wears in its rooms."""

    word: str
    level: int
    colour: str
    """One of the palette: see contracts/club.py."""


class Moment(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """One numbered event of a room's log. `at_ms` is the moment of the picture it belongs to, in epoch ms."""

    at_ms: int


class StateMoment(Moment, frozen=True, kw_only=True, tag="state"):
    """The room went on air, was interrupted, came back or ended."""

    state: RoomState


class BagMoment(Moment, frozen=True, kw_only=True, tag="bag"):
    """The bag as it is from now on, in order; replaces what was."""

    items: list[BagItem]


class FeaturedMoment(Moment, frozen=True, kw_only=True, tag="featured"):
    """The host holds up a product ("explained"): show its card when the picture reaches `at_ms`."""

    cue_id: CueId
    product_id: ProductId
    why: CueWhy | None = None
    """None: the host did it by hand."""


class UnfeaturedMoment(Moment, frozen=True, kw_only=True, tag="unfeatured"):
    """The card goes when the picture reaches `at_ms`."""

    cue_id: CueId


class PriceMoment(Moment, frozen=True, kw_only=True, tag="price"):
    """A SKU's price in this room changed."""

    product_id: ProductId
    sku_id: SkuId
    price_minor: int


class StockMoment(Moment, frozen=True, kw_only=True, tag="stock"):
    """What is left of a SKU changed; at 0 it is sold out."""

    product_id: ProductId
    sku_id: SkuId
    available: int
    stock_id: StockId | None = None
    """The flash sale of whose pieces this is told; null: of the SKU's own stock."""


class CommentMoment(Moment, frozen=True, kw_only=True, omit_defaults=True, tag="comment"):
    """Somebody said something. Text is plain text; show it as text."""

    comment_id: CommentId
    account_id: AccountId
    name: str
    text: str
    is_host: bool
    badge: ClubBadge | None = None
    """As it was when this was said; left out if there was none."""


class CommentPinnedMoment(Moment, frozen=True, kw_only=True, tag="comment_pinned"):
    """The host pinned a comment above the stream of comments; null unpins."""

    comment_id: CommentId | None
    name: str | None
    text: str | None
    account_id: AccountId | None = None
    is_host: bool = False
    badge: ClubBadge | None = None


class CommentRemovedMoment(Moment, frozen=True, kw_only=True, tag="comment_removed"):
    """The host removed a comment; clients drop it."""

    comment_id: CommentId


class MutedMoment(Moment, frozen=True, kw_only=True, tag="muted"):
    """The host muted a viewer; clients drop what the viewer said."""

    account_id: AccountId


class LikesMoment(Moment, frozen=True, kw_only=True, tag="likes"):
    """So many likes since the last such moment."""

    count: int


class ViewersMoment(Moment, frozen=True, kw_only=True, tag="viewers"):
    """How many watch now, and how far their picture is behind the camera (median, ms; null if nobody told)."""

    online: int
    delay_ms: int | None


class PurchaseMoment(Moment, frozen=True, kw_only=True, tag="purchase"):
    """Somebody paid. In a tick with many, they are merged into one with `buyers` > 1."""

    name: str
    product_id: ProductId
    title: str
    quantity: int
    buyers: int = 1


class ClubMoment(Moment, frozen=True, kw_only=True, tag="club"):
    """Somebody joined the shop's fan club, or reached a level of it by watching or buying here."""

    account_id: AccountId
    name: str
    badge: ClubBadge
    is_new: bool
    """Has just joined."""


class PulseMoment(Moment, frozen=True, kw_only=True, tag="pulse"):
    """Says only that time has passed, so that the tick before it is known to be whole. Never sent to clients."""


AnyMoment = (
    StateMoment
    | BagMoment
    | FeaturedMoment
    | UnfeaturedMoment
    | PriceMoment
    | StockMoment
    | CommentMoment
    | CommentPinnedMoment
    | CommentRemovedMoment
    | MutedMoment
    | LikesMoment
    | ViewersMoment
    | PurchaseMoment
    | ClubMoment
    | PulseMoment
)


class Tick(Contract, frozen=True, kw_only=True):
    """A slice of the log as clients get it: the same bytes from any process, for ever."""

    tick: int
    moments: list[AnyMoment]


class Comment(Contract, frozen=True, kw_only=True, omit_defaults=True):
    """A comment in a snapshot."""

    comment_id: CommentId
    account_id: AccountId
    name: str
    text: str
    is_host: bool
    at_ms: int
    badge: ClubBadge | None = None


class Featured(Contract, frozen=True, kw_only=True):
    """A product on show since `at_ms` in media time."""

    cue_id: CueId
    product_id: ProductId
    at_ms: int
    why: CueWhy | None = None


class Snapshot(Contract, frozen=True, kw_only=True):
    """The fold of a room's log up to and including `tick`. Apply the ticks after it to stay current."""

    MAX_COMMENTS: ClassVar[int] = 50

    room_id: RoomId
    tick: int
    state: RoomState
    bag: list[BagItem]
    featured: Featured | None
    pinned: Comment | None
    comments: list[Comment]
    online: int
    delay_ms: int | None
    likes: int
    buyers: int
    """Purchases made in the room so far."""


class RoomInfo(Contract, frozen=True, kw_only=True):
    """What other modules may know of a room."""

    room_id: RoomId
    host_id: AccountId
    title: str
    state: RoomState
    stream_id: StreamId
    shop_id: ShopId | None
    """The host's own shop."""
    cover_url: str | None
    planned_at: datetime | None
    """When the host means to begin, if the host says so."""
    started_at: datetime | None
    ended_at: datetime | None
    online: int


class ReplayMoment(Contract, frozen=True, kw_only=True):
    """A moment of a replay at which a product's card may come up, found by who learns from viewers.

    Of the moments of one product in one chapter each viewing gets one, drawn by their weights of 10,000, or none.
    """

    product_id: ProductId
    chapter: int
    at: datetime
    """In media time."""
    show_ms: int
    weight: int
    reason: str
    """A code; in words in the catalogue, area `surfacing`, under `replay`."""
    is_kept: bool = False
    """The host's choice: it comes up in every viewing."""


class RoomOnAir(Contract, frozen=True, kw_only=True):
    """A room on air, as far as it takes to rank it."""

    room_id: RoomId
    host_id: AccountId
    started_at: datetime | None
    online: int


class CueInfo(Contract, frozen=True, kw_only=True):
    """From when to when (None: still is) a product was on show in a room, in media time."""

    cue_id: CueId
    product_id: ProductId
    start_at: datetime
    end_at: datetime | None
    why: CueWhy | None = None


class Counter(Contract, frozen=True, kw_only=True):
    """A room as a place where things are bought: who sells there, and what is in the bag now."""

    room_id: RoomId
    host_id: AccountId
    product_ids: frozenset[ProductId]


class RoomMoved(Event, frozen=True, kw_only=True):
    """A room went on air, was interrupted, came back or ended; `at_ms` in media time."""

    event_key = "room_id"
    room_id: RoomId
    host_id: AccountId
    shop_id: ShopId | None
    """The host's own shop, if the host has one."""
    state: RoomState
    at_ms: int


class ProductFeatured(Event, frozen=True, kw_only=True):
    """The host holds up a product from `at_ms` on, in media time."""

    event_key = "room_id"
    room_id: RoomId
    shop_id: ShopId | None
    cue_id: CueId
    product_id: ProductId
    at_ms: int


class ProductUnfeatured(Event, frozen=True, kw_only=True):
    """The host put it down at `at_ms`, in media time."""

    event_key = "room_id"
    room_id: RoomId
    shop_id: ShopId | None
    cue_id: CueId
    product_id: ProductId
    at_ms: int


class MutedError(DomainError):
    """The host muted this account in this room."""

    code = "muted"
    status = 403


class RoomEndedError(DomainError):
    """The room is over; this can only be done while it is planned or on air."""

    code = "room_ended"
    status = 409


class NotInBagError(DomainError):
    """The product is not in this room's bag."""

    code = "not_in_bag"
    status = 409


class NotOwnGoodsError(DomainError):
    """The host sells this for another shop, which alone decides on its price and stock."""

    code = "not_own_goods"
    status = 403


class BagFullError(DomainError):
    """A bag holds at most `limit` products."""

    code = "bag_full"
    status = 409


class TickNotYetError(DomainError):
    """Not all of these ticks are over; ask again after `retry_after_s`."""

    code = "tick_not_yet"
    status = 425
