"""A publication's life in the database: claim, segments one by one, release.

The claim names the one publication that may add to a stream. It is kept alive by a lease, so that a dead ingest
process does not hold it for ever; whoever lost it learns so at the next segment.
"""

from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.media import (
    AlreadyPublishingError,
    PublishGate,
    PublishRefusedError,
    StreamEnded,
    StreamId,
    StreamStarted,
    StreamState,
)
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.media.rules import LEASE_S, SegmentTime, init_name, rounded_target_s, segment_name
from xiaodian.modules.media.service.interruption import interrupt_streams
from xiaodian.modules.media.service.stream_keys import owner_of_key


class ClaimLostError(Exception):
    """The stream ended, its key was rotated, or the lease ran out: this publication may add nothing more."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The right of one publication to add to a stream."""

    stream_id: StreamId
    owner_id: AccountId
    publication_id: UUID


class RunClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A run: segments of one encoder configuration, with one init part."""

    run_no: int
    next_seq: int


async def find_grant(ctx: Context, gate: PublishGate, stream_key: str) -> tuple[AccountId, StreamId]:
    """Who this key belongs to, and the stream it may publish to. Raises PublishRefusedError."""
    async with ctx.database.connection() as connection:
        owner_id = await owner_of_key(connection, stream_key)
    grant = await gate.stream_for(owner_id)
    return owner_id, grant.stream_id


async def claim_stream(ctx: Context, gate: PublishGate, stream_key: str, ingest_name: str) -> Claim:
    """Take the stream of this key. Raises PublishRefusedError, AlreadyPublishingError."""
    owner_id, stream_id = await find_grant(ctx, gate, stream_key)
    publication_id = new_id()
    async with ctx.database.transaction() as connection:
        # Locked, so that a rotation of the key either comes first and refuses us, or comes after and cuts us off.
        await owner_of_key(connection, stream_key, lock=True)
        row = await connection.fetchrow(
            """
            UPDATE media.stream SET
                publication_id = $2, ingest_name = $3, lease_until = now() + make_interval(secs => $4)
            WHERE stream_id = $1 AND state <> 'ended' AND (publication_id IS NULL OR lease_until < now())
            RETURNING stream_id
            """,
            stream_id,
            publication_id,
            ingest_name,
            LEASE_S,
        )
        if row is None:
            state = await connection.fetchval("SELECT state FROM media.stream WHERE stream_id = $1", stream_id)
            if state is None or state == StreamState.ENDED:
                raise PublishRefusedError
            raise AlreadyPublishingError
    return Claim(stream_id=stream_id, owner_id=owner_id, publication_id=publication_id)


async def begin_run(ctx: Context, claim: Claim) -> RunClaim:
    """Number a new run, and tell which segment comes next. Raises ClaimLostError."""
    async with ctx.database.connection() as connection:
        row = await connection.fetchrow(
            """
            UPDATE media.stream SET next_run = next_run + 1
            WHERE stream_id = $1 AND publication_id = $2 AND state <> 'ended'
            RETURNING old.next_run, next_seq
            """,
            claim.stream_id,
            claim.publication_id,
        )
    if row is None:
        raise ClaimLostError
    return RunClaim(run_no=row["next_run"], next_seq=row["next_seq"])


async def record_segment(
    ctx: Context,
    claim: Claim,
    run_no: int,
    seq: int,
    time: SegmentTime,
    *,
    size_bytes: int,
    opens_run: bool,
    opens_publication: bool,
) -> None:
    """Add a segment whose file is written. The first of a publication puts the stream on air. Raises ClaimLostError."""
    async with ctx.database.transaction() as connection:
        stream = await connection.fetchrow(
            """
            UPDATE media.stream SET
                next_seq = $3 + 1, duration_ms = duration_ms + $4, target_s = greatest(target_s, $5),
                state = 'on_air', grace_until = NULL, started_at = coalesce(started_at, $6),
                lease_until = now() + make_interval(secs => $7)
            WHERE stream_id = $1 AND publication_id = $2 AND state <> 'ended' AND next_seq = $3
            RETURNING old.started_at AS started_before
            """,
            claim.stream_id,
            claim.publication_id,
            seq,
            time.duration_ms,
            rounded_target_s(time.duration_ms),
            from_epoch_ms(time.start_ms),
            LEASE_S,
        )
        if stream is None:
            if await _is_recorded(connection, claim, run_no, seq):
                return
            raise ClaimLostError
        await connection.execute(
            """
            INSERT INTO media.segment
                (stream_id, seq, run_no, discontinuity, start_at, duration_ms, name, init_name, size_bytes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            claim.stream_id,
            seq,
            run_no,
            opens_run and seq > 0,
            from_epoch_ms(time.start_ms),
            time.duration_ms,
            segment_name(run_no, seq),
            init_name(run_no),
            size_bytes,
        )
        if opens_publication:
            is_return = stream["started_before"] is not None
            await outbox.emit(
                connection, StreamStarted(stream_id=claim.stream_id, at_ms=time.start_ms, is_return=is_return)
            )
    if opens_publication:
        await ctx.broker.poke("outbox")


async def release_claim(ctx: Context, claim: Claim) -> None:
    """The publication is over; the encoder may return within the grace time."""
    async with ctx.database.transaction() as connection:
        released = await interrupt_streams(
            connection, "publication_id = $2", claim.publication_id, ctx.settings.ingest_grace_s
        )
    if released:
        await ctx.broker.poke("outbox")


async def renew_leases(ctx: Context, claims: list[Claim]) -> None:
    """Keep the claims of this process alive; one that is lost is noticed at its next segment."""
    async with ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE media.stream SET lease_until = now() + make_interval(secs => $1) WHERE publication_id = ANY ($2)",
            LEASE_S,
            [claim.publication_id for claim in claims],
        )


async def end_stream(connection: Connection, stream_id: StreamId) -> bool:
    """End a stream for good, whatever its state; False if it had ended before or does not exist."""
    row = await connection.fetchrow(
        """
        UPDATE media.stream SET
            state = 'ended', ended_at = now(), grace_until = NULL,
            publication_id = NULL, ingest_name = NULL, lease_until = NULL
        WHERE stream_id = $1 AND state <> 'ended'
        RETURNING duration_ms
        """,
        stream_id,
    )
    if row is None:
        return False
    event = StreamEnded(stream_id=stream_id, at_ms=to_epoch_ms(utc_now()), duration_ms=row["duration_ms"])
    await outbox.emit(connection, event)
    return True


async def _is_recorded(connection: Connection, claim: Claim, run_no: int, seq: int) -> bool:
    """Whether an earlier try of ours was committed although its answer got lost."""
    return bool(
        await connection.fetchval(
            "SELECT true FROM media.segment WHERE stream_id = $1 AND seq = $2 AND run_no = $3",
            claim.stream_id,
            seq,
            run_no,
        )
    )
