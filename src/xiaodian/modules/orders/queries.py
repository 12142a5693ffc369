"""Reads of orders; structs out."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import Line, Order, OrderId, OrderState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.orders.models import Deed, Move, Role, Sales, TrackingEvent, TrackingKind
from xiaodian.modules.orders.numbers import to_serial

_ORDER_FIELDS = tuple(name for name in Order.__struct_fields__ if name != "lines")
ORDER = ", ".join(_ORDER_FIELDS)
_LINE = ", ".join(Line.__struct_fields__)


async def with_lines(connection: Connection, rows: Sequence[Record]) -> list[Order]:
    """Rows with the columns ORDER as orders, in the same order."""
    line_rows = await connection.fetch(
        f"""
        SELECT order_id, {_LINE} FROM orders.line
        WHERE (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) ORDER BY order_id, line_no
        """,
        [row["shop_id"] for row in rows],
        [row["order_id"] for row in rows],
    )
    lines: dict[UUID, list[Line]] = defaultdict(list)
    for order_id, *values in line_rows:
        lines[order_id].append(Line(**dict(zip(Line.__struct_fields__, values, strict=True))))
    return [_to_order(row, lines[row["order_id"]]) for row in rows]


def _to_order(row: Record, lines: list[Line]) -> Order:
    # By place: looking up forty names in a record costs more than all the rest.
    values: dict[str, Any] = dict(zip(_ORDER_FIELDS, row, strict=True))
    values["state"] = OrderState(values["state"])
    return Order(**values, lines=lines)


async def find_orders(connection: Connection, order_ids: Collection[UUID]) -> dict[OrderId, Order]:
    """Those of the orders that exist, by id."""
    rows = await connection.fetch(f"SELECT {ORDER} FROM orders.order WHERE order_id = ANY($1::uuid[])", list(order_ids))
    return {order.order_id: order for order in await with_lines(connection, rows)}


async def lock_orders(connection: Connection, order_ids: Collection[UUID]) -> dict[OrderId, Order]:
    """Those of the orders that exist, held in key order until the transaction ends."""
    rows = await connection.fetch(
        f"SELECT {ORDER} FROM orders.order WHERE order_id = ANY($1::uuid[]) ORDER BY order_id FOR UPDATE",
        list(order_ids),
    )
    return {order.order_id: order for order in await with_lines(connection, rows)}


async def find_ids_by_number(connection: Connection, shop_id: ShopId, numbers: Collection[str]) -> dict[str, OrderId]:
    """The orders of a shop that have these numbers, by the number as it was asked for."""
    key = await connection.fetchval("SELECT key FROM orders.number_key")
    serials = {number: serial for number in numbers if (serial := to_serial(number, key)) is not None}
    rows = await connection.fetch(
        "SELECT serial, order_id FROM orders.order WHERE serial = ANY($1::bigint[]) AND shop_id = $2",
        list(set(serials.values())),
        shop_id,
    )
    ids = {row["serial"]: row["order_id"] for row in rows}
    return {number: ids[serial] for number, serial in serials.items() if serial in ids}


async def lock_tracking_numbers(connection: Connection, tracking_numbers: Collection[str]) -> None:
    """Until this transaction ends nobody else ships with these numbers. The caller holds its orders locked."""
    await connection.execute(
        """
        SELECT pg_advisory_xact_lock(hashtextextended('tracking ' || number, 0))
        FROM (SELECT DISTINCT number FROM unnest($1::text[]) AS one (number) ORDER BY number) AS wanted
        """,
        list(tracking_numbers),
    )


async def find_users_of_numbers(
    connection: Connection, tracking_numbers: Collection[str], shipped_after: datetime
) -> dict[str, list[Order]]:
    """The orders, of whichever shop, that were shipped with these numbers; without their lines."""
    rows = await connection.fetch(
        f"SELECT {ORDER} FROM orders.order WHERE tracking_number = ANY($1::text[]) AND shipped_at > $2",
        list(tracking_numbers),
        shipped_after,
    )
    users: dict[str, list[Order]] = defaultdict(list)
    for row in rows:
        users[row["tracking_number"]].append(Order(**{**row, "state": OrderState(row["state"])}, lines=[]))
    return users


async def lock_overdue_payments(connection: Connection, now: datetime, limit: int) -> list[Order]:
    """Orders whose time to pay is over; those that another transaction holds are passed over."""
    rows = await connection.fetch(
        f"""
        SELECT {ORDER} FROM orders.order WHERE state = 'pending_payment' AND expires_at <= $1
        ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        now,
        limit,
    )
    return await with_lines(connection, rows)


