"""Products, SKUs, prices and stock as the open API takes and shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.base import Contract, Input, Line, Text
from xiaodian.contracts.catalog import (
    Attribute,
    ExternalLink,
    JournalKind,
    OptionValue,
    PictureUrl,
    ProductOption,
    ProductState,
    Stage,
    VideoUrl,
)

MAX_BATCH = 1000

Title = Annotated[Line, Meta(min_length=1, max_length=120)]
Description = Annotated[Text, Meta(max_length=5000)]
PictureUrls = Annotated[list[PictureUrl], Meta(max_length=9)]
SkuName = Annotated[Line, Meta(min_length=1, max_length=130)]
SkuCode = Annotated[Line, Meta(min_length=1, max_length=64)]
Handle = Annotated[Line, Meta(min_length=1, max_length=255)]
Options = Annotated[list[ProductOption], Meta(max_length=3)]
OptionValues = Annotated[list[OptionValue], Meta(max_length=3)]
Attributes = Annotated[list[Attribute], Meta(max_length=50)]
Provenance = Annotated[list[Stage], Meta(max_length=20)]
PriceMinor = Annotated[int, Meta(ge=1, le=100_000_000)]
Pieces = Annotated[int, Meta(ge=0, le=100_000_000)]
Change = Annotated[int, Meta(ge=-100_000_000, le=100_000_000)]
WeightG = Annotated[int, Meta(ge=0, le=1_000_000)]
Limit = Annotated[int, Meta(ge=1, le=10_000)]
CategoryCode = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Reason = Annotated[Line, Meta(max_length=120)]


class Sku(Contract, frozen=True, kw_only=True):
    """The variant of a product that is priced and stocked."""

    id: UUID
    product_id: UUID
    name: str
    """What tells it from its siblings."""
    price_minor: int
    """In minor units of the product's currency: 2990 is 29.90."""
    available: int
    """Pieces that can be bought now, beyond what buyers have reserved."""
    weight_g: int
    """Of one piece, packed; freight is reckoned by it."""
    option_values: list[str]
    """One for each of the product's options, in their order."""
    code: str | None
    """Your own number of it, unique in the shop; buyers do not see it."""
    barcode: str | None
    """Buyers do not see it."""
    picture_url: str | None


class Product(Contract, frozen=True, kw_only=True):
    """A product with its SKUs in the seller's order."""

    id: UUID
    title: str
    description: str
    picture_urls: list[str]
    """Paths on this platform; the first is the cover."""
    state: ProductState
    currency: str
    """ISO 4217."""
    category: str
    freight_template_id: UUID | None
    """Null: the shop's default."""
    limit_per_buyer: int | None
    """Most pieces, of all SKUs together, that one account may ever buy; null: no limit."""
    options: list[ProductOption]
    """What buyers choose by; empty: by the names of the SKUs."""
    skus: list[Sku]
    attributes: list[Attribute]
    provenance: list[Stage]
    """Where it comes from, the first stage first."""
    video_url: str | None
    handle: str | None
    """A name of your own for it, unique in the shop; buyers do not see it."""
    external: ExternalLink | None
    """Where it is sold, if not here."""
    version: int
    """Counts up with each change but of stock."""


class ProductPage(Contract, frozen=True, kw_only=True):
    """A page of products, the newest first."""

    items: list[Product]
    next_cursor: str | None
    """Give it as `cursor` to get the next page; null: this is the last."""


class NewSku(Input, frozen=True, kw_only=True):
    """A SKU of a new product."""

    price_minor: PriceMinor
    name: SkuName | UnsetType = UNSET
    """May be left out where there are options: their values are its name."""
    stock: Pieces = 0
    weight_g: WeightG = 0
    option_values: OptionValues = msgspec.field(default_factory=list)
    """One for each of the product's options, in their order."""
    code: SkuCode | None = None
    """Your own number of it, unique in the shop."""
    barcode: SkuCode | None = None
    picture_url: PictureUrl | None = None


