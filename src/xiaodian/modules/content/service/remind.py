"""Viewers ask to be told when a room that is planned goes on air."""

from xiaodian.contracts.accounts import AccountId, Notice, NoticeKind
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.live import RoomEndedError, RoomId, RoomState
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content.rules import MAX_REMINDERS, REMINDERS_PER_MINUTE
from xiaodian.modules.live import api as live
from xiaodian.modules.risk import api as risk

REMINDED_AT_ONCE = 1000


async def set_reminder(ctx: Context, account_id: AccountId, room_id: RoomId) -> None:
    """Be told when the room goes on air; again is fine. A room on air reminds nobody any more.

    Raises NotFoundError, RoomEndedError, InvalidInputError (too many), TooManyRequestsError.
    """
    await risk.take(ctx.database, REMINDERS_PER_MINUTE, str(account_id))
    async with ctx.database.transaction() as connection:
        room = await live.get_room(connection, room_id)
        if room.state is not RoomState.PLANNED:
            raise RoomEndedError
        held = await connection.fetchval("SELECT count(*) FROM content.reminder WHERE account_id = $1", account_id)
        if held >= MAX_REMINDERS:
            raise InvalidInputError(field="room_id", reason="too_many", limit=MAX_REMINDERS)
        await connection.execute(
            "INSERT INTO content.reminder (room_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            room_id,
            account_id,
        )


async def drop_reminder(ctx: Context, account_id: AccountId, room_id: RoomId) -> None:
    """Be told no more; again is fine. Raises TooManyRequestsError."""
    await risk.take(ctx.database, REMINDERS_PER_MINUTE, str(account_id))
    async with ctx.database.connection() as connection:
        await connection.execute(
            "DELETE FROM content.reminder WHERE room_id = $1 AND account_id = $2", room_id, account_id
        )


async def remind(connection: Connection, room_id: RoomId, state: RoomState) -> None:
    """Tell who asked that the room is on air, in the caller's transaction. Each is told once; of a room that ended
    without ever being on air, nobody is told anything.
    """
    if state is RoomState.ENDED:
        await connection.execute("DELETE FROM content.reminder WHERE room_id = $1", room_id)
        return
    room = await live.get_room(connection, room_id)
    host = await accounts.get_account(connection, room.host_id)
    while True:
        rows = await connection.fetch(
            """
            DELETE FROM content.reminder WHERE room_id = $1 AND account_id = ANY(
                ARRAY (SELECT account_id FROM content.reminder WHERE room_id = $1 LIMIT $2)
            ) RETURNING account_id
            """,
            room_id,
            REMINDED_AT_ONCE,
        )
        notices = [
            Notice(
                account_id=row["account_id"],
                kind=NoticeKind.ROOM_ON_AIR,
                params={"name": host.display_name, "title": room.title},
                link=f"/rooms/{room_id}",
            )
            for row in rows
        ]
        await accounts.give_notices(connection, notices)
        if len(rows) < REMINDED_AT_ONCE:
            return
