"""The door of orders."""

from xiaodian.modules.orders.checkout import make_checkout
from xiaodian.modules.orders.service.desk import OrderDesk

__all__ = ["OrderDesk", "make_checkout"]
