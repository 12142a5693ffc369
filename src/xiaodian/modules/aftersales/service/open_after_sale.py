"""Open an after-sale: a buyer asks for money or other goods for a line of an order."""

from datetime import datetime

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.aftersales import OPEN_STATES, AfterSaleId, AfterSaleNotPossibleError, AfterSaleState
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.orders import Line, Order, OrderId
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.aftersales import queries
from xiaodian.modules.aftersales.amounts import check_possible, claim
from xiaodian.modules.aftersales.models import AfterSale, Deed, Doing, Role
from xiaodian.modules.aftersales.rules import MAX_PER_LINE, first_deadline
from xiaodian.modules.aftersales.service.move import to_event
from xiaodian.modules.aftersales.service.see import see
from xiaodian.modules.aftersales.wire import AfterSaleView, OpenInput
from xiaodian.modules.orders import api as orders


async def open_after_sale(ctx: Context, caller: Caller, key: str, order_id: OrderId, data: OpenInput) -> AfterSaleView:
    """Ask for it, as the order's buyer; the order's settlement waits for the answer.

    Raises NotFoundError, AfterSaleNotPossibleError, RefundTooLargeError, InvalidInputError.
    """

    async def _open(connection: Connection) -> AfterSaleView:
        now = utc_now()
        order, line = await _lock_line(connection, caller, order_id, data.line_no)
        await _check_free(connection, order, line)
        after_sale = _new(order, line, data, now)
        await queries.insert_after_sale(connection, after_sale)
        doing = Doing(
            deed=Deed.OPEN,
            role=Role.BUYER,
            account_id=caller.account_id,
            note=data.description or None,
            picture_urls=data.picture_urls,
        )
        await queries.insert_event(connection, after_sale, doing, now)
        await orders.hold(connection, order, +1)
        await outbox.emit(connection, to_event(after_sale, Deed.OPEN))
        return await see(connection, after_sale, {Role.BUYER}, caller, now)

    operation = f"open after-sale of {order_id}"
    return await orders.answer_once(ctx.database, caller, key, operation, data, AfterSaleView, _open)


async def _lock_line(connection: Connection, caller: Caller, order_id: OrderId, line_no: int) -> tuple[Order, Line]:
    order = (await orders.lock_orders(connection, [order_id])).get(order_id)
    if order is None or order.buyer_id != caller.account_id:
        raise NotFoundError
    line = next((line for line in order.lines if line.line_no == line_no), None)
    if line is None:
        raise InvalidInputError(field="line_no", reason="unknown")
    return order, line


async def _check_free(connection: Connection, order: Order, line: Line) -> None:
    """One at a time for a line, and not for ever. The order is held, so nobody opens another meanwhile."""
    states = await queries.get_states_of_line(connection, order.order_id, line.line_no)
    if any(state in OPEN_STATES for state in states):
        raise AfterSaleNotPossibleError(field="line_no", reason="is_open")
    if len(states) >= MAX_PER_LINE:
        raise AfterSaleNotPossibleError(field="line_no", reason="too_often", limit=MAX_PER_LINE)


def _new(order: Order, line: Line, data: OpenInput, now: datetime) -> AfterSale:
    check_possible(order, line, data.kind, data.quantity, now)
    goods_minor, freight_minor = claim(order, line, data.kind, data.quantity, data.refund_minor)
    return AfterSale(
        shop_id=order.shop_id,
        after_sale_id=AfterSaleId(new_id()),
        order_id=order.order_id,
        line_no=line.line_no,
        buyer_id=order.buyer_id,
        kind=data.kind,
        state=AfterSaleState.REQUESTED,
        quantity=data.quantity,
        goods_minor=goods_minor,
        freight_minor=freight_minor,
        currency=order.currency,
        reason=data.reason,
        description=data.description,
        picture_urls=data.picture_urls,
        opened_at=now,
        deadline_at=first_deadline(now),
    )
