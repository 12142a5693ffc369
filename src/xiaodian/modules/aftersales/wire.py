"""After-sales as HTTP takes and shows them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from xiaodian.contracts.aftersales import AfterSaleId, AfterSaleKind, AfterSaleReason, AfterSaleState
from xiaodian.contracts.base import Contract, Input, Line, Text
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.aftersales.models import AfterSale, Deed, HistoryEvent, Offer, Parcel, ReturnAddress, Role
from xiaodian.modules.aftersales.rules import list_allowed, return_freight_payer, silence_means, waits_for

MAX_PICTURES = 9
MAX_AMOUNT_MINOR = 10**13

# Only pictures that were uploaded here: a foreign address could spy on whoever decides, or change after the decision.
PictureUrl = Annotated[str, Meta(pattern=r"^/media/pictures/[A-Za-z0-9._-]{1,200}(?![\s\S])")]
PictureUrls = Annotated[list[PictureUrl], Meta(max_length=MAX_PICTURES)]
Words = Annotated[Text, Meta(max_length=1000)]
NeededWords = Annotated[Text, Meta(min_length=1, max_length=1000)]


class OpenInput(Input, frozen=True, kw_only=True):
    """What a buyer asks for. Without `refund_minor`: all that was paid for the pieces."""

    line_no: Annotated[int, Meta(ge=0, le=1000)]
    kind: AfterSaleKind
    quantity: Annotated[int, Meta(ge=1, le=100_000)]
    reason: AfterSaleReason
    description: Words = ""
    picture_urls: PictureUrls = msgspec.field(default_factory=list)
    refund_minor: Annotated[int, Meta(ge=1, le=MAX_AMOUNT_MINOR)] | None = None


class ReturnAddressInput(Input, frozen=True, kw_only=True):
    """Where the goods shall be sent back to."""

    recipient: Annotated[Line, Meta(min_length=1, max_length=100)]
    phone: Annotated[Line, Meta(min_length=1, max_length=40)]
    region: Annotated[Line, Meta(min_length=1, max_length=200)]
    detail: Annotated[Line, Meta(min_length=1, max_length=400)]


class AgreementInput(Input, frozen=True, kw_only=True):
    """The seller agrees. Where goods come back, the address is needed unless the shop has told one before."""

    return_address: ReturnAddressInput | None = None


class RefusalInput(Input, frozen=True, kw_only=True):
    """The seller refuses, and says why."""

    reason: NeededWords
    picture_urls: PictureUrls = msgspec.field(default_factory=list)


class OfferInput(Input, frozen=True, kw_only=True):
    """What the seller would do instead. Where goods come back, the address is needed unless the shop has told one."""

    kind: AfterSaleKind
    refund_minor: Annotated[int, Meta(ge=0, le=MAX_AMOUNT_MINOR)] = 0
    """0 for an exchange, more for the others."""
    note: NeededWords
    picture_urls: PictureUrls = msgspec.field(default_factory=list)
    return_address: ReturnAddressInput | None = None


class AgainInput(Input, frozen=True, kw_only=True):
    """The buyer asks once more, with more to say or show."""

    description: NeededWords
    picture_urls: PictureUrls = msgspec.field(default_factory=list)


class ParcelInput(Input, frozen=True, kw_only=True):
    """Who carries it, under which number."""

    carrier: Annotated[Line, Meta(min_length=1, max_length=40)]
    tracking_number: Annotated[Line, Meta(min_length=1, max_length=64)]


class ReturnReceiptInput(Input, frozen=True, kw_only=True):
    """What was sent back has come. With `is_for_sale` false it is not put on sale again."""

    is_for_sale: bool = True


class EscalationInput(Input, frozen=True, kw_only=True):
    """Why the operator shall decide."""

    note: NeededWords


class EvidenceInput(Input, frozen=True, kw_only=True):
    """What the operator shall know and see."""

    text: NeededWords
    picture_urls: PictureUrls = msgspec.field(default_factory=list)


class Ruling(StrEnum):
    """What an operator rules."""

    BUYER = "buyer"
    SELLER = "seller"
    EVIDENCE = "evidence"
    """Both are to show more first."""
    NEGOTIATE = "negotiate"
    """Both are to talk once more: it stands again where it was before the last refusal."""


class RulingInput(Input, frozen=True, kw_only=True):
    """The operator decides. With `with_freight` the order's freight goes back too (for the buyer only)."""

    outcome: Ruling
    note: NeededWords
    with_freight: bool = False


