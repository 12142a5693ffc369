"""Structs of a shop's settings and of notices on the wire."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.base import Contract, Input, Line, Text
from xiaodian.contracts.shops import NoticeKind, PostalAddress, RuleKind, RuleNotice, Shop

MAX_LOW_STOCK = 100_000
MAX_DESCRIPTION = 1_000
MAX_CONTACT = 100
MAX_NOTICE = 2_000
MAX_MEASURE = 200
LAST_MS = 4_102_444_800_000
"""The year 2100."""

Typed = Annotated[str, Meta(max_length=300)]
OwnPicture = Annotated[
    str,
    Meta(pattern=r"^/media/pictures/[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z", description="Of a picture uploaded here."),
]


class ShopPageInput(Input, frozen=True, kw_only=True):
    """What buyers shall read of the shop."""

    avatar_url: OwnPicture | None
    description: Annotated[Text, Meta(max_length=MAX_DESCRIPTION)]
    contact: Annotated[Line, Meta(max_length=MAX_CONTACT, description="Phone, WeChat, hours: how buyers reach it.")]


class PostalAddressInput(Input, frozen=True, kw_only=True):
    """Where goods go back to."""

    recipient: Typed
    phone: Typed
    region: Typed
    detail: Typed


class ReturnAddressAnswer(Contract, frozen=True, kw_only=True):
    """Where goods go back to; null until the shop says so."""

    return_address: PostalAddress | None


class NoticeSettings(Contract, frozen=True, kw_only=True):
    """What the reader wants to be told of, and when stock is low in this shop."""

    wanted: list[NoticeKind]
    low_stock_below: int


class WantedInput(Input, frozen=True, kw_only=True):
    """What one wants to be told of; all else is silent."""

    wanted: Annotated[frozenset[NoticeKind], Meta(max_length=len(NoticeKind))]


class LowStockInput(Input, frozen=True, kw_only=True):
    """A SKU with fewer pieces than this is low; 0: none ever is."""

    below: Annotated[int, Meta(ge=0, le=MAX_LOW_STOCK)]


class RuleNoticeInput(Input, frozen=True, kw_only=True):
    """What the platform tells a shop."""

    shop_id: UUID
    kind: RuleKind
    text: Annotated[Text, Meta(min_length=1, max_length=MAX_NOTICE)]
    measure: Annotated[Line, Meta(max_length=MAX_MEASURE)] = ""
    deadline_ms: Annotated[int, Meta(ge=0, le=LAST_MS)] | None = None


class WrittenNotice(Contract, frozen=True, kw_only=True):
    """A notice with the name of the shop, for operators."""

    notice: RuleNotice
    shop_name: str


class FoundShops(Contract, frozen=True, kw_only=True):
    """Shops whose names begin so; only the first few."""

    items: list[Shop]
