"""Reads of what those bought in a room who were in it, signed in: the purchases behind its conversion."""

from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection

_SEEN = """
    FROM insights.sale JOIN insights.room_account AS came ON (came.room_id, came.account_id) = (sale.room_id, buyer_id)
    WHERE sale.room_id = $1 AND shop_id = $2 AND paid_at IS NOT NULL
"""


class SeenSums(NamedTuple):
    """What they came to."""

    orders: int
    buyers: int
    gmv_minor: int


async def sum_seen(connection: Connection, room_id: RoomId, shop_id: ShopId) -> SeenSums:
    """What was bought of a shop in a room by those who were in it."""
    row = await connection.fetchrow(
        f"""
        SELECT count(DISTINCT order_id), count(DISTINCT buyer_id), coalesce(sum(gmv_minor), 0)::bigint {_SEEN}
        """,
        room_id,
        shop_id,
    )
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
