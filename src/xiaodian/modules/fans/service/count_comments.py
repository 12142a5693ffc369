"""Bring what fans said in rooms up to date with the rooms' logs."""

from datetime import datetime

from xiaodian.contracts.live import CommentMoment
from xiaodian.edge.context import Context
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.fans.service.count_visits import Deed, count_deeds
from xiaodian.modules.live import api as live

BATCH = 2000
MAX_BATCHES = 50
"""What one run reads at most, so that it can be stopped."""
KINDS = ("comment",)


async def count_comments(ctx: Context, now: datetime) -> None:
    """Read on in the logs; how far they are read is kept in the transaction that adds what was read."""
    for _ in range(MAX_BATCHES):
        if await _count_batch(ctx, now) < BATCH:
            return


async def _count_batch(ctx: Context, now: datetime) -> int:
    async with ctx.database.connection() as connection:
        after_seq: int = await connection.fetchval("SELECT last_seq FROM fans.log_position")
    moments = await live.read_moments(ctx.broker, KINDS, after_seq=after_seq, limit=BATCH)
    if not moments:
        return 0
    deeds = [
        Deed(each.moment.account_id, each.room_id, None, from_epoch_ms(each.stored_ms), comments=1)
        for each in moments
        if isinstance(each.moment, CommentMoment) and not each.moment.is_host
    ]
    async with ctx.database.transaction() as connection:
        moved = await connection.execute(
            "UPDATE fans.log_position SET last_seq = $2 WHERE last_seq = $1", after_seq, moments[-1].seq
        )
        if moved == "UPDATE 0":
            return 0  # Another process has moved it meanwhile.
        await count_deeds(connection, deeds, ctx.settings.books_utc_offset_h, now)
    return len(moments)
