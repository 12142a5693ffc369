"""The door of orders. What takes a connection runs inside the caller's transaction."""

from xiaodian.modules.orders.callbacks import make_callbacks
from xiaodian.modules.orders.checkout import make_checkout
from xiaodian.modules.orders.models import Deed, OrderSeen, Role, TrackingEvent, TrackingKind
from xiaodian.modules.orders.queries import find_orders, list_orders_of_shop, lock_orders
from xiaodian.modules.orders.rules import list_allowed
from xiaodian.modules.orders.service.answer_once import ONCE_REFUSALS, NoBody, answer_once
from xiaodian.modules.orders.service.desk import OrderDesk
from xiaodian.modules.orders.service.handle_order import cancel_order, get_order
from xiaodian.modules.orders.service.hold import has_held_orders, hold
from xiaodian.modules.orders.service.order_access import get_order_for, lock_order_for, see_many
from xiaodian.modules.orders.service.refund_lines import refund_lines
from xiaodian.modules.orders.service.ship_from_file import RowOutcome, ship_from_file
from xiaodian.modules.orders.service.ship_order import ship_order
from xiaodian.modules.orders.service.sold import (
    list_cancelled_after_payment,
    list_open_sums_of_creator,
    list_open_sums_of_shop,
    list_order_ids,
    list_paid_between,
    list_refunds,
    list_sold_by_creator,
    list_sold_of_shop,
)
from xiaodian.modules.orders.service.to_ship import SHIP_WITHIN, ToShip, get_to_ship
from xiaodian.modules.orders.service.track_parcel import track_parcel
from xiaodian.modules.orders.shipment_file import ShipmentRow
from xiaodian.modules.orders.shipping_rules import read_shipment

__all__ = [
    "ONCE_REFUSALS",
    "SHIP_WITHIN",
    "Deed",
    "NoBody",
    "OrderDesk",
    "OrderSeen",
    "Role",
    "RowOutcome",
    "ShipmentRow",
    "ToShip",
    "TrackingEvent",
    "TrackingKind",
    "answer_once",
    "cancel_order",
    "find_orders",
    "get_order",
    "get_order_for",
    "get_to_ship",
    "has_held_orders",
    "hold",
    "list_allowed",
    "list_cancelled_after_payment",
    "list_open_sums_of_creator",
    "list_open_sums_of_shop",
    "list_order_ids",
    "list_orders_of_shop",
    "list_paid_between",
    "list_refunds",
    "list_sold_by_creator",
    "list_sold_of_shop",
    "lock_order_for",
    "lock_orders",
    "make_callbacks",
    "make_checkout",
    "read_shipment",
    "refund_lines",
    "see_many",
    "ship_from_file",
    "ship_order",
    "track_parcel",
]
