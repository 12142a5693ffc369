"""The one place where an after-sale's state changes: state, history, event, goods and money together.

The after-sale is locked before its order, the order before charges, charges before stock.
"""

from datetime import datetime

import msgspec

from xiaodian.contracts.aftersales import (
    AfterSaleChanged,
    AfterSaleKind,
    AfterSaleNotPossibleError,
    AfterSaleState,
)
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import Line, Order
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.modules.aftersales import queries
from xiaodian.modules.aftersales.amounts import check_offer, freight_left, is_void, most_for_goods, take_offer
from xiaodian.modules.aftersales.models import AfterSale, Deed, Doing, Role
from xiaodian.modules.aftersales.rules import (
    DECIDABLE_STATES,
    advance,
    brings_goods_back,
    ends_hold,
    find_next_state,
    get_next_state,
)
from xiaodian.modules.aftersales.service.goods import find_replacement, put_replacement_back, take_back
from xiaodian.modules.aftersales.service.pay_back import pay_back
from xiaodian.modules.orders import api as orders

VOID = Doing(deed=Deed.VOID, role=Role.CLOCK)


async def move(connection: Connection, after_sale: AfterSale, doing: Doing, now: datetime) -> AfterSale:
    """Do something with an after-sale that this transaction holds; answers it as it is then.

    One whose order was cancelled in the meantime is closed, whatever was to be done. Raises IllegalMoveError,
    InvalidInputError (no address to send goods to), AfterSaleNotPossibleError (nothing to exchange with).
    """
    order = (await orders.lock_orders(connection, [after_sale.order_id]))[after_sale.order_id]
    line = line_of(order, after_sale)
    if after_sale.state in DECIDABLE_STATES and is_void(order, line, after_sale):
        doing = VOID
    if doing.deed is Deed.ACCEPT_OFFER and after_sale.state is AfterSaleState.OFFERED:
        after_sale = take_offer(after_sale, order, line)
    next_state = get_next_state(after_sale, doing.deed, doing.role, now)
    if next_state is AfterSaleState.OFFERED:
        await _check_offer(connection, after_sale, order, line, doing)
    if next_state is AfterSaleState.AWAITING_RETURN:
        after_sale, doing = await _agree_to_return(connection, after_sale, line, doing, now)
    if next_state is AfterSaleState.REFUNDING and doing.deed is not Deed.REFUND_FAILED:
        after_sale = await _refund(connection, after_sale, order, line, doing, now)
    moved = advance(after_sale, doing, next_state, now)
    if brings_goods_back(after_sale, doing.deed) and doing.is_for_sale:
        await take_back(connection, after_sale, line, doing)
    if _frees_replacement(moved):
        await put_replacement_back(connection, after_sale, line)
        moved = msgspec.structs.replace(moved, is_replaced=False)
    if ends_hold(after_sale.state, next_state):
        await orders.hold(connection, order, -1)
    await record(connection, moved, doing, now)
    if find_next_state(moved, Deed.REFUND_SUCCEEDED, Role.CLOCK, now) is None:
        return moved
    nothing_to_pay = Doing(deed=Deed.REFUND_SUCCEEDED, role=Role.CLOCK)
    refunded = advance(moved, nothing_to_pay, AfterSaleState.REFUNDED, now)
    await record(connection, refunded, nothing_to_pay, now)
    return refunded


async def record(connection: Connection, after_sale: AfterSale, doing: Doing, now: datetime) -> None:
    """Write the after-sale as it is now, what was done, and tell it."""
    await queries.update_after_sale(connection, after_sale)
    await queries.insert_event(connection, after_sale, doing, now)
    await outbox.emit(connection, to_event(after_sale, doing.deed))


