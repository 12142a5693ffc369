"""Insights: what visitors of a room did, and the figures that come of it and of the sales."""

from enum import StrEnum
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, Event
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import CueId, RoomId, RoomState
from xiaodian.contracts.shops import ShopId


class BehaviourKind(StrEnum):
    """What a visitor's page tells of."""

    SEEN = "seen"
    """In a feed half of the video, or of the room on air, was on the screen for a second: an impression."""
    ENTERED = "entered"
    """The room's page was opened; of videos: it began to play."""
    WATCHED = "watched"
    """So many seconds (`watch_s`) were watched since the page last said so; of videos: up to `media_at_ms`.

    In a room 0 says that the picture begins to move, WATCH_PIECE_S that it goes on, anything less that it stands still:
    so it is known between two words who watches.
    """
    LEFT = "left"
    """The viewer went on, at `media_at_ms`: from a video, or from a room's replay."""
    CARD_SHOWN = "card_shown"
    """Half of a product's card was seen for a second, with nothing over it; once a showing. `media_at_ms` is when it
    came up.
    """
    CARD_CLICKED = "card_clicked"
    """That card was clicked."""
    BAG_OPENED = "bag_opened"
    PRODUCT_VIEWED = "product_viewed"
    """A product was opened, from its card or from the bag."""
    CHECKOUT_STARTED = "checkout_started"


WATCH_PIECE_S = 30
"""In a room a page tells of its watching in pieces of this length."""

PRODUCT_KINDS = frozenset(
    {
        BehaviourKind.CARD_SHOWN,
        BehaviourKind.CARD_CLICKED,
        BehaviourKind.PRODUCT_VIEWED,
        BehaviourKind.CHECKOUT_STARTED,
    }
)
"""These are about a product."""


