"""Pure decisions about what can be asked for, and what goes back to whom."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from xiaodian.contracts.aftersales import AfterSaleKind, AfterSaleNotPossibleError
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import Line, LineRefund, Order, OrderState
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.modules.aftersales.models import AfterSale, Offer
from xiaodian.modules.aftersales.rules import OPENING_TIME

_ALL = frozenset(AfterSaleKind)
KINDS_OF: dict[OrderState, frozenset[AfterSaleKind]] = {
    OrderState.PENDING_PAYMENT: frozenset(),
    OrderState.PAID: frozenset({AfterSaleKind.REFUND_ONLY}),
    OrderState.SHIPPED: _ALL,
    OrderState.DELIVERED: _ALL,
    OrderState.COMPLETED: _ALL,
    OrderState.CANCELLED: frozenset(),
}
"""What can be asked for while the order is in a state."""


class Claim(NamedTuple):
    """What a buyer asks back: for the goods, and of the order's freight."""

    goods_minor: int
    freight_minor: int


def check_possible(order: Order, line: Line, kind: AfterSaleKind, quantity: int, now: datetime) -> None:
    """Raises AfterSaleNotPossibleError if the order's state or the line does not allow this, or no longer."""
    kinds = KINDS_OF[order.state]
    if not kinds:
        raise AfterSaleNotPossibleError(reason="order_state", state=order.state)
    if kind not in kinds:
        raise AfterSaleNotPossibleError(field="kind", reason="kind", allowed=sorted(kinds))
    if order.state is OrderState.COMPLETED and order.closed_at is not None and now >= order.closed_at + OPENING_TIME:
        raise AfterSaleNotPossibleError(reason="too_late", days=OPENING_TIME.days)
    if quantity > line.left_quantity:
        raise AfterSaleNotPossibleError(field="quantity", reason="nothing_left", left=line.left_quantity)


def claim(order: Order, line: Line, kind: AfterSaleKind, quantity: int, wanted_minor: int | None) -> Claim:
    """What is asked back: all that was paid for the pieces unless the buyer wants less.

    Raises RefundTooLargeError, AfterSaleNotPossibleError (nothing of it is left), InvalidInputError (an exchange asks
    for no money).
    """
    if kind is AfterSaleKind.EXCHANGE:
        if wanted_minor:
            raise InvalidInputError(field="refund_minor", reason="out_of_range")
        return Claim(0, 0)
    most = Claim(most_for_goods(line, quantity), freight_due(order, line, quantity))
    if sum(most) == 0 and 0 < line.paid_minor == line.refunded_minor:
        raise AfterSaleNotPossibleError(reason="nothing_left", left=0)
    if wanted_minor is None:
        return most
    if wanted_minor > sum(most):
        raise RefundTooLargeError(field="refund_minor", left_minor=sum(most))
    goods_minor = min(wanted_minor, most.goods_minor)
    return Claim(goods_minor, wanted_minor - goods_minor)


def check_offer(after_sale: AfterSale, order: Order, line: Line, offer: Offer) -> None:
    """What a seller may offer: what the order's state allows, other than what was asked, no more than is left.

    Raises AfterSaleNotPossibleError, InvalidInputError, RefundTooLargeError.
    """
    kinds = KINDS_OF[order.state]
    if offer.kind not in kinds:
        raise AfterSaleNotPossibleError(field="kind", reason="kind", allowed=sorted(kinds))
    is_same = offer.kind is after_sale.kind and offer.refund_minor == after_sale.refund_minor
    if is_same or (offer.kind is not AfterSaleKind.EXCHANGE and offer.refund_minor == 0):
        raise InvalidInputError(field="refund_minor", reason="out_of_range")
    claim(order, line, offer.kind, after_sale.quantity, offer.refund_minor)


def take_offer(after_sale: AfterSale, order: Order, line: Line) -> AfterSale:
    """The after-sale as if the buyer had asked for what is offered. Raises RefundTooLargeError."""
    offer = after_sale.offer
    assert offer is not None
    goods_minor, freight_minor = claim(order, line, offer.kind, after_sale.quantity, offer.refund_minor)
    return msgspec.structs.replace(after_sale, kind=offer.kind, goods_minor=goods_minor, freight_minor=freight_minor)


def most_for_goods(line: Line, quantity: int) -> int:
    """Most that the buyer can get back for so many more pieces of a line.

    Rounded down in sum, not by piece: whoever asks piece by piece gets back exactly what was paid for the line. Never
    more than is left of it, should some have gone back as a compensation.
    """
    return min(
        _share(line.paid_minor, line.refunded_quantity + quantity, line.quantity)
        - _share(line.paid_minor, line.refunded_quantity, line.quantity),
        line.paid_minor - line.refunded_minor,
    )


def freight_due(order: Order, line: Line, quantity: int) -> int:
    """What of the freight goes back: all that is left of it if with these pieces a whole unshipped order goes back.

    Once goods were carried, the carriage was had; an operator may rule otherwise.
    """
    is_last = all(one.left_quantity == (quantity if one.line_no == line.line_no else 0) for one in order.lines)
    return freight_left(order) if order.shipped_at is None and is_last else 0


def freight_left(order: Order) -> int:
    """What of the freight has not gone back yet."""
    return order.freight_minor - order.refunded_freight_minor


def is_void(order: Order, line: Line, after_sale: AfterSale) -> bool:
    """Whether what is asked for is gone already, because the order was cancelled."""
    return order.state is OrderState.CANCELLED or after_sale.goods_minor > line.paid_minor - line.refunded_minor


def refund_of(order: Order, line: Line, after_sale: AfterSale) -> tuple[LineRefund, int]:
    """What goes back for the line (to the buyer, and in proportion to the platform) and of the freight.

    Pieces count as given back if they were never sent, came back, or were paid back whole; a compensation for goods
    that the buyer keeps leaves them to be asked for again, for what is left of their price.
    """
    goods_minor = after_sale.goods_minor
    is_whole = goods_minor >= most_for_goods(line, after_sale.quantity)
    is_kept = after_sale.kind is AfterSaleKind.REFUND_ONLY and order.shipped_at is not None
    quantity = 0 if is_kept and not is_whole else after_sale.quantity
    back = LineRefund(
        line_no=line.line_no,
        quantity=quantity,
        refund_minor=goods_minor,
        platform_minor=_platform_part(line, quantity, goods_minor, is_whole=is_whole),
    )
    due_minor = freight_due(order, line, quantity) if is_whole else 0
    return back, min(max(after_sale.freight_minor, due_minor), freight_left(order))


def _platform_part(line: Line, quantity: int, goods_minor: int, *, is_whole: bool) -> int:
    """What the platform gets back of its discount: its part of the pieces, or of the money if that is not for all."""
    if is_whole:
        before = _share(line.platform_off_minor, line.refunded_quantity, line.quantity)
        part = _share(line.platform_off_minor, line.refunded_quantity + quantity, line.quantity) - before
    else:
        part = _share(line.platform_off_minor, goods_minor, line.paid_minor)
    return min(part, line.platform_off_minor - line.refunded_platform_minor)


def _share(total_minor: int, part: int, whole: int) -> int:
    return total_minor * part // whole