def to_event(after_sale: AfterSale, deed: Deed) -> AfterSaleChanged:
    """What is told of an after-sale."""
    return AfterSaleChanged(
        after_sale_id=after_sale.after_sale_id,
        order_id=after_sale.order_id,
        shop_id=after_sale.shop_id,
        buyer_id=after_sale.buyer_id,
        kind=after_sale.kind,
        state=after_sale.state,
        quantity=after_sale.quantity,
        refund_minor=after_sale.refund_minor,
        line_no=after_sale.line_no,
        reason=after_sale.reason,
        deed=deed,
    )


def line_of(order: Order, after_sale: AfterSale) -> Line:
    """The line that an after-sale is about."""
    return next(line for line in order.lines if line.line_no == after_sale.line_no)


async def _check_offer(connection: Connection, after_sale: AfterSale, order: Order, line: Line, doing: Doing) -> None:
    """It can be given, and goods that come back have somewhere to go. The address told with it is remembered."""
    assert doing.offer is not None
    check_offer(after_sale, order, line, doing.offer)
    if doing.return_address is not None:
        await queries.remember_return_address(connection, after_sale.shop_id, doing.return_address)
    elif (
        doing.offer.kind is not AfterSaleKind.REFUND_ONLY
        and after_sale.return_address is None
        and await queries.find_return_address(connection, after_sale.shop_id) is None
    ):
        raise InvalidInputError(field="return_address", reason="empty")


async def _agree_to_return(
    connection: Connection, after_sale: AfterSale, line: Line, doing: Doing, now: datetime
) -> tuple[AfterSale, Doing]:
    """Where the goods go, and what they are exchanged with. Only a seller who is there can be asked for either."""
    address = doing.return_address or after_sale.return_address
    if doing.return_address is not None:
        await queries.remember_return_address(connection, after_sale.shop_id, doing.return_address)
    if address is None:
        address = await queries.find_return_address(connection, after_sale.shop_id)
    if address is None and doing.role is Role.SELLER:
        raise InvalidInputError(field="return_address", reason="empty")
    doing = msgspec.structs.replace(doing, return_address=address)
    if after_sale.kind is not AfterSaleKind.EXCHANGE or after_sale.is_replaced:
        return after_sale, doing
    missing = await find_replacement(connection, after_sale, line)
    if not missing:
        return msgspec.structs.replace(after_sale, is_replaced=True), doing
    if doing.role is Role.SELLER:
        raise AfterSaleNotPossibleError(reason="no_replacement", missing=missing)
    return await _turn_to_refund(connection, after_sale, line, now), doing


async def _refund(
    connection: Connection, after_sale: AfterSale, order: Order, line: Line, doing: Doing, now: datetime
) -> AfterSale:
    """Let the money go; answers the after-sale with what really goes back."""
    if after_sale.kind is AfterSaleKind.EXCHANGE:
        after_sale = await _turn_to_refund(connection, after_sale, line, now)
    if doing.with_freight:
        after_sale = msgspec.structs.replace(after_sale, freight_minor=freight_left(order))
    refund = await pay_back(connection, after_sale, order, line, now)
    return msgspec.structs.replace(after_sale, freight_minor=refund.freight_minor)


async def _turn_to_refund(connection: Connection, after_sale: AfterSale, line: Line, now: datetime) -> AfterSale:
    """There will be no exchange: all that was paid for the pieces goes back instead."""
    turned = msgspec.structs.replace(
        after_sale, kind=AfterSaleKind.RETURN_REFUND, goods_minor=most_for_goods(line, after_sale.quantity)
    )
    await queries.insert_event(connection, turned, Doing(deed=Deed.TURN_TO_REFUND, role=Role.CLOCK), now)
    return turned


def _frees_replacement(moved: AfterSale) -> bool:
    """Whether pieces were taken to exchange with, and nobody will be sent them any more."""
    is_decided_otherwise = moved.state in (AfterSaleState.REFUNDING, AfterSaleState.CLOSED)
    return is_decided_otherwise and moved.is_replaced and moved.resend_shipment is None
