"""Promotion: live-only prices and coupons."""

from typing import NewType
from uuid import UUID

from xiaodian.contracts.base import Contract, DomainError
from xiaodian.contracts.shops import ShopId

CouponId = NewType("CouponId", UUID)


class CouponWish(Contract, frozen=True, kw_only=True):
    """One order that wants to redeem a code."""

    request_no: int
    code: str
    account_id: UUID
    shop_id: ShopId
    subtotal_minor: int


class CouponVerdict(Contract, frozen=True, kw_only=True):
    """What redeeming gave: money off, or a reason why not: unknown, expired, used_up, min_spend, already_used."""

    request_no: int
    coupon_id: CouponId | None
    off_minor: int
    refused: str | None


class CouponRefusedError(DomainError):
    """The coupon does not apply; `reason` says why."""

    code = "coupon_refused"
    status = 409
