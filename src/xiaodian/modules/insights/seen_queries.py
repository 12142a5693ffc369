"""Reads of what those bought who were in a room, signed in: the purchases behind its conversion, or that of a day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import earliest_id

PAID_AT_MOST_AFTER = timedelta(days=1)
"""How long after it was placed an order is paid at most; minutes in truth."""
_SUMS = "SELECT count(DISTINCT order_id), count(DISTINCT buyer_id), coalesce(sum(gmv_minor), 0)::bigint"
_SEEN = """
    FROM insights.sale JOIN insights.room_account AS came ON (came.room_id, came.account_id) = (sale.room_id, buyer_id)
    WHERE sale.room_id = $1 AND shop_id = $2 AND paid_at IS NOT NULL
"""
# As queries.list_seen_buyers counts them. By the id as well, which says when an order was placed: along it it is read.
_OF_VISITORS = """
    FROM (
        SELECT account_id FROM insights.room_account JOIN insights.shop_buyer_day AS bought
            ON (bought.shop_id, bought.day, bought.buyer_id) = ($1, $3, account_id)
        WHERE room_id = ANY($2::uuid[]) AND entered_at >= $4 AND entered_at < $5 AND bought.first_paid_at < $5
        GROUP BY account_id
    ) AS came JOIN insights.sale ON (shop_id, buyer_id) = ($1, account_id)
    WHERE paid_at >= $4 AND paid_at < $5 AND order_id >= $6 AND order_id < $7
"""


class SeenSums(NamedTuple):
    """What they came to."""

    orders: int
    buyers: int
    gmv_minor: int


async def sum_seen(connection: Connection, room_id: RoomId, shop_id: ShopId) -> SeenSums:
    """What was bought of a shop in a room by those who were in it."""
    row = await connection.fetchrow(f"{_SUMS} {_SEEN}", room_id, shop_id)
    assert row is not None
    return SeenSums(*row)


async def list_seen_ids(
    connection: Connection, room_id: RoomId, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[OrderId]:
    """A page of these orders, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT DISTINCT order_id {_SEEN} AND ($3::uuid IS NULL OR order_id < $3) ORDER BY order_id DESC LIMIT $4
        """,
        room_id,
        shop_id,
        before,
        limit,
    )
    return [row[0] for row in rows]


class Visitors(NamedTuple):
    """A shop's day of the books, or its beginning, and the shop's own rooms."""

    shop_id: ShopId
    room_ids: Sequence[RoomId]
    day: date
    start: datetime
    end: datetime

    def values(self) -> tuple[object, ...]:
        """What is bound."""
        earliest = earliest_id(self.start - PAID_AT_MOST_AFTER)
        return self.shop_id, list(self.room_ids), self.day, self.start, self.end, earliest, earliest_id(self.end)


async def sum_of_visitors(connection: Connection, visitors: Visitors) -> SeenSums:
    """What those bought on the day who came into one of the rooms for the first time on it."""
    row = await connection.fetchrow(f"{_SUMS} {_OF_VISITORS}", *visitors.values())
    assert row is not None
    return SeenSums(*row)


async def list_ids_of_visitors(
    connection: Connection, visitors: Visitors, *, before: UUID | None, limit: int
) -> list[OrderId]:
    """A page of these orders, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT DISTINCT order_id {_OF_VISITORS} AND ($8::uuid IS NULL OR order_id < $8)
        ORDER BY order_id DESC LIMIT $9
        """,
        *visitors.values(),
        before,
        limit,
    )
    return [row[0] for row in rows]
