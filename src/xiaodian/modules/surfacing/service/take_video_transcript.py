"""What is said in a short video comes in as WebVTT, whole: it replaces what was told before."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms
from xiaodian.modules.risk import api as risk
from xiaodian.modules.surfacing.service.films import mark_stale
from xiaodian.modules.surfacing.service.see_moments import get_own_info
from xiaodian.modules.surfacing.service.take_transcript import read_webvtt
from xiaodian.modules.surfacing.wire_rooms import TranscriptTaken

TRANSCRIPTS_PER_MINUTE = Limit(name="video_transcripts", burst=10, period_s=60.0)


async def take_video_webvtt(ctx: Context, account_id: AccountId, video_id: VideoId, body: bytes) -> TranscriptTaken:
    """The captions of one's own video. Raises NotFoundError, InvalidInputError, TooManyRequestsError."""
    async with ctx.database.connection() as connection:
        video = await get_own_info(connection, account_id, video_id)
    # 0 of the file is 0 of the film.
    lines = read_webvtt(body, from_epoch_ms(0))
    rows = [
        (video_id, number, to_epoch_ms(line.start_at), to_epoch_ms(line.end_at), line.text)
        for number, line in enumerate(sorted(lines, key=lambda line: (line.end_at, line.start_at)))
    ]
    if any(end_ms > video.duration_ms for _, _, _, end_ms, _ in rows):
        raise InvalidInputError(field="body", reason="out_of_range", limit=video.duration_ms)
    await risk.take(ctx.database, TRANSCRIPTS_PER_MINUTE, str(account_id))
    async with ctx.database.transaction() as connection:
        await mark_stale(connection, [video_id], is_unread=True)
        known = await connection.fetchval("SELECT count(*) FROM surfacing.video_caption WHERE video_id = $1", video_id)
        await connection.execute("DELETE FROM surfacing.video_caption WHERE video_id = $1", video_id)
        await connection.executemany(
            """
            INSERT INTO surfacing.video_caption (video_id, line_no, start_ms, end_ms, text)
            VALUES ($1, $2, $3, $4, $5)
            """,
            rows,
        )
    return TranscriptTaken(taken=len(rows), known=known)
