"""The rooms on air, all of them at once; and which of a host's rooms goes on air next."""

from datetime import timedelta

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import RoomOnAir
from xiaodian.contracts.media import StreamId
from xiaodian.infra.database import Connection
from xiaodian.modules.live.rules import ON_AIR_STATES

UNPLANNED_WITHIN = timedelta(hours=1)


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


async def find_stream_to_publish(connection: Connection, host_id: AccountId) -> StreamId | None:
    """Where a picture of this host goes now: into the room on air or interrupted, if there is one; else into the one
    planned nearest to now; None if no room is open.

    A room without a plan is meant for now: it counts as planned for when it was made, but never further off than
    UNPLANNED_WITHIN, so that only a show whose hour has come goes before one that was left over.
    """
    value = await connection.fetchval(
        """
        SELECT stream_id FROM live.room WHERE host_id = $1 AND state <> 'ended'
        ORDER BY state = ANY($2::text[]) DESC,
            coalesce(greatest(planned_at - now(), now() - planned_at), least(now() - created_at, $3::interval)),
            room_id DESC
        LIMIT 1
        """,
        host_id,
        list(ON_AIR_STATES),
        UNPLANNED_WITHIN,
    )
    return None if value is None else StreamId(value)