class NewProduct(Input, frozen=True, kw_only=True):
    """A new product with its SKUs in order."""

    title: Title
    skus: Annotated[list[NewSku], Meta(min_length=1, max_length=500)]
    description: Description = ""
    picture_urls: PictureUrls = msgspec.field(default_factory=list)
    """Paths that the upload of a picture answered."""
    state: ProductState = ProductState.DRAFT
    category: CategoryCode = "other"
    freight_template_id: UUID | None = None
    limit_per_buyer: Limit | None = None
    options: Options = msgspec.field(default_factory=list)
    """What buyers choose by: each SKU has a value of each, and no two have the same."""
    attributes: Attributes = msgspec.field(default_factory=list)
    provenance: Provenance = msgspec.field(default_factory=list)
    """Where it comes from, the first stage first."""
    video_url: VideoUrl | None = None
    """A path that the upload of a film answered."""
    handle: Handle | None = None
    """A name of your own for it, unique in the shop."""
    external: ExternalLink | None = None
    """Where it is sold, if not here; then it has one SKU and no stock."""


class SkuEdit(Input, frozen=True, kw_only=True):
    """A SKU as it shall be. Without `id` it is new; what is left out stays (or is 0, if it is new)."""

    price_minor: PriceMinor
    name: SkuName | UnsetType = UNSET
    id: UUID | UnsetType = UNSET
    stock: Pieces | UnsetType = UNSET
    weight_g: WeightG | UnsetType = UNSET
    option_values: OptionValues | UnsetType = UNSET
    code: SkuCode | UnsetType | None = UNSET
    barcode: SkuCode | UnsetType | None = UNSET
    picture_url: PictureUrl | UnsetType | None = UNSET


class ProductEdit(Input, frozen=True, kw_only=True):
    """What shall change; what is left out stays. `skus` replaces the list: SKUs left out are no longer sold."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    picture_urls: PictureUrls | UnsetType = UNSET
    state: ProductState | UnsetType = UNSET
    skus: Annotated[list[SkuEdit], Meta(min_length=1, max_length=500)] | UnsetType = UNSET
    category: CategoryCode | UnsetType = UNSET
    freight_template_id: UUID | UnsetType | None = UNSET
    limit_per_buyer: Limit | UnsetType | None = UNSET
    options: Options | UnsetType = UNSET
    attributes: Attributes | UnsetType = UNSET
    provenance: Provenance | UnsetType = UNSET
    video_url: VideoUrl | UnsetType | None = UNSET
    handle: Handle | UnsetType | None = UNSET
    external: ExternalLink | UnsetType | None = UNSET


class StockSetting(Input, frozen=True, kw_only=True):
    """How many pieces can be bought from now on, beyond what buyers have reserved."""

    available: Pieces
    reason: Reason = ""


class StockDelta(Input, frozen=True, kw_only=True):
    """So many pieces more (or fewer, if negative), whatever is sold meanwhile."""

    delta: Change
    reason: Reason = ""


class StockChange(Input, frozen=True, kw_only=True):
    """The stock of one SKU in a batch: either `available` or `delta`."""

    sku_id: UUID
    available: Pieces | UnsetType = UNSET
    delta: Change | UnsetType = UNSET


class StockBatch(Input, frozen=True, kw_only=True):
    """Stocks of many SKUs, each named once: all are changed, or none."""

    changes: Annotated[list[StockChange], Meta(min_length=1, max_length=MAX_BATCH)]
    reason: Reason = ""


class StockLevel(Contract, frozen=True, kw_only=True):
    """What can be bought of a SKU."""

    sku_id: UUID
    available: int


class StockLevels(Contract, frozen=True, kw_only=True):
    """What can be bought of each SKU of a batch, in its order."""

    items: list[StockLevel]


class StockMove(Contract, frozen=True, kw_only=True):
    """Pieces that came or went other than by orders."""

    id: UUID
    kind: JournalKind
    change: int
    available: int
    """What could be bought afterwards."""
    reason: str | None
    at: datetime
    by: UUID | None
    """The account that did it, or for which an app did; null: the clock alone."""


class StockMovePage(Contract, frozen=True, kw_only=True):
    """A page of a SKU's journal, the latest first."""

    items: list[StockMove]
    next_cursor: str | None


class PriceChange(Input, frozen=True, kw_only=True):
    """The price of one SKU in a batch."""

    sku_id: UUID
    price_minor: PriceMinor


class PriceBatch(Input, frozen=True, kw_only=True):
    """Prices of many SKUs, each named once: all are changed, or none."""

    prices: Annotated[list[PriceChange], Meta(min_length=1, max_length=MAX_BATCH)]


class Price(Contract, frozen=True, kw_only=True):
    """What a SKU costs."""

    sku_id: UUID
    price_minor: int


class PriceList(Contract, frozen=True, kw_only=True):
    """What each SKU of a batch costs now, in its order."""

    items: list[Price]
