"""What is said in a short video comes in as a file, whole: it replaces what was told before."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.risk import api as risk
from xiaodian.modules.surfacing.caption_files import read_captions
from xiaodian.modules.surfacing.service.films import mark_stale
from xiaodian.modules.surfacing.service.own_video import get_own_info
from xiaodian.modules.surfacing.wire_rooms import TranscriptTaken

TRANSCRIPTS_PER_MINUTE = Limit(name="video_transcripts", burst=10, period_s=60.0)


async def take_video_captions(ctx: Context, account_id: AccountId, video_id: VideoId, body: bytes) -> TranscriptTaken:
    """The captions of one's own video, as WebVTT or SubRip; where it speaks of its goods is learnt from them anew.

    Raises NotFoundError, InvalidInputError, TooManyRequestsError.
    """
    async with ctx.database.connection() as connection:
        video = await get_own_info(connection, account_id, video_id)
    captions = read_captions(body, video.duration_ms)
    await risk.take(ctx.database, TRANSCRIPTS_PER_MINUTE, str(account_id))
    async with ctx.database.transaction() as connection:
        known = await _forget(connection, video_id, is_wordless=False)
        await connection.executemany(
            """
            INSERT INTO surfacing.video_caption (video_id, line_no, start_ms, end_ms, text)
            VALUES ($1, $2, $3, $4, $5)
            """,
            [(video_id, number, *caption) for number, caption in enumerate(captions)],
        )
    return TranscriptTaken(taken=len(captions), known=known)


async def drop_video_captions(ctx: Context, account_id: AccountId, video_id: VideoId, *, to_room: bool = False) -> None:
    """One's own video is without captions, and what was learnt from them is forgotten; again is fine.

    `to_room`: a clip has those of its room again.

    Raises NotFoundError, TooManyRequestsError.
    """
    async with ctx.database.connection() as connection:
        await get_own_info(connection, account_id, video_id)
    await risk.take(ctx.database, TRANSCRIPTS_PER_MINUTE, str(account_id))
    async with ctx.database.transaction() as connection:
        await _forget(connection, video_id, is_wordless=not to_room)


async def _forget(connection: Connection, video_id: VideoId, *, is_wordless: bool) -> int:
    """No line is left, and the film is to be read anew; answers how many there were."""
    await mark_stale(connection, [video_id], is_unread=True)
    await connection.execute("UPDATE surfacing.film SET is_wordless = $2 WHERE video_id = $1", video_id, is_wordless)
    status: str = await connection.execute("DELETE FROM surfacing.video_caption WHERE video_id = $1", video_id)
    return int(status.removeprefix("DELETE "))
