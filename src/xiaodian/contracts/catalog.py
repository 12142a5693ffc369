"""Catalog: products, SKUs and their stock.

available = on_hand - reserved, never negative; spending takes from both; sold counts up.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, NewType
from uuid import UUID

from msgspec import Meta, field

from xiaodian.contracts.base import Contract, DomainError, Event, Input, Line, Text
from xiaodian.contracts.shops import ShopId

ProductId = NewType("ProductId", UUID)
SkuId = NewType("SkuId", UUID)
StockId = NewType("StockId", UUID)
"""A heap of pieces of one SKU: its own (the same id as the SKU's), or one set aside (the id of the flash sale)."""


# Only files that were uploaded here: a foreign address could spy on viewers or change after review.
PictureUrl = Annotated[str, Meta(pattern=r"^/media/pictures/[A-Za-z0-9._-]{1,200}(?![\s\S])")]
VideoUrl = Annotated[str, Meta(pattern=r"^/media/videos/[0-9a-f]{64}\.mp4(?![\s\S])")]
"""A film; its poster has the same address, but for the ending `.webp`."""

OptionName = Annotated[Line, Meta(min_length=1, max_length=20)]
OptionValue = Annotated[Line, Meta(min_length=1, max_length=40)]
MAX_OPTION_VALUES = 50


class ProductState(StrEnum):
    """Only products on sale can be bought or put in a bag."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    """Waits for the platform's word; only where the platform looks at goods before they go on sale."""
    REJECTED = "rejected"
    ON_SALE = "on_sale"
    OFF = "off"


class StageKind(StrEnum):
    """What was done with goods on their way to the buyer."""

    GROWN = "grown"
    PICKED = "picked"
    PROCESSED = "processed"
    PACKED = "packed"
    CUSTOM = "custom"
    """Says in its title what."""


class Stage(Input, frozen=True, kw_only=True):
    """One step of where goods come from, as the seller shows it."""

    kind: StageKind
    title: Annotated[Line, Meta(max_length=40)] = ""
    place: Annotated[Line, Meta(max_length=80)] = ""
    day: date | None = None
    note: Annotated[Text, Meta(max_length=500)] = ""
    picture_url: PictureUrl | None = None
    video_url: VideoUrl | None = None


class Attribute(Input, frozen=True, kw_only=True):
    """A fact about goods: brand, origin, material, storage."""

    name: Annotated[Line, Meta(min_length=1, max_length=40)]
    value: Annotated[Line, Meta(min_length=1, max_length=200)]


class ProductOption(Input, frozen=True, kw_only=True):
    """What the buyer chooses by: a colour, a size."""

    name: OptionName
    values: Annotated[list[OptionValue], Meta(min_length=1, max_length=MAX_OPTION_VALUES)]


class ExternalLink(Input, frozen=True, kw_only=True):
    """Where a product is sold that is not sold here: shown beside our own, bought there."""

    url: Annotated[str, Meta(pattern=r"^https://[^\s\x00-\x20\x7f\"'<>\\]+(?![\s\S])", max_length=1000)]
    source_name: Annotated[Line, Meta(min_length=1, max_length=40)]
    """What buyers know the place by: `Buy at …`."""
    ref_name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,40}(?![\s\S])")] = "ref"
    """The parameter of the address that says which room a buyer comes from."""


class JournalKind(StrEnum):
    """Why pieces came or went other than by orders."""

    OPENING = "opening"
    RESTOCK = "restock"
    CORRECTION = "correction"
    SET_ASIDE = "set_aside"
    GIVEN_BACK = "given_back"
    RETURNED = "returned"


class SkuTerms(Contract, frozen=True, kw_only=True):
    """A variant but for its pieces."""

    sku_id: SkuId
    name: str
    """What tells it from its siblings: `3斤装`."""
    price_minor: int
    weight_g: int = 0
    """Of one piece, packed; freight is reckoned by it."""
    option_values: list[str] = field(default_factory=list)
    """One for each of the product's options, in their order."""
    picture_url: str | None = None
    code: str | None = None
    """The seller's own number of it, unique in the shop; for staff."""
    barcode: str | None = None
    """For staff."""


class Sku(SkuTerms, frozen=True, kw_only=True):
    """The variant that is priced and stocked."""

    product_id: ProductId
    shop_id: ShopId
    available: int


class Category(Contract, frozen=True, kw_only=True):
    """What kind of goods; decides the platform's fee in basis points (1/10,000)."""

    code: str
    name_zh: str
    name_en: str
    fee_bp: int


