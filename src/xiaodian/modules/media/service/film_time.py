"""From the clock to a stream's film, whose time is the sum of its segments: while the encoder was away, none passed."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from xiaodian.contracts.media import StreamId
from xiaodian.infra.database import Connection

_MS = timedelta(milliseconds=1)


async def to_film_ms(connection: Connection, stream_id: StreamId, moments: Sequence[datetime]) -> dict[datetime, int]:
    """Where in the film these moments are, in ms from its start; one within a gap is where the film goes on."""
    rows = await connection.fetch(
        """
        WITH film AS (
            SELECT start_at, duration_ms, sum(duration_ms) OVER (ORDER BY seq) - duration_ms AS start_ms
            FROM media.segment WHERE stream_id = $1
        )
        SELECT moment, (
            SELECT film.start_ms + least(
                film.duration_ms, (extract(epoch FROM moment - film.start_at) * 1000)::bigint
            )
            FROM film WHERE film.start_at <= moment ORDER BY film.start_at DESC LIMIT 1
        )::bigint AS film_ms
        FROM unnest($2::timestamptz[]) AS told (moment)
        """,
        stream_id,
        list(moments),
    )
    return {row["moment"]: row["film_ms"] or 0 for row in rows}


class FilmPiece(NamedTuple):
    """A segment of a stream's film: its first picture by the clock, and in ms of the film."""

    start_at: datetime
    start_ms: int
    duration_ms: int


async def list_pieces(connection: Connection, stream_id: StreamId, from_ms: int, to_ms: int) -> list[FilmPiece]:
    """What a stretch of the film is made of, in order."""
    rows = await connection.fetch(
        """
        SELECT start_at, start_ms, duration_ms FROM (
            SELECT seq, start_at, duration_ms, sum(duration_ms) OVER (ORDER BY seq) - duration_ms AS start_ms
            FROM media.segment WHERE stream_id = $1
        ) AS film
        WHERE start_ms < $3 AND start_ms + duration_ms > $2 ORDER BY seq
        """,
        stream_id,
        from_ms,
        to_ms,
    )
    return [FilmPiece(row["start_at"], int(row["start_ms"]), row["duration_ms"]) for row in rows]


def place_in_film(pieces: Sequence[FilmPiece], moment: datetime) -> int:
    """Where in the film this moment is; one within a gap is where the film goes on, one outside of the pieces as if
    there were no gap on the way.
    """
    at = max(0, bisect_right(pieces, moment, key=lambda piece: piece.start_at) - 1)
    since_ms = (moment - pieces[at].start_at) // _MS
    is_last = at == len(pieces) - 1
    return pieces[at].start_ms + (since_ms if is_last else min(since_ms, pieces[at].duration_ms))
