"""The door of promotion. What takes a connection runs inside the caller's transaction and checks no rights."""

from xiaodian.modules.promotion.commission_queries import find_commissions, may_sell
from xiaodian.modules.promotion.flash_queries import (
    find_flash_sales,
    find_next_flash_sales,
    list_flash_sales,
    list_flash_sales_between,
)
from xiaodian.modules.promotion.models import FlashSaleRow
from xiaodian.modules.promotion.queries import find_coupon, find_coupons, list_coupons, live_prices, open_coupon_book
from xiaodian.modules.promotion.rules import (
    ANNOUNCED_AHEAD,
    LONGEST_EARLY_S,
    MOST_LEVELS,
    Coupon,
    CouponBook,
    LimitBook,
    choose_price,
    is_open_to,
)
from xiaodian.modules.promotion.service.create_coupon import NewCoupon, create_coupon, end_coupon
from xiaodian.modules.promotion.service.flash_sales import EarlyAccess, NewFlashSale, create_flash_sale, end_flash_sale
from xiaodian.modules.promotion.service.give_coupon import give_coupon
from xiaodian.modules.promotion.service.limits import open_limit_book, release_purchases, write_purchases
from xiaodian.modules.promotion.service.live_price import clear_live_price, set_live_price
from xiaodian.modules.promotion.service.personal_data import export
from xiaodian.modules.promotion.service.redeem import release_redemptions, write_redemptions
from xiaodian.modules.promotion.service.standing import drop_standing, find_standings, set_standings
from xiaodian.modules.promotion.views import show_flash_sales
from xiaodian.modules.promotion.wire import to_view as to_coupon_view

__all__ = [
    "ANNOUNCED_AHEAD",
    "LONGEST_EARLY_S",
    "MOST_LEVELS",
    "Coupon",
    "CouponBook",
    "EarlyAccess",
    "FlashSaleRow",
    "LimitBook",
    "NewCoupon",
    "NewFlashSale",
    "choose_price",
    "clear_live_price",
    "create_coupon",
    "create_flash_sale",
    "drop_standing",
    "end_coupon",
    "end_flash_sale",
    "export",
    "find_commissions",
    "find_coupon",
    "find_coupons",
    "find_flash_sales",
    "find_next_flash_sales",
    "find_standings",
    "give_coupon",
    "is_open_to",
    "list_coupons",
    "list_flash_sales",
    "list_flash_sales_between",
    "live_prices",
    "may_sell",
    "open_coupon_book",
    "open_limit_book",
    "release_purchases",
    "release_redemptions",
    "set_live_price",
    "set_standings",
    "show_flash_sales",
    "to_coupon_view",
    "write_purchases",
    "write_redemptions",
]
