"""Reads for files and other systems: which products names mean, and all products of a shop one after the other."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog.queries import get_products


class NamedProducts(NamedTuple):
    """Products of a shop by what files call them."""

    by_handle: Mapping[str, ProductId]
    by_code: Mapping[str, ProductId]
    ids: frozenset[UUID]
    """Those of the ids asked for that are products of the shop."""


async def find_named_products(
    connection: Connection, shop_id: ShopId, *, handles: Sequence[str], codes: Sequence[str], ids: Sequence[UUID]
) -> NamedProducts:
    """Which products these handles, codes of SKUs and ids mean in a shop."""
    rows = await connection.fetch(
        """
        SELECT product_id, handle, NULL AS code FROM catalog.product WHERE shop_id = $1 AND handle = ANY($2::text[])
        UNION ALL
        SELECT product_id, NULL, code FROM catalog.sku WHERE shop_id = $1 AND code = ANY($3::text[]) AND NOT is_removed
        UNION ALL
        SELECT product_id, NULL, NULL FROM catalog.product WHERE shop_id = $1 AND product_id = ANY($4::uuid[])
        """,
        shop_id,
        list(handles),
        list(codes),
        list(ids),
    )
    return NamedProducts(
        by_handle={row["handle"]: row["product_id"] for row in rows if row["handle"] is not None},
        by_code={row["code"]: row["product_id"] for row in rows if row["code"] is not None},
        ids=frozenset(row["product_id"] for row in rows if row["handle"] is None and row["code"] is None),
    )


async def list_products_after(
    connection: Connection, shop_id: ShopId, *, after: UUID | None, limit: int
) -> list[Product]:
    """A shop's products, the oldest first, those younger than `after`."""
    rows = await connection.fetch(
        """
        SELECT product_id FROM catalog.product WHERE shop_id = $1 AND ($2::uuid IS NULL OR product_id > $2)
        ORDER BY product_id LIMIT $3
        """,
        shop_id,
        after,
        limit,
    )
    return await get_products(connection, [row["product_id"] for row in rows])


async def list_on_sale_after(connection: Connection, after: ProductId | None, limit: int) -> list[ProductId]:
    """Products on sale in any shop, the oldest first, those younger than `after`."""
    rows = await connection.fetch(
        """
        SELECT product_id FROM catalog.product WHERE state = 'on_sale' AND ($1::uuid IS NULL OR product_id > $1)
        ORDER BY product_id LIMIT $2
        """,
        after,
        limit,
    )
    return [row["product_id"] for row in rows]


async def count_products_of_shop(connection: Connection, shop_id: ShopId) -> int:
    """How many products a shop has, whatever their state."""
    count: int = await connection.fetchval("SELECT count(*) FROM catalog.product WHERE shop_id = $1", shop_id)
    return count
