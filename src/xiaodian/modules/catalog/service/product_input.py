"""What staff may say of a product and its SKUs."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.base import Input, Line, Text
from xiaodian.contracts.catalog import JournalKind, ProductState, SkuId
from xiaodian.modules.catalog.rules import (
    CATEGORY_CODE,
    MAX_PER_BUYER,
    MAX_PICTURES,
    MAX_PRICE_MINOR,
    MAX_SKUS,
    MAX_STOCK,
    MAX_WEIGHT_G,
)

Title = Annotated[Line, Meta(min_length=1, max_length=120)]
Description = Annotated[Text, Meta(max_length=5000)]
# Only pictures that were uploaded here: a foreign address could spy on viewers or change after review.
PictureUrl = Annotated[str, Meta(pattern=r"^/media/pictures/[A-Za-z0-9._-]{1,200}(?![\s\S])")]
PictureUrls = Annotated[list[PictureUrl], Meta(max_length=MAX_PICTURES)]
SkuName = Annotated[Line, Meta(min_length=1, max_length=60)]
PriceMinor = Annotated[int, Meta(ge=1, le=MAX_PRICE_MINOR)]
StockCount = Annotated[int, Meta(ge=0, le=MAX_STOCK)]
WeightG = Annotated[int, Meta(ge=0, le=MAX_WEIGHT_G)]
LimitPerBuyer = Annotated[int, Meta(ge=1, le=MAX_PER_BUYER)]
CategoryCode = Annotated[str, Meta(pattern=rf"^{CATEGORY_CODE}(?![\s\S])")]


class NewSku(Input, frozen=True, kw_only=True):
    """A SKU of a new product."""

    name: SkuName
    price_minor: PriceMinor
    stock: StockCount
    weight_g: WeightG = 0
    """Of one piece, packed."""


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


class SkuEdit(Input, frozen=True, kw_only=True):
    """A SKU as it shall be; without `sku_id` it is new, and `stock` or `weight_g` unset leave what is (0 if new)."""

    name: SkuName
    price_minor: PriceMinor
    sku_id: SkuId | None = None
    stock: StockCount | UnsetType = UNSET
    weight_g: WeightG | UnsetType = UNSET


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


class StockSetting(Input, frozen=True, kw_only=True):
    """What shall be left to buy, beyond what buyers have reserved."""

    available: StockCount


class StockCorrection(Input, frozen=True, kw_only=True):
    """Pieces that came in (`restock`) or were found to be more or fewer (`correction`), whatever sells meanwhile."""

    delta: Annotated[int, Meta(ge=-MAX_STOCK, le=MAX_STOCK)]
    kind: JournalKind
    reason: Annotated[Line, Meta(max_length=120)] = ""
