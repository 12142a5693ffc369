"""What an order's own way does to its after-sales: it was cancelled, or shipped, while one was open."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.orders import Order
from xiaodian.infra.database import Connection
from xiaodian.modules.aftersales import queries
from xiaodian.modules.aftersales.models import AfterSale, Deed, Doing, Role
from xiaodian.modules.aftersales.rules import find_next_state
from xiaodian.modules.aftersales.service.move import VOID, move
from xiaodian.modules.orders import api as orders

SHIPPED = Doing(deed=Deed.SHIPPED, role=Role.CLOCK)


async def close_voided(connection: Connection, order_ids: Collection[UUID], now: datetime) -> int:
    """Close what is open of cancelled orders: all of their money went back already. Says how many."""
    done = 0
    for after_sale, _ in await _lock_open(connection, order_ids):
        if find_next_state(after_sale, Deed.VOID, Role.CLOCK, now):
            await move(connection, after_sale, VOID, now)
            done += 1
    return done


async def refuse_by_shipping(connection: Connection, order_ids: Collection[UUID], now: datetime) -> int:
    """Goods on their way are not refunded as if they had stayed: who asked for that is refused. Says how many."""
    done = 0
    for after_sale, order in await _lock_open(connection, order_ids):
        was_asked_before = order.shipped_at is not None and after_sale.opened_at < order.shipped_at
        if was_asked_before and find_next_state(after_sale, Deed.SHIPPED, Role.CLOCK, now):
            await move(connection, after_sale, SHIPPED, now)
            done += 1
    return done


async def _lock_open(connection: Connection, order_ids: Collection[UUID]) -> list[tuple[AfterSale, Order]]:
    """Open after-sales of these orders, and their orders: all held at once, each kind in key order."""
    open_ids = await queries.list_open_of_orders(connection, order_ids)
    after_sales = await queries.lock_after_sales(connection, open_ids)
    held = await orders.lock_orders(connection, {after_sale.order_id for after_sale in after_sales.values()})
    return [(after_sale, held[after_sale.order_id]) for after_sale in after_sales.values()]
