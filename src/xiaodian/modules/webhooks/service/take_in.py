"""One batch of internal events becomes messages, in one transaction with how far the stream was read."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import Product, ProductChanged, ProductId
from xiaodian.contracts.content import VideoChanged, VideoPublished, VideoWithdrawn
from xiaodian.contracts.live import ProductFeatured, ProductUnfeatured, RoomId, RoomInfo
from xiaodian.contracts.orders import (
    Order,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderId,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import api as live
from xiaodian.modules.orders import api as orders
from xiaodian.modules.payments import api as payments
from xiaodian.modules.shops import api as shops
from xiaodian.modules.webhooks.service.pen import Facts, Told
from xiaodian.modules.webhooks.service.record import record
from xiaodian.modules.webhooks.service.translate import keep_last_stock, translate

_OF_WHOLE_ORDER = (OrderPlaced, OrderPaid, OrderShipped, OrderDelivered, OrderCompleted, OrderCancelled)
_OF_VIDEO = (VideoPublished, VideoChanged, VideoWithdrawn)

_ADVANCE = """
    INSERT INTO webhooks.intake AS kept (stream, seq) VALUES ($1, $3)
    ON CONFLICT (is_only) DO UPDATE SET stream = excluded.stream, seq = excluded.seq
    WHERE kept.stream <> excluded.stream OR kept.seq = $2
    RETURNING true
"""


class Place(NamedTuple):
    """How far a stream was read; a stream that was made anew has another name here."""

    stream: str
    seq: int


class ReadByAnotherError(Exception):
    """Another process has read on meanwhile; begin again where it is."""


async def find_place(connection: Connection, stream: str) -> Place:
    """Where to read on."""
    seq = await connection.fetchval("SELECT seq FROM webhooks.intake WHERE stream = $1", stream)
    return Place(stream, seq or 0)


async def take_in(database: Database, events: Sequence[Told], read_from: Place, read_to: int, now: datetime) -> int:
    """Keep the messages that follow from events which were read from one place to another; answers how many.

    Raises ReadByAnotherError, and nothing is written then.
    """
    batch = keep_last_stock(events)
    async with database.transaction() as connection:
        if not await connection.fetchval(_ADVANCE, read_from.stream, read_from.seq, read_to):
            raise ReadByAnotherError
        facts = await _look_up(connection, batch)
        return len(await record(connection, translate(batch, facts), now))


async def _look_up(connection: Connection, batch: Sequence[Told]) -> Facts:
    events = [one.event for one in batch]
    order_ids = {event.order_id for event in events if isinstance(event, _OF_WHOLE_ORDER)}
    paid = [event for event in events if isinstance(event, OrderPaid)]
    changed = {event.product_id for event in events if isinstance(event, ProductChanged)}
    shown = {event.product_id for event in events if isinstance(event, ProductFeatured | ProductUnfeatured)}
    room_ids = {line.room_id for event in paid for line in event.lines if line.room_id is not None}
    creator_ids = {event.creator_id for event in events if isinstance(event, _OF_VIDEO)}
    return Facts(
        orders={order.order_id: order for order in (await _orders(connection, order_ids)).values()},
        captured=await payments.find_captured_parts(connection, {event.order_id for event in paid}) if paid else {},
        products={product.product_id: product for product in await _products(connection, changed | shown)},
        product_states=await _states(connection, changed),
        shops_of_rooms={
            room_id: room.shop_id
            for room_id, room in (await _rooms(connection, room_ids)).items()
            if room.shop_id is not None
        },
        shops_of_creators=await _shops_of(connection, creator_ids),
    )


async def _orders(connection: Connection, order_ids: Collection[OrderId]) -> dict[OrderId, Order]:
    return await orders.find_orders(connection, order_ids) if order_ids else {}


async def _products(connection: Connection, product_ids: Collection[ProductId]) -> list[Product]:
    return await catalog.get_products(connection, list(product_ids)) if product_ids else []


async def _rooms(connection: Connection, room_ids: Collection[RoomId]) -> dict[RoomId, RoomInfo]:
    return await live.get_rooms(connection, room_ids) if room_ids else {}


async def _shops_of(connection: Connection, creator_ids: Collection[AccountId]) -> dict[UUID, ShopId]:
    return await shops.find_shops_of(connection, creator_ids) if creator_ids else {}


async def _states(connection: Connection, product_ids: Collection[ProductId]) -> dict[UUID, str]:
    if not product_ids:
        return {}
    rows = await connection.fetch(
        "SELECT subject_id, state FROM webhooks.subject WHERE subject_id = ANY($1::uuid[]) AND kind = 'product'",
        list(product_ids),
    )
    return {row["subject_id"]: row["state"] for row in rows if row["state"] is not None}
