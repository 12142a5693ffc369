"""Bags of rooms as viewers see them."""

from collections.abc import Collection
from uuid import UUID

from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.live import BagMoment, RoomId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live import queries
from xiaodian.modules.live.service.show_goods import Placed, get_shown, show_priced
from xiaodian.modules.promotion import api as promotion


async def show_bags(connection: Connection, room_ids: Collection[RoomId]) -> dict[RoomId, list[BagItem]]:
    """The bags of these rooms, in order. What was taken off sale is left out; the others keep their number."""
    placed = [Placed(*row) for row in await queries.list_bag_items(connection, room_ids)]
    products = await get_shown(connection, placed)
    prices = await promotion.live_prices(
        connection,
        [
            (RoomId(room_id), sku.sku_id)
            for room_id, _, product_id in placed
            if product_id in products
            for sku in products[product_id].skus
        ],
    )
    of_places: dict[tuple[UUID, SkuId], int] = {(room_id, sku_id): price for (room_id, sku_id), price in prices.items()}
    bags = await show_priced(connection, placed, products, of_places, "room")
    return {room_id: bags.get(room_id, []) for room_id in room_ids}


async def tell_bags(connection: Connection, room_ids: Collection[RoomId]) -> None:
    """Tell these rooms, which this transaction holds, their bags afresh."""
    at_ms = to_epoch_ms(utc_now())
    bags = await show_bags(connection, room_ids)
    await outbox.put(
        connection,
        [outbox.moment_message(room_id, BagMoment(at_ms=at_ms, items=items)) for room_id, items in bags.items()],
    )
