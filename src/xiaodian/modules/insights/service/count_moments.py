"""Bring the minutes of rooms up to date with the rooms' logs."""

from collections.abc import Sequence

from xiaodian.contracts.live import RoomId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms
from xiaodian.modules.insights.log_rules import KINDS, Audience, LogTally
from xiaodian.modules.live import api as live
from xiaodian.modules.live.api import RoomMoment

BATCH = 2000
MAX_BATCHES = 50
"""What one run reads at most, so that it can be stopped."""

_SAVE_MINUTES = """
    INSERT INTO insights.room_minute AS kept
        (room_id, minute, online_max, online_ms, covered_ms, comments, likes)
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::integer[], $4::bigint[], $5::integer[], $6::bigint[],
        $7::bigint[])
    ON CONFLICT (room_id, minute) DO UPDATE SET online_max = greatest(kept.online_max, excluded.online_max),
        online_ms = kept.online_ms + excluded.online_ms, covered_ms = kept.covered_ms + excluded.covered_ms,
        comments = kept.comments + excluded.comments, likes = kept.likes + excluded.likes
"""
_SAVE_AUDIENCES = """
    INSERT INTO insights.room_audience (room_id, is_on_air, online, since)
    SELECT * FROM unnest($1::uuid[], $2::boolean[], $3::integer[], $4::timestamptz[])
    ON CONFLICT (room_id) DO UPDATE
        SET is_on_air = excluded.is_on_air, online = excluded.online, since = excluded.since
"""


async def count_moments(ctx: Context) -> int:
    """Read on in the logs from where the summaries have come to; answers how many moments were new.

    The point they have come to is kept in the transaction that adds what was read: nothing counts twice, nothing is
    left out, and from point nought all is counted anew.
    """
    counted = 0
    for _ in range(MAX_BATCHES):
        new = await _count_batch(ctx)
        counted += new
        if new < BATCH:
            break
    return counted


async def _count_batch(ctx: Context) -> int:
    async with ctx.database.connection() as connection:
        after_seq: int = await connection.fetchval("SELECT last_seq FROM insights.log_position")
    moments = await live.read_moments(ctx.broker, KINDS, after_seq=after_seq, limit=BATCH)
    if not moments:
        return 0
    async with ctx.database.transaction() as connection:
        moved = await connection.execute(
            "UPDATE insights.log_position SET last_seq = $2 WHERE last_seq = $1", after_seq, moments[-1].seq
        )
        if moved == "UPDATE 0":
            return 0  # A rebuild, or another process, has moved it meanwhile.
        erased = await live.list_erased_comments(connection, after_seq, moments[-1].seq)
        known = {moment.seq for moment in moments}
        said = [*moments, *(moment for moment in erased if moment.seq not in known)]
        await _save(connection, sorted(said, key=lambda moment: moment.seq))
    return len(moments)


async def _save(connection: Connection, moments: Sequence[RoomMoment]) -> None:
    room_ids: list[RoomId] = list({moment.room_id for moment in moments})
    rows = await connection.fetch(
        "SELECT room_id, is_on_air, online, since FROM insights.room_audience WHERE room_id = ANY($1::uuid[])",
        room_ids,
    )
    known = {row["room_id"]: Audience(row["is_on_air"], row["online"], to_epoch_ms(row["since"])) for row in rows}
    tally = LogTally(known)
    for moment in moments:
        tally.take(moment.room_id, moment.stored_ms, moment.moment)
    minutes = [(room_id, from_epoch_ms(at_ms), *minute) for (room_id, at_ms), minute in tally.minutes.items()]
    if minutes:
        await connection.execute(_SAVE_MINUTES, *map(list, zip(*minutes, strict=True)))
    audiences = [
        (room_id, seen.is_on_air, seen.online, from_epoch_ms(seen.since_ms))
        for room_id, seen in tally.audiences.items()
    ]
    if audiences:
        await connection.execute(_SAVE_AUDIENCES, *map(list, zip(*audiences, strict=True)))
