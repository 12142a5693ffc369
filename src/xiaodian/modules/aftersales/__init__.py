"""After-sales: a buyer wants money or other goods for what was bought.

Tables: aftersales.*. Events: AfterSaleChanged.

Always holds: a line has at most one open after-sale; never more comes back for a line than was paid for it; whoever
stays silent until the deadline has agreed to what the rules say; every change has who, when and why.
"""
