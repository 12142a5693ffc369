"""The host fills the bag, or puts it in another order."""

from collections.abc import Collection, Sequence

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.live import BagFullError, BagMoment, RoomId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import queries
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.service.check_goods import check_goods
from xiaodian.modules.live.service.control import control, tell
from xiaodian.modules.live.service.cues import end_open_cue
from xiaodian.modules.live.service.show_bags import show_bags
from xiaodian.modules.promotion import api as promotion


async def set_bag(ctx: Context, caller: Caller, room_id: RoomId, product_ids: Sequence[ProductId]) -> list[BagItem]:
    """The bag holds these products from now on, numbered in this order; the same bag again does nothing.

    What leaves the bag is no longer on show and loses its price of this room. Raises BagFullError, InvalidInputError
    (`product_id` says which is not on sale, or neither the host's nor to be sold for a commission), NotFoundError,
    ForbiddenError, RoomEndedError.
    """
    if len(product_ids) > ctx.settings.bag_max_products:
        raise BagFullError(field="product_ids", limit=ctx.settings.bag_max_products)
    if len(set(product_ids)) < len(product_ids):
        raise InvalidInputError(field="product_ids", reason="twice")
    async with control(ctx, caller, room_id) as (connection, room):
        before = await queries.get_bag(connection, room_id)
        if before != list(product_ids):
            new = [each for each in product_ids if each not in before]
            await check_goods(connection, room.host_id, room.shop_id, new, field="product_ids")
            await _drop(connection, room, set(before) - set(product_ids))
            await _write(connection, room_id, product_ids)
        items = (await show_bags(connection, [room_id]))[room_id]
        if before != list(product_ids):
            await tell(connection, room_id, BagMoment(at_ms=to_epoch_ms(utc_now()), items=items))
    return items


async def _drop(connection: Connection, room: Room, product_ids: Collection[ProductId]) -> None:
    cue = await queries.find_open_cue(connection, room.room_id)
    if cue and cue.product_id in product_ids:
        await end_open_cue(connection, room, utc_now())
    await clear_prices(connection, room.room_id, await catalog.get_products(connection, list(product_ids)))


async def clear_prices(connection: Connection, room_id: RoomId, products: Collection[Product]) -> bool:
    """Take away the prices that these products have in this room only; answers whether there were any."""
    pairs = [(room_id, sku.sku_id) for product in products for sku in product.skus]
    priced = await promotion.live_prices(connection, pairs)
    for _, sku_id in sorted(priced):
        await promotion.clear_live_price(connection, room_id, sku_id)
    return bool(priced)


async def _write(connection: Connection, room_id: RoomId, product_ids: Sequence[ProductId]) -> None:
    await connection.execute("DELETE FROM live.bag_item WHERE room_id = $1", room_id)
    await connection.execute(
        """
        INSERT INTO live.bag_item (room_id, number, product_id)
        SELECT $1, number, product_id FROM unnest($2::uuid[]) WITH ORDINALITY AS item (product_id, number)
        """,
        room_id,
        list(product_ids),
    )
