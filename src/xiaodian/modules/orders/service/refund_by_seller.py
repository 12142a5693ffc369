"""A seller gives money back of their own accord: for a scratch, a late parcel, too much freight."""

from collections.abc import Mapping

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Contract, InvalidInputError, NotFoundError
from xiaodian.contracts.orders import IllegalMoveError, LineRefund, OrderId, OrderRefund, OrderState
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.money import format_minor
from xiaodian.modules.orders.models import OrderSeen, Role
from xiaodian.modules.orders.rules import list_allowed
from xiaodian.modules.orders.service.order_access import lock_order_for, see
from xiaodian.modules.orders.service.refund_lines import refund_lines
from xiaodian.modules.shops import api as shops

REASON = "seller"
_IN_ESCROW = (OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED)


class SellerRefund(Contract, frozen=True, kw_only=True):
    """What goes back: of lines, by their number, and of the freight."""

    lines: Mapping[int, int]
    freight_minor: int


async def refund_by_seller(connection: Connection, caller: Caller, order_id: OrderId, wish: SellerRefund) -> OrderSeen:
    """Money goes back out of the order's escrow, and no goods.

    An order with an open after-sale is left to that. Raises NotFoundError, ForbiddenError, IllegalMoveError,
    InvalidInputError, RefundTooLargeError.
    """
    now = utc_now()
    order, roles = await lock_order_for(connection, caller, order_id, Scope.ORDERS_WRITE)
    if Role.SELLER not in roles:
        raise NotFoundError
    if order.state not in _IN_ESCROW or order.holds:
        raise IllegalMoveError(state=order.state, allowed=list_allowed(order, Role.SELLER, now))
    if not wish.lines and not wish.freight_minor:
        raise InvalidInputError(field="lines", reason="empty")
    refund = OrderRefund(
        refund_id=new_id(),
        lines=[
            LineRefund(line_no=line_no, quantity=0, refund_minor=amount_minor, platform_minor=0)
            for line_no, amount_minor in wish.lines.items()
        ],
        freight_minor=wish.freight_minor,
        reason=REASON,
    )
    after = await refund_lines(connection, order, refund, now)
    details = {"number": order.number, "amount": format_minor(refund.refund_minor)}
    await shops.note_deed(
        connection, caller, order.shop_id, deed="order.refunded", target=str(order_id), details=details
    )
    return await see(connection, after, Role.SELLER, caller, now)
