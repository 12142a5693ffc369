"""After-sales as the open API takes and shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from xiaodian.contracts.aftersales import AfterSaleKind, AfterSaleReason, AfterSaleState
from xiaodian.contracts.base import Contract, Input, Line, Text

MAX_REFUND_MINOR = 10**13

PictureUrls = Annotated[
    list[Annotated[str, Meta(pattern=r"^/media/pictures/[A-Za-z0-9._-]{1,200}$")]], Meta(max_length=9)
]
Words = Annotated[Text, Meta(min_length=1, max_length=1000)]


class ReturnAddress(Contract, frozen=True, kw_only=True):
    """Where goods are sent back to."""

    recipient: str
    phone: str
    region: str
    detail: str


class AfterSaleParcel(Contract, frozen=True, kw_only=True):
    """Goods on their way."""

    carrier: str
    tracking_number: str
    sent_at: datetime


class AfterSaleEvent(Contract, frozen=True, kw_only=True):
    """What was done, when, by whom, why, and the state that followed."""

    deed: str
    state: AfterSaleState
    at: datetime
    by: str
    note: str | None
    picture_urls: list[str]


class AfterSale(Contract, frozen=True, kw_only=True):
    """What a buyer asks for one line of an order."""

    id: UUID
    order_id: UUID
    order_number: str
    buyer_name: str
    """Masked."""
    line_no: int
    title: str
    sku_name: str
    kind: AfterSaleKind
    state: AfterSaleState
    quantity: int
    refund_minor: int
    """What goes back to the buyer in all; 0 for an exchange."""
    freight_minor: int
    """What of that is freight."""
    currency: str
    reason: AfterSaleReason
    description: str
    picture_urls: list[str]
    opened_at: datetime
    deadline_at: datetime | None
    """Until when it waits; then silence counts as an answer."""
    waits_for: str | None
    """`seller`, `buyer` or `operator`."""
    return_address: ReturnAddress | None
    return_freight_by: str
    """Who bears the carriage of goods sent back."""
    return_shipment: AfterSaleParcel | None
    resend_shipment: AfterSaleParcel | None
    history: list[AfterSaleEvent]
    allowed: list[str]
    """What the seller may do with it now."""


class AfterSalePage(Contract, frozen=True, kw_only=True):
    """A page of after-sales, the newest first."""

    items: list[AfterSale]
    next_cursor: str | None


class NewReturnAddress(Input, frozen=True, kw_only=True):
    """Where the goods shall be sent back to."""

    recipient: Annotated[Line, Meta(min_length=1, max_length=100)]
    phone: Annotated[Line, Meta(min_length=1, max_length=40)]
    region: Annotated[Line, Meta(min_length=1, max_length=200)]
    detail: Annotated[Line, Meta(min_length=1, max_length=400)]


class Agreement(Input, frozen=True, kw_only=True):
    """The seller agrees. Where goods come back, the address is needed unless the shop has told one before."""

    return_address: NewReturnAddress | None = None


class Refusal(Input, frozen=True, kw_only=True):
    """The seller refuses, and says why."""

    reason: Words
    picture_urls: PictureUrls = msgspec.field(default_factory=list)


class Offer(Input, frozen=True, kw_only=True):
    """What the seller would do instead. Where goods come back, the address is needed unless the shop has told one."""

    kind: AfterSaleKind
    refund_minor: Annotated[int, Meta(ge=0, le=MAX_REFUND_MINOR)] = 0
    """0 for an exchange, more for the others."""
    note: Words
    picture_urls: PictureUrls = msgspec.field(default_factory=list)
    return_address: NewReturnAddress | None = None


class ReturnReceipt(Input, frozen=True, kw_only=True):
    """What was sent back has come. With `is_for_sale` false it is not put on sale again."""

    is_for_sale: bool = True


class Resend(Input, frozen=True, kw_only=True):
    """How the exchange was sent."""

    carrier: Annotated[Line, Meta(min_length=1, max_length=40)]
    tracking_number: Annotated[Line, Meta(min_length=1, max_length=64)]


class Escalation(Input, frozen=True, kw_only=True):
    """Why the operator shall decide."""

    note: Words


class Evidence(Input, frozen=True, kw_only=True):
    """What the operator shall know and see."""

    text: Words
    picture_urls: PictureUrls = msgspec.field(default_factory=list)
