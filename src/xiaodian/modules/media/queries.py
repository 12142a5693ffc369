"""Reads of streams."""

from typing import NamedTuple

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.media import DateRange, StreamId, StreamState
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.media.playlist import LIVE_SEGMENTS, Playlist, PlaylistSegment, ranges_within

MAX_RANGES = 2000


class StreamVersion(NamedTuple):
    """Changes whenever the playlist does."""

    next_seq: int
    ranges_version: int
    is_ended: bool


async def get_stream_version(connection: Connection, stream_id: StreamId) -> StreamVersion:
    """The version of a stream's playlist. Raises NotFoundError while there is nothing to play."""
    row = await connection.fetchrow(
        "SELECT next_seq, ranges_version, state FROM media.stream WHERE stream_id = $1 AND next_seq > 0", stream_id
    )
    if row is None:
        raise NotFoundError
    return StreamVersion(row["next_seq"], row["ranges_version"], row["state"] == StreamState.ENDED)


async def get_playlist(connection: Connection, stream_id: StreamId, version: StreamVersion) -> Playlist:
    """The playlist up to this version: the last segments while live, all of them once it is over."""
    first_seq = 0 if version.is_ended else max(version.next_seq - LIVE_SEGMENTS, 0)
    rows = await connection.fetch(
        """
        SELECT seq, start_at, duration_ms, name, init_name, discontinuity FROM media.segment
        WHERE stream_id = $1 AND seq >= $2 AND seq < $3 ORDER BY seq
        """,
        stream_id,
        first_seq,
        version.next_seq,
    )
    segments = [
        PlaylistSegment(
            seq=row["seq"],
            start_ms=to_epoch_ms(row["start_at"]),
            duration_ms=row["duration_ms"],
            name=row["name"],
            init_name=row["init_name"],
            discontinuity=row["discontinuity"],
        )
        for row in rows
    ]
    if not segments:
        raise NotFoundError
    counts = await connection.fetchrow(
        """
        SELECT (SELECT target_s FROM media.stream WHERE stream_id = $1) AS target_s,
            (SELECT count(*) FROM media.segment WHERE stream_id = $1 AND seq < $2 AND discontinuity) AS before
        """,
        stream_id,
        first_seq,
    )
    assert counts is not None
    last = segments[-1]
    return Playlist(
        segments=segments,
        target_s=counts["target_s"],
        is_ended=version.is_ended,
        discontinuities_before=counts["before"],
        ranges=ranges_within(
            await _list_ranges(connection, stream_id),
            segments[0].start_ms,
            last.start_ms + last.duration_ms if version.is_ended else None,
        ),
    )


async def _list_ranges(connection: Connection, stream_id: StreamId) -> list[DateRange]:
    """The ranges in the order of their start; of absurdly many only the latest."""
    rows = await connection.fetch(
        """
        SELECT range_id, range_class, start_at, end_at, attributes FROM media.date_range
        WHERE stream_id = $1 ORDER BY start_at DESC, range_id LIMIT $2
        """,
        stream_id,
        MAX_RANGES,
    )
    return [
        DateRange(
            range_id=row["range_id"],
            range_class=row["range_class"],
            start_ms=to_epoch_ms(row["start_at"]),
            end_ms=to_epoch_ms(row["end_at"]) if row["end_at"] else None,
            attributes=row["attributes"],
        )
        for row in reversed(rows)
    ]
