"""What was paid for, as those see it who keep the books: settlement and reconciliation."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract
from xiaodian.contracts.catalog import StockId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import earliest_id
from xiaodian.modules.orders.purchase_sql import PAID_AT_MOST_AFTER
from xiaodian.modules.orders.queries import find_orders

UNDER_WAY_AT_MOST = timedelta(days=90)
"""An order that is under way for longer is none that anybody counts on."""
CLOCKS_DIFFER = timedelta(seconds=10)


class OpenSum(Contract, frozen=True, kw_only=True):
    """What orders under way bring that have the same rates and complete on the same day (None: not shipped yet)."""

    completes_on: date | None
    fee_bp: int
    commission_bp: int
    goods_minor: int


class SetAside(NamedTuple):
    """A stock that was set aside for a while, such as that of a flash sale."""

    stock_id: StockId
    shop_id: ShopId
    starts_at: datetime
    ends_at: datetime


class StockSold(NamedTuple):
    """What was paid for out of one stock."""

    orders: int
    pieces: int
    goods_minor: int


class GivenBack(Contract, frozen=True, kw_only=True):
    """What of an order's goods went back by one refund, to buyer and platform; the freight is not in it."""

    shop_id: ShopId
    order_id: OrderId
    refund_id: UUID
    refunded_at: datetime
    goods_minor: int


async def list_refunds(connection: Connection, order_ids: Collection[OrderId]) -> list[GivenBack]:
    """What went back of the goods of these orders, the first first."""
    rows = await connection.fetch(
        """
        SELECT shop_id, order_id, refund_id, refunded_at, sum(refund_minor + platform_minor)::bigint AS goods_minor
        FROM orders.line_refund
        WHERE (shop_id, order_id) IN (SELECT shop_id, order_id FROM orders.order WHERE order_id = ANY($1::uuid[]))
            AND line_no >= 0
        GROUP BY shop_id, order_id, refund_id, refunded_at ORDER BY order_id, refunded_at, refund_id
        """,
        list(order_ids),
    )
    return [GivenBack(**row) for row in rows]


async def list_order_ids(connection: Connection, *, after: UUID, limit: int) -> list[OrderId]:
    """The orders of all shops in the order of their ids, for who goes through all of them."""
    rows = await connection.fetch(
        "SELECT order_id FROM orders.order WHERE order_id > $1 ORDER BY order_id LIMIT $2", after, limit
    )
    return [row["order_id"] for row in rows]


async def list_sold_of_shop(connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int) -> list[Order]:
    """Orders of a shop that were paid and stand, the newest first."""
    rows = await connection.fetch(
        """
        SELECT order_id FROM orders.order
        WHERE shop_id = $1 AND ($2::uuid IS NULL OR order_id < $2) AND paid_at IS NOT NULL AND state <> 'cancelled'
        ORDER BY order_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return await _in_order(connection, [row["order_id"] for row in rows])


async def list_sold_by_creator(
    connection: Connection, creator_id: AccountId, *, before: UUID | None, limit: int
) -> list[Order]:
    """Orders with lines that a creator sold, which were paid and stand, the newest first."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT l.order_id FROM orders.line AS l JOIN orders.order AS o USING (shop_id, order_id)
        WHERE l.creator_id = $1 AND ($2::uuid IS NULL OR l.order_id < $2)
            AND o.paid_at IS NOT NULL AND o.state <> 'cancelled'
        ORDER BY l.order_id DESC LIMIT $3
        """,
        creator_id,
        before,
        limit,
    )
    return await _in_order(connection, [row["order_id"] for row in rows])


async def sum_sold_in_room(
    connection: Connection, room_id: RoomId, stocks: Sequence[SetAside]
) -> dict[StockId, StockSold]:
    """What was paid for in a room out of each of these stocks; those of which nothing was are left out.

    Only orders placed while the stock was set aside can hold it, and an order's id says when it was placed.
    """
    rows = await connection.fetch(
        """
        SELECT stock.stock_id, sold.orders, sold.pieces, sold.goods_minor
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[]) AS stock (stock_id, shop_id, first_id, end_id)
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT l.order_id) AS orders, coalesce(sum(l.quantity), 0)::bigint AS pieces,
                coalesce(sum(l.amount_minor - l.off_minor), 0)::bigint AS goods_minor
            FROM orders.line AS l JOIN orders.order AS o USING (shop_id, order_id)
            WHERE l.shop_id = stock.shop_id AND l.order_id >= stock.first_id AND l.order_id < stock.end_id
                AND l.stock_id = stock.stock_id AND l.room_id = $1 AND o.paid_at IS NOT NULL
        ) AS sold
        WHERE sold.orders > 0
        """,
        room_id,
        [stock.stock_id for stock in stocks],
        [stock.shop_id for stock in stocks],
        [earliest_id(stock.starts_at - CLOCKS_DIFFER) for stock in stocks],
        [earliest_id(stock.ends_at + CLOCKS_DIFFER) for stock in stocks],
    )
    return {row[0]: StockSold(row[1], row[2], row[3]) for row in rows}


async def list_open_sums_of_shop(
    connection: Connection, shop_id: ShopId, currency: str, utc_offset_h: int
) -> list[OpenSum]:
    """What a shop's orders under way bring, by day and rates; freight stands with rates of nothing."""
    rows = await connection.fetch(
        """
        SELECT (o.completes_at AT TIME ZONE make_interval(hours => $3))::date AS completes_on, part.fee_bp,
            part.commission_bp, sum(part.goods_minor)::bigint AS goods_minor
        FROM orders.order AS o CROSS JOIN LATERAL (
            SELECT l.fee_bp, CASE WHEN l.creator_id IS NULL THEN 0 ELSE l.commission_bp END AS commission_bp,
                l.amount_minor - l.off_minor - l.refunded_minor - l.refunded_platform_minor AS goods_minor
            FROM orders.line AS l WHERE (l.shop_id, l.order_id) = (o.shop_id, o.order_id)
            UNION ALL SELECT 0, 0, o.freight_minor - o.refunded_freight_minor
        ) AS part
        WHERE o.shop_id = $1 AND o.currency = $2 AND o.state IN ('paid', 'shipped', 'delivered')
        GROUP BY 1, 2, 3 HAVING sum(part.goods_minor) > 0 ORDER BY 1 NULLS LAST, 2, 3
        """,
        shop_id,
        currency,
        utc_offset_h,
    )
    return [OpenSum(**row) for row in rows]


