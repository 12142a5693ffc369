"""Catalog: products, SKUs and their stock.

available = on_hand - reserved, never negative; spending takes from both; sold counts up.
"""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.base import Contract, Event
from xiaodian.contracts.shops import ShopId

ProductId = NewType("ProductId", UUID)
SkuId = NewType("SkuId", UUID)
StockId = NewType("StockId", UUID)
"""A heap of pieces of one SKU: its own (the same id as the SKU's), or one set aside (the id of the flash sale)."""


class ProductState(StrEnum):
    """Only products on sale can be bought or put in a bag."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    OFF = "off"


class JournalKind(StrEnum):
    """Why pieces came or went other than by orders."""

    OPENING = "opening"
    RESTOCK = "restock"
    CORRECTION = "correction"
    SET_ASIDE = "set_aside"
    GIVEN_BACK = "given_back"
    RETURNED = "returned"


class Sku(Contract, frozen=True, kw_only=True):
    """The variant that is priced and stocked."""

    sku_id: SkuId
    product_id: ProductId
    shop_id: ShopId
    name: str
    """What tells it from its siblings: `3斤装`."""
    price_minor: int
    available: int
    weight_g: int = 0
    """Of one piece, packed; freight is reckoned by it."""


class Category(Contract, frozen=True, kw_only=True):
    """What kind of goods; decides the platform's fee in basis points (1/10,000)."""

    code: str
    name_zh: str
    name_en: str
    fee_bp: int


class Product(Contract, frozen=True, kw_only=True):
    """A product with its SKUs in the seller's order."""

    product_id: ProductId
    shop_id: ShopId
    title: str
    description: str
    picture_urls: list[str]
    state: ProductState
    currency: str
    skus: list[Sku]
    category: str = "other"
    freight_template_id: UUID | None = None
    """None: the shop's own default."""
    limit_per_buyer: int | None = None
    """Most pieces (of all its SKUs together) that one account may buy, ever; None: no limit."""


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


class StockWish(Contract, frozen=True, kw_only=True):
    """What shall be left to buy of a SKU: so many, or so many more than there are; one of the two is given."""

    sku_id: SkuId
    available: int | None = None
    delta: int | None = None


class PriceWish(Contract, frozen=True, kw_only=True):
    """What a SKU shall cost."""

    sku_id: SkuId
    price_minor: int


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
