"""A publisher is gone: its claim is released; a stream that was on air gets time for it to return."""

from xiaodian.contracts.media import StreamId, StreamInterrupted, StreamState
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now


async def interrupt_streams(connection: Connection, condition: str, value: object, grace_s: float) -> list[StreamId]:
    """Release the claims on streams that fulfil `condition` (SQL about `$2`); those on air become interrupted.

    Answers all streams whose claim was released. A stream that waited, or whose publisher had come back but not yet
    shown a picture, stays as it was, with the deadline it had.
    """
    rows = await connection.fetch(
        f"""
        UPDATE media.stream SET
            publication_id = NULL, ingest_name = NULL, lease_until = NULL,
            state = CASE WHEN state = 'on_air' THEN 'interrupted' ELSE state END,
            grace_until = CASE WHEN state = 'on_air' THEN now() + make_interval(secs => $1) ELSE grace_until END
        WHERE {condition}
        RETURNING stream_id, old.state AS state_before
        """,
        float(grace_s),
        value,
    )
    at_ms = to_epoch_ms(utc_now())
    await outbox.emit(
        connection,
        *(
            StreamInterrupted(stream_id=row["stream_id"], at_ms=at_ms)
            for row in rows
            if row["state_before"] == StreamState.ON_AIR
        ),
    )
    return [row["stream_id"] for row in rows]