async def lock_overdue_receipts(connection: Connection, now: datetime, limit: int) -> list[Order]:
    """Orders that count as received by now; those that another transaction holds are passed over."""
    rows = await connection.fetch(
        f"""
        SELECT {ORDER} FROM orders.order WHERE state IN ('shipped', 'delivered') AND completes_at <= $1
        ORDER BY completes_at LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        now,
        limit,
    )
    return await with_lines(connection, rows)


async def list_orders_of_buyer(
    connection: Connection, buyer_id: AccountId, *, before: UUID | None, limit: int, state: OrderState | None
) -> list[Order]:
    """What an account has ordered, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {ORDER} FROM orders.order
        WHERE buyer_id = $1 AND ($2::uuid IS NULL OR order_id < $2) AND ($3::text IS NULL OR state = $3)
        ORDER BY order_id DESC LIMIT $4
        """,
        buyer_id,
        before,
        state,
        limit,
    )
    return await with_lines(connection, rows)


async def find_placed_between(
    connection: Connection, buyer_id: AccountId, since: datetime, until: datetime
) -> Order | None:
    """The first order that an account placed at or after one time, before another."""
    rows = await connection.fetch(
        f"""
        SELECT {ORDER} FROM orders.order WHERE buyer_id = $1 AND placed_at >= $2 AND placed_at < $3
        ORDER BY order_id LIMIT 1
        """,
        buyer_id,
        since,
        until,
    )
    return next(iter(await with_lines(connection, rows)), None)


async def has_orders_before(connection: Connection, shop_id: ShopId, before: datetime) -> bool:
    """Whether anybody had ordered in a shop before this time."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM orders.order WHERE shop_id = $1 AND placed_at < $2)", shop_id, before
    )
    return found


async def list_orders_not_pending(
    connection: Connection, buyer_id: AccountId, *, before: UUID | None, limit: int
) -> list[Order]:
    """What an account has ordered and money may have moved for, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {ORDER} FROM orders.order
        WHERE buyer_id = $1 AND ($2::uuid IS NULL OR order_id < $2) AND state <> 'pending_payment'
        ORDER BY order_id DESC LIMIT $3
        """,
        buyer_id,
        before,
        limit,
    )
    return await with_lines(connection, rows)


async def get_moves(connection: Connection, orders: Collection[Order]) -> dict[OrderId, list[Move]]:
    """The moves of each order, the first first."""
    rows = await connection.fetch(
        """
        SELECT order_id, deed, state, moved_at, role, reason FROM orders.move
        WHERE (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) ORDER BY move_id
        """,
        *_keys(orders),
    )
    moves: dict[OrderId, list[Move]] = defaultdict(list)
    for row in rows:
        moves[row["order_id"]].append(
            Move(
                deed=Deed(row["deed"]),
                state=OrderState(row["state"]),
                moved_at=row["moved_at"],
                role=Role(row["role"]),
                reason=row["reason"],
            )
        )
    return moves


async def get_tracking(connection: Connection, orders: Collection[Order]) -> dict[OrderId, list[TrackingEvent]]:
    """What carriers said of the parcels of those orders that were shipped, the first first; what happened at the same
    moment, as many carriers tell only minutes, in the order of a parcel's way.
    """
    shipped = [order for order in orders if order.shipped_at is not None]
    if not shipped:
        return {}
    rows = await connection.fetch(
        """
        SELECT order_id, kind, happened_at, place, text FROM orders.tracking_event
        WHERE (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        ORDER BY happened_at, array_position($3::text[], kind)
        """,
        *_keys(shipped),
        list(TrackingKind),
    )
    events: dict[OrderId, list[TrackingEvent]] = defaultdict(list)
    for row in rows:
        events[row["order_id"]].append(
            TrackingEvent(
                kind=TrackingKind(row["kind"]),
                happened_at=row["happened_at"],
                place=row["place"],
                text=row["text"],
            )
        )
    return events


async def get_sales(connection: Connection, room_id: RoomId) -> Sales:
    """What was sold in a room."""
    row = await connection.fetchrow(
        """
        SELECT count(*) AS orders, count(*) FILTER (WHERE is_sold) AS paid_orders,
            coalesce(sum(total_minor) FILTER (WHERE is_sold), 0)::bigint AS sales_minor
        FROM (
            SELECT total_minor, paid_at IS NOT NULL AND state <> 'cancelled' AS is_sold
            FROM orders.order WHERE room_id = $1
        ) AS of_room
        """,
        room_id,
    )
    assert row is not None
    return Sales(**row)


def _keys(orders: Collection[Order]) -> tuple[list[ShopId], list[OrderId]]:
    return [order.shop_id for order in orders], [order.order_id for order in orders]
