"""Promotion: prices for a room or for a time, coupons of shops and of the platform, purchase limits, commissions.

Tables: promotion.live_price, coupon, holder, redemption, flash_sale, standing, purchase_count, commission.
Events: FlashSaleAnnounced, FlashSaleStarted, FlashSaleEnded, CommissionEnded.

Always holds: a coupon is redeemed at most `quota` times in all and `per_account` times by one account, however many
orders race for it: its row is locked before it is judged. A redemption belongs to one order (of a platform coupon: to
one checkout) and is released once. A personal coupon is redeemed by those alone to whom it was made out. What an
account bought under a limit is counted under the same kind of lock. Flash sales of one SKU never overlap; their pieces
are a stock of their own, so that they sell what was set aside and no more; their price follows the clock, and a job
only tells of it and gives back what is left; members of the shop's fan club, whose levels stand in `standing`, may buy
before others where the sale says so. A product has at most one public commission, and one proposal or agreement with
each creator.

Never imports orders, live: it is told rooms, orders and checkouts by their ids.
"""
