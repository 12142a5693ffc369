"""What orders keep of a person: what they ordered and where to, what lies in their cart."""

from collections.abc import Collection
from typing import Any

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection

_ORDERS = """
    SELECT number, shop_name, state, currency, total_minor, freight_minor, off_minor, recipient, phone, region, detail,
        note, placed_at, paid_at, shipped_at, carrier, tracking_number, closed_at,
        (
            SELECT json_agg(json_build_object('title', title, 'sku', sku_name, 'quantity', quantity,
                'amount_minor', amount_minor) ORDER BY line_no)
            FROM orders.line WHERE (line.shop_id, line.order_id) = (bought.shop_id, bought.order_id)
        )::text AS lines
    FROM orders.order AS bought WHERE buyer_id = $1 ORDER BY order_id DESC LIMIT $2
"""
_CART = "SELECT sku_id, quantity, added_at FROM orders.cart_item WHERE account_id = $1 LIMIT $2"
_OPEN = """
    SELECT EXISTS (
        SELECT FROM orders.order WHERE buyer_id = $1 AND state NOT IN ('completed', 'cancelled')
    )
"""
_UNLINK = """
    UPDATE orders.order SET buyer_id = ghost.account_id, buyer_name = $4
    FROM unnest($2::uuid[], $3::uuid[]) AS ghost (shop_id, account_id)
    WHERE "order".buyer_id = $1 AND "order".shop_id = ghost.shop_id
"""
_UNLINK_MOVES = """
    UPDATE orders.move SET account_id = bought.buyer_id FROM orders.order AS bought
    WHERE bought.buyer_id = ANY($2::uuid[]) AND (move.shop_id, move.order_id) = (bought.shop_id, bought.order_id)
        AND move.account_id = $1
"""


async def export(connection: Connection, account_id: AccountId, limit: int) -> dict[str, list[dict[str, Any]]]:
    """Orders, the newest first, and the cart."""
    return {
        "orders": [dict(row) for row in await connection.fetch(_ORDERS, account_id, limit)],
        "cart": [dict(row) for row in await connection.fetch(_CART, account_id, limit)],
    }


async def has_open_orders(connection: Connection, account_id: AccountId) -> bool:
    """Whether something is still to be paid, shipped, received or confirmed."""
    found: bool = await connection.fetchval(_OPEN, account_id)
    return found


async def list_shops_of_buyer(connection: Connection, account_id: AccountId) -> list[ShopId]:
    """Where somebody has ordered."""
    rows = await connection.fetch("SELECT DISTINCT shop_id FROM orders.order WHERE buyer_id = $1", account_id)
    return [ShopId(row["shop_id"]) for row in rows]


async def list_ids_of_buyers(connection: Connection, buyer_ids: Collection[AccountId]) -> list[OrderId]:
    """All that these accounts have ordered."""
    rows = await connection.fetch(
        "SELECT order_id FROM orders.order WHERE buyer_id = ANY($1::uuid[]) ORDER BY order_id", list(buyer_ids)
    )
    return [OrderId(row["order_id"]) for row in rows]


async def unlink(connection: Connection, erased: AccountErased, name: str) -> None:
    """Orders stay as the law wants, under who stands for the buyer in each shop; the rest goes."""
    ghosts = [ghost.account_id for ghost in erased.ghosts]
    await connection.execute(_UNLINK, erased.account_id, [ghost.shop_id for ghost in erased.ghosts], ghosts, name)
    await connection.execute(_UNLINK_MOVES, erased.account_id, ghosts)
    for table in ("cart_item", "idempotency"):
        await connection.execute(f"DELETE FROM orders.{table} WHERE account_id = $1", erased.account_id)