class Behaviour(Contract, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a visitor of a room or of a video did; exactly one of the two is named."""

    kind: BehaviourKind
    room_id: RoomId | None = None
    video_id: VideoId | None = None
    product_id: ProductId | None = None
    at_ms: int
    media_at_ms: int | None = None
    """The moment of the picture it belongs to: in a room the date, in a video ms from its start."""
    watch_s: int = 0
    is_shared: bool = False
    """Who did it came by a link that somebody handed on."""


class BehaviourReported(Event, frozen=True, kw_only=True):
    """A visitor's page told what was done on it. Not from the outbox: what is lost of it is lost."""

    event_key = "viewer_id"
    viewer_id: UUID
    """Made up by the visitor's browser; names nobody."""
    account_id: AccountId | None
    """By the session, never by the page's own word."""
    items: list[Behaviour]
    one_in: int = 1
    """Of so many viewers who are not signed in, rows are kept of one; more than one while too many came at once."""


class GuestReported(BehaviourReported, frozen=True, kw_only=True):
    """The same of who is not signed in: most of all reports, which those who learn of people alone need not hear."""


REPORTS = (BehaviourReported.__name__, GuestReported.__name__)
"""Both."""


class ReportedItem(msgspec.Struct, frozen=True, gc=False):
    """A Behaviour, read as fast as can be: texts stay texts, as most of them are never looked at."""

    kind: str
    at_ms: int
    room_id: str | None = None
    video_id: str | None = None
    product_id: str | None = None
    media_at_ms: int | None = None
    watch_s: int = 0
    is_shared: bool = False


class Report(msgspec.Struct, frozen=True, gc=False):
    """A BehaviourReported or GuestReported, read the same way; the desk that sent it has looked at every field."""

    viewer_id: str
    account_id: str | None
    items: list[ReportedItem]
    one_in: int = 1


class VideosCounted(Event, frozen=True, kw_only=True):
    """The figures of these videos are others now; what they are, the door of insights says."""

    event_key = "count_id"
    count_id: UUID
    video_ids: list[VideoId]


class Sums(Contract, frozen=True, kw_only=True):
    """What was sold. What counts as what stands in contracts/figures.py; None: not for these eyes."""

    orders_placed: int
    orders_paid: int
    pieces: int
    gmv_minor: int | None
    returned_minor: int | None


class Traffic(Contract, frozen=True, kw_only=True):
    """Who came to a room, and what they did."""

    saw: int
    """On whose screen half of it was for a second, in a feed."""
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
    watched_minute: int
    """Stayed for a minute or longer."""
    sampled: float | None
    """While more came than the set rate, single records were kept of this share of what visitors who were not signed in
    did (0 to 1). The figures count all of it all the same. None: every record was kept.
    """


class RoomMetrics(Contract, frozen=True, kw_only=True):
    """The figures of a room, as the host sees them (all of them) or a shop (what it sold there)."""

    room_id: RoomId
    state: RoomState
    started_at_ms: int | None
    ended_at_ms: int | None
    is_whole: bool
    """All shops' sales are in it; else one shop's alone."""
    currency: str
    sums: Sums
    gmv_net_minor: int | None
    buyers_placed: int
    buyers_paid: int
    buyers_seen: int | None
    """Of those who paid the ones who were in the room signed in; None where traffic is."""
    aov_minor: int | None
    orders_elsewhere: int
    """Placed on other platforms by who came from this room; in none of the other figures."""
    amount_elsewhere_minor: int | None
    traffic: Traffic | None
    """None to a shop whose room it is not; so are the figures made of it."""
    watch_average_s: float | None
    conversion: float | None
    gpm_minor: int | None
    uv_value_minor: int | None


class RoomMinute(Contract, frozen=True, kw_only=True):
    """A stretch of a room's time line; figures of visitors are None where a room's traffic is not for these eyes."""

    at_ms: int
    online_max: int | None
    online_average: float | None
    comments: int | None
    likes: int | None
    views: int | None
    impressions: int | None
    clicks: int | None
    bag_opens: int | None
    product_views: int | None
    checkout_starts: int | None
    orders_placed: int
    orders_paid: int
    gmv_minor: int | None


class RoomMinutes(Contract, frozen=True, kw_only=True):
    """A room's time line, cut into equal stretches; stretches in which nothing happened are left out."""

    step_s: int
    items: list[RoomMinute]


class RoomProduct(Contract, frozen=True, kw_only=True):
    """A product on its way from card to purchase in one room."""

    product_id: ProductId
    shop_id: ShopId
    title: str
    picture_url: str | None
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


class FeaturedSpan(Contract, frozen=True, kw_only=True):
    """From when to when a product was held up; None: still is."""

    cue_id: CueId
    product_id: ProductId
    title: str
    picture_url: str | None
    start_ms: int
    end_ms: int | None


class BoardFigure(Contract, frozen=True, kw_only=True):
    """A figure of a room on air, and what the host's rooms before had come to at the same minute.

    None: nothing to tell, or not for these eyes. Money in minor units, shares between 0 and 1.
    """

    key: str
    """Of its definition."""
    now: float | None
    median: float | None
    best: float | None


class BoardStep(Contract, frozen=True, kw_only=True):
    """How many people got so far."""

    key: str
    people: int


class Board(Contract, frozen=True, kw_only=True):
    """A room while it is on air, added up twice a second."""

    room_id: RoomId
    title: str
    state: RoomState
    at_ms: int
    started_at_ms: int | None
    is_whole: bool
    currency: str
    online: int | None
    past_rooms: int
    """So many rooms of the same host it is compared with."""
    figures: list[BoardFigure]
    steps: list[BoardStep]
    products: list[RoomProduct]
    """Those that brought most, the first first."""
    products_in_all: int


class ShopDay(Contract, frozen=True, kw_only=True):
    """A shop's day in the time zone of its books."""

    day: str
    orders_placed: int
    orders_paid: int
    buyers: int
    pieces: int
    gmv_minor: int
    returned_minor: int
    refunds: int
    refunded_minor: int
    viewers: int
    views: int


class VideoSums(Contract, frozen=True, kw_only=True):
    """What came of a video up to now, for those who rank and learn. Viewers are different browsers."""

    saw: int
    """On whose screen half of it was for a second."""
    viewers: int
    """For whom it began to play."""
    views: int
    furthest_ms: int
    """How far each viewer got, summed."""
    clicked: int
    """Viewers who clicked a card, opened the bag or a product."""
    orders_paid: int


class VideoMoment(Contract, frozen=True, kw_only=True):
    """A stretch of a video's film."""

    at_ms: int
    reached: int
    """Viewers who got so far or further: the watch-through curve."""
    left: int
    """How often somebody went on here."""
    impressions: int
    clicks: int
    product_views: int
    checkout_starts: int
    orders_paid: int
    gmv_minor: int


class VideoProductFigures(Contract, frozen=True, kw_only=True):
    """A product of a video, from card to purchase."""

    product_id: ProductId
    title: str
    picture_url: str | None
    impressions: int
    clicks: int
    product_views: int
    checkout_starts: int
    orders_placed: int
    orders_paid: int
    pieces: int
    gmv_minor: int
    returned_minor: int
    moments: list["ProductMoment"]


class ProductMoment(Contract, frozen=True, kw_only=True):
    """A stretch of the film, of one product; stretches in which nothing happened are left out."""

    at_ms: int
    impressions: int
    clicks: int
    checkout_starts: int
    orders_paid: int
    gmv_minor: int


class VideoMetrics(Contract, frozen=True, kw_only=True):
    """The figures of a video, as its creator sees them."""

    video_id: VideoId
    duration_ms: int
    step_s: int
    """How long a stretch is."""
    currency: str
    seen: int
    views: int
    viewers: int
    watch_s: int
    watch_average_s: float | None
    watch_through: float | None
    """How much of the film a viewer saw on average: a share between 0 and 1."""
    saw_card: int
    clicked: int
    opened_bag: int
    viewed_product: int
    started_checkout: int
    buyers: int
    conversion: float | None
    sums: Sums
    sampled: float | None
    """The share of records that was kept while more came than the set rate, as in a room's traffic; None: all were."""
    moments: list[VideoMoment]
    products: list[VideoProductFigures]


class VideoOrders(Contract, frozen=True, kw_only=True):
    """What was bought from a video, for lists; the rest of its counters its creator knows."""

    video_id: VideoId
    orders_paid: int


class VideoOrdersList(Contract, frozen=True, kw_only=True):
    """One each of the caller's own videos that was asked about."""

    items: list[VideoOrders]
