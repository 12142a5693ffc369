"""The rooms on air, all of them at once."""

from xiaodian.contracts.live import RoomOnAir
from xiaodian.infra.database import Connection
from xiaodian.modules.live.rules import ON_AIR_STATES


async def list_on_air(connection: Connection, limit: int) -> list[RoomOnAir]:
    """Rooms on air that viewers are shown, the newest first; all of them are read again and again, so no more than
    that of each.
    """
    rows = await connection.fetch(
        """
        SELECT room_id, host_id, started_at, online FROM live.room
        WHERE state = ANY($1::text[]) AND is_listed ORDER BY room_id DESC LIMIT $2
        """,
        list(ON_AIR_STATES),
        limit,
    )
    return [RoomOnAir(room_id=row[0], host_id=row[1], started_at=row[2], online=row[3]) for row in rows]
