"""Orders as they stand in the database."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId, SkuId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import OrderId, OrderState
from xiaodian.contracts.promotion import CouponId
from xiaodian.contracts.shops import ShopId


class Role(StrEnum):
    """Who moves an order."""

    BUYER = "buyer"
    SELLER = "seller"
    PROVIDER = "provider"
    """A payment provider, through a verified message."""
    CLOCK = "clock"


class Deed(StrEnum):
    """What can be done with an order; also the names in `allowed` on the wire."""

    PAY = "pay"
    CANCEL = "cancel"
    TIME_OUT = "time_out"
    SHIP = "ship"
    CONFIRM_RECEIPT = "confirm_receipt"
    AUTO_COMPLETE = "auto_complete"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What was bought, as it was when it was bought."""

    product_id: ProductId
    sku_id: SkuId
    title: str
    sku_name: str
    picture_url: str | None
    quantity: int
    price_minor: int
    amount_minor: int


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an order's state."""

    deed: Deed
    state: OrderState
    moved_at: datetime
    role: Role
    reason: str | None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One buyer, one shop. Names, prices and address are copies that nobody changes any more."""

    shop_id: ShopId
    order_id: OrderId
    serial: int
    number: str
    shop_name: str
    buyer_id: AccountId
    buyer_name: str
    """Masked, for the eyes of others."""
    room_id: RoomId | None
    state: OrderState
    currency: str
    subtotal_minor: int
    off_minor: int
    freight_minor: int
    total_minor: int
    coupon_id: CouponId | None
    recipient: str
    phone: str
    region: str
    detail: str
    is_quiet: bool
    note: str
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    carrier: str | None
    tracking_number: str | None
    completes_at: datetime | None
    closed_at: datetime | None
    lines: list[Line]


class Sales(msgspec.Struct, frozen=True, kw_only=True):
    """What was sold in a room."""

    orders: int
    paid_orders: int
    sales_minor: int


class OrderKey(msgspec.Struct, frozen=True):
    """What names an order's row."""

    shop_id: ShopId
    order_id: UUID
