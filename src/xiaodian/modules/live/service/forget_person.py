"""Who had their account erased is forgotten by rooms: what they said goes out of the logs, and out of what is made of
them.
"""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.live import AnyMoment, CommentMoment, CommentPinnedMoment, CommentRemovedMoment, RoomId
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live import checkpoints, queries
from xiaodian.modules.live.forgetting import FORGOTTEN, Forgotten, account_of, forget_in_snapshot
from xiaodian.modules.live.rules import OPEN_STATES
from xiaodian.modules.live.service.note_speakers import note_speakers
from xiaodian.modules.live.service.pin_comment import write_pin
from xiaodian.modules.live.service.read_moments import RoomMoment, find_moment
from xiaodian.modules.live.service.side_by_side import side_by_side

AT_ONCE = 256

_decode = msgspec.json.Decoder(AccountErased).decode
_encode = msgspec.json.Encoder().encode


async def forget_people(ctx: Context, envelopes: Sequence[Envelope]) -> None:
    """Reaction to AccountErased; told again it does no harm. Raises UnavailableError."""
    await note_speakers(ctx, is_whole=True)
    for envelope in envelopes:
        await _forget(ctx, _decode(envelope.data).account_id)


async def _forget(ctx: Context, account_id: AccountId) -> None:
    """By parts. Where it was said goes last, so that what an interruption leaves undone is done the next time."""
    async with ctx.database.connection() as connection:
        await connection.execute("DELETE FROM live.mute WHERE account_id = $1", account_id)
    while seqs := await _list_next(ctx, account_id):
        found = await side_by_side([find_moment(ctx.broker, seq) for seq in seqs])
        named = [each for each in found if each is not None and account_of(each.moment) == account_id]
        room_ids = sorted({each.room_id for each in named})
        async with ctx.database.transaction() as connection:
            await _keep_counts(connection, named)
            await _tell_rooms(connection, account_id, named)
        await ctx.broker.poke(POKE)
        await side_by_side([ctx.broker.erase_stored(ctx.broker.rooms_stream, each.seq) for each in named])
        await ctx.broker.poke(FORGOTTEN, _encode(Forgotten(account_id=account_id, room_ids=room_ids)))
        async with ctx.database.transaction() as connection:
            for room_id in room_ids:
                await _forget_checkpoint(connection, account_id, room_id)
            await connection.execute(
                "DELETE FROM live.speaker WHERE account_id = $1 AND seq = ANY($2::bigint[])", account_id, seqs
            )


async def _list_next(ctx: Context, account_id: AccountId) -> list[int]:
    async with ctx.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT seq FROM live.speaker WHERE account_id = $1 ORDER BY seq LIMIT $2", account_id, AT_ONCE
        )
    return [row["seq"] for row in rows]


async def _keep_counts(connection: Connection, named: Sequence[RoomMoment]) -> None:
    """That somebody said something then stays, so that figures of a room are the same when they are made anew."""
    said = [each for each in named if isinstance(each.moment, CommentMoment)]
    await connection.execute(
        """
        INSERT INTO live.erased_comment (seq, room_id, stored_ms, at_ms)
        SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[]) ON CONFLICT DO NOTHING
        """,
        [each.seq for each in said],
        [each.room_id for each in said],
        [each.stored_ms for each in said],
        [each.moment.at_ms for each in said],
    )


async def _tell_rooms(connection: Connection, account_id: AccountId, named: Sequence[RoomMoment]) -> None:
    """Who watches a room that is not over drops what was said, as if its host had removed it."""
    rooms = await queries.get_rooms(connection, {each.room_id for each in named})
    now_ms = to_epoch_ms(utc_now())
    told: list[tuple[RoomId, AnyMoment]] = [
        (each.room_id, CommentRemovedMoment(at_ms=now_ms, comment_id=each.moment.comment_id))
        for each in named
        if isinstance(each.moment, CommentMoment) and each.room_id in rooms
    ]
    for room in rooms.values():
        if room.pinned_account_id == account_id:
            await write_pin(connection, room.room_id, None, None)
            told.append((room.room_id, CommentPinnedMoment(at_ms=now_ms, comment_id=None, name=None, text=None)))
    await outbox.put(
        connection,
        [outbox.moment_message(room_id, moment) for room_id, moment in told if rooms[room_id].state in OPEN_STATES],
    )


async def _forget_checkpoint(connection: Connection, account_id: AccountId, room_id: RoomId) -> None:
    """One that cannot be read is made anew when the room's log is read next."""
    await connection.execute("SELECT FROM live.checkpoint WHERE room_id = $1 FOR UPDATE", room_id)
    checkpoint = await checkpoints.find_checkpoint(connection, room_id)
    if checkpoint is None:
        await connection.execute("DELETE FROM live.checkpoint WHERE room_id = $1", room_id)
        return
    snapshot = forget_in_snapshot(checkpoint.snapshot, account_id)
    if snapshot != checkpoint.snapshot:
        await checkpoints.rewrite_checkpoint(connection, room_id, snapshot)
