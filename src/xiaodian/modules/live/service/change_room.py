"""The host gives the room another title, cover or planned time; also after the end."""

from datetime import datetime

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
    planned_at: datetime | msgspec.UnsetType | None = msgspec.UNSET,
) -> Room:
    """Change what is given. Raises NotFoundError, ForbiddenError."""
    async with control(ctx, caller, room_id, even_if_ended=True) as (connection, room):
        changed = msgspec.structs.replace(
            room,
            title=room.title if isinstance(title, msgspec.UnsetType) else title,
            cover_url=room.cover_url if isinstance(cover_url, msgspec.UnsetType) else cover_url,
            planned_at=room.planned_at if isinstance(planned_at, msgspec.UnsetType) else planned_at,
        )
        await connection.execute(
            "UPDATE live.room SET title = $2, cover_url = $3, planned_at = $4 WHERE room_id = $1",
            room_id,
            changed.title,
            changed.cover_url,
            changed.planned_at,
        )
    return changed
