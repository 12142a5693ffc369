"""Reads of products, SKUs and stock; structs out."""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import Product, ProductId, ProductState, Sku, SkuId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record

_SKU = """
    sku.sku_id, sku.product_id, sku.shop_id, sku.name, sku.price_minor, sku.weight_g,
    stock.on_hand - stock.reserved AS available
"""
_PRODUCT = """
    product_id, shop_id, title, description, picture_urls, state, currency, category, freight_template_id,
    limit_per_buyer
"""


async def get_products(connection: Connection, product_ids: Sequence[ProductId]) -> list[Product]:
    """Those of the products that exist, in the order asked for, each with the SKUs it is sold in."""
    rows = await connection.fetch(
        f"SELECT {_PRODUCT} FROM catalog.product WHERE product_id = ANY($1::uuid[])", list(product_ids)
    )
    found = {product.product_id: product for product in await _with_skus(connection, rows)}
    return [found[product_id] for product_id in product_ids if product_id in found]


async def find_product(connection: Connection, product_id: ProductId) -> Product | None:
    """One product, whatever its state; None if there is none."""
    products = await get_products(connection, [product_id])
    return products[0] if products else None


async def get_product(connection: Connection, product_id: ProductId) -> Product:
    """One product, whatever its state. Raises NotFoundError."""
    product = await find_product(connection, product_id)
    if product is None:
        raise NotFoundError
    return product


async def get_skus(connection: Connection, sku_ids: Sequence[SkuId]) -> list[Sku]:
    """Those of the SKUs that exist and were not removed from their product, in the order asked for."""
    rows = await connection.fetch(
        f"""
        SELECT {_SKU} FROM catalog.sku JOIN catalog.stock ON stock.stock_id = sku.sku_id
        WHERE sku.sku_id = ANY($1::uuid[]) AND NOT is_removed
        """,
        list(sku_ids),
    )
    found = {row["sku_id"]: Sku(**row) for row in rows}
    return [found[sku_id] for sku_id in sku_ids if sku_id in found]


async def list_products_of_shop(
    connection: Connection,
    shop_id: ShopId,
    *,
    before: UUID | None,
    limit: int,
    state: ProductState | None,
    title_has: str | None,
) -> list[Product]:
    """A shop's products, the newest first, those older than `before`; `title_has` is a part of the title."""
    rows = await connection.fetch(
        f"""
        SELECT {_PRODUCT} FROM catalog.product
        WHERE shop_id = $1 AND ($2::uuid IS NULL OR product_id < $2) AND ($3::text IS NULL OR state = $3)
          AND ($4::text IS NULL OR position(lower($4) IN lower(title)) > 0)
        ORDER BY product_id DESC LIMIT $5
        """,
        shop_id,
        before,
        state,
        title_has,
        limit,
    )
    return await _with_skus(connection, rows)


async def _with_skus(connection: Connection, products: Sequence[Record]) -> list[Product]:
    rows = await connection.fetch(
        f"""
        SELECT {_SKU} FROM catalog.sku JOIN catalog.stock ON stock.stock_id = sku.sku_id
        WHERE product_id = ANY($1::uuid[]) AND NOT is_removed ORDER BY product_id, position
        """,
        [product["product_id"] for product in products],
    )
    skus = {
        product_id: [Sku(**row) for row in group] for product_id, group in groupby(rows, lambda row: row["product_id"])
    }
    return [
        Product(
            **{**product, "state": ProductState(product["state"])},
            skus=skus.get(product["product_id"], []),
        )
        for product in products
    ]
