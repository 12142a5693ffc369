"""What the routes of insights take and give."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.base import Contract, Input
from xiaodian.contracts.figures import Definition
from xiaodian.contracts.insights import BehaviourKind, FeaturedSpan, RoomMetrics, RoomProduct, ShopDay
from xiaodian.contracts.orders import OrderBehind
from xiaodian.contracts.reports import ReportPart

MAX_ITEMS = 50
MAX_AGO_MS = 10 * 60_000
MAX_WATCH_S = 120
MAX_REPORT_BYTES = 16_384
FAR_FUTURE_MS = 4_102_444_800_000


class BehaviourItem(Input, frozen=True, kw_only=True):
    """One thing that was done in a room or on a video. Times are told as how long ago, so no clocks need agree.

    `media_at_ms` is, in a room, the date of the picture in epoch ms; in a video, ms from its start.
    """

    kind: BehaviourKind
    room_id: UUID | None = None
    video_id: UUID | None = None
    product_id: UUID | None = None
    ago_ms: Annotated[int, Meta(ge=0, le=MAX_AGO_MS)] = 0
    media_at_ms: Annotated[int, Meta(ge=0, le=FAR_FUTURE_MS)] | None = None
    watch_s: Annotated[int, Meta(ge=0, le=MAX_WATCH_S)] = 0
    is_shared: bool = False
    """The page was opened by a link that somebody handed on."""


class BehaviourReport(Input, frozen=True, kw_only=True):
    """What was done since the page last told."""

    viewer_id: UUID
    items: Annotated[list[BehaviourItem], Meta(min_length=1, max_length=MAX_ITEMS)]


class DefinitionList(Contract, frozen=True, kw_only=True):
    """Every figure, and what it means."""

    items: list[Definition]


class RoomReport(Contract, frozen=True, kw_only=True):
    """A room's figures and what was held up in it."""

    metrics: RoomMetrics
    featured: list[FeaturedSpan]


class RoomProductList(Contract, frozen=True, kw_only=True):
    """The products of a room."""

    items: list[RoomProduct]


class SeenOrders(Contract, frozen=True, kw_only=True):
    """What those bought of a shop in a room who were in it, the newest first, and what that is of its conversion."""

    room_id: UUID
    title: str
    started_at_ms: int | None
    viewers: int
    buyers: int
    """Of them who bought; to the room's host from whatever shop."""
    buyers_here: int
    """Who bought of this shop."""
    orders: int
    gmv_minor: int | None
    currency: str
    items: list[OrderBehind]
    next_cursor: str | None


class VisitorOrders(Contract, frozen=True, kw_only=True):
    """What those bought on a day, or its part, who came into one of the shop's rooms for the first time on it."""

    day: str
    viewers: int
    buyers: int
    orders: int
    gmv_minor: int | None
    currency: str
    items: list[OrderBehind]
    next_cursor: str | None


class ShopDayList(Contract, frozen=True, kw_only=True):
    """Days of a shop, the first first; days on which nothing happened have noughts."""

    items: list[ShopDay]


class ShopRoom(Contract, frozen=True, kw_only=True):
    """A room in which a shop sold."""

    room_id: UUID
    title: str
    host_name: str
    cover_url: str | None
    state: str
    started_at_ms: int | None
    ended_at_ms: int | None
    is_own: bool
    """Hosted by the shop itself."""
    orders_paid: int
    gmv_minor: int | None


class OrderToShip(Contract, frozen=True, kw_only=True):
    """An order that waits to be shipped."""

    order_id: UUID
    number: str
    title: str
    pieces: int
    paid_at_ms: int
    ship_by_ms: int
    is_late: bool


class ToShipNow(Contract, frozen=True, kw_only=True):
    """How many orders wait to be shipped, and those that wait for longest."""

    count: int
    late: int
    items: list[OrderToShip]


class AfterSaleNow(Contract, frozen=True, kw_only=True):
    """An after-sale that waits for the shop."""

    after_sale_id: UUID
    order_id: UUID
    kind: str
    state: str
    deadline_at_ms: int | None


class AfterSalesNow(Contract, frozen=True, kw_only=True):
    """How many after-sales wait for the shop, and those whose time ends first."""

    count: int
    items: list[AfterSaleNow]


class LowStockItem(Contract, frozen=True, kw_only=True):
    """A SKU of which little is left."""

    product_id: UUID
    sku_id: UUID
    title: str
    sku_name: str
    available: int


class LowStockNow(Contract, frozen=True, kw_only=True):
    """How many products on sale have a SKU of which so little is left, and the emptiest SKUs."""

    count: int
    below: int
    """So many pieces are enough, by the shop's settings."""
    items: list[LowStockItem]


class ProductsNow(Contract, frozen=True, kw_only=True):
    """Products that the platform looks at, or sent back."""

    in_review: int
    rejected: int


class MoneyNow(Contract, frozen=True, kw_only=True):
    """What can be paid out, and whether the last payout failed."""

    available_minor: int
    currency: str
    has_failed_payout: bool


class NoticeNow(Contract, frozen=True, kw_only=True):
    """What the platform wants of the shop."""

    notice_id: UUID
    kind: str
    text: str
    deadline_at_ms: int | None


class RoomNow(Contract, frozen=True, kw_only=True):
    """A room of the shop that is on air."""

    room_id: UUID
    title: str
    cover_url: str | None
    started_at_ms: int | None
    online: int


class Compared(Contract, frozen=True, kw_only=True):
    """A figure of today so far, of yesterday and the same day last week up to the same time; None: not for these eyes.

    `hours`: today's figure, hour by hour, as a line to look at.
    """

    key: str
    today: float | None
    yesterday: float | None
    last_week: float | None
    hours: list[float]


class HomeView(Contract, frozen=True, kw_only=True):
    """What needs somebody now, and how the day goes.

    What a role may not see is None, and so is what the reader has switched off for themselves.
    """

    to_ship: ToShipNow | None
    after_sales: AfterSalesNow | None
    low_stock: LowStockNow | None
    products: ProductsNow | None
    money: MoneyNow | None
    rooms: list[RoomNow] | None
    notices: list[NoticeNow] | None
    figures: list[Compared]
    today: str
    """The day of the books that the figures are of: `2026-11-29`."""
    currency: str
    has_sold: bool
    """False: nothing was ever sold."""


class NewReportLink(Input, frozen=True, kw_only=True):
    """What a link is to show, and for how long."""

    parts: Annotated[list[ReportPart], Meta(max_length=len(ReportPart))]
    days: Annotated[int, Meta(ge=1, le=90)] = 30


class ReportLink(Contract, frozen=True, kw_only=True):
    """A link by which others see a report."""

    link_id: UUID
    path: str
    """On this server; who has it may look."""
    parts: list[ReportPart]
    made_at_ms: int
    expires_at_ms: int


class ReportLinkList(Contract, frozen=True, kw_only=True):
    """Links that can be followed, the newest first."""

    items: list[ReportLink]
