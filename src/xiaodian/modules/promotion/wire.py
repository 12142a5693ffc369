"""Coupons as HTTP shows them."""

from xiaodian.contracts.base import Contract
from xiaodian.contracts.promotion import CouponId
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.promotion.rules import Coupon


class CouponView(Contract, frozen=True, kw_only=True):
    """A coupon as the shop's staff sees it."""

    coupon_id: CouponId
    shop_id: ShopId
    code: str
    currency: str
    off_minor: int
    min_spend_minor: int
    quota: int
    per_account: int
    redeemed: int
    valid_until_ms: int


def to_view(coupon: Coupon) -> CouponView:
    """A coupon for the wire."""
    return CouponView(
        coupon_id=coupon.coupon_id,
        shop_id=coupon.shop_id,
        code=coupon.code,
        currency=coupon.currency,
        off_minor=coupon.off_minor,
        min_spend_minor=coupon.min_spend_minor,
        quota=coupon.quota,
        per_account=coupon.per_account,
        redeemed=coupon.redeemed,
        valid_until_ms=to_epoch_ms(coupon.valid_until),
    )
