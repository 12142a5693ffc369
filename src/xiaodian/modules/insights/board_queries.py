"""Reads for the board of a room on air. Where `shop_id` is given, that shop's sales alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection

_UNTIL = "unnest($1::uuid[], $2::timestamptz[]) AS place (room_id, until)"


async def list_sold_until(
    connection: Connection, until: Mapping[RoomId, datetime], shop_id: ShopId | None
) -> dict[RoomId, tuple[int, int, int]]:
    """GMV, orders paid and buyers of each room up to its moment."""
    rows = await connection.fetch(
        f"""
        SELECT place.room_id, sold.gmv, sold.orders, (
            SELECT count(DISTINCT buyer_id) FROM insights.sale
            WHERE sale.room_id = place.room_id AND paid_at < until AND ($3::uuid IS NULL OR shop_id = $3)
        )
        FROM {_UNTIL} CROSS JOIN LATERAL (
            SELECT coalesce(sum(gmv_minor), 0)::bigint AS gmv, coalesce(sum(orders_paid), 0)::bigint AS orders
            FROM insights.room_sale_minute AS sums
            WHERE sums.room_id = place.room_id AND minute < until AND ($3::uuid IS NULL OR shop_id = $3)
        ) AS sold
        """,
        list(until),
        list(until.values()),
        shop_id,
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


class Visited(NamedTuple):
    """How many came to a room up to a moment, and how long they watched."""

    views: int = 0
    viewers: int = 0
    watch_s: int | None = 0
    """None: of this room it is not known by the minute."""


async def list_visits_until(connection: Connection, until: Mapping[RoomId, datetime]) -> dict[RoomId, Visited]:
    """What had come to each room up to its moment."""
    rows = await connection.fetch(
        f"""
        SELECT place.room_id, coalesce(sum(sums.views) FILTER (WHERE minute < until), 0)::bigint,
            coalesce(sum(sums.viewers) FILTER (WHERE minute < until), 0)::bigint,
            CASE WHEN coalesce(sum(sums.watch_s), 0) = coalesce(max(whole.watch_s), 0)
                THEN coalesce(sum(sums.watch_s) FILTER (WHERE minute < until), 0)::bigint END
        FROM {_UNTIL} LEFT JOIN insights.room_visit_minute AS sums ON sums.room_id = place.room_id
        LEFT JOIN insights.room_visit AS whole ON whole.room_id = place.room_id
        GROUP BY place.room_id
        """,
        list(until),
        list(until.values()),
    )
    return {row[0]: Visited(*row[1:]) for row in rows}


async def list_accounts(connection: Connection, room_id: RoomId, after: datetime | None) -> list[AccountId]:
    """Who was in a room signed in, for the first time after a moment."""
    rows = await connection.fetch(
        """
        SELECT account_id FROM insights.room_account
        WHERE room_id = $1 AND ($2::timestamptz IS NULL OR entered_at > $2)
        """,
        room_id,
        after,
    )
    return [row[0] for row in rows]


async def list_entrances(connection: Connection, room_id: RoomId) -> dict[AccountId, datetime | None]:
    """Who was in a room signed in, and when first; None: that was not kept."""
    rows = await connection.fetch(
        "SELECT account_id, entered_at FROM insights.room_account WHERE room_id = $1", room_id
    )
    return {row[0]: row[1] for row in rows}


async def list_buyers(
    connection: Connection, room_id: RoomId, shop_id: ShopId | None, after: datetime | None
) -> list[AccountId]:
    """Who paid in a room after a moment."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT buyer_id FROM insights.sale
        WHERE room_id = $1 AND ($2::uuid IS NULL OR shop_id = $2) AND paid_at > coalesce($3::timestamptz, '-infinity')
        """,
        room_id,
        shop_id,
        after,
    )
    return [row[0] for row in rows]


async def list_first_payments(
    connection: Connection, room_id: RoomId, shop_id: ShopId | None
) -> dict[AccountId, datetime]:
    """Who paid in a room, and when first."""
    rows = await connection.fetch(
        """
        SELECT buyer_id, min(paid_at) FROM insights.sale
        WHERE room_id = $1 AND ($2::uuid IS NULL OR shop_id = $2) AND paid_at IS NOT NULL GROUP BY buyer_id
        """,
        room_id,
        shop_id,
    )
    return {row[0]: row[1] for row in rows}
