"""Insights: the report of a room that is over."""

from enum import StrEnum
from uuid import UUID

from xiaodian.contracts.base import Contract, DomainError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.insights import BoardStep, FeaturedSpan, RoomMinutes, RoomProduct
from xiaodian.contracts.live import RoomId


class RoomNotOverError(DomainError):
    """A report is of a room that is over; one on air has its board."""

    code = "room_not_over"
    status = 409


class ReportLinkEndedError(DomainError):
    """The link to a report was ended, or its time is up."""

    code = "report_link_ended"
    status = 410


class ReportLinksFullError(DomainError):
    """A room's report has `most` links already; end one first."""

    code = "report_links_full"
    status = 409


class ReportPart(StrEnum):
    """What a link shows beside numbers of people and orders, which it always does."""

    MONEY = "money"
    PRODUCTS = "products"
    """With flash sales."""
    CURVE = "curve"
    PAST = "past"
    """Rooms before."""
    QUESTIONS = "questions"
    """What viewers asked most."""


class QuestionKind(StrEnum):
    """What viewers ask a host about."""

    PRICE = "price"
    OFFER = "offer"
    """Coupons, gifts, discounts."""
    LINK = "link"
    """Which number it has, and how to buy it."""
    SIZE = "size"
    LOOK = "look"
    """Colours, patterns, flavours."""
    STOCK = "stock"
    SHIPPING = "shipping"
    RETURNS = "returns"
    GOODS = "goods"
    """What it is made of, how it is used, whether it is good."""
    SHOW = "show"
    """They want to see it, or see it again."""


FEWEST_ASKERS = 3
"""Of what fewer accounts asked nothing is told: it could be known who."""


class RoomQuestion(Contract, frozen=True, kw_only=True):
    """A question of viewers of a room."""

    product_id: ProductId | None
    """None: about no product of its own."""
    kind: QuestionKind
    people: int
    """Different accounts that asked it."""


class ReportFigure(Contract, frozen=True, kw_only=True):
    """A figure of a whole room, beside the same of the host's rooms before.

    None: nothing to tell, or not for these eyes. Money in minor units, shares between 0 and 1.
    """

    key: str
    """Of its definition."""
    value: float | None
    median: float | None
    """Of the rooms before."""
    last: float | None
    """Of the room just before."""


class ReportMoment(Contract, frozen=True, kw_only=True):
    """The minute in which most was sold, and what was held up in it."""

    at_ms: int
    orders_paid: int
    gmv_minor: int | None
    online_max: int | None
    title: str | None


class ReportFlashSale(Contract, frozen=True, kw_only=True):
    """A flash sale while the room was on air, and what of it was sold in this room."""

    flash_sale_id: UUID
    product_id: ProductId
    title: str
    sku_name: str
    price_minor: int
    starts_at_ms: int
    ends_at_ms: int
    set_aside: int
    """Pieces that were to be had at the price, here or elsewhere."""
    orders_paid: int
    pieces: int
    gmv_minor: int | None


class ReportQuestion(Contract, frozen=True, kw_only=True):
    """What viewers asked, and how many of them; in nobody's words."""

    product_id: ProductId | None
    title: str | None
    """Of the product; None: the question was about no product of its own."""
    kind: QuestionKind
    people: int


class Report(Contract, frozen=True, kw_only=True):
    """What came of a room, as far as is known at `at_ms`: refunds and late payments still change it."""

    room_id: RoomId
    title: str
    cover_url: str | None
    host_name: str
    at_ms: int
    started_at_ms: int | None
    """None: it was never on air."""
    ended_at_ms: int | None
    is_whole: bool
    """All shops' sales are in it; else one shop's alone."""
    currency: str
    past_rooms: int
    """So many rooms of the same host before are compared with."""
    figures: list[ReportFigure]
    steps: list[BoardStep]
    minutes: RoomMinutes
    featured: list[FeaturedSpan]
    best_minute: ReportMoment | None
    products: list[RoomProduct]
    """The one that brought most first."""
    flash_sales: list[ReportFlashSale]
    questions: list[ReportQuestion]
    """What at least three asked, the most asked first; none where a room's traffic is not for these eyes."""
