"""Settlement: splitting the money of completed orders, and paying it out.

Tables: settlement.*. Events: OrderSettled, PayoutChanged.

Always holds: an order is settled once, and then its escrow is empty; every part is reckoned with the rates frozen on
the order's lines; what goes back later is taken from those who got it, in the same proportion; nothing is paid out
twice, or from a frozen balance.

Never imports aftersales: open ones are holds on the order, refunds are written on its lines.
"""
