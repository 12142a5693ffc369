"""Hold an order's settlement back while an after-sale is open."""

import msgspec

from xiaodian.contracts.orders import Order
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection


async def hold(connection: Connection, order: Order, change: int) -> Order:
    """Count one hold more (+1) or less (-1) on a locked order; answers the order as it is then."""
    assert change in (1, -1)
    holds = await connection.fetchval(
        "UPDATE orders.order SET holds = holds + $3 WHERE shop_id = $1 AND order_id = $2 RETURNING holds",
        order.shop_id,
        order.order_id,
        change,
    )
    return msgspec.structs.replace(order, holds=holds)


async def has_held_orders(connection: Connection, shop_id: ShopId) -> bool:
    """Whether any order of a shop is held."""
    return bool(
        await connection.fetchval("SELECT EXISTS (SELECT FROM orders.order WHERE shop_id = $1 AND holds > 0)", shop_id)
    )
