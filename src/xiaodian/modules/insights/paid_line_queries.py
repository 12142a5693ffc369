"""Reads of single lines that were paid for in a room or from a video, for who asks which purchases came of what."""

from datetime import datetime
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import OrderId
from xiaodian.infra.database import Connection


class PaidLine(NamedTuple):
    """A line of a paid order."""

    order_id: OrderId
    buyer_id: AccountId
    product_id: ProductId
    video_at_ms: int | None
    """Of a video, the moment at which it was bought, if that is known."""


_LINES = """
    SELECT order_id, buyer_id, product_id, video_at_ms FROM insights.sale
    WHERE {where} AND paid_at IS NOT NULL ORDER BY order_id DESC, line_no LIMIT $2
"""


async def list_paid_lines_of_video(connection: Connection, video_id: VideoId, limit: int) -> list[PaidLine]:
    """Bought from a video, the newest first."""
    rows = await connection.fetch(_LINES.format(where="video_id = $1"), video_id, limit)
    return [PaidLine(*row) for row in rows]


async def list_paid_lines_of_room(
    connection: Connection, room_id: RoomId, placed_since: datetime, limit: int
) -> list[PaidLine]:
    """Bought in a room and placed at this moment or later, the newest first."""
    rows = await connection.fetch(_LINES.format(where="room_id = $1 AND placed_at >= $3"), room_id, limit, placed_since)
    return [PaidLine(*row) for row in rows]
