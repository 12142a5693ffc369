"""The host says how many pieces of a SKU can be bought."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.catalog import Sku, SkuId
from xiaodian.contracts.live import RoomId, RoomState, StockMoment
from xiaodian.edge.context import Context
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live.service.control import control, tell
from xiaodian.modules.live.service.set_live_price import get_own_sku_in_bag


async def set_stock(ctx: Context, caller: Caller, room_id: RoomId, sku_id: SkuId, available: int) -> Sku:
    """So many can be bought, in this room and elsewhere; the same number again does nothing.

    Rooms on air, this one too, learn it from catalog's StockChanged; a planned room is told here.
    Raises NotInBagError, NotOwnGoodsError, InvalidInputError, NotFoundError, ForbiddenError, RoomEndedError.
    """
    async with control(ctx, caller, room_id) as (connection, room):
        before = await get_own_sku_in_bag(connection, room, sku_id)
        sku = await catalog.set_available(connection, sku_id, available, caller.account_id)
        if room.state is RoomState.PLANNED and sku.available != before.available:
            moment = StockMoment(
                at_ms=to_epoch_ms(utc_now()), product_id=sku.product_id, sku_id=sku_id, available=sku.available
            )
            await tell(connection, room_id, moment)
    return sku
