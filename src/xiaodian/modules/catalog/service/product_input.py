"""What staff may say of a product and its SKUs."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.base import Input, Line, Text
from xiaodian.contracts.catalog import ProductState, SkuId
from xiaodian.modules.catalog.rules import MAX_PICTURES, MAX_PRICE_MINOR, MAX_SKUS, MAX_STOCK

Title = Annotated[Line, Meta(min_length=1, max_length=120)]
Description = Annotated[Text, Meta(max_length=5000)]
# Only pictures that were uploaded here: a foreign address could spy on viewers or change after review.
PictureUrl = Annotated[str, Meta(pattern=r"^/media/pictures/[A-Za-z0-9._-]{1,200}(?![\s\S])")]
PictureUrls = Annotated[list[PictureUrl], Meta(max_length=MAX_PICTURES)]
SkuName = Annotated[Line, Meta(min_length=1, max_length=60)]
PriceMinor = Annotated[int, Meta(ge=1, le=MAX_PRICE_MINOR)]
StockCount = Annotated[int, Meta(ge=0, le=MAX_STOCK)]


class NewSku(Input, frozen=True, kw_only=True):
    """A SKU of a new product."""

    name: SkuName
    price_minor: PriceMinor
    stock: StockCount


class NewProduct(Input, frozen=True, kw_only=True):
    """A new product with its SKUs in order."""

    title: Title
    description: Description
    picture_urls: PictureUrls
    state: ProductState
    skus: Annotated[list[NewSku], Meta(min_length=1, max_length=MAX_SKUS)]


class SkuEdit(Input, frozen=True, kw_only=True):
    """A SKU as it shall be; without `sku_id` it is new, and `stock` unset leaves the stock as it is (0 if new)."""

    name: SkuName
    price_minor: PriceMinor
    sku_id: SkuId | None = None
    stock: StockCount | UnsetType = UNSET


class ProductEdit(Input, frozen=True, kw_only=True):
    """What shall change. `skus` replaces the list: SKUs left out are no longer sold."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    picture_urls: PictureUrls | UnsetType = UNSET
    state: ProductState | UnsetType = UNSET
    skus: Annotated[list[SkuEdit], Meta(min_length=1, max_length=MAX_SKUS)] | UnsetType = UNSET


class StockSetting(Input, frozen=True, kw_only=True):
    """What shall be left to buy, beyond what buyers have reserved."""

    available: StockCount
