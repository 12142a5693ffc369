"""The host gives a SKU a price that holds in this room only, or takes it away again."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import Sku, SkuId
from xiaodian.contracts.live import NotInBagError, NotOwnGoodsError, PriceMoment, RoomId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import queries
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.service.control import control, tell
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops


async def set_live_price(ctx: Context, caller: Caller, room_id: RoomId, sku_id: SkuId, price_minor: int | None) -> None:
    """The SKU costs this in the room from now on; None: its ordinary price again. The same price again does nothing.

    Raises NotInBagError, NotOwnGoodsError, InvalidInputError (above the ordinary price), NotFoundError,
    ForbiddenError, RoomEndedError.
    """
    async with control(ctx, caller, room_id) as (connection, room):
        sku = await get_own_sku_in_bag(connection, room, sku_id)
        if price_minor is not None and price_minor > sku.price_minor:
            raise InvalidInputError(field="price_minor", reason="above_list_price", list_price_minor=sku.price_minor)
        before = (await promotion.live_prices(connection, [(room_id, sku_id)])).get((room_id, sku_id))
        if before == price_minor:
            return
        if price_minor is None:
            await promotion.clear_live_price(connection, room_id, sku_id)
        else:
            await promotion.set_live_price(connection, room_id, sku_id, price_minor)
        await tell(
            connection,
            room_id,
            PriceMoment(
                at_ms=to_epoch_ms(utc_now()),
                product_id=sku.product_id,
                sku_id=sku_id,
                price_minor=sku.price_minor if price_minor is None else price_minor,
            ),
        )


async def get_own_sku_in_bag(connection: Connection, room: Room, sku_id: SkuId) -> Sku:
    """A SKU of a product in this room's bag, of the host's own shop. Raises NotInBagError, NotOwnGoodsError."""
    found = await catalog.get_skus(connection, [sku_id])
    if not found or not await queries.is_in_bag(connection, room.room_id, found[0].product_id):
        raise NotInBagError(field="sku_id")
    shop = await shops.get_shop(connection, found[0].shop_id)
    if shop.owner_id != room.host_id:
        raise NotOwnGoodsError(field="sku_id", shop_name=shop.name)
    return found[0]
