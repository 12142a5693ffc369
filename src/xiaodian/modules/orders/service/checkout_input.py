"""What a buyer says at checkout."""

from typing import Annotated

from msgspec import Meta

from xiaodian.contracts.accounts import AddressId
from xiaodian.contracts.base import Input, InvalidInputError, Line, Text
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.live import RoomId
from xiaodian.modules.orders.rules import MAX_LINES, MAX_QUANTITY

Code = Annotated[Line, Meta(min_length=1, max_length=40)]


class LineInput(Input, frozen=True, kw_only=True):
    """A SKU, how many of it, and the price of one that the buyer was shown."""

    sku_id: SkuId
    quantity: Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
    price_minor: Annotated[int, Meta(ge=0, le=100_000_000)]


Lines = Annotated[list[LineInput], Meta(min_length=1, max_length=MAX_LINES)]


class CheckoutInput(Input, frozen=True, kw_only=True):
    """An order to be placed: all of its lines or nothing."""

    lines: Lines
    address_id: AddressId
    room_id: RoomId | None = None
    coupon_code: Code | None = None
    is_quiet: bool = False
    note: Annotated[Text, Meta(max_length=200)] = ""


class QuoteInput(Input, frozen=True, kw_only=True):
    """What would be ordered."""

    lines: Lines
    room_id: RoomId | None = None
    coupon_code: Code | None = None


def check_lines(lines: list[LineInput]) -> None:
    """Refuse a SKU that is named twice: which of the two prices was shown? Raises InvalidInputError."""
    if len(lines) > 1 and len({line.sku_id for line in lines}) != len(lines):
        raise InvalidInputError(field="lines", reason="sku_twice")
