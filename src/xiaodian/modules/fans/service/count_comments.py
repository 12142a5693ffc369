"""Bring what fans said in rooms up to date with the rooms' logs, and make it anew from their beginning when asked."""

from collections.abc import Sequence
from datetime import datetime

from xiaodian.contracts.live import CommentMoment
from xiaodian.edge.context import Context
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.fans.service.count_purchases import LOCK, day_of_books
from xiaodian.modules.fans.service.count_visits import BATCH, MAX_BATCHES, Said, add_said
from xiaodian.modules.fans.service.rebuild_behaviour import take_said_anew
from xiaodian.modules.live import api as live

KINDS = ("comment",)
_KEEP_ANEW = """
    INSERT INTO fans.said_anew AS known (account_id, room_id, comments, first_at, last_at)
    SELECT account_id, room_id, count(*), min(at), max(at)
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS told (account_id, room_id, at) GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (account_id, room_id) DO UPDATE SET comments = known.comments + excluded.comments,
        first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at)
"""


async def count_comments(ctx: Context, now: datetime) -> None:
    """Read on in the logs; how far they are read is kept in the transaction that adds what was read."""
    for _ in range(MAX_BATCHES):
        if await _count_batch(ctx, now) < BATCH:
            break
    for _ in range(MAX_BATCHES):
        if not await _read_anew(ctx, now):
            break


async def _count_batch(ctx: Context, now: datetime) -> int:
    async with ctx.database.connection() as connection:
        after_seq: int = await connection.fetchval("SELECT last_seq FROM fans.log_position")
    moments = await live.read_moments(ctx.broker, KINDS, after_seq=after_seq, limit=BATCH)
    if not moments:
        return 0
    async with ctx.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        moved = await connection.execute(
            "UPDATE fans.log_position SET last_seq = $2 WHERE last_seq = $1", after_seq, moments[-1].seq
        )
        if moved == "UPDATE 0":
            return 0  # Another process has moved it meanwhile.
        await add_said(connection, _said(moments), ctx.settings.books_utc_offset_h, now)
    return len(moments)


async def _read_anew(ctx: Context, now: datetime) -> bool:
    """The next part of the logs that are read once more; what they say takes its place when they are read as far as the
    others. Answers whether there is more.
    """
    async with ctx.database.connection() as connection:
        after_seq = await connection.fetchval("SELECT anew_seq FROM fans.log_position")
        last_seq: int = await connection.fetchval("SELECT last_seq FROM fans.log_position")
    if after_seq is None:
        return False
    found = await live.read_moments(ctx.broker, KINDS, after_seq=after_seq, limit=BATCH) if after_seq < last_seq else []
    moments = [each for each in found if each.seq <= last_seq]
    is_whole = len(moments) < BATCH
    async with ctx.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        moved = await connection.execute(
            "UPDATE fans.log_position SET anew_seq = $3 WHERE anew_seq = $1 AND last_seq = $2",
            after_seq,
            last_seq,
            last_seq if is_whole else moments[-1].seq,
        )
        if moved == "UPDATE 0":
            return True  # Something was said meanwhile, or another process was here.
        if said := _said(moments):
            await connection.execute(_KEEP_ANEW, *map(list, zip(*said, strict=True)))
        if is_whole:
            await take_said_anew(connection, day_of_books(now, ctx.settings.books_utc_offset_h))
    return not is_whole


def _said(moments: Sequence[live.RoomMoment]) -> list[Said]:
    return [
        Said(each.moment.account_id, each.room_id, from_epoch_ms(each.stored_ms))
        for each in moments
        if isinstance(each.moment, CommentMoment) and not each.moment.is_host
    ]
