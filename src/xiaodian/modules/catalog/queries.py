"""Reads of products, SKUs and stock; structs out."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import (
    Attribute,
    Category,
    ExternalLink,
    JournalKind,
    LowStock,
    PendingContent,
    PriceDrop,
    Product,
    ProductId,
    ProductOption,
    ProductState,
    Sku,
    SkuId,
    Stage,
    StockFault,
    StockId,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.catalog.models import Stock
from xiaodian.modules.catalog.wire import JournalEntry

_DROPS = """
    SELECT * FROM (
        SELECT sku.shop_id, sku.product_id, sku.sku_id, sku.price_minor, last.changed_at, least(
            (SELECT min(price.price_minor) FROM catalog.price_change AS price
             WHERE price.sku_id = sku.sku_id AND price.changed_at > $2 AND price.changed_at < last.changed_at),
            (SELECT price.price_minor FROM catalog.price_change AS price
             WHERE price.sku_id = sku.sku_id AND price.changed_at <= $2 ORDER BY price.changed_at DESC LIMIT 1)
        ) AS before_minor
        FROM catalog.sku CROSS JOIN LATERAL (
            SELECT max(changed_at) AS changed_at FROM catalog.price_change AS price WHERE price.sku_id = sku.sku_id
        ) AS last
        WHERE sku.product_id = ANY($1::uuid[]) AND NOT sku.is_removed AND last.changed_at > $2
    ) AS drop WHERE price_minor < before_minor ORDER BY product_id, sku_id
"""
_CHEAPER = """
    SELECT product_id, fell_at FROM unnest($1::uuid[], $2::timestamptz[]) AS told (product_id, fell_at)
    WHERE EXISTS (
        SELECT FROM catalog.sku
        WHERE sku.product_id = told.product_id AND NOT sku.is_removed AND sku.price_minor < least(
            (SELECT min(price.price_minor) FROM catalog.price_change AS price WHERE price.sku_id = sku.sku_id
             AND price.changed_at > told.fell_at - $3::interval AND price.changed_at < told.fell_at),
            (SELECT price.price_minor FROM catalog.price_change AS price WHERE price.sku_id = sku.sku_id
             AND price.changed_at <= told.fell_at - $3::interval ORDER BY price.changed_at DESC LIMIT 1)
        )
    )
"""
_SKU = """
    sku.sku_id, sku.product_id, sku.shop_id, sku.name, sku.price_minor, sku.weight_g, sku.option_values,
    sku.picture_url, sku.code, sku.barcode, stock.on_hand - stock.reserved AS available
"""
_PRODUCT = """
    product_id, shop_id, title, description, picture_urls, state, currency, category, freight_template_id,
    limit_per_buyer, version, handle, external, options, attributes, video_url, provenance, pending,
    rejected_reason
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


async def get_codes(connection: Connection, sku_ids: Iterable[SkuId]) -> dict[SkuId, str]:
    """The article numbers of those of the SKUs that have one, also of removed SKUs."""
    rows = await connection.fetch(
        "SELECT sku_id, code FROM catalog.sku WHERE sku_id = ANY($1::uuid[]) AND code IS NOT NULL", list(sku_ids)
    )
    return {SkuId(row["sku_id"]): row["code"] for row in rows}


async def get_stocks(connection: Connection, stock_ids: Iterable[StockId]) -> list[Stock]:
    """Those of the stocks that exist, in key order."""
    rows = await connection.fetch(
        """
        SELECT stock.stock_id, stock.sku_id, sku.product_id, sku.shop_id, stock.on_hand - stock.reserved AS available
        FROM catalog.stock JOIN catalog.sku USING (sku_id)
        WHERE stock.stock_id = ANY($1::uuid[]) ORDER BY stock.stock_id
        """,
        list(stock_ids),
    )
    return [Stock(**row) for row in rows]


async def count_sold(connection: Connection, stock_ids: Iterable[StockId]) -> dict[StockId, int]:
    """How many pieces of these stocks were paid for and did not come back."""
    rows = await connection.fetch(
        "SELECT stock_id, sold FROM catalog.stock WHERE stock_id = ANY($1::uuid[])", list(stock_ids)
    )
    return {row["stock_id"]: row["sold"] for row in rows}


# Its figures tell which products have such a SKU, so that a shop's many others are not looked at. The emptiest SKUs are
# among those of as many of the emptiest products.
LOW_STOCK = """
    SELECT product_id, sku.sku_id, product.title, sku.name AS sku_name, on_hand - reserved AS available
    FROM (
        SELECT product_id FROM catalog.product_figures
        WHERE shop_id = $1 AND is_on_sale AND lowest <= $2 ORDER BY lowest, product_id LIMIT $3
    ) AS emptiest
        JOIN catalog.product USING (product_id)
        JOIN catalog.sku USING (product_id)
        JOIN catalog.stock ON stock.stock_id = sku.sku_id
    WHERE NOT sku.is_removed AND on_hand - reserved <= $2
    ORDER BY available, sku.sku_id LIMIT $3
"""
COUNT_LOW = """
    SELECT count(*) FROM (
        SELECT FROM catalog.product_figures WHERE shop_id = $1 AND is_on_sale AND lowest <= $2 LIMIT $3
    ) AS low
"""
COUNT_IN_STATE = """
    SELECT count(*) FROM (SELECT FROM catalog.product WHERE shop_id = $1 AND state = $2 LIMIT $3) AS found
"""


