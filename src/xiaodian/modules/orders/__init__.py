"""Orders: placing, paying, shipping and closing them, and the money that goes with each.

Tables: orders.order, line, move, tracking_event, cart_item, idempotency, number_key. Events: OrderPlaced, OrderPaid,
OrderCancelled, OrderShipped, OrderDelivered, OrderCompleted.

Always holds: a checkout is placed whole (one order a shop) or not at all, once for an Idempotency-Key, from stock that
was there, at the prices that the buyer was shown; its parts of discounts add up to the cent; an order's state
changes only as the table in rules.py allows, and each change stands in its history with who, when and why; the money
of a paid order lies in escrow until the order is completed or the money goes back. Rows are locked in this order:
orders, charges, stock, coupons, purchase limits; each kind by its id.

Never imports: nothing is above it, so all of what it does is told by events.
"""