class ProductContent(Contract, frozen=True, kw_only=True):
    """What buyers see and read of a product; the platform may want to look at it first."""

    title: str
    description: str
    picture_urls: list[str]
    category: str = "other"
    video_url: str | None = None
    attributes: list[Attribute] = field(default_factory=list)
    provenance: list[Stage] = field(default_factory=list)
    """Where it comes from, the first stage first."""


class PendingContent(ProductContent, frozen=True, kw_only=True):
    """A new content that the platform has yet to look at, or has refused; what is on sale stays as it was."""

    refused_reason: str | None = None


class Product(ProductContent, frozen=True, kw_only=True):
    """A product with its SKUs in the seller's order."""

    product_id: ProductId
    shop_id: ShopId
    state: ProductState
    currency: str
    skus: list[Sku]
    version: int = 1
    """Counts up with each change of the product or its SKUs; stock does not count."""
    options: list[ProductOption] = field(default_factory=list)
    freight_template_id: UUID | None = None
    """None: the shop's own default."""
    limit_per_buyer: int | None = None
    """Most pieces (of all its SKUs together) that one account may buy, ever; None: no limit."""
    handle: str | None = None
    """A name that files and programs know it by, unique in the shop; for staff."""
    external: ExternalLink | None = None
    """Where it is sold if not here; it has no stock, and no checkout takes it."""
    rejected_reason: str | None = None
    """What the platform said when it was rejected; for staff."""
    pending: PendingContent | None = None
    """For staff."""


class ProductSnapshot(ProductContent, frozen=True, kw_only=True):
    """A product as one version had it; stock is not of it."""

    state: ProductState
    currency: str
    skus: list[SkuTerms]
    options: list[ProductOption] = field(default_factory=list)
    freight_template_id: UUID | None = None
    limit_per_buyer: int | None = None
    handle: str | None = None
    external: ExternalLink | None = None
    pending: PendingContent | None = None


class VersionConflictError(DomainError):
    """It was changed since the caller read it: `version` is what it is now, `changed_by` the name of who did."""

    code = "version_conflict"
    status = 412


class IllegalProductMoveError(DomainError):
    """The product's state does not allow this."""

    code = "illegal_product_move"
    status = 409


class SkuAtSale(Contract, frozen=True, kw_only=True):
    """A SKU as it was when this transaction locked one of its stocks."""

    stock_id: StockId
    sku_id: SkuId
    product_id: ProductId
    shop_id: ShopId
    product_title: str
    sku_name: str
    picture_url: str | None
    price_minor: int
    currency: str
    available: int
    on_sale: bool
    category: str
    fee_bp: int
    weight_g: int
    freight_template_id: UUID | None
    limit_per_buyer: int | None
    is_external: bool = False
    """Shown here, sold elsewhere."""


class StockWish(Contract, frozen=True, kw_only=True):
    """What shall be left to buy of a SKU: so many, or so many more than there are; one of the two is given."""

    sku_id: SkuId
    available: int | None = None
    delta: int | None = None


class PriceWish(Contract, frozen=True, kw_only=True):
    """What a SKU shall cost."""

    sku_id: SkuId
    price_minor: int


class PriceDrop(Contract, frozen=True, kw_only=True):
    """A SKU that costs less than it did."""

    shop_id: ShopId
    product_id: ProductId
    sku_id: SkuId
    price_minor: int
    before_minor: int
    """The lowest ordinary price before."""
    changed_at: datetime


class StockFault(Contract, frozen=True, kw_only=True):
    """A stock whose journal does not sum to what is on hand or sold."""

    stock_id: StockId
    sku_id: SkuId
    on_hand: int
    reserved: int
    sold: int
    journalled: int


class LowStock(Contract, frozen=True, kw_only=True):
    """A SKU on sale of which little is left."""

    product_id: ProductId
    sku_id: SkuId
    title: str
    sku_name: str
    available: int


class ProductChanged(Event, frozen=True, kw_only=True):
    """Title, pictures, price or state of a product changed, or it is new."""

    event_key = "product_id"
    product_id: ProductId
    shop_id: ShopId
    is_new: bool = False


class StockChanged(Event, frozen=True, kw_only=True):
    """What can still be bought of one stock of a SKU changed; one event per stock and transaction."""

    event_key = "sku_id"
    shop_id: ShopId
    product_id: ProductId
    sku_id: SkuId
    stock_id: StockId
    available: int
