"""Coupons and flash sales as the open API takes and shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.modules.promotion import api as promotion

Minor = Annotated[int, Meta(ge=1, le=100_000_000)]
Count = Annotated[int, Meta(ge=1, le=100_000_000)]
Moment = Annotated[datetime, Meta(tz=True)]


class Coupon(Contract, frozen=True, kw_only=True):
    """So much off, from such a spend on, so often in all and by one account, in this time."""

    id: UUID
    code: str
    title: str
    """What buyers read."""
    is_listed: bool
    """Whether buyers are shown it; else only who knows the code can use it."""
    currency: str
    off_minor: int
    min_spend_minor: int
    quota: int
    per_account: int
    redeemed: int
    valid_from: datetime
    valid_until: datetime
    ended_at: datetime | None
    """When the shop ended it early."""


class CouponPage(Contract, frozen=True, kw_only=True):
    """A page of coupons, the newest first."""

    items: list[Coupon]
    next_cursor: str | None


class NewCoupon(Input, frozen=True, kw_only=True):
    """A new coupon of the shop."""

    code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{3,32}$")]
    off_minor: Minor
    quota: Count
    valid_until: Moment
    min_spend_minor: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    per_account: Annotated[int, Meta(ge=1, le=1000)] = 1
    valid_from: Moment | None = None
    """Null: from now on."""
    title: Annotated[Line, Meta(max_length=40)] = ""
    is_listed: bool = False


class FlashSale(Contract, frozen=True, kw_only=True):
    """A price for a time, for so many pieces set aside."""

    id: UUID
    product_id: UUID
    sku_id: UUID
    title: str
    sku_name: str
    price_minor: int
    list_price_minor: int
    set_aside: int
    left: int
    """Can still be bought."""
    limit_per_buyer: int | None
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime | None
    """From when on members of the fan club may buy, from `early_level` on. Null: nobody before others."""
    early_level: int | None
    started_at: datetime | None
    ended_at: datetime | None


class FlashSalePage(Contract, frozen=True, kw_only=True):
    """A page of flash sales, the newest first."""

    items: list[FlashSale]
    next_cursor: str | None


class FlashSaleEarlyAccess(Input, frozen=True, kw_only=True):
    """Members of the shop's fan club, from this level on, may buy so many seconds before others."""

    level: Annotated[int, Meta(ge=1, le=promotion.MOST_LEVELS)]
    seconds: Annotated[int, Meta(ge=1, le=promotion.LONGEST_EARLY_S)]


class NewFlashSale(Input, frozen=True, kw_only=True):
    """A flash sale to come. Its pieces are set aside from the ordinary stock at once."""

    sku_id: UUID
    price_minor: Minor
    set_aside: Count
    starts_at: Moment
    """A time that is past means now."""
    ends_at: Moment
    limit_per_buyer: Count | None = None
    early: FlashSaleEarlyAccess | None = None
    """Null: everybody at the same moment. Of a sale that starts now, nothing is earlier."""