async def list_open_sums_of_creator(
    connection: Connection, creator_id: AccountId, currency: str, now: datetime
) -> list[OpenSum]:
    """What the lines bring that a creator sold and that are under way, by rates."""
    rows = await connection.fetch(
        """
        SELECT NULL::date AS completes_on, l.fee_bp, l.commission_bp,
            sum(l.amount_minor - l.off_minor - l.refunded_minor - l.refunded_platform_minor)::bigint AS goods_minor
        FROM orders.line AS l JOIN orders.order AS o USING (shop_id, order_id)
        WHERE l.creator_id = $1 AND l.order_id >= $3 AND o.currency = $2
            AND o.state IN ('paid', 'shipped', 'delivered')
        GROUP BY l.fee_bp, l.commission_bp
        """,
        creator_id,
        currency,
        earliest_id(now - UNDER_WAY_AT_MOST),
    )
    return [OpenSum(**row) for row in rows]


async def list_paid_between(
    connection: Connection, start: datetime, end: datetime, *, after: UUID | None, limit: int
) -> list[Order]:
    """Orders paid in [start, end), in the order of their ids, after the one of this id."""
    rows = await connection.fetch(
        """
        SELECT order_id FROM orders.order
        WHERE order_id > $3 AND order_id < $4 AND paid_at >= $1 AND paid_at < $2 ORDER BY order_id LIMIT $5
        """,
        start,
        end,
        after or earliest_id(start - PAID_AT_MOST_AFTER),
        earliest_id(end + timedelta(seconds=1)),
        limit,
    )
    return await _in_order(connection, [row["order_id"] for row in rows])


async def list_cancelled_after_payment(
    connection: Connection, start: datetime, end: datetime, *, after: Order | None, limit: int
) -> list[Order]:
    """Orders that were paid before and cancelled in [start, end), the oldest first, after this one."""
    after_at, after_id = (after.closed_at, after.order_id) if after else (start, UUID(int=0))
    rows = await connection.fetch(
        """
        SELECT order_id FROM orders.order
        WHERE state = 'cancelled' AND paid_at IS NOT NULL
            AND closed_at >= $1 AND closed_at < $2 AND (closed_at, order_id) > ($3, $4)
        ORDER BY closed_at, order_id LIMIT $5
        """,
        start,
        end,
        after_at,
        after_id,
        limit,
    )
    return await _in_order(connection, [row["order_id"] for row in rows])


async def _in_order(connection: Connection, order_ids: list[OrderId]) -> list[Order]:
    orders = await find_orders(connection, order_ids)
    return [orders[order_id] for order_id in order_ids if order_id in orders]
