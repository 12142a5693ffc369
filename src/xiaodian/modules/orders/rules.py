"""Pure decisions about orders: the table of states, what can be refunded."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from xiaodian.contracts.accounts import Scope, has_right
from xiaodian.contracts.orders import IllegalMoveError, Order, OrderRefund, OrderState
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.modules.orders.models import Deed, OrderSeen, Role

MAX_LINES = 50
MAX_QUANTITY = 999
SHIP_WITHIN = timedelta(hours=48)
"""So long after paying an order is late if it was not shipped: what platforms of the trade promise buyers."""

Guard = Callable[[Order, datetime], bool]


def _always(order: Order, now: datetime) -> bool:
    return True


def _may_still_pay(order: Order, now: datetime) -> bool:
    return now < order.expires_at


def _payment_overdue(order: Order, now: datetime) -> bool:
    return now >= order.expires_at


def _receipt_overdue(order: Order, now: datetime) -> bool:
    return order.completes_at is not None and now >= order.completes_at


def _nothing_left(order: Order, now: datetime) -> bool:
    return order.escrow_minor == 0


class AllowedMove(msgspec.Struct, frozen=True):
    """From which state who may do what, when, and which state follows."""

    state: OrderState
    deed: Deed
    role: Role
    next_state: OrderState
    guard: Guard = _always


_PENDING, _PAID, _SHIPPED = OrderState.PENDING_PAYMENT, OrderState.PAID, OrderState.SHIPPED
_DELIVERED, _COMPLETED, _CANCELLED = OrderState.DELIVERED, OrderState.COMPLETED, OrderState.CANCELLED

# Money that comes late is still taken while the goods are still held: a provider's notice has no guard.
MOVES: Sequence[AllowedMove] = (
    AllowedMove(_PENDING, Deed.PAY, Role.BUYER, _PAID, _may_still_pay),
    AllowedMove(_PENDING, Deed.PAY, Role.PROVIDER, _PAID),
    AllowedMove(_PENDING, Deed.CANCEL, Role.BUYER, _CANCELLED),
    AllowedMove(_PENDING, Deed.CANCEL, Role.SELLER, _CANCELLED),
    AllowedMove(_PENDING, Deed.TIME_OUT, Role.CLOCK, _CANCELLED, _payment_overdue),
    AllowedMove(_PAID, Deed.CANCEL, Role.BUYER, _CANCELLED),
    AllowedMove(_PAID, Deed.SHIP, Role.SELLER, _SHIPPED),
    AllowedMove(_PAID, Deed.CANCEL, Role.SELLER, _CANCELLED),
    AllowedMove(_PAID, Deed.CLOSE_REFUNDED, Role.PLATFORM, _CANCELLED, _nothing_left),
    AllowedMove(_SHIPPED, Deed.DELIVER, Role.CARRIER, _DELIVERED),
    AllowedMove(_SHIPPED, Deed.CLOSE_REFUNDED, Role.PLATFORM, _CANCELLED, _nothing_left),
    AllowedMove(_SHIPPED, Deed.CONFIRM_RECEIPT, Role.BUYER, _COMPLETED),
    AllowedMove(_SHIPPED, Deed.AUTO_COMPLETE, Role.CLOCK, _COMPLETED, _receipt_overdue),
    AllowedMove(_DELIVERED, Deed.CLOSE_REFUNDED, Role.PLATFORM, _CANCELLED, _nothing_left),
    AllowedMove(_DELIVERED, Deed.CONFIRM_RECEIPT, Role.BUYER, _COMPLETED),
    AllowedMove(_DELIVERED, Deed.AUTO_COMPLETE, Role.CLOCK, _COMPLETED, _receipt_overdue),
)
_MOVES_OF = {state: [move for move in MOVES if move.state is state] for state in OrderState}


_RIGHT_TO = {Deed.CANCEL: Scope.ORDERS_WRITE, Deed.SHIP: Scope.SHIPPING}
"""What each deed of a seller asks of their role."""

OPEN_TO_CHANGE = (_PENDING, _PAID)
"""As long as an order is in one of these its address may be changed."""


def ship_by(order: Order) -> datetime | None:
    """Until when a paid order is to be shipped."""
    return order.paid_at + SHIP_WITHIN if order.state is _PAID and order.paid_at is not None else None


def list_allowed(order: Order, role: Role, now: datetime) -> list[Deed]:
    """What this role may do with the order now."""
    return [move.deed for move in _MOVES_OF[order.state] if move.role is role and move.guard(order, now)]


def list_allowed_to(seen: OrderSeen) -> list[Deed]:
    """What who sees the order may do with it now: of the seller's deeds those that their rights give."""
    allowed = list_allowed(seen.order, seen.role, seen.now)
    if seen.role is not Role.SELLER:
        return allowed
    return [deed for deed in allowed if has_right(seen.rights, _RIGHT_TO[deed])]


def find_next_state(order: Order, deed: Deed, role: Role, now: datetime) -> OrderState | None:
    """The state that follows; None if this role may not do this now."""
    for move in _MOVES_OF[order.state]:
        if move.deed is deed and move.role is role and move.guard(order, now):
            return move.next_state
    return None


def get_next_state(order: Order, deed: Deed, role: Role, now: datetime) -> OrderState:
    """The state that follows. Raises IllegalMoveError, which names the present state and what is allowed."""
    next_state = find_next_state(order, deed, role, now)
    if next_state is None:
        raise IllegalMoveError(state=order.state, allowed=list_allowed(order, role, now))
    return next_state


def check_refund(order: Order, refund: OrderRefund) -> None:
    """Raises RefundTooLargeError, with what can still go back, if anything of it is more than what is left."""
    lines = {line.line_no: line for line in order.lines}
    for back in refund.lines:
        line = lines.get(back.line_no)
        if line is None or len({one.line_no for one in refund.lines}) < len(refund.lines):
            raise RefundTooLargeError(left_minor=0)
        left_minor = line.paid_minor - line.refunded_minor
        if (
            not 0 <= back.refund_minor <= left_minor
            or not 0 <= back.quantity <= line.left_quantity
            or not 0 <= back.platform_minor <= line.platform_off_minor - line.refunded_platform_minor
        ):
            raise RefundTooLargeError(left_minor=left_minor)
    left_minor = order.freight_minor - order.refunded_freight_minor
    if not 0 <= refund.freight_minor <= left_minor:
        raise RefundTooLargeError(left_minor=left_minor)
    if order.paid_at is None:
        raise RefundTooLargeError(left_minor=0)
