"""What follows from SKUs and stocks of a product, kept beside it so that a shop's list can be sorted by it."""

from collections.abc import Iterable

from xiaodian.contracts.catalog import ProductId
from xiaodian.infra.database import Connection

# Rows are written in key order, as everywhere, so that two who bring the same products up to date never deadlock.
_REFRESH = """
    INSERT INTO catalog.product_figures AS figures (
        product_id, shop_id, available, lowest, sold, sku_count, price_min_minor, price_max_minor, is_on_sale
    )
    SELECT product.product_id, product.shop_id,
           coalesce(sum(stock.on_hand - stock.reserved) FILTER (WHERE is_listed), 0),
           coalesce(min(stock.on_hand - stock.reserved) FILTER (WHERE is_listed), 0),
           coalesce(sum(stock.sold), 0),
           count(*) FILTER (WHERE is_listed),
           coalesce(min(sku.price_minor) FILTER (WHERE is_listed), 0),
           coalesce(max(sku.price_minor) FILTER (WHERE is_listed), 0),
           -- Elsewhere nobody waits for pieces.
           product.state = 'on_sale' AND product.external IS NULL
    FROM catalog.product
        JOIN catalog.sku USING (product_id)
        JOIN catalog.stock ON stock.sku_id = sku.sku_id
        CROSS JOIN LATERAL (SELECT stock.stock_id = stock.sku_id AND NOT sku.is_removed) AS own (is_listed)
    WHERE product.product_id = ANY($1::uuid[])
    GROUP BY product.product_id ORDER BY product.product_id
    ON CONFLICT (product_id) DO UPDATE SET
        available = EXCLUDED.available, lowest = EXCLUDED.lowest, sold = EXCLUDED.sold,
        sku_count = EXCLUDED.sku_count, price_min_minor = EXCLUDED.price_min_minor,
        price_max_minor = EXCLUDED.price_max_minor, is_on_sale = EXCLUDED.is_on_sale
"""


async def refresh_figures(connection: Connection, product_ids: Iterable[ProductId]) -> None:
    """Bring the figures of these products up to date; products that are gone are left out."""
    wanted = sorted(set(product_ids))
    if wanted:
        await connection.execute(_REFRESH, wanted)


async def note_commission(connection: Connection, product_id: ProductId, rate_bp: int | None) -> None:
    """Every creator may now sell the product for this (None: may not), so that a shop finds such products."""
    await connection.execute(
        "UPDATE catalog.product_figures SET commission_bp = $2 WHERE product_id = $1", product_id, rate_bp
    )
