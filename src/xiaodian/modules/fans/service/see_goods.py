"""What a fan bought: asked beside the fan's page, which is there before it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.fans import queries
from xiaodian.modules.fans.service.see_fan import MOST_ORDERS, MOST_READ
from xiaodian.modules.fans.wire_goods import FanGoods, FanOrderGoods, FanProduct
from xiaodian.modules.shops import api as shops

MOST_PRODUCTS = 10
_PRODUCTS = """
    SELECT product_id, count(*) AS orders, max(paid_at) AS last_at
    FROM (
        SELECT order_id, paid_at, product_ids FROM fans.purchase
        WHERE shop_id = $1 AND account_id = $2 AND is_counted ORDER BY paid_at DESC, order_id DESC LIMIT $3
    ) AS bought, unnest(product_ids) AS product_id
    GROUP BY product_id ORDER BY orders DESC, last_at DESC, product_id LIMIT $4
"""
_ORDERS = """
    SELECT order_id, product_ids FROM fans.purchase
    WHERE shop_id = $1 AND account_id = $2 ORDER BY paid_at DESC, order_id DESC LIMIT $3
"""


async def see_goods(ctx: Context, caller: Caller, shop_id: ShopId, account_id: AccountId) -> FanGoods:
    """Their goods; a look at them is a look at the fan. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        if not await queries.is_known(connection, shop_id, account_id):
            raise NotFoundError
        goods = await _read(connection, shop_id, account_id)
        person = await accounts.find_account(connection, account_id)
        name = "" if person is None else person.display_name
        await shops.note_look(
            connection, caller, shop_id, deed="fan.seen", target=str(account_id), details={"name": name}
        )
        return goods


async def _read(connection: Connection, shop_id: ShopId, account_id: AccountId) -> FanGoods:
    bought = await connection.fetch(_PRODUCTS, shop_id, account_id, MOST_READ, MOST_PRODUCTS)
    orders = await connection.fetch(_ORDERS, shop_id, account_id, MOST_ORDERS)
    wanted = {row["product_id"] for row in bought}.union(*(row["product_ids"] for row in orders))
    products = await catalog.get_products(connection, [ProductId(one) for one in wanted])
    known: dict[UUID, Product] = {product.product_id: product for product in products}
    return FanGoods(
        items=[_to_product(row, known[row["product_id"]]) for row in bought if row["product_id"] in known],
        orders=[FanOrderGoods(order_id=row["order_id"], titles=_titles(known, row["product_ids"])) for row in orders],
    )


def _to_product(row: Record, product: Product) -> FanProduct:
    return FanProduct(
        product_id=product.product_id,
        title=product.title,
        picture_url=next(iter(product.picture_urls), None),
        orders=row["orders"],
        last_at_ms=to_epoch_ms(row["last_at"]),
    )


def _titles(known: Mapping[UUID, Product], product_ids: Sequence[UUID]) -> list[str]:
    return [known[one].title for one in product_ids if one in known]
