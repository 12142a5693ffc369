"""Give money back for lines of an order: whole or in part, once for a refund's id."""

from datetime import datetime

import msgspec

from xiaodian.contracts.catalog import StockId
from xiaodian.contracts.orders import Line, LineRefund, Order, OrderRefund, OrderRefunded, OrderState
from xiaodian.contracts.payments import RefundId, RefundWish
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import transfers
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.rules import check_refund, find_next_state
from xiaodian.modules.orders.service.give_back import release_promotions, shop_coupons
from xiaodian.modules.orders.service.move_orders import Actor, move_orders
from xiaodian.modules.payments import api as payments

_PLATFORM = Actor(role=Role.PLATFORM, reason="refunded")

_JOURNAL = """
    INSERT INTO orders.line_refund (shop_id, order_id, refund_id, line_no, quantity, refund_minor, platform_minor,
        refunded_at)
    SELECT $1, $2, $3, *, $8 FROM unnest($4::smallint[], $5::integer[], $6::bigint[], $7::bigint[])
    ON CONFLICT DO NOTHING
"""

_LINES = """
    UPDATE orders.line SET refunded_quantity = refunded_quantity + back.quantity,
        refunded_minor = refunded_minor + back.refund_minor,
        refunded_platform_minor = refunded_platform_minor + back.platform_minor
    FROM unnest($3::smallint[], $4::integer[], $5::bigint[], $6::bigint[])
        AS back (line_no, quantity, refund_minor, platform_minor)
    WHERE shop_id = $1 AND order_id = $2 AND line.line_no = back.line_no
"""

_FREIGHT = """
    UPDATE orders.order SET refunded_freight_minor = refunded_freight_minor + $3 WHERE shop_id = $1 AND order_id = $2
"""

FREIGHT_LINE = -1
"""Stands for the freight in the journal of refunds."""


async def refund_lines(connection: Connection, order: Order, refund: OrderRefund, now: datetime) -> Order:
    """Let money of a paid, locked order go back to buyer and platform; answers the order as it is then.

    The money must lie in the order's escrow. What was not shipped yet goes back on the shelf. An order of which nothing
    is left, and which is not completed, is closed. The same refund again changes nothing.
    Raises RefundTooLargeError.
    """
    refunded = await write_refund(connection, order, refund, now)
    if refunded is order:
        return order
    after = refunded
    if find_next_state(refunded, Deed.CLOSE_REFUNDED, Role.PLATFORM, now) is not None:
        [after] = await move_orders(connection, [refunded], Deed.CLOSE_REFUNDED, _PLATFORM, now=now)
    if order.state is OrderState.PAID:
        await _give_back_unshipped(connection, order, refund, is_closed=after.state is OrderState.CANCELLED)
    return after


async def write_refund(connection: Connection, order: Order, refund: OrderRefund, now: datetime) -> Order:
    """The money's part of a refund alone; the very same order if this refund was written before."""
    if not await _is_new(connection, order, refund, now):
        return order
    check_refund(order, refund)
    await _count(connection, order, refund)
    if refund.platform_minor:
        await ledger.post_many(connection, [transfers.return_subsidy(order, refund)])
    if refund.refund_minor:
        wish = RefundWish(
            refund_id=RefundId(refund.refund_id),
            order_id=order.order_id,
            amount_minor=refund.refund_minor,
            reason=refund.reason,
        )
        await payments.request_refunds(connection, [wish])
    event = OrderRefunded(
        order_id=order.order_id,
        shop_id=order.shop_id,
        refund_id=refund.refund_id,
        reason=refund.reason,
        refund_minor=refund.refund_minor,
        platform_minor=refund.platform_minor,
    )
    await outbox.emit(connection, event)
    return _subtract(order, refund)


def refund_of_all(order: Order, refund_id: RefundId, reason: str) -> OrderRefund:
    """Everything that has not gone back yet."""
    lines = [
        LineRefund(
            line_no=line.line_no,
            quantity=line.left_quantity,
            refund_minor=line.paid_minor - line.refunded_minor,
            platform_minor=line.platform_off_minor - line.refunded_platform_minor,
        )
        for line in order.lines
    ]
    return OrderRefund(
        refund_id=refund_id,
        lines=[line for line in lines if line.quantity or line.refund_minor or line.platform_minor],
        freight_minor=order.freight_minor - order.refunded_freight_minor,
        reason=reason,
    )


async def _is_new(connection: Connection, order: Order, refund: OrderRefund, now: datetime) -> bool:
    rows = [(line.line_no, line.quantity, line.refund_minor, line.platform_minor) for line in refund.lines]
    if refund.freight_minor or not rows:
        rows.append((FREIGHT_LINE, 0, refund.freight_minor, 0))
    columns = list(map(list, zip(*rows, strict=True)))
    done = await connection.execute(_JOURNAL, order.shop_id, order.order_id, refund.refund_id, *columns, now)
    return done != "INSERT 0 0"


async def _count(connection: Connection, order: Order, refund: OrderRefund) -> None:
    await connection.execute(
        _LINES,
        order.shop_id,
        order.order_id,
        [line.line_no for line in refund.lines],
        [line.quantity for line in refund.lines],
        [line.refund_minor for line in refund.lines],
        [line.platform_minor for line in refund.lines],
    )
    if refund.freight_minor:
        await connection.execute(_FREIGHT, order.shop_id, order.order_id, refund.freight_minor)


async def _give_back_unshipped(connection: Connection, order: Order, refund: OrderRefund, *, is_closed: bool) -> None:
    pieces = {line.line_no: line.quantity for line in refund.lines if line.quantity}
    quantities: dict[StockId, int] = {}
    for line in order.lines:
        if line.line_no in pieces:
            quantities[line.stock_id] = quantities.get(line.stock_id, 0) + pieces[line.line_no]
    if quantities:
        await catalog.return_many(connection, quantities)
    await release_promotions(connection, coupons=shop_coupons([order] if is_closed else []), pieces=[(order, pieces)])


def _subtract(order: Order, refund: OrderRefund) -> Order:
    of_line = {line.line_no: line for line in refund.lines}
    return msgspec.structs.replace(
        order,
        refunded_freight_minor=order.refunded_freight_minor + refund.freight_minor,
        lines=[_subtract_line(line, of_line.get(line.line_no)) for line in order.lines],
    )


def _subtract_line(line: Line, back: LineRefund | None) -> Line:
    if back is None:
        return line
    return msgspec.structs.replace(
        line,
        refunded_quantity=line.refunded_quantity + back.quantity,
        refunded_minor=line.refunded_minor + back.refund_minor,
        refunded_platform_minor=line.refunded_platform_minor + back.platform_minor,
    )
