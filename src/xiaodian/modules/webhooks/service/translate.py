"""From internal events to messages for the shops that they concern. Pure: the facts were looked up before."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from xiaodian.contracts.aftersales import AfterSaleChanged
from xiaodian.contracts.base import Envelope, Event
from xiaodian.contracts.catalog import ProductChanged, StockChanged
from xiaodian.contracts.content import VideoChanged, VideoPublished, VideoWithdrawn
from xiaodian.contracts.live import ProductFeatured, ProductUnfeatured, RoomMoved
from xiaodian.contracts.orders import (
    Order,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
    ParcelTracked,
)
from xiaodian.contracts.payments import PaymentRefunded, RefundFailed
from xiaodian.contracts.settlement import OrderSettled, OwnerKind, PayoutChanged, PayoutState
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.webhooks import payloads
from xiaodian.modules.webhooks.models import Draft, SubjectKind
from xiaodian.modules.webhooks.service.pen import Facts, Pen, Told
from xiaodian.modules.webhooks.service.tell_places import tell_featured, tell_room, tell_video, tell_withdrawn

AnyEvent = (
    OrderPlaced
    | OrderPaid
    | OrderShipped
    | OrderDelivered
    | OrderCompleted
    | OrderCancelled
    | ParcelTracked
    | PaymentRefunded
    | RefundFailed
    | AfterSaleChanged
    | ProductChanged
    | StockChanged
    | RoomMoved
    | ProductFeatured
    | ProductUnfeatured
    | VideoPublished
    | VideoChanged
    | VideoWithdrawn
    | OrderSettled
    | PayoutChanged
)
EVENT_TYPES: tuple[str, ...] = tuple(one.__name__ for one in AnyEvent.__args__)

_PAYOUT_TYPES = {
    PayoutState.REQUESTED: "payout.requested",
    PayoutState.REJECTED: "payout.rejected",
    PayoutState.PAID: "payout.sent",
    PayoutState.FAILED: "payout.failed",
}
_DEEDS_WITHOUT_MOVE = frozenset({"add_evidence", "rule_evidence", "refund_failed", "turn_to_refund"})

GONE = "deleted"

decode_event = msgspec.json.Decoder(AnyEvent).decode


def told_of(envelope: Envelope) -> Told:
    """The event in an envelope."""
    return Told(
        event_id=envelope.event_id,
        occurred_at=from_epoch_ms(envelope.occurred_at_ms),
        event=decode_event(envelope.data),
    )


def keep_last_stock(batch: Sequence[Told]) -> list[Told]:
    """Without the stock events of which the same batch has a later one of the same stock."""
    last = {one.event.stock_id: one.event_id for one in batch if isinstance(one.event, StockChanged)}
    return [one for one in batch if not isinstance(one.event, StockChanged) or last[one.event.stock_id] == one.event_id]


def translate(batch: Sequence[Told], facts: Facts) -> list[Draft]:
    """The messages that follow from a batch of events, in their order."""
    states = dict(facts.product_states)
    drafts: list[Draft] = []
    for one in batch:
        writer = _WRITERS[type(one.event)]
        drafts += writer(Pen(one, facts, states), one.event)
    return drafts


def _order_fields(order: Order, state: str) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "number": order.number,
        "state": state,
        "buyer_id": order.buyer_id,
        "room_id": order.room_id,
        "currency": order.currency,
        "subtotal_minor": order.subtotal_minor,
        "off_minor": order.off_minor,
        "platform_off_minor": order.platform_off_minor,
        "freight_minor": order.freight_minor,
        "total_minor": order.total_minor,
        "placed_at": order.placed_at,
        "lines": [
            payloads.LineData(
                line_no=line.line_no,
                product_id=line.product_id,
                sku_id=line.sku_id,
                title=line.title,
                sku_name=line.sku_name,
                quantity=line.quantity,
                price_minor=line.price_minor,
                amount_minor=line.amount_minor,
                room_id=line.room_id,
                creator_id=line.creator_id,
            )
            for line in order.lines
        ],
    }


def _simple_order(state: str, name: str) -> "Callable[[Pen, Any], Iterator[Draft]]":
    # The order may have moved on since; what the message tells of is the state that the event stands for.
    def _write(pen: Pen, event: Any) -> Iterator[Draft]:
        if order := pen.facts.orders.get(event.order_id):
            yield pen.of_order(event, name, payloads.OrderData(**_order_fields(order, state)))

    return _write


def _cancelled(pen: Pen, event: OrderCancelled) -> Iterator[Draft]:
    if order := pen.facts.orders.get(event.order_id):
        data = payloads.OrderCancelledData(
            **_order_fields(order, "cancelled"), reason=event.reason, was_paid=event.was_paid
        )
        yield pen.of_order(event, "order.cancelled", data)


def _paid(pen: Pen, event: OrderPaid) -> Iterator[Draft]:
    parts = pen.facts.captured.get(event.order_id, ())
    captured = payloads.CapturedData(
        order_id=event.order_id,
        charge_id=parts[0].charge_id if parts else None,
        provider=parts[0].provider if parts else None,
        amount_minor=event.total_minor,
        currency=event.currency,
    )
    yield pen.of_order(event, "payment.captured", captured)
    yield from _simple_order("paid", "order.paid")(pen, event)
    for number, line in enumerate(event.lines):
        if line.room_id is None:
            continue
        for shop_id in {event.shop_id, pen.facts.shops_of_rooms.get(line.room_id, event.shop_id)}:
            data = payloads.PurchaseData(
                room_id=line.room_id,
                order_id=event.order_id if shop_id == event.shop_id else None,
                product_id=line.product_id,
                sku_id=line.sku_id,
                title=line.product_title,
                quantity=line.quantity,
                amount_minor=line.amount_minor,
                currency=event.currency,
            )
            yield pen.write(shop_id, "room.purchase", SubjectKind.ROOM, line.room_id, data, part=number)


def _shipped(pen: Pen, event: OrderShipped) -> Iterator[Draft]:
    yield from _simple_order("shipped", "order.shipped")(pen, event)
    data = payloads.ShipmentData(order_id=event.order_id, carrier=event.carrier, tracking_number=event.tracking_number)
    yield pen.of_order(event, "shipment.created", data)


def _tracked(pen: Pen, event: ParcelTracked) -> Iterator[Draft]:
    events = [
        payloads.TrackingEventData(
            kind=one.kind, happened_at=from_epoch_ms(one.happened_at_ms), place=one.place, text=one.text
        )
        for one in event.events
    ]
    yield pen.of_order(event, "shipment.tracked", payloads.TrackingData(order_id=event.order_id, events=events))


def _refunded(pen: Pen, event: PaymentRefunded) -> Iterator[Draft]:
    data = payloads.RefundedData(
        order_id=event.order_id,
        charge_id=event.charge_id,
        refund_id=event.refund_id,
        amount_minor=event.amount_minor,
        currency=event.currency,
    )
    yield pen.of_order(event, "payment.refunded", data)


def _refund_failed(pen: Pen, event: RefundFailed) -> Iterator[Draft]:
    data = payloads.RefundFailedData(
        order_id=event.order_id, refund_id=event.refund_id, amount_minor=event.amount_minor
    )
    yield pen.of_order(event, "payment.refund_failed", data)


def _after_sale(pen: Pen, event: AfterSaleChanged) -> Iterator[Draft]:
    name = str(event.state)
    if event.deed == "open":
        name = "opened"
    elif event.deed in _DEEDS_WITHOUT_MOVE:
        name = "updated"
    data = payloads.AfterSaleData(
        after_sale_id=event.after_sale_id,
        order_id=event.order_id,
        line_no=event.line_no,
        kind=event.kind,
        state=event.state,
        reason=event.reason,
        deed=event.deed,
        quantity=event.quantity,
        refund_minor=event.refund_minor,
    )
    yield pen.of_order(event, f"after_sale.{name}", data)


def _product(pen: Pen, event: ProductChanged) -> Iterator[Draft]:
    product = pen.facts.products.get(event.product_id)
    if product is None:
        yield from _product_gone(pen, event)
        return
    fields: dict[str, Any] = {
        "product_id": product.product_id,
        "title": product.title,
        "state": product.state,
        "category": product.category,
        "currency": product.currency,
        "skus": [
            payloads.SkuData(sku_id=sku.sku_id, name=sku.name, price_minor=sku.price_minor) for sku in product.skus
        ],
    }
    previous = pen.states.get(product.product_id)
    pen.states[product.product_id] = product.state
    name, data = "product.changed", payloads.ProductData(**fields)
    if event.is_new:
        name = "product.created"
    elif previous is not None and previous != product.state:
        name, data = "product.state_changed", payloads.ProductStateData(**fields, previous_state=previous)
    yield pen.write(event.shop_id, name, SubjectKind.PRODUCT, product.product_id, data, state=str(product.state))


def _product_gone(pen: Pen, event: ProductChanged) -> Iterator[Draft]:
    """Only if it was ever told of, and only once."""
    if pen.states.get(event.product_id, GONE) == GONE:
        return
    pen.states[event.product_id] = GONE
    data = payloads.ProductGoneData(product_id=event.product_id)
    yield pen.write(event.shop_id, "product.deleted", SubjectKind.PRODUCT, event.product_id, data, state=GONE)


def _stock(pen: Pen, event: StockChanged) -> Iterator[Draft]:
    data = payloads.StockData(
        product_id=event.product_id,
        sku_id=event.sku_id,
        flash_sale_id=None if event.stock_id == event.sku_id else event.stock_id,
        available=event.available,
    )
    yield pen.write(event.shop_id, "stock.changed", SubjectKind.PRODUCT, event.product_id, data)


def _settled(pen: Pen, event: OrderSettled) -> Iterator[Draft]:
    data = payloads.SettledData(
        order_id=event.order_id,
        settlement_id=event.settlement_id,
        shop_minor=event.shop_minor,
        commission_minor=event.commission_minor,
        fee_minor=event.fee_minor,
        currency=event.currency,
    )
    yield pen.of_order(event, "settlement.order_settled", data)


def _payout(pen: Pen, event: PayoutChanged) -> Iterator[Draft]:
    name = _PAYOUT_TYPES.get(event.state)
    if name is None or event.owner_kind is not OwnerKind.SHOP:
        return
    data = payloads.PayoutData(
        payout_id=event.payout_id, state=event.state, amount_minor=event.amount_minor, currency=event.currency
    )
    yield pen.write(ShopId(event.owner_id), name, SubjectKind.PAYOUT, event.payout_id, data)


_WRITERS: Mapping[type[Event], Callable[[Pen, Any], Iterator[Draft]]] = {
    OrderPlaced: _simple_order("pending_payment", "order.placed"),
    OrderPaid: _paid,
    OrderShipped: _shipped,
    OrderDelivered: _simple_order("delivered", "order.delivered"),
    OrderCompleted: _simple_order("completed", "order.completed"),
    OrderCancelled: _cancelled,
    ParcelTracked: _tracked,
    PaymentRefunded: _refunded,
    RefundFailed: _refund_failed,
    AfterSaleChanged: _after_sale,
    ProductChanged: _product,
    StockChanged: _stock,
    RoomMoved: tell_room,
    ProductFeatured: tell_featured,
    ProductUnfeatured: tell_featured,
    VideoPublished: tell_video,
    VideoChanged: tell_video,
    VideoWithdrawn: tell_withdrawn,
    OrderSettled: _settled,
    PayoutChanged: _payout,
}
