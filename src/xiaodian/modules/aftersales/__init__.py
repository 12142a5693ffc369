"""After-sales: a buyer wants money or other goods for what was bought.

Tables: aftersales.after_sale, event, return_address. Events: AfterSaleChanged.

Always holds: a line has at most one open after-sale; never more comes back for a line than was paid for it; whoever
stays silent until the deadline has agreed to what the rules say; every change has who, when and why; the order's
settlement is held until the money has moved or will not. Rows are locked in this order: after-sales, orders, charges,
stock; each kind by its id.

Never imports: nothing is above it, so all of what it does is told by events.
"""
