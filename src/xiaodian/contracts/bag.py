"""The bag of a room or a video: what can be bought there, as viewers see it."""

from xiaodian.contracts.base import Contract
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.shops import ShopId


class BagFlashSale(Contract, frozen=True, kw_only=True):
    """A flash sale of a SKU that is under way, or starts within the hour: by the clock, so clients compare times."""

    flash_sale_id: StockId
    price_minor: int
    left: int
    """Of the pieces set aside; stock moments whose `stock_id` is this sale's id change it."""
    limit_per_buyer: int | None
    starts_at_ms: int
    """When everybody may buy."""
    ends_at_ms: int
    opens_at_ms: int | None = None
    """From when on members of the shop's fan club may buy, from `early_level` on; null: nobody before others."""
    early_level: int | None = None


class BagSku(Contract, frozen=True, kw_only=True):
    """A SKU as the bag shows it."""

    sku_id: SkuId
    name: str
    list_price_minor: int
    """The ordinary price."""
    price_minor: int
    """What it costs in this room now, flash sales aside; never above a lower ordinary price by mistake of ours."""
    available: int
    """Of its own stock, without what a flash sale has set aside."""
    flash_sale: BagFlashSale | None = None
    """If its price is lower, it counts as long as pieces are left."""


class BagLink(Contract, frozen=True, kw_only=True):
    """Where a product of the bag is bought that is not sold here."""

    url: str
    """Says which room the buyer comes from."""
    source_name: str


class BagItem(Contract, frozen=True, kw_only=True):
    """A product in the bag, with its number (`3号链接`)."""

    number: int
    product_id: ProductId
    shop_id: ShopId
    title: str
    picture_url: str | None
    currency: str
    skus: list[BagSku]
    external: BagLink | None = None
