"""The orders behind a figure, for whoever counts them and knows which lines it counted."""

from collections.abc import Callable, Sequence

from xiaodian.contracts.orders import Line, OrderBehind, OrderId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.orders.queries import find_orders


async def list_behind(
    connection: Connection, order_ids: Sequence[OrderId], is_counted: Callable[[Line], bool], *, sees_fans: bool
) -> list[OrderBehind]:
    """Those of the orders that were paid, in the order of their ids here; contact data are in none of them.

    Whether the caller may see orders of the shop is for whoever asks to check. `sees_fans`: who bought is told.
    """
    found = await find_orders(connection, order_ids)
    behind = []
    for order_id in order_ids:
        order = found.get(order_id)
        if order is None or order.paid_at is None:
            continue
        lines = [line for line in order.lines if is_counted(line)]
        behind.append(
            OrderBehind(
                order_id=order_id,
                number=order.number,
                state=order.state,
                paid_at_ms=to_epoch_ms(order.paid_at),
                buyer_name=order.buyer_name,
                buyer_id=order.buyer_id if sees_fans else None,
                title=lines[0].title if lines else "",
                lines=len(lines),
                pieces=sum(line.quantity for line in lines),
                amount_minor=sum(line.amount_minor - line.off_minor for line in lines),
            )
        )
    return behind
