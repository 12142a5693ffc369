"""A POST of an app that happens once for an Idempotency-Key, however often it is sent."""

import hashlib
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec

from xiaodian.contracts.orders import IdempotencyInFlightError, IdempotencyMismatchError
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection, OpenTransaction
from xiaodian.kit.clock import utc_now

HASH_BYTES = 16
RETRY_AFTER_S = 1

_CLAIM = "SELECT pg_try_advisory_xact_lock(hashtextextended($2, uuid_hash_extended($1, 60)))"
_FIND = "SELECT body_hash, status, body FROM integrations.kept_answer WHERE app_id = $1 AND key = $2"
_KEEP = """
    INSERT INTO integrations.kept_answer (app_id, key, body_hash, status, body, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered, byte for byte."""

    status: int
    body: bytes


async def answer_once(
    ctx: Context,
    app_id: UUID,
    key: str,
    request: bytes,
    run: Callable[[Context], Awaitable[KeptAnswer]],
) -> KeptAnswer:
    """The answer of `run`, given now or when the same request came within the last day.

    `run` gets a context whose database is the transaction in which the answer is kept, so that what it does and what
    was answered are there together or not at all. A refusal undoes all of it and is not kept: the key may be used
    again.
    Raises IdempotencyMismatchError, IdempotencyInFlightError, and what `run` raises.
    """
    request_hash = hashlib.blake2b(request, digest_size=HASH_BYTES).digest()
    async with ctx.database.transaction() as connection:
        if not await connection.fetchval(_CLAIM, app_id, key):
            raise IdempotencyInFlightError(retry_after_s=RETRY_AFTER_S)
        kept = await _find(connection, app_id, key, request_hash)
        if kept is not None:
            return kept
        answer = await run(msgspec.structs.replace(ctx, database=OpenTransaction(connection)))
        await connection.execute(_KEEP, app_id, key, request_hash, answer.status, answer.body, utc_now())
    await ctx.broker.poke("outbox")
    return answer


async def forget_answers(ctx: Context) -> None:
    """Delete answers older than a day."""
    async with ctx.database.connection() as connection:
        await connection.execute("DELETE FROM integrations.kept_answer WHERE created_at < now() - interval '24 hours'")


async def _find(connection: Connection, app_id: UUID, key: str, request_hash: bytes) -> KeptAnswer | None:
    row = await connection.fetchrow(_FIND, app_id, key)
    if row is None:
        return None
    if row["body_hash"] != request_hash:
        raise IdempotencyMismatchError(field="Idempotency-Key")
    return KeptAnswer(status=row["status"], body=row["body"])