class ParcelView(Contract, frozen=True, kw_only=True):
    """Goods on their way."""

    carrier: str
    tracking_number: str
    sent_at_ms: int


class AfterSaleEventView(Contract, frozen=True, kw_only=True):
    """What was done, when, by whom, why, and the state that followed."""

    deed: Deed
    state: AfterSaleState
    at_ms: int
    by: Role
    note: str | None
    picture_urls: list[str]
    offer: Offer | None


class AfterSaleView(Contract, frozen=True, kw_only=True):
    """An after-sale as its buyer, its shop or an operator sees it; `allowed` is what the reader may do with it now."""

    after_sale_id: AfterSaleId
    order_id: OrderId
    order_number: str
    shop_id: ShopId
    shop_name: str
    buyer_name: str
    line_no: int
    title: str
    sku_name: str
    picture_url: str | None
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
    opened_at_ms: int
    deadline_at_ms: int | None
    """Until when it waits; then silence counts as an answer."""
    waits_for: Role | None
    silence_means: str | None
    """What counts as told if it says nothing until then: `agreement`, `closed`, `received`, `refund`, `declined`, …"""
    offer: Offer | None
    """What the seller offers instead, while the buyer has not answered."""
    evidence_wanted: bool
    """The operator waits for evidence of both."""
    refusals: int
    return_address: ReturnAddress | None
    return_freight_by: Role
    """Who bears the carriage of goods sent back."""
    return_shipment: ParcelView | None
    resend_shipment: ParcelView | None
    history: list[AfterSaleEventView]
    allowed: list[Deed]


def to_view(
    after_sale: AfterSale, order: Order, history: Sequence[HistoryEvent], roles: Collection[Role], now: datetime
) -> AfterSaleView:
    """An after-sale for the eyes of somebody who acts in these roles."""
    line = next(line for line in order.lines if line.line_no == after_sale.line_no)
    return AfterSaleView(
        after_sale_id=after_sale.after_sale_id,
        order_id=after_sale.order_id,
        order_number=order.number,
        shop_id=after_sale.shop_id,
        shop_name=order.shop_name,
        buyer_name=order.buyer_name,
        line_no=after_sale.line_no,
        title=line.title,
        sku_name=line.sku_name,
        picture_url=line.picture_url,
        kind=after_sale.kind,
        state=after_sale.state,
        quantity=after_sale.quantity,
        refund_minor=after_sale.refund_minor,
        freight_minor=after_sale.freight_minor,
        currency=after_sale.currency,
        reason=after_sale.reason,
        description=after_sale.description,
        picture_urls=after_sale.picture_urls,
        opened_at_ms=to_epoch_ms(after_sale.opened_at),
        deadline_at_ms=to_epoch_ms(after_sale.deadline_at) if after_sale.deadline_at else None,
        waits_for=waits_for(after_sale),
        silence_means=silence_means(after_sale),
        offer=after_sale.offer,
        evidence_wanted=after_sale.evidence_wanted,
        refusals=after_sale.refusals,
        return_address=after_sale.return_address,
        return_freight_by=return_freight_payer(after_sale.reason),
        return_shipment=_to_parcel(after_sale.return_shipment),
        resend_shipment=_to_parcel(after_sale.resend_shipment),
        history=[_to_event(event) for event in history],
        allowed=[deed for role in sorted(roles) for deed in list_allowed(after_sale, role, now)],
    )


def _to_parcel(parcel: Parcel | None) -> ParcelView | None:
    if parcel is None:
        return None
    return ParcelView(
        carrier=parcel.carrier, tracking_number=parcel.tracking_number, sent_at_ms=to_epoch_ms(parcel.sent_at)
    )


def _to_event(event: HistoryEvent) -> AfterSaleEventView:
    return AfterSaleEventView(
        deed=event.deed,
        state=event.state,
        at_ms=to_epoch_ms(event.happened_at),
        by=event.role,
        note=event.note,
        picture_urls=event.picture_urls,
        offer=event.offer,
    )
