"""Checkouts as HTTP shows them."""

from collections.abc import Sequence

from xiaodian.contracts.base import Contract
from xiaodian.contracts.orders import CheckoutId, Order
from xiaodian.modules.orders.wire import OrderView, to_view_as_placed


class CheckoutView(Contract, frozen=True, kw_only=True):
    """What was placed with one request: one order a shop; `total_minor` is what is to pay for all of them."""

    checkout_id: CheckoutId
    orders: list[OrderView]
    total_minor: int
    currency: str


def to_checkout_view(orders: Sequence[Order]) -> CheckoutView:
    """The orders as they were placed, whatever became of them since."""
    return CheckoutView(
        checkout_id=orders[0].checkout_id,
        orders=[to_view_as_placed(order) for order in orders],
        total_minor=sum(order.total_minor for order in orders),
        currency=orders[0].currency,
    )
