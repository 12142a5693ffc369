"""Promotion: live-only prices and coupons."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError
from xiaodian.contracts.shops import ShopId

CouponId = NewType("CouponId", UUID)


class CouponRefusal(StrEnum):
    """Why a coupon does not apply."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED_UP = "used_up"
    """Its quota is redeemed."""
    MIN_SPEND = "min_spend"
    """The goods cost less than the coupon asks for."""
    ALREADY_USED = "already_used"
    """This account has redeemed it as often as it may."""


class CouponWish(Contract, frozen=True, kw_only=True):
    """One order that wants to redeem a code."""

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
