"""Reactions: the stream's state, sales, stock and changed products become moments of the rooms they concern."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from xiaodian.contracts.base import Envelope, Event
from xiaodian.contracts.catalog import ProductChanged, ProductId, SkuId, StockChanged
from xiaodian.contracts.live import BagMoment, PurchaseMoment, RoomState, StockMoment
from xiaodian.contracts.media import StreamEnded, StreamInterrupted, StreamStarted
from xiaodian.contracts.orders import LineOfEvent, OrderPaid
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.outbox_relay import POKE
from xiaodian.infra.work import Consumer, first_time
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms, utc_now
from xiaodian.modules.live import queries
from xiaodian.modules.live.rules import ON_AIR_STATES
from xiaodian.modules.live.service.move_room import move_room
from xiaodian.modules.live.service.show_bags import show_bags

AnyEvent = TypeVar("AnyEvent", bound=Event)
StreamEvent = StreamStarted | StreamInterrupted | StreamEnded

STATE_AFTER: dict[type[StreamEvent], RoomState] = {
    StreamStarted: RoomState.ON_AIR,
    StreamInterrupted: RoomState.INTERRUPTED,
    StreamEnded: RoomState.ENDED,
}

OPEN_STATES = (RoomState.PLANNED, *ON_AIR_STATES)

_decode_stream_event = msgspec.json.Decoder(StreamEvent).decode
_decode_paid = msgspec.json.Decoder(OrderPaid).decode
_decode_stock = msgspec.json.Decoder(StockChanged).decode
_decode_product = msgspec.json.Decoder(ProductChanged).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""
    reactions = Reactions(ctx)
    return [
        Consumer(
            durable="live-streams",
            event_types=("StreamStarted", "StreamInterrupted", "StreamEnded"),
            handle=reactions.follow_streams,
        ),
        Consumer(durable="live-purchases", event_types=("OrderPaid",), handle=reactions.tell_purchases),
        Consumer(durable="live-stock", event_types=("StockChanged",), handle=reactions.tell_stock),
        Consumer(durable="live-products", event_types=("ProductChanged",), handle=reactions.tell_products),
    ]


class Reactions:
    """Each takes a batch of events and writes all its moments in one transaction with the inbox marks."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def follow_streams(self, envelopes: Sequence[Envelope]) -> None:
        """The encoder came, vanished, came back, or is gone for good: so does the room."""
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "live-streams", envelopes)
            events = [_decode_stream_event(envelope.data) for envelope in fresh]
            rooms = await queries.lock_rooms_of_streams(connection, {event.stream_id for event in events})
            for event in events:
                if room := rooms.get(event.stream_id):
                    at = from_epoch_ms(event.at_ms)
                    rooms[event.stream_id] = await move_room(connection, room, STATE_AFTER[type(event)], at)
        await self._ctx.broker.poke(POKE)

    async def tell_purchases(self, envelopes: Sequence[Envelope]) -> None:
        """One moment per line of a paid order, in the line's own room if that is not over.

        None for buyers who asked for quiet, and none for lines that were not bought from a room's bag.
        """
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "live-purchases", envelopes)
            paid = [(envelope.occurred_at_ms, _decode_paid(envelope.data)) for envelope in fresh]
            loud = [
                (line.room_id, _purchase(at_ms, order.buyer_name, line))
                for at_ms, order in paid
                if not order.is_quiet
                for line in order.lines
                if line.room_id is not None
            ]
            rooms = await queries.get_rooms(connection, {room_id for room_id, _ in loud})
            moments = [
                outbox.moment_message(room_id, moment)
                for room_id, moment in loud
                if room_id in rooms and rooms[room_id].state is not RoomState.ENDED
            ]
            await outbox.put(connection, moments)
        if moments:
            await self._ctx.broker.poke(POKE)

    async def tell_stock(self, envelopes: Sequence[Envelope]) -> None:
        """The last word of the batch on each SKU, to every room on air that has the product in its bag."""
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "live-stock", envelopes)
            latest: dict[SkuId, tuple[int, StockChanged]] = {}
            for envelope in fresh:
                event = _decode_stock(envelope.data)
                latest[event.sku_id] = (envelope.occurred_at_ms, event)
            of_product: dict[ProductId, list[StockMoment]] = {}
            for at_ms, event in latest.values():
                of_product.setdefault(event.product_id, []).append(
                    StockMoment(
                        at_ms=at_ms, product_id=event.product_id, sku_id=event.sku_id, available=event.available
                    )
                )
            rooms = await queries.find_rooms_with(connection, of_product, ON_AIR_STATES)
            moments = [
                outbox.moment_message(room_id, moment)
                for room_id, product_id in rooms
                for moment in of_product[product_id]
            ]
            await outbox.put(connection, moments)
        if moments:
            await self._ctx.broker.poke(POKE)

    async def tell_products(self, envelopes: Sequence[Envelope]) -> None:
        """A changed product shows in the bag of every room that is not over."""
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "live-products", envelopes)
            product_ids = {_decode_product(envelope.data).product_id for envelope in fresh}
            rooms = await queries.find_rooms_with(connection, product_ids, OPEN_STATES)
            bags = await show_bags(connection, {room_id for room_id, _ in rooms})
            at_ms = to_epoch_ms(utc_now())
            moments = [
                outbox.moment_message(room_id, BagMoment(at_ms=at_ms, items=items)) for room_id, items in bags.items()
            ]
            await outbox.put(connection, moments)
        if moments:
            await self._ctx.broker.poke(POKE)


def _purchase(at_ms: int, buyer_name: str, line: LineOfEvent) -> PurchaseMoment:
    return PurchaseMoment(
        at_ms=at_ms,
        name=buyer_name,
        product_id=line.product_id,
        title=line.product_title,
        quantity=line.quantity,
    )
