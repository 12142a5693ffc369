"""A shop lets every creator sell many of its products for one commission, or for none any more."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Contract, Input, NotFoundError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.promotion.service.commissions import RateBp, change_public
from xiaodian.modules.shops import api as shops

MAX_PRODUCTS = 500


class BulkCommission(Input, frozen=True, kw_only=True):
    """Products, and what creators shall get for selling them; null: nothing, they may not."""

    product_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MAX_PRODUCTS)]
    rate_bp: RateBp | None


class CommissionItem(Contract, frozen=True, kw_only=True):
    """What became of one product."""

    product_id: ProductId
    is_done: bool
    code: str | None = None


class BulkCommissionResult(Contract, frozen=True, kw_only=True):
    """One item a product, in the order asked for."""

    items: list[CommissionItem]


async def set_commissions(
    database: Database, caller: Caller, shop_id: ShopId, bulk: BulkCommission
) -> BulkCommissionResult:
    """Each product that is the shop's gets the rate. Raises NotFoundError, ForbiddenError."""
    wanted = [ProductId(product_id) for product_id in dict.fromkeys(bulk.product_ids)]
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PROMOTION_WRITE)
        found = await catalog.get_products(connection, wanted)
        products = {product.product_id: product for product in found if product.shop_id == shop_id}
        # In key order, so that two who do this at once wait for each other only.
        for product_id in sorted(products):
            await change_public(connection, products[product_id], bulk.rate_bp)
        if products:
            await shops.note_deed(
                connection,
                caller,
                shop_id,
                deed="product.commissions_set",
                target="",
                details={"count": len(products)},
            )
    missing = NotFoundError.code
    items = [
        CommissionItem(
            product_id=product_id,
            is_done=product_id in products,
            code=None if product_id in products else missing,
        )
        for product_id in wanted
    ]
    return BulkCommissionResult(items=items)
