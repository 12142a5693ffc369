"""What staff may say of a product and its SKUs."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType, field

from xiaodian.contracts.base import Input, Line, Text
from xiaodian.contracts.catalog import (
    Attribute,
    ExternalLink,
    JournalKind,
    OptionValue,
    PictureUrl,
    ProductId,
    ProductOption,
    ProductState,
    SkuId,
    Stage,
    VideoUrl,
)
from xiaodian.modules.catalog.product_rules import (
    MAX_ATTRIBUTES,
    MAX_OPTIONS,
    MAX_PICTURES,
    MAX_SKUS,
    MAX_STAGES,
)
from xiaodian.modules.catalog.rules import CATEGORY_CODE, MAX_PER_BUYER, MAX_PRICE_MINOR, MAX_STOCK, MAX_WEIGHT_G

Title = Annotated[Line, Meta(min_length=1, max_length=120)]
Description = Annotated[Text, Meta(max_length=5000)]
PictureUrls = Annotated[list[PictureUrl], Meta(max_length=MAX_PICTURES)]
SkuName = Annotated[Line, Meta(min_length=1, max_length=130)]
PriceMinor = Annotated[int, Meta(ge=1, le=MAX_PRICE_MINOR)]
StockCount = Annotated[int, Meta(ge=0, le=MAX_STOCK)]
WeightG = Annotated[int, Meta(ge=0, le=MAX_WEIGHT_G)]
LimitPerBuyer = Annotated[int, Meta(ge=1, le=MAX_PER_BUYER)]
CategoryCode = Annotated[str, Meta(pattern=rf"^{CATEGORY_CODE}(?![\s\S])")]
SkuCode = Annotated[Line, Meta(min_length=1, max_length=64)]
Handle = Annotated[Line, Meta(min_length=1, max_length=255)]
Options = Annotated[list[ProductOption], Meta(max_length=MAX_OPTIONS)]
OptionValues = Annotated[list[OptionValue], Meta(max_length=MAX_OPTIONS)]
Attributes = Annotated[list[Attribute], Meta(max_length=MAX_ATTRIBUTES)]
Provenance = Annotated[list[Stage], Meta(max_length=MAX_STAGES)]


class SkuEdit(Input, frozen=True, kw_only=True):
    """A SKU as it shall be; without `sku_id` it is new. What is unset stays as it is (nothing, if new)."""

    price_minor: PriceMinor
    name: SkuName | UnsetType = UNSET
    """May be left out where there are options: their values are its name."""
    sku_id: SkuId | None = None
    stock: StockCount | UnsetType = UNSET
    weight_g: WeightG | UnsetType = UNSET
    """Of one piece, packed."""
    option_values: OptionValues | UnsetType = UNSET
    picture_url: PictureUrl | UnsetType | None = UNSET
    code: SkuCode | UnsetType | None = UNSET
    barcode: SkuCode | UnsetType | None = UNSET


class NewSku(Input, frozen=True, kw_only=True):
    """A SKU of a new product."""

    price_minor: PriceMinor
    stock: StockCount
    name: SkuName | UnsetType = UNSET
    """May be left out where there are options: their values are its name."""
    weight_g: WeightG = 0
    """Of one piece, packed."""
    option_values: OptionValues = field(default_factory=list)
    picture_url: PictureUrl | None = None
    code: SkuCode | None = None
    barcode: SkuCode | None = None


class NewProduct(Input, frozen=True, kw_only=True):
    """A new product with its SKUs in order."""

    title: Title
    description: Description
    picture_urls: PictureUrls
    state: ProductState
    skus: Annotated[list[NewSku], Meta(min_length=1, max_length=MAX_SKUS)]
    category: CategoryCode = "other"
    freight_template_id: UUID | None = None
    """One of the shop's own; null: its default."""
    limit_per_buyer: LimitPerBuyer | None = None
    """Most pieces that one account may buy, ever; null: no limit."""
    video_url: VideoUrl | None = None
    options: Options = field(default_factory=list)
    attributes: Attributes = field(default_factory=list)
    provenance: Provenance = field(default_factory=list)
    handle: Handle | None = None
    external: ExternalLink | None = None
    """Where it is sold, if not here; then it has one SKU and no stock."""


class ProductEdit(Input, frozen=True, kw_only=True):
    """What shall change. `skus` replaces the list: SKUs left out are no longer sold."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    picture_urls: PictureUrls | UnsetType = UNSET
    state: ProductState | UnsetType = UNSET
    skus: Annotated[list[SkuEdit], Meta(min_length=1, max_length=MAX_SKUS)] | UnsetType = UNSET
    category: CategoryCode | UnsetType = UNSET
    freight_template_id: UUID | UnsetType | None = UNSET
    limit_per_buyer: LimitPerBuyer | UnsetType | None = UNSET
    video_url: VideoUrl | UnsetType | None = UNSET
    options: Options | UnsetType = UNSET
    attributes: Attributes | UnsetType = UNSET
    provenance: Provenance | UnsetType = UNSET
    handle: Handle | UnsetType | None = UNSET
    external: ExternalLink | UnsetType | None = UNSET


class ProductWrite(Input, frozen=True, kw_only=True):
    """One product of a batch. It is that with this id, else with this handle, else that of a SKU with one of its codes;
    if there is none, it is new, and needs at least a title and SKUs."""

    edit: ProductEdit
    product_id: ProductId | None = None
    keeps_other_skus: bool = True
    """SKUs that are there but not named stay; else they are no longer sold."""


class StockSetting(Input, frozen=True, kw_only=True):
    """What shall be left to buy, beyond what buyers have reserved."""

    available: StockCount


class StockCorrection(Input, frozen=True, kw_only=True):
    """Pieces that came in (`restock`) or were found to be more or fewer (`correction`), whatever sells meanwhile."""

    delta: Annotated[int, Meta(ge=-MAX_STOCK, le=MAX_STOCK)]
    kind: JournalKind
    reason: Annotated[Line, Meta(max_length=120)] = ""
