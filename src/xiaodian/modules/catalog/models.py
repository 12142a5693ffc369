"""Rows as the module itself sees them."""

from typing import NamedTuple

from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.shops import ShopId


class Stock(NamedTuple):
    """A heap of pieces of one SKU."""

    stock_id: StockId
    sku_id: SkuId
    product_id: ProductId
    shop_id: ShopId
    available: int

    @property
    def is_aside(self) -> bool:
        """Whether it is not the SKU's own."""
        return self.stock_id != self.sku_id
