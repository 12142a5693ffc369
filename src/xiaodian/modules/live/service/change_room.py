"""The host gives the room another title or cover, also after the end."""

import msgspec

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.live import RoomId
from xiaodian.edge.context import Context
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.service.control import control


async def change_room(
    ctx: Context,
    caller: Caller,
    room_id: RoomId,
    *,
    title: str | msgspec.UnsetType,
    cover_url: str | msgspec.UnsetType | None,
) -> Room:
    """Change what is given. Raises NotFoundError, ForbiddenError."""
    async with control(ctx, caller, room_id, even_if_ended=True) as (connection, room):
        changed = msgspec.structs.replace(
            room,
            title=room.title if isinstance(title, msgspec.UnsetType) else title,
            cover_url=room.cover_url if isinstance(cover_url, msgspec.UnsetType) else cover_url,
        )
        await connection.execute(
            "UPDATE live.room SET title = $2, cover_url = $3 WHERE room_id = $1",
            room_id,
            changed.title,
            changed.cover_url,
        )
    return changed
