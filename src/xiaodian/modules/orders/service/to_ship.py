"""What a shop has to ship: how much, and what waits for longest."""

from datetime import datetime

from xiaodian.contracts.base import Contract
from xiaodian.contracts.orders import Order
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.orders.queries import find_orders
from xiaodian.modules.orders.rules import SHIP_WITHIN

MAX_COUNTED = 10_000


class ToShip(Contract, frozen=True, kw_only=True):
    """Counts stop at MAX_COUNTED. Orders with an open after-sale are not among them: they must not be shipped."""

    count: int
    late: int
    oldest: list[Order]


async def get_to_ship(connection: Connection, shop_id: ShopId, now: datetime, limit: int) -> ToShip:
    """What waits to be shipped, the longest waiting first."""
    rows = await connection.fetch(
        """
        SELECT order_id, paid_at < $2 AS is_late FROM orders.order
        WHERE shop_id = $1 AND state = 'paid' AND holds = 0 ORDER BY paid_at LIMIT $3
        """,
        shop_id,
        now - SHIP_WITHIN,
        MAX_COUNTED,
    )
    order_ids = [row["order_id"] for row in rows[:limit]]
    found = await find_orders(connection, order_ids)
    return ToShip(
        count=len(rows),
        late=sum(row["is_late"] for row in rows),
        oldest=[found[order_id] for order_id in order_ids if order_id in found],
    )
