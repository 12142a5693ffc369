"""How stock moves: taken by orders, given back, spent, set by the seller. Each inside the caller's transaction."""

from collections.abc import Iterable, Sequence

from xiaodian.contracts.catalog import SkuAtSale, SkuId, StockChanged
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.catalog.rules import Quantities, Shelf

_SHELF = """
    SELECT stock.sku_id, sku.product_id, sku.shop_id, product.title AS product_title, sku.name AS sku_name,
           product.picture_urls[1] AS picture_url, sku.price_minor, product.currency,
           stock.on_hand - stock.reserved AS available, product.state = 'on_sale' AND NOT sku.is_removed AS on_sale
    FROM catalog.stock JOIN catalog.sku USING (sku_id) JOIN catalog.product USING (product_id)
    WHERE stock.sku_id = ANY($1::uuid[]) ORDER BY stock.sku_id
"""

_CHANGE = """
    UPDATE catalog.stock SET
        on_hand = stock.on_hand + change.on_hand, reserved = stock.reserved + change.reserved,
        sold = stock.sold + change.sold
    FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[]) AS change (sku_id, on_hand, reserved, sold)
        JOIN catalog.sku USING (sku_id)
    WHERE stock.sku_id = change.sku_id
    RETURNING sku.shop_id, sku.product_id, stock.sku_id, stock.on_hand - stock.reserved AS available
"""


async def open_shelf(connection: Connection, sku_ids: Iterable[SkuId], *, lock: bool) -> Shelf:
    """These SKUs and what is left of them; unknown ones are left out.

    With `lock`, held in key order until the transaction ends, so that what is taken can be reserved.
    """
    rows = await connection.fetch(_SHELF + "FOR UPDATE OF stock" if lock else _SHELF, sorted(set(sku_ids)))
    return Shelf({row["sku_id"]: SkuAtSale(**row) for row in rows})


async def reserve_taken(connection: Connection, shelf: Shelf) -> None:
    """Reserve what was taken from a shelf that this transaction locked. Emits StockChanged, one a SKU."""
    if shelf.taken:
        rows = await _change(connection, shelf.taken, reserved=1)
        await outbox.emit(connection, *_events(rows))


async def release_many(connection: Connection, quantities: Quantities) -> None:
    """Give reserved pieces back to who wants to buy. Emits StockChanged, one a SKU."""
    await _lock_and_change(connection, quantities, reserved=-1)


async def return_many(connection: Connection, quantities: Quantities) -> None:
    """Put sold pieces back on the shelf: they never left the house. Emits StockChanged, one a SKU."""
    await _lock_and_change(connection, quantities, on_hand=1, sold=-1)


async def spend_many(connection: Connection, quantities: Quantities) -> None:
    """Reserved pieces are sold. What can be bought stays as it was, so no event."""
    await _lock(connection, quantities)
    await _change(connection, quantities, on_hand=-1, reserved=-1, sold=1)


async def _lock_and_change(connection: Connection, quantities: Quantities, **factors: int) -> None:
    if quantities:
        await _lock(connection, quantities)
        await outbox.emit(connection, *_events(await _change(connection, quantities, **factors)))


async def _lock(connection: Connection, sku_ids: Iterable[SkuId]) -> None:
    await connection.execute(
        "SELECT FROM catalog.stock WHERE sku_id = ANY($1::uuid[]) ORDER BY sku_id FOR UPDATE", sorted(sku_ids)
    )


async def _change(
    connection: Connection, quantities: Quantities, *, on_hand: int = 0, reserved: int = 0, sold: int = 0
) -> list[Record]:
    """Add quantity times factor to each column. A CHECK refuses what would break the promise."""
    counts = list(quantities.values())
    return await connection.fetch(
        _CHANGE,
        list(quantities),
        [on_hand * count for count in counts],
        [reserved * count for count in counts],
        [sold * count for count in counts],
    )


def _events(rows: Sequence[Record]) -> list[StockChanged]:
    return [StockChanged(**row) for row in rows]
