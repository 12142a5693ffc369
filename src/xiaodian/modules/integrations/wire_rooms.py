"""Live rooms, their bags and figures, as the open API takes and shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.contracts.live import RoomState

Title = Annotated[Line, Meta(min_length=1, max_length=60)]
CoverUrl = Annotated[str, Meta(pattern=r"^/media/pictures/[A-Za-z0-9._-]{1,200}$")]
PriceMinor = Annotated[int, Meta(ge=1, le=100_000_000)]


class Room(Contract, frozen=True, kw_only=True):
    """A live session, and afterwards its replay."""

    id: UUID
    host_id: UUID
    title: str
    cover_url: str | None
    state: RoomState
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    bag: list[UUID]
    """The products in the bag, in order."""


class RoomPage(Contract, frozen=True, kw_only=True):
    """A page of rooms, the newest first."""

    items: list[Room]
    next_cursor: str | None


class NewRoom(Input, frozen=True, kw_only=True):
    """A room to come. It goes on air when its host publishes a picture."""

    title: Title
    cover_url: CoverUrl | None = None


class RoomEdit(Input, frozen=True, kw_only=True):
    """What shall change of a room; what is left out stays."""

    title: Title | UnsetType = UNSET
    cover_url: CoverUrl | UnsetType | None = UNSET


class Bag(Input, frozen=True, kw_only=True):
    """The products of the bag, in order."""

    product_ids: Annotated[list[UUID], Meta(max_length=500)]


class NewCue(Input, frozen=True, kw_only=True):
    """The product to hold up, from this moment of the picture on; without one, now."""

    product_id: UUID
    at: Annotated[datetime, Meta(tz=True)] | None = None


class Cue(Contract, frozen=True, kw_only=True):
    """What is on show."""

    id: UUID
    product_id: UUID
    at: datetime


class LivePrice(Input, frozen=True, kw_only=True):
    """What the SKU costs in this room; never more than its ordinary price."""

    price_minor: PriceMinor


class RoomSums(Contract, frozen=True, kw_only=True):
    """What was sold. Money is null to a token without `finance:read`."""

    orders_placed: int
    orders_paid: int
    pieces: int
    gmv_minor: int | None
    returned_minor: int | None


class RoomTraffic(Contract, frozen=True, kw_only=True):
    """Who came, and what they did."""

    views: int
    viewers: int
    watch_s: int
    online_max: int
    online_average: float | None
    comments: int
    likes: int
    saw_card: int
    clicked: int
    opened_bag: int
    viewed_product: int
    started_checkout: int
    sampled: float | None
    """At the busiest times single records were kept of this share of visitors not signed in (0 to 1); the figures here
    count all of them. Null: every record was kept.
    """


class RoomMetrics(Contract, frozen=True, kw_only=True):
    """The figures of a room, as far as they are the shop's."""

    room_id: UUID
    state: RoomState
    started_at: datetime | None
    ended_at: datetime | None
    currency: str
    sums: RoomSums
    gmv_net_minor: int | None
    """Less what went back."""
    buyers_placed: int
    buyers_paid: int
    aov_minor: int | None
    """What an order brings on average."""
    traffic: RoomTraffic | None
    """Null if the room is not the shop's own."""
    watch_average_s: float | None
    conversion: float | None
    """What part of the viewers paid: who bought without coming into the room is in neither number."""
    gpm_minor: int | None
    """GMV per thousand views."""
    uv_value_minor: int | None
    """GMV per viewer."""


class RoomProduct(Contract, frozen=True, kw_only=True):
    """A product on its way from card to purchase in one room."""

    product_id: UUID
    title: str
    impressions: int
    clicks: int
    product_views: int
    checkout_starts: int
    orders_placed: int
    orders_paid: int
    buyers: int
    pieces: int
    gmv_minor: int | None
    returned_minor: int | None
    times_featured: int
    featured_s: int


class RoomProducts(Contract, frozen=True, kw_only=True):
    """The funnel of each product of a room."""

    items: list[RoomProduct]
