"""Films of goods: taken as a stream, made playable everywhere by the worker, stored by the hash of what they became."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.media import NotAVideoError, TooManyVideosError
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.logging import get_logger
from xiaodian.kit.ids import new_id
from xiaodian.modules.media.service.pictures import clean_picture
from xiaodian.modules.media.service.run_ffmpeg import FfmpegFailedError, convert, probe
from xiaodian.modules.media.video_rules import (
    MAX_ATTEMPTS,
    VideoFacts,
    VideoFault,
    convert_arguments,
    find_fault,
    read_probe,
    upload_path,
    video_file_path,
)
from xiaodian.modules.media.wire_videos import Video, VideoState

PROBE_TIMEOUT_S = 20.0
CONVERT_TIMEOUT_S = 300.0
MOST_WAITING = 10
"""Films of one account that wait at once."""

_NEXT = """
    UPDATE media.video SET attempts = attempts + 1 WHERE video_id = (
        SELECT video_id FROM media.video WHERE state = 'waiting' ORDER BY created_at FOR UPDATE SKIP LOCKED LIMIT 1
    )
    RETURNING video_id, attempts
"""
_READY = """
    UPDATE media.video SET state = 'ready', name = $2, width = $3, height = $4, duration_ms = $5, size_bytes = $6
    WHERE video_id = $1 AND state = 'waiting'
"""
_REFUSE = "UPDATE media.video SET state = 'refused', refused_reason = $2 WHERE video_id = $1 AND state = 'waiting'"

log = get_logger(__name__)


class _Made(NamedTuple):
    content: Path
    poster: bytes
    facts: VideoFacts


async def take_video(ctx: Context, owner_id: AccountId, chunks: AsyncIterator[bytes]) -> Video:
    """Keep an upload until the worker has looked at it; no more than a chunk of it is ever in memory.

    Raises NotAVideoError if it is empty or larger than allowed, TooManyVideosError.
    """
    async with ctx.database.connection() as connection:
        waiting = await connection.fetchval(
            "SELECT count(*) FROM media.video WHERE owner_id = $1 AND state = 'waiting'", owner_id
        )
    if waiting >= MOST_WAITING:
        raise TooManyVideosError(most=MOST_WAITING)
    video_id = new_id()
    with tempfile.TemporaryDirectory(prefix="xd") as folder:
        local = Path(folder) / "upload"
        await _receive(local, chunks, ctx.settings.video_max_bytes)
        await ctx.storage.put_file(upload_path(video_id), local)
    async with ctx.database.connection() as connection:
        await connection.execute("INSERT INTO media.video (video_id, owner_id) VALUES ($1, $2)", video_id, owner_id)
        return await get_video(connection, owner_id, video_id)


async def get_video(connection: Connection, owner_id: AccountId, video_id: UUID) -> Video:
    """How far one's own film is. Raises NotFoundError."""
    row = await connection.fetchrow(
        """
        SELECT video_id, state, name, refused_reason, width, height, duration_ms FROM media.video
        WHERE video_id = $1 AND owner_id = $2
        """,
        video_id,
        owner_id,
    )
    if row is None:
        raise NotFoundError
    return Video(
        video_id=row["video_id"],
        state=VideoState(row["state"]),
        url=f"/media/videos/{row['name']}" if row["name"] else None,
        refused_reason=row["refused_reason"],
        width=row["width"],
        height=row["height"],
        duration_ms=row["duration_ms"],
    )


async def convert_next(ctx: Context) -> bool:
    """Make the film that has waited longest playable, or refuse it; answers whether there was one.

    A film at which a worker died is tried again, but not for ever.
    """
    async with ctx.database.transaction() as connection:
        row = await connection.fetchrow(_NEXT)
    if row is None:
        return False
    video_id: UUID = row["video_id"]
    fault: VideoFault | None = VideoFault.UNREADABLE
    if row["attempts"] <= MAX_ATTEMPTS:
        with tempfile.TemporaryDirectory(prefix="xd") as folder:
            fault = await _convert(ctx, video_id, Path(folder))
    if fault is not None:
        async with ctx.database.connection() as connection:
            await connection.execute(_REFUSE, video_id, fault)
    await ctx.storage.delete(upload_path(video_id))
    return True


async def _receive(local: Path, chunks: AsyncIterator[bytes], most: int) -> None:
    size = 0
    with local.open("wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise NotAVideoError(reason="too_large", max_bytes=most)
            await asyncio.to_thread(file.write, chunk)
    if size == 0:
        raise NotAVideoError(reason="empty", max_bytes=most)


async def _convert(ctx: Context, video_id: UUID, folder: Path) -> VideoFault | None:
    source = folder / "source.mp4"
    await ctx.storage.get_file(upload_path(video_id), source)
    try:
        facts = read_probe(await probe(source, PROBE_TIMEOUT_S))
        fault = find_fault(facts)
        if fault is not None or facts is None:
            return fault
        made = await _make(source, facts, folder)
    except FfmpegFailedError as error:
        log.info("video_refused", video_id=str(video_id), said=str(error))
        return VideoFault.UNREADABLE
    stem = await asyncio.to_thread(_hash_of, made.content)
    await ctx.storage.put_file(video_file_path(f"{stem}.mp4"), made.content)
    await ctx.storage.put(video_file_path(f"{stem}.webp"), made.poster)
    async with ctx.database.connection() as connection:
        await connection.execute(
            _READY,
            video_id,
            f"{stem}.mp4",
            made.facts.width,
            made.facts.height,
            round(made.facts.duration_s * 1000),
            made.content.stat().st_size,
        )
    return None


async def _make(source: Path, facts: VideoFacts, folder: Path) -> _Made:
    content, still = folder / "film.mp4", folder / "still.jpg"
    await convert(source, convert_arguments(facts), content, CONVERT_TIMEOUT_S)
    # What came out is what is told of: the picture may have been turned and made smaller.
    after = read_probe(await probe(content, PROBE_TIMEOUT_S))
    if after is None:
        raise FfmpegFailedError("what it made is no film")
    at_s = min(1.0, after.duration_s / 2)
    await convert(content, ["-ss", f"{at_s:.2f}", "-frames:v", "1", "-f", "mjpeg"], still, PROBE_TIMEOUT_S)
    poster = await asyncio.to_thread(lambda: clean_picture(still.read_bytes()))
    if poster is None:
        raise FfmpegFailedError("no still picture")
    return _Made(content, poster.content, after)


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
