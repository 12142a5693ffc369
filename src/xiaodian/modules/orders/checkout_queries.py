"""Reads and small writes of checkouts and carts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import CheckoutId, Order
from xiaodian.infra.database import Connection
from xiaodian.modules.orders import queries


class CartItem(msgspec.Struct, frozen=True, kw_only=True):
    """A row of orders.cart_item."""

    sku_id: SkuId
    room_id: RoomId | None
    video_id: VideoId | None
    video_at_ms: int | None
    quantity: int
    price_minor: int
    """What one piece cost when it was put in."""
    added_at: datetime


async def get_checkouts(connection: Connection, checkout_ids: Collection[CheckoutId]) -> dict[CheckoutId, list[Order]]:
    """The orders of these checkouts, in the order they were placed."""
    if not checkout_ids:
        return {}
    rows = await connection.fetch(
        "SELECT order_id FROM orders.order WHERE checkout_id = ANY($1::uuid[])", list(checkout_ids)
    )
    orders = await queries.find_orders(connection, [row["order_id"] for row in rows])
    found: dict[CheckoutId, list[Order]] = defaultdict(list)
    for order in sorted(orders.values(), key=lambda order: order.serial):
        found[order.checkout_id].append(order)
    return found


async def list_cart(connection: Connection, account_id: AccountId) -> list[CartItem]:
    """What is in an account's cart, the newest first; never more than the limit of rules.py."""
    rows = await connection.fetch(
        """
        SELECT sku_id, room_id, video_id, video_at_ms, quantity, price_minor, added_at FROM orders.cart_item
        WHERE account_id = $1 ORDER BY added_at DESC, sku_id
        """,
        account_id,
    )
    return [CartItem(**row) for row in rows]


async def put_cart_item(connection: Connection, account_id: AccountId, item: CartItem, limit: int) -> bool:
    """Put an item in, or change the one that is there, which keeps its price of then and, unless told, its place.

    False if the cart holds `limit` others.
    """
    done = await connection.execute(
        """
        INSERT INTO orders.cart_item AS kept (
            account_id, sku_id, room_id, video_id, video_at_ms, quantity, price_minor, added_at
        )
        SELECT $1, $2, $3, $4, $5, $6, $7, $8
        WHERE (SELECT count(*) FROM orders.cart_item WHERE account_id = $1 AND sku_id <> $2) < $9
        ON CONFLICT (account_id, sku_id) DO UPDATE SET quantity = excluded.quantity,
            room_id = CASE WHEN $10 THEN excluded.room_id ELSE kept.room_id END,
            video_id = CASE WHEN $10 THEN excluded.video_id ELSE kept.video_id END,
            video_at_ms = CASE WHEN $10 THEN excluded.video_at_ms ELSE kept.video_at_ms END
        """,
        account_id,
        item.sku_id,
        item.room_id,
        item.video_id,
        item.video_at_ms,
        item.quantity,
        item.price_minor,
        item.added_at,
        limit,
        item.room_id is not None or item.video_id is not None,
    )
    return done.endswith(" 1")


async def delete_cart_items(connection: Connection, items: Sequence[tuple[AccountId, SkuId]]) -> None:
    """Take items out of carts, those that are there."""
    await connection.execute(
        "DELETE FROM orders.cart_item WHERE (account_id, sku_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        [account_id for account_id, _ in items],
        [sku_id for _, sku_id in items],
    )
