"""Goods without a seller's page: straight through the use cases."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import uuid4

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.catalog import ProductId, ProductState, SkuId, StockId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.modules.catalog.service.product_input import NewProduct, NewSku
from xiaodian.modules.catalog.service.write_product import create_product

SELLER = AccountId(uuid4())


class Goods(NamedTuple):
    """A product and its SKUs."""

    shop_id: ShopId
    product_id: ProductId
    skus: list[SkuId]

    def own(self, number: int) -> StockId:
        """The own stock of a SKU."""
        return StockId(self.skus[number])


async def make_goods(database: Database, stocks: Sequence[int], price_minor: int = 2990) -> Goods:
    """A product with as many SKUs as there are stocks, of 500 g each, in a new shop."""
    shop_id = ShopId(uuid4())
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO shops.shop (shop_id, owner_id, name, name_key) VALUES ($1, $2, $3, $3)",
            shop_id,
            uuid4(),
            shop_id.hex[:20],
        )
        await connection.execute(
            "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'owner')", shop_id, SELLER
        )
        await connection.execute("DELETE FROM infra.outbox")
    caller = Caller(account_id=SELLER, display_name="卖家", is_operator=False, scopes=frozenset({Scope.EVERYTHING}))
    new = NewProduct(
        title="丹东草莓",
        description="",
        picture_urls=[],
        state=ProductState.ON_SALE,
        skus=[
            NewSku(name=f"{number + 1}斤装", price_minor=price_minor, stock=stock, weight_g=500)
            for number, stock in enumerate(stocks)
        ],
    )
    product = await create_product(database, caller, shop_id, new, needs_review=False)
    return Goods(shop_id, product.product_id, [sku.sku_id for sku in product.skus])
