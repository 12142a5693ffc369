"""The door of orders. What takes a connection runs inside the caller's transaction."""

from xiaodian.modules.orders.bought import (
    BOUGHT_COLUMNS,
    BUYERS_AFTER,
    FOUND_COLUMNS,
    select_bought,
    select_found,
)
from xiaodian.modules.orders.callbacks import make_callbacks
from xiaodian.modules.orders.checkout import make_checkout
from xiaodian.modules.orders.models import Deed, OrderSeen, Role, TrackingEvent, TrackingKind
from xiaodian.modules.orders.order_filter import OrderFilter, OrderSort
from xiaodian.modules.orders.queries import find_orders, find_placed_between, has_orders_before, lock_orders
from xiaodian.modules.orders.rules import SHIP_WITHIN, list_allowed_to
from xiaodian.modules.orders.service.annotate_order import add_note, set_tags
from xiaodian.modules.orders.service.answer_once import ONCE_REFUSALS, NoBody, answer_once
from xiaodian.modules.orders.service.checkout_input import CheckoutInput, LineInput
from xiaodian.modules.orders.service.customers import Customer, list_customers
from xiaodian.modules.orders.service.desk import OrderDesk
from xiaodian.modules.orders.service.desk_list import count_orders_for_shop, list_orders_for_shop
from xiaodian.modules.orders.service.handle_order import cancel_order, confirm_receipt, get_order
from xiaodian.modules.orders.service.hold import has_held_orders, hold
from xiaodian.modules.orders.service.list_behind import list_behind
from xiaodian.modules.orders.service.order_access import get_order_for, lock_order_for
from xiaodian.modules.orders.service.personal_data import (
    export,
    has_open_orders,
    list_ids_of_buyers,
    list_shops_of_buyer,
    unlink,
)
from xiaodian.modules.orders.service.refund_by_seller import SellerRefund, refund_by_seller
from xiaodian.modules.orders.service.refund_lines import refund_lines
from xiaodian.modules.orders.service.sandbox_shop import (
    advance_clock,
    list_newly_completed,
    pay_in_sandbox,
    run_timers,
)
from xiaodian.modules.orders.service.ship_from_file import RowOutcome, ship_from_file
from xiaodian.modules.orders.service.ship_order import ship_order
from xiaodian.modules.orders.service.sold import (
    SetAside,
    StockSold,
    list_cancelled_after_payment,
    list_open_sums_of_creator,
    list_open_sums_of_shop,
    list_order_ids,
    list_paid_between,
    list_refunds,
    list_sold_by_creator,
    list_sold_of_shop,
    sum_sold_in_room,
)
from xiaodian.modules.orders.service.to_ship import ToShip, get_to_ship
from xiaodian.modules.orders.service.track_parcel import track_parcel
from xiaodian.modules.orders.shipment_file import ShipmentRow
from xiaodian.modules.orders.shipping_rules import read_shipment
from xiaodian.modules.orders.wire import OrderView, to_view_of

__all__ = [
    "BOUGHT_COLUMNS",
    "BUYERS_AFTER",
    "FOUND_COLUMNS",
    "ONCE_REFUSALS",
    "SHIP_WITHIN",
    "CheckoutInput",
    "Customer",
    "Deed",
    "LineInput",
    "NoBody",
    "OrderDesk",
    "OrderFilter",
    "OrderSeen",
    "OrderSort",
    "OrderView",
    "Role",
    "RowOutcome",
    "SellerRefund",
    "SetAside",
    "ShipmentRow",
    "StockSold",
    "ToShip",
    "TrackingEvent",
    "TrackingKind",
    "add_note",
    "advance_clock",
    "answer_once",
    "cancel_order",
    "confirm_receipt",
    "count_orders_for_shop",
    "export",
    "find_orders",
    "find_placed_between",
    "get_order",
    "get_order_for",
    "get_to_ship",
    "has_held_orders",
    "has_open_orders",
    "has_orders_before",
    "hold",
    "list_allowed_to",
    "list_behind",
    "list_cancelled_after_payment",
    "list_customers",
    "list_ids_of_buyers",
    "list_newly_completed",
    "list_open_sums_of_creator",
    "list_open_sums_of_shop",
    "list_order_ids",
    "list_orders_for_shop",
    "list_paid_between",
    "list_refunds",
    "list_shops_of_buyer",
    "list_sold_by_creator",
    "list_sold_of_shop",
    "lock_order_for",
    "lock_orders",
    "make_callbacks",
    "make_checkout",
    "pay_in_sandbox",
    "read_shipment",
    "refund_by_seller",
    "refund_lines",
    "run_timers",
    "select_bought",
    "select_found",
    "set_tags",
    "ship_from_file",
    "ship_order",
    "sum_sold_in_room",
    "to_view_of",
    "track_parcel",
    "unlink",
]
