"""Complete orders: the buyer has the goods, the shop gets the money."""

from collections.abc import Sequence
from datetime import datetime

from xiaodian.contracts.orders import Order
from xiaodian.infra.database import Connection
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import transfers
from xiaodian.modules.orders.models import Deed
from xiaodian.modules.orders.service.move_orders import Actor, move_orders


async def complete_orders(
    connection: Connection, orders: Sequence[Order], deed: Deed, actor: Actor, now: datetime
) -> list[Order]:
    """Complete locked orders and pay their shops out of escrow. Raises IllegalMoveError."""
    moved = await move_orders(connection, orders, deed, actor, now=now)
    await ledger.post_many(connection, [transfers.settle(order) for order in moved])
    return moved
