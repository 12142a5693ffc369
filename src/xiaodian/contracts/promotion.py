"""Promotion: live-only prices, flash sales, coupons, purchase limits, commissions."""

from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.shops import ShopId

CouponId = NewType("CouponId", UUID)
PLATFORM = ShopId(UUID(int=0))
"""Stands where a shop's id would, for coupons that the platform pays."""


class FlashSale(Contract, frozen=True, kw_only=True):
    """A price for a time, for pieces set aside from the ordinary stock; its id names that stock too."""

    flash_sale_id: StockId
    shop_id: ShopId
    product_id: ProductId
    sku_id: SkuId
    price_minor: int
    set_aside: int
    limit_per_buyer: int | None
    starts_at: datetime
    """When everybody may buy."""
    ends_at: datetime
    opens_at: datetime | None = None
    """From when on members of the shop's fan club may, from `early_level` on; None: nobody is let in before others."""
    early_level: int | None = None


class FlashSaleAnnounced(Event, frozen=True, kw_only=True):
    """The flash sale starts within the hour: rooms that have the product in the bag may say so."""

    event_key = "product_id"
    flash_sale_id: StockId
    shop_id: ShopId
    product_id: ProductId
    sku_id: SkuId


class FlashSaleStarted(Event, frozen=True, kw_only=True):
    """From now on the SKU costs the flash sale's price as long as its pieces last."""

    event_key = "product_id"
    flash_sale_id: StockId
    shop_id: ShopId
    product_id: ProductId
    sku_id: SkuId


class FlashSaleEnded(Event, frozen=True, kw_only=True):
    """Time is up, or the seller ended it; what is left is ordinary stock again."""

    event_key = "product_id"
    flash_sale_id: StockId
    shop_id: ShopId
    product_id: ProductId
    sku_id: SkuId


class CommissionEnded(Event, frozen=True, kw_only=True):
    """The shop gives this commission no more: to one creator, or (None) publicly. Orders placed before keep theirs."""

    event_key = "product_id"
    shop_id: ShopId
    product_id: ProductId
    creator_id: AccountId | None


class CouponRefusal(StrEnum):
    """Why a coupon does not apply."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    """Its time has not begun."""
    EXPIRED = "expired"
    """Its time is over, or whoever issued it ended it."""
    USED_UP = "used_up"
    """Its quota is redeemed."""
    MIN_SPEND = "min_spend"
    """The goods cost less than the coupon asks for."""
    ALREADY_USED = "already_used"
    """This account has redeemed it as often as it may."""


class CouponWish(Contract, frozen=True, kw_only=True):
    """One order that wants to redeem a code of its shop, or one checkout that wants to redeem one of PLATFORM."""

    code: str
    account_id: AccountId
    shop_id: ShopId
    subtotal_minor: int
    currency: str


class CouponVerdict(Contract, frozen=True, kw_only=True):
    """What redeeming gives: money off, or the reason why not."""

    coupon_id: CouponId | None
    off_minor: int
    refused: CouponRefusal | None


class CouponRefusedError(DomainError):
    """The coupon does not apply; `reason` says why."""

    code = "coupon_refused"
    status = 409


class CouponCodeTakenError(DomainError):
    """The shop has another coupon with this code."""

    code = "coupon_code_taken"
    status = 409


class DishonestPriceError(DomainError):
    """A flash price must be below `below_minor`, the lowest ordinary price of the last `days` days."""

    code = "dishonest_price"
    status = 422


class FlashSaleOverlapsError(DomainError):
    """Another flash sale of the SKU falls into this time."""

    code = "flash_sale_overlaps"
    status = 409


class CommissionExistsError(DomainError):
    """The creator has a proposal or an agreement for this product already; end that first."""

    code = "commission_exists"
    status = 409
