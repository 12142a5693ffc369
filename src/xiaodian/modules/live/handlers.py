"""Reactions: the stream's state, sales, stock and changed products become moments of the rooms they concern."""

from collections.abc import Sequence
from functools import partial

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId, StockChanged, StockId
from xiaodian.contracts.live import PurchaseMoment, RoomState, StockMoment
from xiaodian.contracts.media import StreamEnded, StreamInterrupted, StreamStarted
from xiaodian.contracts.orders import LineOfEvent, OrderPaid
from xiaodian.contracts.shops import StaffChanged
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.outbox_relay import POKE
from xiaodian.infra.work import Consumer, first_time
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.live import queries
from xiaodian.modules.live.rules import ON_AIR_STATES, OPEN_STATES
from xiaodian.modules.live.service.drop_unsellable import drop_unsellable
from xiaodian.modules.live.service.forget_person import forget_people
from xiaodian.modules.live.service.move_room import move_room
from xiaodian.modules.live.service.show_bags import tell_bags

StreamEvent = StreamStarted | StreamInterrupted | StreamEnded

STATE_AFTER: dict[type[StreamEvent], RoomState] = {
    StreamStarted: RoomState.ON_AIR,
    StreamInterrupted: RoomState.INTERRUPTED,
    StreamEnded: RoomState.ENDED,
}

BAG_EVENTS = ("ProductChanged", "FlashSaleAnnounced", "FlashSaleStarted", "FlashSaleEnded")


class OfProduct(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of a product."""

    product_id: ProductId


_decode_stream_event = msgspec.json.Decoder(StreamEvent).decode
_decode_paid = msgspec.json.Decoder(OrderPaid).decode
_decode_stock = msgspec.json.Decoder(StockChanged).decode
_decode_staff = msgspec.json.Decoder(StaffChanged).decode
_decode_of_product = msgspec.json.Decoder(OfProduct).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""
    reactions = Reactions(ctx)
    return [
        Consumer(durable="live-erased", event_types=("AccountErased",), handle=partial(forget_people, ctx)),
        Consumer(
            durable="live-streams",
            event_types=("StreamStarted", "StreamInterrupted", "StreamEnded"),
            handle=reactions.follow_streams,
        ),
        Consumer(durable="live-purchases", event_types=("OrderPaid",), handle=reactions.tell_purchases),
        Consumer(durable="live-stock", event_types=("StockChanged",), handle=reactions.tell_stock),
        Consumer(durable="live-products", event_types=BAG_EVENTS, handle=reactions.tell_products),
        Consumer(durable="live-commissions", event_types=("CommissionEnded",), handle=reactions.drop_goods),
        Consumer(durable="live-staff", event_types=("StaffChanged",), handle=reactions.follow_staff),
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
        """The last word of the batch on each stock, to every room on air that has the product in its bag."""
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "live-stock", envelopes)
            latest: dict[StockId, tuple[int, StockChanged]] = {}
            for envelope in fresh:
                event = _decode_stock(envelope.data)
                latest[event.stock_id] = (envelope.occurred_at_ms, event)
            of_product: dict[ProductId, list[StockMoment]] = {}
            for at_ms, event in latest.values():
                of_product.setdefault(event.product_id, []).append(_stock(at_ms, event))
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
        """A changed product, or a flash sale of one that comes or goes, shows in the bag of every room not over."""
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "live-products", envelopes)
            product_ids = {_decode_of_product(envelope.data).product_id for envelope in fresh}
            rooms = await queries.find_rooms_with(connection, product_ids, OPEN_STATES)
            await tell_bags(connection, {room_id for room_id, _ in rooms})
        if rooms:
            await self._ctx.broker.poke(POKE)

    async def drop_goods(self, envelopes: Sequence[Envelope]) -> None:
        """What a host may no longer sell for a commission leaves the bag of the host's rooms that are not over."""
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "live-commissions", envelopes)
            product_ids = {_decode_of_product(envelope.data).product_id for envelope in fresh}
            await drop_unsellable(connection, product_ids)
        await self._ctx.broker.poke(POKE)

    async def follow_staff(self, envelopes: Sequence[Envelope]) -> None:
        """Who no longer goes live for a shop has its goods no more in their bags."""
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "live-staff", envelopes)
            product_ids: set[ProductId] = set()
            for account_id in {_decode_staff(envelope.data).account_id for envelope in fresh}:
                product_ids |= set(await queries.list_goods_of_host(connection, account_id))
            await drop_unsellable(connection, product_ids)
        await self._ctx.broker.poke(POKE)


def _stock(at_ms: int, event: StockChanged) -> StockMoment:
    return StockMoment(
        at_ms=at_ms,
        product_id=event.product_id,
        sku_id=event.sku_id,
        available=event.available,
        stock_id=None if event.stock_id == event.sku_id else event.stock_id,
    )


def _purchase(at_ms: int, buyer_name: str, line: LineOfEvent) -> PurchaseMoment:
    return PurchaseMoment(
        at_ms=at_ms,
        name=buyer_name,
        product_id=line.product_id,
        title=line.product_title,
        quantity=line.quantity,
    )
