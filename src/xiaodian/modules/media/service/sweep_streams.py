"""Streams that nobody looks after any more: their ingest process died, or their encoder did not return in time."""

from xiaodian.contracts.media import StreamId
from xiaodian.edge.context import Context
from xiaodian.modules.media.service.interruption import interrupt_streams
from xiaodian.modules.media.service.publish import end_stream

SWEEP_LIMIT = 500


async def sweep_streams(ctx: Context) -> None:
    """Interrupt what has no living ingest process, end what was interrupted for too long."""
    async with ctx.database.transaction() as connection:
        changed = len(
            await interrupt_streams(
                connection,
                "publication_id IS NOT NULL AND lease_until < now() AND $2::boolean",
                True,
                ctx.settings.ingest_grace_s,
            )
        )
        overdue = await connection.fetch(
            """
            SELECT stream_id FROM media.stream
            WHERE state = 'interrupted' AND grace_until < now() AND publication_id IS NULL
            ORDER BY stream_id LIMIT $1 FOR UPDATE SKIP LOCKED
            """,
            SWEEP_LIMIT,
        )
        for row in overdue:
            changed += await end_stream(connection, StreamId(row["stream_id"]))
    if changed:
        await ctx.broker.poke("outbox")


async def recover_streams(ctx: Context, ingest_name: str) -> None:
    """At the start of an ingest process: what it published before it died is interrupted, so encoders may return."""
    async with ctx.database.transaction() as connection:
        released = await interrupt_streams(connection, "ingest_name = $2", ingest_name, ctx.settings.ingest_grace_s)
    if released:
        await ctx.broker.poke("outbox")
