"""Media's door for the modules above: streams, cues in their playlists, and the ingest process."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.media import DateRange, PublishGate, StreamId, StreamSegment
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms
from xiaodian.kit.ids import new_id
from xiaodian.modules.media.ingest.server import IngestPorts, serve_ingest
from xiaodian.modules.media.rules import PICTURES, stream_file_path
from xiaodian.modules.media.service import publish
from xiaodian.modules.media.service.covers import store_cover, use_cover
from xiaodian.modules.media.service.film_time import list_pieces, place_in_film, to_film_ms
from xiaodian.modules.media.service.notify import tell_ingest_to_stop
from xiaodian.modules.media.service.pictures import StoredPicture, read_picture, store_picture
from xiaodian.modules.media.service.serve_playlist import PlaylistCache
from xiaodian.modules.media.service.serve_vod import VodShelf
from xiaodian.modules.media.service.take_still import take_still
from xiaodian.modules.media.service.uploads import take_film
from xiaodian.modules.media.service.videos import get_video, take_video
from xiaodian.modules.media.service.vods import delete_vod, find_stretch, get_vod, get_vods, request_clip, withhold_vod
from xiaodian.modules.media.service.vods import playback_path as vod_playback_path
from xiaodian.modules.media.wire import Picture, PictureUpload
from xiaodian.modules.media.wire_videos import Video, VideoState

__all__ = [
    "Picture",
    "PictureUpload",
    "StoredPicture",
    "Video",
    "VideoState",
    "VodShelf",
    "add_date_range",
    "close_date_range",
    "create_stream",
    "delete_vod",
    "end_stream",
    "find_stretch",
    "get_video",
    "get_vod",
    "get_vods",
    "interrupted_until",
    "list_pieces",
    "list_segments",
    "make_playlists",
    "newest_segment",
    "place_in_film",
    "playback_path",
    "read_picture",
    "read_stream_file",
    "request_clip",
    "run_ingest",
    "store_cover",
    "store_picture",
    "stream_duration_ms",
    "take_film",
    "take_still",
    "take_video",
    "to_film_ms",
    "use_cover",
    "vod_playback_path",
    "withhold_vod",
]


async def create_stream(connection: Connection, owner_id: AccountId) -> StreamId:
    """A stream that waits for its publisher, in the caller's transaction."""
    stream_id = StreamId(new_id())
    await connection.execute("INSERT INTO media.stream (stream_id, owner_id) VALUES ($1, $2)", stream_id, owner_id)
    return stream_id


async def end_stream(ctx: Context, stream_id: StreamId) -> None:
    """End a stream for good and cut its publisher off. Ending an ended stream does nothing. Own transaction."""
    async with ctx.database.transaction() as connection:
        has_ended = await publish.end_stream(connection, stream_id)
    if has_ended:
        await tell_ingest_to_stop(ctx.broker, stream_id)
        await ctx.broker.poke("outbox")


async def stream_duration_ms(connection: Connection, stream_id: StreamId) -> int:
    """How long the film is so far. Raises NotFoundError."""
    duration_ms: int | None = await connection.fetchval(
        "SELECT duration_ms FROM media.stream WHERE stream_id = $1", stream_id
    )
    if duration_ms is None:
        raise NotFoundError
    return duration_ms


async def interrupted_until(connection: Connection, stream_id: StreamId) -> datetime | None:
    """Until when an interrupted stream waits for its publisher; None: it is not interrupted."""
    until: datetime | None = await connection.fetchval(
        "SELECT grace_until FROM media.stream WHERE stream_id = $1 AND state = 'interrupted'", stream_id
    )
    return until


def picture_address(name: str) -> str:
    """The path of a stored picture on our HTTP server; what products and covers name."""
    return PICTURES + name


def playback_path(stream_id: UUID) -> str:
    """The playlist's path on our HTTP server, while live and afterwards."""
    return f"/media/streams/{stream_id}/index.m3u8"


async def add_date_range(connection: Connection, stream_id: StreamId, date_range: DateRange) -> None:
    """Write a cue into the stream's playlist. The same `range_id` again replaces it."""
    await connection.execute(
        """
        INSERT INTO media.date_range (stream_id, range_id, range_class, start_at, end_at, attributes)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (stream_id, range_id) DO UPDATE SET range_class = excluded.range_class,
            start_at = excluded.start_at, end_at = excluded.end_at, attributes = excluded.attributes
        """,
        stream_id,
        date_range.range_id,
        date_range.range_class,
        from_epoch_ms(date_range.start_ms),
        None if date_range.end_ms is None else from_epoch_ms(date_range.end_ms),
        date_range.attributes,
    )
    await _playlist_changed(connection, stream_id)


async def close_date_range(connection: Connection, stream_id: StreamId, range_id: str, end_ms: int) -> None:
    """Say when a cue ended; not before it started. A cue that does not exist is ignored."""
    await connection.execute(
        "UPDATE media.date_range SET end_at = greatest(start_at, $3) WHERE stream_id = $1 AND range_id = $2",
        stream_id,
        range_id,
        from_epoch_ms(end_ms),
    )
    await _playlist_changed(connection, stream_id)


def make_playlists(ctx: Context) -> PlaylistCache:
    """The playlists of a process that serves them."""
    return PlaylistCache(ctx.database)


async def run_ingest(
    ctx: Context, gate: PublishGate, stop: asyncio.Event, bound: Callable[[IngestPorts], None] | None = None
) -> None:
    """Take RTMP and browser publishers until `stop` is set. `bound` is told the ports once they listen."""
    await serve_ingest(ctx, gate, stop, bound)


async def list_segments(
    connection: Connection, stream_id: StreamId, *, after_seq: int, limit: int
) -> list[StreamSegment]:
    """The film as it comes in, in order: what was added after a segment."""
    rows = await connection.fetch(
        """
        SELECT seq, start_at, name, init_name, discontinuity FROM media.segment
        WHERE stream_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
        """,
        stream_id,
        after_seq,
        limit,
    )
    return [
        StreamSegment(
            seq=row["seq"],
            start_ms=to_epoch_ms(row["start_at"]),
            name=row["name"],
            init_name=row["init_name"],
            discontinuity=row["discontinuity"],
        )
        for row in rows
    ]


async def newest_segment(connection: Connection, stream_id: StreamId) -> int:
    """The number of the segment that came last; -1 before the first."""
    return int(
        await connection.fetchval("SELECT coalesce(max(seq), -1) FROM media.segment WHERE stream_id = $1", stream_id)
    )


async def read_stream_file(ctx: Context, stream_id: StreamId, name: str) -> bytes:
    """A segment or an init segment. Raises NotFoundError."""
    return await ctx.storage.get(stream_file_path(stream_id, name))


async def _playlist_changed(connection: Connection, stream_id: StreamId) -> None:
    await connection.execute(
        "UPDATE media.stream SET ranges_version = ranges_version + 1 WHERE stream_id = $1", stream_id
    )
