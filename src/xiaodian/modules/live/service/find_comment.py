"""Finds a comment in the room's log: its id holds the time when it was made, so only a piece has to be read."""

import time
from contextlib import aclosing

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.live import CommentId, CommentMoment, RoomId
from xiaodian.edge.context import Context
from xiaodian.modules.live.log_reader import open_reader

CLOCKS_DIFFER_MS = 5_000
PUBLISHED_WITHIN_MS = 30_000


async def find_comment(ctx: Context, room_id: RoomId, comment_id: CommentId) -> CommentMoment:
    """The comment as it was posted. Raises NotFoundError, UnavailableError."""
    made_ms = comment_id.int >> 80
    if comment_id.version != 7 or made_ms > time.time_ns() // 1_000_000 + CLOCKS_DIFFER_MS:
        raise NotFoundError
    async with (
        open_reader(ctx.broker, f"room.{room_id}.comment", from_ms=made_ms - CLOCKS_DIFFER_MS) as reader,
        aclosing(reader.deliveries()) as deliveries,
    ):
        async for delivery in deliveries:
            if isinstance(delivery.moment, CommentMoment) and delivery.moment.comment_id == comment_id:
                return delivery.moment
            if delivery.stored_ns // 1_000_000 > made_ms + PUBLISHED_WITHIN_MS:
                break
    raise NotFoundError
