"""Rows of this module's tables, private to it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.promotion import FlashSale
from xiaodian.contracts.shops import ShopId


class FlashSaleRow(FlashSale, frozen=True, kw_only=True):
    """A flash sale and what has become of it: when its start and its end were told."""

    started_at: datetime | None
    ended_at: datetime | None


class CommissionState(StrEnum):
    """See COMMISSION_MOVES in rules.py. A public commission is open at once."""

    PROPOSED = "proposed"
    OPEN = "open"
    REFUSED = "refused"
    ENDED = "ended"


class Commission(msgspec.Struct, frozen=True, kw_only=True):
    """A row of promotion.commission; without a creator it is public."""

    shop_id: ShopId
    commission_id: UUID
    product_id: ProductId
    creator_id: AccountId | None
    rate_bp: int
    state: CommissionState
    title: str
    """Of the product, a copy kept up to date, so that the market can be searched."""
    created_at: datetime
    changed_at: datetime
