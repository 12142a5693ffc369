"""How stock moves with orders: reserved, released, spent, returned. Each inside the caller's transaction."""

from collections.abc import Iterable

from xiaodian.contracts.catalog import SkuAtSale, SkuId, StockChanged, StockId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog.rules import Quantities, Shelf

# Foreign keys see to it that none of the joins misses; being outer ones, they cannot begin anywhere but at the stocks.
_SHELVES = """
    SELECT stock.stock_id, stock.sku_id, sku.product_id, sku.shop_id, product.title AS product_title,
           sku.name AS sku_name, coalesce(sku.picture_url, product.picture_urls[1]) AS picture_url, sku.price_minor,
           product.currency,
           stock.on_hand - stock.reserved AS available, product.state = 'on_sale' AND NOT sku.is_removed AS on_sale,
           product.category, category.fee_bp, sku.weight_g, product.freight_template_id, product.limit_per_buyer,
           product.external IS NOT NULL AS is_external
    FROM catalog.stock
        LEFT JOIN catalog.sku ON sku.sku_id = stock.sku_id
        LEFT JOIN catalog.product ON product.product_id = sku.product_id
        LEFT JOIN catalog.category ON category.code = product.category
    WHERE {which} ORDER BY stock.stock_id
"""
_SHELF = _SHELVES.format(which="stock.stock_id = ANY($1::uuid[])")
_SHELF_OF = _SHELVES.format(
    which="stock.sku_id = ANY($1::uuid[]) AND (stock.stock_id = stock.sku_id OR stock.on_hand > stock.reserved)"
)

# Nothing but the counts of rows that this transaction holds already; what the events tell, the shelf knows.
_RESERVE = """
    UPDATE catalog.stock SET reserved = stock.reserved + taken.quantity
    FROM unnest($1::uuid[], $2::int[]) AS taken (stock_id, quantity)
    WHERE stock.stock_id = taken.stock_id
"""

# Locks in key order, as everywhere, and changes what it has locked. A CHECK refuses what would break the promise.
_CHANGE = """
    WITH change AS (
        SELECT stock.stock_id, wanted.quantity
        FROM catalog.stock JOIN unnest($1::uuid[], $2::int[]) AS wanted (stock_id, quantity) USING (stock_id)
        ORDER BY stock.stock_id FOR UPDATE OF stock
    )
    UPDATE catalog.stock SET {what} FROM change, catalog.sku
    WHERE stock.stock_id = change.stock_id AND sku.sku_id = stock.sku_id
    RETURNING sku.shop_id, sku.product_id, stock.sku_id, stock.stock_id, stock.on_hand - stock.reserved AS available
"""
_RELEASE = _CHANGE.format(what="reserved = stock.reserved - change.quantity")
_RETURN = _CHANGE.format(what="on_hand = stock.on_hand + change.quantity, sold = stock.sold - change.quantity")
_SPEND = _CHANGE.format(
    what="""
        on_hand = stock.on_hand - change.quantity, reserved = stock.reserved - change.quantity,
        sold = stock.sold + change.quantity
    """
)


async def open_shelf(connection: Connection, stock_ids: Iterable[StockId], *, lock: bool) -> Shelf:
    """These stocks, what is left of them and what they are of; unknown ones are left out.

    With `lock`, held in key order until the transaction ends, so that what is taken can be reserved.
    """
    rows = await connection.fetch(_SHELF + "FOR UPDATE OF stock" if lock else _SHELF, sorted(set(stock_ids)))
    return Shelf({row["stock_id"]: SkuAtSale(**row) for row in rows})


async def open_shelf_of(connection: Connection, sku_ids: Iterable[SkuId], *, lock: bool) -> Shelf:
    """The same for all of these SKUs' stocks: their own, and of what was set aside that which has pieces left."""
    rows = await connection.fetch(_SHELF_OF + "FOR UPDATE OF stock" if lock else _SHELF_OF, sorted(set(sku_ids)))
    return Shelf({row["stock_id"]: SkuAtSale(**row) for row in rows})


async def reserve_taken(connection: Connection, shelf: Shelf) -> None:
    """Reserve what was taken from a shelf that this transaction locked. Emits StockChanged, one a stock."""
    await outbox.emit(connection, *await reserve_untold(connection, shelf))


async def reserve_untold(connection: Connection, shelf: Shelf) -> list[StockChanged]:
    """The same, for who emits the events together with others; answers them."""
    if not shelf.taken:
        return []
    await connection.execute(_RESERVE, list(shelf.taken), list(shelf.taken.values()))
    return [_event_of(shelf, stock_id) for stock_id in shelf.taken]


async def release_many(connection: Connection, quantities: Quantities) -> None:
    """Give reserved pieces back to who wants to buy. Emits StockChanged, one a stock."""
    await outbox.emit(connection, *await _change(connection, _RELEASE, quantities))


async def return_many(connection: Connection, quantities: Quantities) -> None:
    """Put sold pieces back on the shelf: they never left the house. Emits StockChanged, one a stock."""
    await outbox.emit(connection, *await _change(connection, _RETURN, quantities))


async def spend_many(connection: Connection, quantities: Quantities) -> None:
    """Reserved pieces are sold. What can be bought stays as it was, so no event."""
    await _change(connection, _SPEND, quantities)


async def lock_stocks(connection: Connection, stock_ids: Iterable[StockId]) -> None:
    """Hold stocks until the transaction ends, locked in key order."""
    await connection.execute(
        "SELECT FROM catalog.stock WHERE stock_id = ANY($1::uuid[]) ORDER BY stock_id FOR UPDATE",
        sorted(set(stock_ids)),
    )


async def _change(connection: Connection, statement: str, quantities: Quantities) -> list[StockChanged]:
    if not quantities:
        return []
    rows = await connection.fetch(statement, list(quantities), list(quantities.values()))
    return [StockChanged(**row) for row in rows]


def _event_of(shelf: Shelf, stock_id: StockId) -> StockChanged:
    sku = shelf.skus[stock_id]
    return StockChanged(
        shop_id=sku.shop_id,
        product_id=sku.product_id,
        sku_id=sku.sku_id,
        stock_id=stock_id,
        available=shelf.left(stock_id),
    )
