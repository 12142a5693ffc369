"""What a buyer says at checkout."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from xiaodian.contracts.accounts import AddressId
from xiaodian.contracts.base import Input, InvalidInputError, Line, Text
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.orders.rules import MAX_LINES, MAX_QUANTITY

Code = Annotated[Line, Meta(min_length=1, max_length=40)]
MAX_VIDEO_MS = 3_600_000
Quantity = Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]


class LineInput(Input, frozen=True, kw_only=True):
    """A SKU, how many of it, the price of one that the buyer was shown, and the room or the video where it was shown.

    `video_at_ms` is the moment of the video at which the buyer decided.
    """

    sku_id: SkuId
    quantity: Quantity
    price_minor: Annotated[int, Meta(ge=0, le=100_000_000)]
    room_id: RoomId | None = None
    video_id: VideoId | None = None
    video_at_ms: Annotated[int, Meta(ge=0, le=MAX_VIDEO_MS)] | None = None


class ShopInput(Input, frozen=True, kw_only=True):
    """What the buyer says to one of the shops."""

    shop_id: ShopId
    coupon_code: Code | None = None
    note: Annotated[Text, Meta(max_length=200)] = ""


class Wish(Input, frozen=True, kw_only=True):
    """Goods of one or several shops, and the coupons that shall pay for a part of them."""

    lines: Annotated[list[LineInput], Meta(min_length=1, max_length=MAX_LINES)]
    shops: Annotated[Sequence[ShopInput], Meta(max_length=MAX_LINES)] = ()
    platform_coupon_code: Code | None = None
    is_quiet: bool = False
    from_cart: bool = False


class CheckoutInput(Wish, frozen=True, kw_only=True):
    """Orders to be placed, one a shop: all of the lines or nothing."""

    address_id: AddressId


class QuoteInput(Wish, frozen=True, kw_only=True):
    """What would be ordered; without an address, freight is left out."""

    address_id: AddressId | None = None


def check_wish(wish: Wish) -> None:
    """Refuse what is said twice, perhaps in two ways: which of the two counts? Raises InvalidInputError."""
    if len(wish.lines) > 1 and len({line.sku_id for line in wish.lines}) != len(wish.lines):
        raise InvalidInputError(field="lines", reason="sku_twice")
    if len(wish.shops) > 1 and len({shop.shop_id for shop in wish.shops}) != len(wish.shops):
        raise InvalidInputError(field="shops", reason="shop_twice")
