"""Keep what orders are found by. It follows from the orders and can be made anew from them at any time.

Orders that were never paid are not in it: placing one must cost nothing more, and nothing of them is on any parcel.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.search_rules import SearchText, tokens_of

FILL_BATCH = 500

_UPSERT = """
    INSERT INTO orders.search (shop_id, order_id, total_minor, tokens) VALUES ($1, $2, $3, $4)
    ON CONFLICT (shop_id, order_id) DO UPDATE SET total_minor = excluded.total_minor, tokens = excluded.tokens
    WHERE (search.total_minor, search.tokens) IS DISTINCT FROM (excluded.total_minor, excluded.tokens)
"""


async def index_orders(connection: Connection, orders: Collection[Order]) -> None:
    """Sort in what these orders, which this transaction holds locked, are found by now."""
    paid = [order for order in orders if order.paid_at is not None]
    if not paid:
        return
    keys = [order.shop_id for order in paid], [order.order_id for order in paid]
    notes = await _texts(connection, "SELECT order_id, text FROM orders.staff_note", keys)
    tags = await _texts(connection, "SELECT order_id, tag FROM orders.tag", keys)
    codes = await catalog.get_codes(connection, {line.sku_id for order in paid for line in order.lines})
    rows = [
        (
            order.shop_id,
            order.order_id,
            order.total_minor,
            tokens_of(SearchText(order, notes[order.order_id], tags[order.order_id], _codes_of(order, codes))),
        )
        for order in sorted(paid, key=lambda order: order.order_id)
    ]
    await connection.executemany(_UPSERT, rows)


def _codes_of(order: Order, codes: Mapping[SkuId, str]) -> list[str]:
    return [codes[line.sku_id] for line in order.lines if line.sku_id in codes]


async def index_orders_again(connection: Connection, order_ids: Collection[UUID]) -> None:
    """The same by id: of those that there are."""
    await index_orders(connection, (await queries.lock_orders(connection, order_ids)).values())


async def forget_in_search(connection: Connection, order_ids: Collection[UUID]) -> None:
    """Nothing finds these orders any more, until they are sorted in again: what was personal in them is gone."""
    await connection.execute("DELETE FROM orders.search WHERE order_id = ANY($1::uuid[])", list(order_ids))


async def note_after_sales(connection: Connection, order_ids: Collection[UUID]) -> None:
    """Buyers asked for something for these orders."""
    await connection.execute(
        "UPDATE orders.search SET has_after_sale = true WHERE order_id = ANY($1::uuid[]) AND NOT has_after_sale",
        list(order_ids),
    )


async def fill_search(database: Database) -> int:
    """Sort in the next of the orders that were there before the index was; says how many. None if all are in."""
    async with database.transaction() as connection:
        below = await connection.fetchval("SELECT below FROM orders.search_fill FOR UPDATE")
        if below is None:
            return 0
        rows = await connection.fetch(
            "SELECT order_id FROM orders.order WHERE order_id < $1 ORDER BY order_id DESC LIMIT $2", below, FILL_BATCH
        )
        order_ids = [row["order_id"] for row in rows]
        await index_orders_again(connection, order_ids)
        last = order_ids[-1] if len(order_ids) == FILL_BATCH else None
        await connection.execute("UPDATE orders.search_fill SET below = $1", last)
    return len(order_ids)


async def _texts(
    connection: Connection, select: str, keys: tuple[Sequence[ShopId], Sequence[OrderId]]
) -> dict[OrderId, list[str]]:
    texts: dict[OrderId, list[str]] = defaultdict(list)
    where = "WHERE (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))"
    for order_id, text in await connection.fetch(f"{select} {where}", *keys):
        texts[order_id].append(text)
    return texts
