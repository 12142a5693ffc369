"""What somebody may hold up before viewers: goods of shops they go live for, and what they get a commission for."""

from collections.abc import Collection, Sequence

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import ProductId, ProductState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops


async def check_goods(
    connection: Connection,
    seller_id: AccountId,
    sandbox_id: ShopId | None,
    product_ids: Sequence[ProductId],
    *,
    field: str,
) -> None:
    """Raises InvalidInputError: `product_id` says which is not on sale, or not theirs to sell.

    A sandbox shop's goods would be dead cards to viewers: they may be held up at `sandbox_id` alone, which is in no
    list.
    """
    products = {product.product_id: product for product in await catalog.get_products(connection, product_ids)}
    owned = await shops.get_shops(connection, list({product.shop_id for product in products.values()}))
    hosted = await shops.find_hosts(connection, [(seller_id, shop_id) for shop_id in owned])
    commissioned = await promotion.may_sell(connection, seller_id, product_ids)
    for product_id in product_ids:
        product = products.get(product_id)
        shop = owned.get(product.shop_id) if product else None
        if product is None or shop is None:
            raise InvalidInputError(field=field, reason="not_yours", product_id=str(product_id))
        if (seller_id, shop.shop_id) not in hosted and product_id not in commissioned:
            raise InvalidInputError(field=field, reason="not_yours", product_id=str(product_id))
        if shop.is_sandbox and sandbox_id != shop.shop_id:
            raise InvalidInputError(field=field, reason="not_yours", product_id=str(product_id))
        if product.state is not ProductState.ON_SALE:
            raise InvalidInputError(field=field, reason="not_on_sale", product_id=str(product_id))


async def find_sellable(
    connection: Connection, seller_id: AccountId, product_ids: Collection[ProductId]
) -> set[ProductId]:
    """Which of these goods somebody may hold up, on sale or not."""
    products = await catalog.get_products(connection, list(product_ids))
    owned = await shops.get_shops(connection, list({product.shop_id for product in products}))
    hosted = await shops.find_hosts(connection, [(seller_id, shop_id) for shop_id in owned])
    commissioned = await promotion.may_sell(connection, seller_id, product_ids)
    return {
        product.product_id
        for product in products
        if product.shop_id in owned
        and not owned[product.shop_id].is_sandbox
        and ((seller_id, product.shop_id) in hosted or product.product_id in commissioned)
    }