async def list_low_stock(connection: Connection, shop_id: ShopId, at_most: int, limit: int) -> list[LowStock]:
    """The SKUs on sale of which no more than this is left, the emptiest first."""
    return [LowStock(**row) for row in await connection.fetch(LOW_STOCK, shop_id, at_most, limit)]


async def count_low_stock(connection: Connection, shop_id: ShopId, at_most: int, limit: int) -> int:
    """How many products on sale have a SKU of which no more than this is left; counting stops at the limit."""
    return int(await connection.fetchval(COUNT_LOW, shop_id, at_most, limit))


async def count_in_state(connection: Connection, shop_id: ShopId, state: ProductState, limit: int) -> int:
    """How many products of a shop are in a state; counting stops at the limit."""
    return int(await connection.fetchval(COUNT_IN_STATE, shop_id, state, limit))


async def list_categories(connection: Connection) -> list[Category]:
    """All categories, by code."""
    rows = await connection.fetch("SELECT code, name_zh, name_en, fee_bp FROM catalog.category ORDER BY code")
    return [Category(**row) for row in rows]


async def list_journal(connection: Connection, sku_id: SkuId, *, before: UUID | None, limit: int) -> list[JournalEntry]:
    """What came and went of a SKU other than by orders, the latest first, those before `before`."""
    rows = await connection.fetch(
        """
        SELECT journal_id, stock_id, kind, changed_at, changed_by, reason, available_to AS available,
               available_to - coalesce(available_from, 0) AS change
        FROM catalog.stock_journal
        WHERE sku_id = $1 AND ($2::uuid IS NULL OR journal_id < $2)
        ORDER BY journal_id DESC LIMIT $3
        """,
        sku_id,
        before,
        limit,
    )
    return [
        JournalEntry(
            journal_id=row["journal_id"],
            stock_id=row["stock_id"],
            kind=JournalKind(row["kind"]),
            change=row["change"],
            available=row["available"],
            reason=row["reason"],
            changed_at_ms=to_epoch_ms(row["changed_at"]),
            changed_by=row["changed_by"],
        )
        for row in rows
    ]


async def get_lowest_prices(connection: Connection, sku_ids: Iterable[SkuId], since: datetime) -> dict[SkuId, int]:
    """The lowest ordinary price of each SKU that held at any moment from `since` until now."""
    rows = await connection.fetch(
        """
        SELECT sku.sku_id, least(
            sku.price_minor,
            (SELECT min(price.price_minor) FROM catalog.price_change AS price
             WHERE price.sku_id = sku.sku_id AND price.changed_at > $2),
            (SELECT price.price_minor FROM catalog.price_change AS price
             WHERE price.sku_id = sku.sku_id AND price.changed_at <= $2 ORDER BY price.changed_at DESC LIMIT 1)
        ) AS lowest
        FROM catalog.sku WHERE sku.sku_id = ANY($1::uuid[])
        """,
        list(sku_ids),
        since,
    )
    return {row["sku_id"]: row["lowest"] for row in rows}


async def list_price_drops(
    connection: Connection, product_ids: Sequence[ProductId], since: datetime
) -> list[PriceDrop]:
    """SKUs of these products that cost less now than at any moment from `since` until the price last changed."""
    rows = await connection.fetch(_DROPS, product_ids, since)
    return [PriceDrop(**row) for row in rows]


async def find_cheaper_than_before(
    connection: Connection, falls: Collection[tuple[ProductId, datetime]], span: timedelta
) -> set[tuple[ProductId, datetime]]:
    """Of prices that fell then, those where something of the product still costs less than at any moment of so long
    before, also if it has risen part of the way since.
    """
    rows = await connection.fetch(
        _CHEAPER, [product_id for product_id, _ in falls], [fell_at for _, fell_at in falls], span
    )
    return {(row["product_id"], row["fell_at"]) for row in rows}


async def check_stock(connection: Connection) -> list[StockFault]:
    """Stocks whose pieces do not add up: what the journal brought must be what is on hand or sold.

    One statement, so it sees one moment, however much is sold meanwhile. Empty if all is well.
    """
    rows = await connection.fetch(
        """
        SELECT stock_id, stock.sku_id, stock.on_hand, stock.reserved, stock.sold,
               coalesce(journal.pieces, 0) AS journalled
        FROM catalog.stock
            LEFT JOIN (
                SELECT stock_id, sum(delta)::bigint AS pieces FROM catalog.stock_journal GROUP BY stock_id
            ) AS journal USING (stock_id)
        WHERE stock.on_hand + stock.sold <> coalesce(journal.pieces, 0)
        ORDER BY stock_id
        """
    )
    return [StockFault(**row) for row in rows]


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
    return [_product_of(product, skus.get(product["product_id"], [])) for product in products]


def _product_of(row: Record, skus: list[Sku]) -> Product:
    values = {
        **row,
        "state": ProductState(row["state"]),
        "options": _to_options(row["options"]),
        "attributes": _to_attributes(row["attributes"]),
        "provenance": _to_stages(row["provenance"]),
        "external": row["external"] and msgspec.convert(row["external"], ExternalLink),
        "pending": row["pending"] and msgspec.convert(row["pending"], PendingContent),
    }
    return Product(**values, skus=skus)


def _to_options(values: list[Any]) -> list[ProductOption]:
    return msgspec.convert(values, list[ProductOption]) if values else []


def _to_attributes(values: list[Any]) -> list[Attribute]:
    return msgspec.convert(values, list[Attribute]) if values else []


def _to_stages(values: list[Any]) -> list[Stage]:
    return msgspec.convert(values, list[Stage]) if values else []
