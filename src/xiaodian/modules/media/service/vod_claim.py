"""Who makes which film: claimed with a lease that the living renew, and the dead lose."""

from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.media import StreamId, VodId, VodReady, VodRefused
from xiaodian.infra.database import Connection, Database
from xiaodian.infra.outbox import emit
from xiaodian.kit.ids import new_id
from xiaodian.modules.media.service.condemned import condemn
from xiaodian.modules.media.vod_rules import MAX_ATTEMPTS, Rendition, Sprite, VodFault, run_folder, upload_folder

LEASE_S = 20.0

# Who had films made lately comes after those who had not, so that nobody's pile holds up all the others.
_CLAIM = """
    UPDATE media.vod SET state = 'working', attempts = attempts + 1, lease = $1, progress = 0,
        lease_until = now() + make_interval(secs => $2)
    WHERE vod_id = (
        SELECT vod_id FROM media.vod AS next
        WHERE state IN ('waiting', 'working') AND (lease_until IS NULL OR lease_until <= now())
        ORDER BY (SELECT count(*) FROM media.vod AS made WHERE made.owner_id = next.owner_id
            AND made.created_at > now() - interval '1 day' AND made.ended_at > now() - interval '1 hour'), created_at
        LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING vod_id, owner_id, attempts, stream_id, from_ms, to_ms, lease
"""
_RENEW = """
    UPDATE media.vod SET progress = $3, lease_until = now() + make_interval(secs => $4)
    WHERE vod_id = $1 AND lease = $2 AND state = 'working' RETURNING true
"""
_READY = """
    UPDATE media.vod SET state = 'ready', progress = 100, run = $2, ladder = $3, width = $4, height = $5,
        duration_ms = $6, sprite_columns = $7, sprite_every_ms = $8, size_bytes = $9, lease = NULL, lease_until = NULL,
        ended_at = now()
    WHERE vod_id = $1 AND lease = $2 AND state = 'working' RETURNING true
"""
_REFUSED = """
    UPDATE media.vod SET state = 'refused', refused_reason = $3, lease = NULL, lease_until = NULL, ended_at = now()
    WHERE vod_id = $1 AND lease = $2 AND state = 'working' RETURNING true
"""
_LET_GO = """
    UPDATE media.vod SET state = 'waiting', attempts = greatest(attempts - $3, 0), lease = NULL,
        lease_until = now() + make_interval(secs => $4)
    WHERE vod_id = $1 AND lease = $2 AND state = 'working'
"""


class LostError(Exception):
    """The film was deleted, or another worker has it: whoever is at it lets go."""


class Claim(NamedTuple):
    """A film to be made by us. The lease names the folder of its files too."""

    vod_id: VodId
    owner_id: AccountId
    attempts: int
    stream_id: StreamId | None
    from_ms: int | None
    to_ms: int | None
    lease: UUID

    @property
    def is_given_up(self) -> bool:
        """Workers died at it often enough."""
        return self.attempts > MAX_ATTEMPTS

    @property
    def folder(self) -> str:
        """Where its files go in the storage."""
        return run_folder(self.vod_id, self.lease)


class Made(NamedTuple):
    """What is told of a film that is ready."""

    ladder: list[Rendition]
    duration_ms: int
    sprite: Sprite
    size_bytes: int


async def claim_vod(database: Database) -> Claim | None:
    """The film that is next, or whose worker is gone; None if there is nothing to do."""
    async with database.transaction() as connection:
        row = await connection.fetchrow(_CLAIM, new_id(), LEASE_S)
    return Claim(*row) if row is not None else None


async def renew(database: Database, claim: Claim, progress: int) -> None:
    """Say that we live, and how far we are. Raises LostError."""
    async with database.connection() as connection:
        if not await connection.fetchval(_RENEW, claim.vod_id, claim.lease, progress, LEASE_S):
            raise LostError


async def let_go(database: Database, claim: Claim, *, counts: bool, after_s: float) -> None:
    """Let it be tried again, by any worker. `counts`: it was the film's own fault, perhaps."""
    async with database.transaction() as connection:
        await connection.execute(_LET_GO, claim.vod_id, claim.lease, 0 if counts else 1, after_s)
        await condemn(connection, claim.folder)


async def end_ready(database: Database, claim: Claim, made: Made) -> None:
    """It can be played. Raises LostError."""
    top = made.ladder[0]
    async with database.transaction() as connection:
        is_ours = await connection.fetchval(
            _READY,
            claim.vod_id,
            claim.lease,
            msgspec.to_builtins(made.ladder),
            top.width,
            top.height,
            made.duration_ms,
            made.sprite.columns,
            made.sprite.every_ms,
            made.size_bytes,
        )
        if not is_ours:
            raise LostError
        await _forget_source(connection, claim)
        event = VodReady(vod_id=claim.vod_id, owner_id=claim.owner_id, duration_ms=made.duration_ms)
        await emit(connection, event)


async def end_refused(database: Database, claim: Claim, fault: VodFault) -> None:
    """It cannot be taken. Raises LostError."""
    async with database.transaction() as connection:
        if not await connection.fetchval(_REFUSED, claim.vod_id, claim.lease, fault):
            raise LostError
        await _forget_source(connection, claim)
        await condemn(connection, claim.folder)
        await emit(connection, VodRefused(vod_id=claim.vod_id, owner_id=claim.owner_id, reason=fault))


async def _forget_source(connection: Connection, claim: Claim) -> None:
    """The upload itself stays a while: whoever did not hear that all has arrived asks once more."""
    if claim.stream_id is None:
        await connection.execute("DELETE FROM media.upload_part WHERE upload_id = $1", claim.vod_id)
        await condemn(connection, upload_folder(claim.vod_id))


async def count_waiting(database: Database) -> int:
    """How many films wait for a worker."""
    async with database.connection() as connection:
        waiting: int = await connection.fetchval("SELECT count(*) FROM media.vod WHERE state = 'waiting'")
    return waiting
