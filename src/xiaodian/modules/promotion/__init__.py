"""Promotion: prices that hold in one room only, and coupons of shops.

Tables: promotion.live_price, coupon, redemption. Events: none.

Always holds: a coupon is redeemed at most `quota` times in all and `per_account` times by one account, however many
orders race for it: its row is locked before it is judged. A redemption belongs to one order and is released once.

Never imports orders, live: it is told rooms and orders by their ids.
"""
