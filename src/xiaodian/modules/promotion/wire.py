"""Coupons, flash sales and commissions as HTTP shows them."""

from uuid import UUID

from xiaodian.contracts.accounts import Account
from xiaodian.contracts.base import Contract
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.promotion import PLATFORM, CouponId
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.promotion.models import CommissionState, FlashSaleRow
from xiaodian.modules.promotion.rules import Coupon


class CouponView(Contract, frozen=True, kw_only=True):
    """A coupon as who issued it sees it; without a shop it is the platform's."""

    coupon_id: CouponId
    shop_id: ShopId | None
    code: str
    title: str
    is_listed: bool
    is_personal: bool
    currency: str
    off_minor: int
    min_spend_minor: int
    quota: int
    per_account: int
    redeemed: int
    valid_from_ms: int
    valid_until_ms: int
    ended_at_ms: int | None


class OfferedCoupon(Contract, frozen=True, kw_only=True):
    """A coupon as buyers see it; without a shop it is the platform's."""

    coupon_id: CouponId
    shop_id: ShopId | None
    code: str
    title: str
    currency: str
    off_minor: int
    min_spend_minor: int
    valid_until_ms: int
    left: int


class OfferedCoupons(Contract, frozen=True, kw_only=True):
    """What a buyer can redeem now."""

    items: list[OfferedCoupon]


class FlashSaleView(Contract, frozen=True, kw_only=True):
    """A flash sale as the shop's staff sees it; `left` can be bought, `sold` is paid for and did not come back."""

    flash_sale_id: StockId
    shop_id: ShopId
    product_id: ProductId
    sku_id: SkuId
    title: str
    sku_name: str
    price_minor: int
    list_price_minor: int
    set_aside: int
    left: int
    sold: int
    limit_per_buyer: int | None
    starts_at_ms: int
    ends_at_ms: int
    opens_at_ms: int | None
    """From when on members of the fan club may buy, from `early_level` on."""
    early_level: int | None
    started_at_ms: int | None
    ended_at_ms: int | None


class CommissionView(Contract, frozen=True, kw_only=True):
    """A commission as the shop and the creator see it; without a creator it is public."""

    commission_id: UUID
    shop_id: ShopId
    shop_name: str
    product_id: ProductId
    title: str
    picture_url: str | None
    price_minor: int
    currency: str
    creator: Account | None
    rate_bp: int
    state: CommissionState
    created_at_ms: int
    changed_at_ms: int


class MarketItem(Contract, frozen=True, kw_only=True):
    """A product that every creator may sell."""

    product_id: ProductId
    title: str
    picture_url: str | None
    shop_id: ShopId
    shop_name: str
    price_minor: int
    """Of its cheapest SKU."""
    currency: str
    rate_bp: int
    available: int


def to_view(coupon: Coupon) -> CouponView:
    """A coupon for who issued it."""
    return CouponView(
        coupon_id=coupon.coupon_id,
        shop_id=_shop_or_none(coupon.shop_id),
        code=coupon.code,
        title=coupon.title,
        is_listed=coupon.is_listed,
        is_personal=coupon.is_personal,
        currency=coupon.currency,
        off_minor=coupon.off_minor,
        min_spend_minor=coupon.min_spend_minor,
        quota=coupon.quota,
        per_account=coupon.per_account,
        redeemed=coupon.redeemed,
        valid_from_ms=to_epoch_ms(coupon.valid_from),
        valid_until_ms=to_epoch_ms(coupon.valid_until),
        ended_at_ms=to_epoch_ms(coupon.ended_at) if coupon.ended_at else None,
    )


def to_offer(coupon: Coupon) -> OfferedCoupon:
    """A coupon for buyers."""
    return OfferedCoupon(
        coupon_id=coupon.coupon_id,
        shop_id=_shop_or_none(coupon.shop_id),
        code=coupon.code,
        title=coupon.title,
        currency=coupon.currency,
        off_minor=coupon.off_minor,
        min_spend_minor=coupon.min_spend_minor,
        valid_until_ms=to_epoch_ms(coupon.valid_until),
        left=coupon.quota - coupon.redeemed,
    )


def to_flash_view(
    sale: FlashSaleRow, *, title: str, sku_name: str, list_price_minor: int, left: int, sold: int
) -> FlashSaleView:
    """A flash sale for the shop's staff."""
    return FlashSaleView(
        flash_sale_id=sale.flash_sale_id,
        shop_id=sale.shop_id,
        product_id=sale.product_id,
        sku_id=sale.sku_id,
        title=title,
        sku_name=sku_name,
        price_minor=sale.price_minor,
        list_price_minor=list_price_minor,
        set_aside=sale.set_aside,
        left=left,
        sold=sold,
        limit_per_buyer=sale.limit_per_buyer,
        starts_at_ms=to_epoch_ms(sale.starts_at),
        ends_at_ms=to_epoch_ms(sale.ends_at),
        opens_at_ms=to_epoch_ms(sale.opens_at) if sale.opens_at else None,
        early_level=sale.early_level,
        started_at_ms=to_epoch_ms(sale.started_at) if sale.started_at else None,
        ended_at_ms=to_epoch_ms(sale.ended_at) if sale.ended_at else None,
    )


def _shop_or_none(shop_id: ShopId) -> ShopId | None:
    return None if shop_id == PLATFORM else shop_id
