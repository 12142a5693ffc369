"""What a fan may do next, and how well that is told, for eyes that may see fans."""

import msgspec

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.catalog import ProductId, ProductState
from xiaodian.contracts.fans import FanPrediction, NextProduct, PredictionReason, PredictionReport
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.fans.definitions import WITHIN_DAYS
from xiaodian.modules.shops import api as shops

MOST_PRODUCTS = 3
_READ = """
    SELECT reckoned_on, likelihood, reasons, product_ids FROM fans.prediction WHERE shop_id = $1 AND account_id = $2
"""


async def find_prediction(
    connection: Connection, caller: Caller, shop_id: ShopId, account_id: AccountId
) -> FanPrediction | None:
    """None: nothing is told of them. Raises NotFoundError (no such shop), ForbiddenError."""
    await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
    row = await connection.fetchrow(_READ, shop_id, account_id)
    if row is None:
        return None
    return FanPrediction(
        reckoned_on=row["reckoned_on"].isoformat(),
        within_days=WITHIN_DAYS,
        likelihood=None if row["likelihood"] is None else round(row["likelihood"], 4),
        reasons=[PredictionReason(feature=name, effect=round(effect, 4)) for name, effect in row["reasons"]],
        products=await _on_sale(connection, [ProductId(one) for one in row["product_ids"]]),
    )


async def find_report(connection: Connection, caller: Caller, shop_id: ShopId) -> PredictionReport | None:
    """None: nothing was learnt yet. Raises NotFoundError (no such shop), ForbiddenError."""
    await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
    told = await connection.fetchval("SELECT report FROM fans.prediction_report WHERE shop_id = $1", shop_id)
    return None if told is None else msgspec.convert(told, PredictionReport)


async def _on_sale(connection: Connection, product_ids: list[ProductId]) -> list[NextProduct]:
    found = {product.product_id: product for product in await catalog.get_products(connection, product_ids)}
    products = [found[one] for one in product_ids if one in found]
    buyable = [
        product
        for product in products
        if product.state is ProductState.ON_SALE and any(sku.available > 0 for sku in product.skus)
    ]
    return [
        NextProduct(product_id=one.product_id, title=one.title, picture_url=next(iter(one.picture_urls), None))
        for one in buyable[:MOST_PRODUCTS]
    ]
