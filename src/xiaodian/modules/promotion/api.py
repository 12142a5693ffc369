"""The door of promotion. Everything runs inside the caller's transaction and checks no rights."""

from xiaodian.modules.promotion.commission_queries import find_commissions, may_sell
from xiaodian.modules.promotion.flash_queries import find_flash_sales, find_next_flash_sales
from xiaodian.modules.promotion.queries import live_prices, open_coupon_book
from xiaodian.modules.promotion.rules import ANNOUNCED_AHEAD, CouponBook, LimitBook, choose_price
from xiaodian.modules.promotion.service.limits import open_limit_book, release_purchases, write_purchases
from xiaodian.modules.promotion.service.live_price import clear_live_price, set_live_price
from xiaodian.modules.promotion.service.redeem import release_redemptions, write_redemptions

__all__ = [
    "ANNOUNCED_AHEAD",
    "CouponBook",
    "LimitBook",
    "choose_price",
    "clear_live_price",
    "find_commissions",
    "find_flash_sales",
    "find_next_flash_sales",
    "live_prices",
    "may_sell",
    "open_coupon_book",
    "open_limit_book",
    "release_purchases",
    "release_redemptions",
    "set_live_price",
    "write_purchases",
    "write_redemptions",
]
