"""What orders are worth to shops and creators before they are settled."""

from collections.abc import Collection
from datetime import datetime

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.orders import OrderId, OrderState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection

UNDER_WAY = (OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED)
"""Paid, and not yet completed; what becomes of completed orders is settlement's."""


class PendingLine(Contract, frozen=True, kw_only=True):
    """A line that a creator sold and will earn by, once its order is completed."""

    shop_id: ShopId
    order_id: OrderId
    number: str
    line_no: int
    product_id: ProductId
    title: str
    quantity: int
    goods_minor: int
    commission_bp: int
    currency: str
    paid_at: datetime
    state: OrderState


async def list_pending_of_creator(
    connection: Connection, creator_id: AccountId, *, before: OrderId | None = None, limit: int = 100
) -> list[PendingLine]:
    """Lines of orders under way that a creator sold, the newest orders first; `before` is the last order seen.

    A page may end within an order: it is then given whole, so that it may be a few lines longer than `limit`.
    """
    rows = await connection.fetch(
        """
        SELECT l.shop_id, l.order_id, o.number, l.line_no, l.product_id, l.title,
            l.quantity - l.refunded_quantity AS quantity,
            l.amount_minor - l.off_minor - l.refunded_minor - l.refunded_platform_minor AS goods_minor,
            l.commission_bp, o.currency, o.paid_at, o.state
        FROM orders.line AS l JOIN orders.order AS o USING (shop_id, order_id)
        WHERE l.creator_id = $1 AND l.commission_bp > 0 AND ($2::uuid IS NULL OR l.order_id < $2)
            AND o.state = ANY($3::text[])
        ORDER BY l.order_id DESC FETCH FIRST $4 ROWS WITH TIES
        """,
        creator_id,
        before,
        list(UNDER_WAY),
        limit,
    )
    return [PendingLine(**{**row, "state": OrderState(row["state"])}) for row in rows]


async def sum_pending_of_shop(connection: Connection, shop_id: ShopId, *, currency: str) -> int:
    """What lies in escrow for a shop's orders under way: goods and freight, less what went back.

    Commission and fees are still in it.
    """
    return (await sum_pending_of_shops(connection, [shop_id], currency=currency)).get(shop_id, 0)


async def sum_pending_of_shops(
    connection: Connection, shop_ids: Collection[ShopId], *, currency: str
) -> dict[ShopId, int]:
    """The same for several shops; those without any are left out."""
    rows = await connection.fetch(
        """
        SELECT o.shop_id, sum(o.freight_minor - o.refunded_freight_minor + goods.goods_minor)::bigint AS pending_minor
        FROM orders.order AS o CROSS JOIN LATERAL (
            SELECT sum(amount_minor - off_minor - refunded_minor - refunded_platform_minor) AS goods_minor
            FROM orders.line AS l WHERE l.shop_id = o.shop_id AND l.order_id = o.order_id
        ) AS goods
        WHERE o.shop_id = ANY($1::uuid[]) AND o.currency = $2 AND o.state IN ('paid', 'shipped', 'delivered')
        GROUP BY o.shop_id
        """,
        list(shop_ids),
        currency,
    )
    return {row["shop_id"]: row["pending_minor"] for row in rows}
