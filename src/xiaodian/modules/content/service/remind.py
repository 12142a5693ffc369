"""Viewers ask to be told of a room that is planned: shortly before its plan, and when it goes on air.

Who asked is told of each once: a row that was told is marked or gone in the transaction that puts the notice into the
inbox. Other ways (e-mail, web push) follow from the event ReminderCame.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from xiaodian.contracts.accounts import AccountId, Notice, NoticeKind
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.content import ReminderCame
from xiaodian.contracts.live import RoomEndedError, RoomId, RoomInfo, RoomState
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content.rules import MAX_REMINDERS, REMINDERS_PER_MINUTE
from xiaodian.modules.live import api as live
from xiaodian.modules.risk import api as risk

REMINDED_AT_ONCE = 1000
SOON = timedelta(minutes=10)
"""So long before its plan who asked is told of a room; who asks later is told when it goes on air."""
ROOMS_AT_ONCE = 1000

_TAKE = """
    DELETE FROM content.reminder WHERE room_id = $1 AND account_id = ANY(
        ARRAY (SELECT account_id FROM content.reminder WHERE room_id = $1 LIMIT $2)
    ) RETURNING account_id
"""
_MARK_SOON = """
    UPDATE content.reminder SET told_soon_at = $3 WHERE room_id = $1 AND told_soon_at IS NULL AND account_id = ANY(
        ARRAY (
            SELECT account_id FROM content.reminder
            WHERE room_id = $1 AND told_soon_at IS NULL AND set_at <= $4 LIMIT $2 FOR UPDATE SKIP LOCKED
        )
    ) RETURNING account_id
"""


async def set_reminder(ctx: Context, account_id: AccountId, room_id: RoomId) -> None:
    """Be told when the room goes on air; again is fine. A room on air reminds nobody any more.

    Raises NotFoundError, RoomEndedError, InvalidInputError (too many), TooManyRequestsError.
    """
    await risk.take(ctx.database, REMINDERS_PER_MINUTE, str(account_id))
    async with ctx.database.transaction() as connection:
        # Held, so that it does not go on air between this look and the row that would then tell nobody.
        room = await live.hold_room(connection, room_id)
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


async def remind(connection: Connection, room_id: RoomId) -> list[AccountId]:
    """Tell who asked that the room is on air, in the caller's transaction; answers whom. Of a room that is over by
    now, or never was on air, nobody is told anything.
    """
    room = await live.get_room(connection, room_id)
    if room.state is RoomState.ENDED:
        await connection.execute("DELETE FROM content.reminder WHERE room_id = $1", room_id)
        return []
    reached: list[AccountId] = []
    while True:
        rows = await connection.fetch(_TAKE, room_id, REMINDED_AT_ONCE)
        people = [AccountId(row["account_id"]) for row in rows]
        await _tell(connection, room, people, NoticeKind.ROOM_ON_AIR)
        reached += people
        if len(rows) < REMINDED_AT_ONCE:
            return reached


async def remind_soon(ctx: Context, now: datetime) -> int:
    """Tell who asked in time of rooms that are planned to begin within SOON; answers how many were told."""
    async with ctx.database.connection() as connection:
        rooms = await live.list_rooms_to_come(connection, now, now + SOON, ROOMS_AT_ONCE)
    return sum([await _remind_of(ctx, room, now) for room in rooms])


async def _remind_of(ctx: Context, room: RoomInfo, now: datetime) -> int:
    assert room.planned_at is not None
    asked_until = room.planned_at - SOON
    total = 0
    while True:
        async with ctx.database.transaction() as connection:
            # Held as it is now: it may have been called off, or put off, or be on air by now.
            held = await live.hold_room(connection, room.room_id)
            if held.state is not RoomState.PLANNED or held.planned_at != room.planned_at:
                return total
            rows = await connection.fetch(_MARK_SOON, room.room_id, REMINDED_AT_ONCE, now, asked_until)
            people = [AccountId(row["account_id"]) for row in rows]
            await _tell(connection, held, people, NoticeKind.ROOM_SOON)
        await tell_live(ctx, people)
        total += len(people)
        if len(people) < REMINDED_AT_ONCE:
            return total


async def tell_live(ctx: Context, people: Sequence[AccountId]) -> None:
    """Who has a page open hears at once, and the other ways are on their way; after the commit."""
    if people:
        await accounts.ring_bells(ctx, people)
        await ctx.broker.poke(POKE)


async def _tell(connection: Connection, room: RoomInfo, people: Sequence[AccountId], kind: NoticeKind) -> None:
    if not people:
        return
    host = await accounts.get_account(connection, room.host_id)
    params = {"name": host.display_name, "title": room.title}
    if kind is NoticeKind.ROOM_SOON and room.planned_at is not None:
        params["planned_at_ms"] = str(to_epoch_ms(room.planned_at))
    link = f"/rooms/{room.room_id}"
    notices = [Notice(account_id=account_id, kind=kind, params=params, link=link) for account_id in people]
    await accounts.give_notices(connection, notices)
    is_on_air = kind is NoticeKind.ROOM_ON_AIR
    await outbox.emit(connection, ReminderCame(room_id=room.room_id, is_on_air=is_on_air, account_ids=list(people)))
