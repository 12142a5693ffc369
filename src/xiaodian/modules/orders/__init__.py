"""Orders: placing, paying, shipping and closing them, and the money that goes with each.

Tables: orders.order, line, line_refund, move, tracking_event, cart_item, idempotency, number_key. Events: OrderPlaced,
OrderPaid, OrderCancelled, OrderRefunded, OrderShipped, OrderDelivered, OrderCompleted.

Always holds: an order is placed whole or not at all, once for an Idempotency-Key, from stock that was there; its state
changes only as the table in rules.py allows, and each change stands in its history with who, when and why; the money
of a paid order lies in escrow, less what went back by line_refund, until settlement splits it. Money that an order can
not take any more goes back by itself. Rows are locked in this order: orders, charges, stock, coupons, limits; each kind
by its id.

Never imports: settlement and aftersales, which stand above it and learn what happens by events.
"""
