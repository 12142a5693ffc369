"""From the clock to a stream's film, whose time is the sum of its segments: while the encoder was away, none passed."""

from collections.abc import Sequence
from datetime import datetime

from xiaodian.contracts.media import StreamId
from xiaodian.infra.database import Connection


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
