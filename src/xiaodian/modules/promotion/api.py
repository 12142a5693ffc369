"""The door of promotion. Everything runs inside the caller's transaction and checks no rights."""

from xiaodian.modules.promotion.queries import live_prices, open_coupon_book
from xiaodian.modules.promotion.rules import CouponBook
from xiaodian.modules.promotion.service.live_price import clear_live_price, set_live_price
from xiaodian.modules.promotion.service.redeem import release_redemptions, write_redemptions

__all__ = [
    "CouponBook",
    "clear_live_price",
    "live_prices",
    "open_coupon_book",
    "release_redemptions",
    "set_live_price",
    "write_redemptions",
]
