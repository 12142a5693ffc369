"""The report of a room that is over, as the open API shows it."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.contracts.reports import QuestionKind
from xiaodian.modules.integrations.wire_rooms import RoomProduct


class RoomReportFigure(Contract, frozen=True, kw_only=True):
    """A figure of a whole room beside the same of the host's rooms before; null: nothing to tell, or not to this token.

    Money in minor units, shares between 0 and 1.
    """

    key: str
    formula: str
    """How it is reckoned; the same as in the console."""
    value: float | None
    median: float | None
    """Of the rooms before."""
    last: float | None
    """Of the room just before."""


class RoomReportStep(Contract, frozen=True, kw_only=True):
    """How many people got so far."""

    key: str
    people: int


class RoomReportStretch(Contract, frozen=True, kw_only=True):
    """A stretch of the room's time, from `at` on; figures of visitors are null where they are not the shop's."""

    at: datetime
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


class RoomReportMinutes(Contract, frozen=True, kw_only=True):
    """The room over its time, in equal stretches; those in which nothing happened are left out."""

    step_s: int
    items: list[RoomReportStretch]


class RoomReportShown(Contract, frozen=True, kw_only=True):
    """From when to when a product was held up."""

    product_id: UUID
    title: str
    start: datetime
    end: datetime | None


class RoomReportMoment(Contract, frozen=True, kw_only=True):
    """The minute in which most was sold, and what was held up in it."""

    at: datetime
    orders_paid: int
    gmv_minor: int | None
    online_max: int | None
    title: str | None


class RoomReportFlashSale(Contract, frozen=True, kw_only=True):
    """A flash sale while the room was on air, and what of it was sold in this room."""

    flash_sale_id: UUID
    product_id: UUID
    title: str
    sku_name: str
    price_minor: int
    starts_at: datetime
    ends_at: datetime
    set_aside: int
    orders_paid: int
    pieces: int
    gmv_minor: int | None


class RoomReportQuestion(Contract, frozen=True, kw_only=True):
    """What at least three viewers asked, in nobody's words."""

    product_id: UUID | None
    """Null: about no product of its own."""
    title: str | None
    kind: QuestionKind
    people: int


class RoomReport(Contract, frozen=True, kw_only=True):
    """What came of a room, as far as is known at `at`: refunds and late payments still change it. Nobody is named but
    its host. Money is null to a token without `finance:read`.
    """

    room_id: UUID
    title: str
    cover_url: str | None
    host_name: str
    at: datetime
    started_at: datetime | None
    """Null: it was never on air."""
    ended_at: datetime | None
    is_whole: bool
    """All shops' sales are in it; else those of the token's shop alone."""
    currency: str
    past_rooms: int
    """So many rooms of the same host before are compared with."""
    figures: list[RoomReportFigure]
    steps: list[RoomReportStep]
    minutes: RoomReportMinutes
    featured: list[RoomReportShown]
    best_minute: RoomReportMoment | None
    products: list[RoomProduct]
    """The one that brought most first."""
    flash_sales: list[RoomReportFlashSale]
    questions: list[RoomReportQuestion]
    """The most asked first, at most ten."""
