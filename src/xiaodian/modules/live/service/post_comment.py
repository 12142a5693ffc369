"""Somebody says something in a room."""

import time

import msgspec

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import InvalidInputError, TooManyRequestsError
from xiaodian.contracts.live import CommentId, CommentMoment, MutedError, RoomEndedError, RoomId, RoomState
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.live.caps import CapPerSecond
from xiaodian.modules.live.queries import get_room_for_comment
from xiaodian.modules.live.rules import clean_comment
from xiaodian.modules.live.service.club import find_badge
from xiaodian.modules.risk import api as risk

_encode = msgspec.json.Encoder().encode


async def post_comment(
    ctx: Context, caller: Caller, room_id: RoomId, text: str, *, room_cap: CapPerSecond
) -> CommentId:
    """Put a comment into the room's log; when this returns, it is stored there. The text is shown as text.

    `room_cap` limits what a whole room says through this process; the host may always speak.

    Raises InvalidInputError (empty, too long), NotFoundError, RoomEndedError, MutedError, TooManyRequestsError,
    UnavailableError.
    """
    shown = clean_comment(text)
    if not shown:
        raise InvalidInputError(field="text", reason="empty")
    if len(shown) > ctx.settings.comment_max_chars:
        raise InvalidInputError(field="text", reason="too_long", limit=ctx.settings.comment_max_chars)
    async with ctx.database.connection() as connection:
        room, is_muted, look = await get_room_for_comment(connection, room_id, caller.account_id)
        badge = await find_badge(connection, room.shop_id, look, caller.account_id)
    if room.state is RoomState.ENDED:
        raise RoomEndedError
    if is_muted:
        raise MutedError
    is_host = room.host_id == caller.account_id
    if not is_host and not room_cap.allow(str(room_id), 1, time.monotonic()):
        raise TooManyRequestsError(retry_after_s=1)
    limit = Limit(name="comments", burst=ctx.settings.comments_per_minute, period_s=60)
    await risk.take(ctx.database, limit, str(caller.account_id))
    comment_id = CommentId(new_id())
    moment = CommentMoment(
        at_ms=to_epoch_ms(utc_now()),
        comment_id=comment_id,
        account_id=caller.account_id,
        name=caller.display_name,
        text=shown,
        is_host=is_host,
        badge=badge,
    )
    await ctx.broker.publish(f"room.{room_id}.comment", _encode(moment), message_id=str(comment_id))
    return comment_id
