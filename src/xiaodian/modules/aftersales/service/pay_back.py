"""Let the money of an after-sale go back: first out of the hands of those who got it, then out of escrow."""

from datetime import datetime

from xiaodian.contracts.orders import Line, Order, OrderRefund
from xiaodian.infra.database import Connection
from xiaodian.modules.aftersales.amounts import refund_of
from xiaodian.modules.aftersales.models import AfterSale
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import api as settlement

REASON = "after_sale"


async def pay_back(
    connection: Connection, after_sale: AfterSale, order: Order, line: Line, now: datetime
) -> OrderRefund:
    """Refund what is asked, in the transaction that holds the order; once for an after-sale. Says what went back.

    Raises RefundTooLargeError.
    """
    back, freight_minor = refund_of(order, line, after_sale)
    refund_id = after_sale.after_sale_id
    if order.order_id in await settlement.is_settled(connection, [order.order_id]):
        await settlement.claw_back(connection, order, [back], freight_minor, refund_id, now)
    refund = OrderRefund(refund_id=refund_id, lines=[back], freight_minor=freight_minor, reason=REASON)
    await orders.refund_lines(connection, order, refund, now)
    return refund
