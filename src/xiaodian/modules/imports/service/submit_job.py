"""Ask for long work, and think better of it."""

from typing import Any

import asyncpg

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError
from xiaodian.contracts.imports import FileId, Job, JobEndedError, JobId, JobState, TooManyJobsError
from xiaodian.contracts.orders import IdempotencyMismatchError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.bulk import JobKind
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.imports import queries
from xiaodian.modules.imports.kinds import JobKinds, read_options, to_stored_caller
from xiaodian.modules.imports.rules import MAX_OPEN_OF_SHOP
from xiaodian.modules.shops import api as shops

RETRY_AFTER_S = 30


async def submit_job(
    ctx: Context,
    kinds: JobKinds,
    caller: Caller,
    shop_id: ShopId,
    kind_name: str,
    *,
    options: dict[str, Any],
    file_id: FileId | None = None,
    key: str | None = None,
    language: str = "zh",
) -> Job:
    """A job that waits for a worker; the same `key` again gives the same job.

    Raises NotFoundError (not one's own shop, no such file), ForbiddenError, InvalidInputError, TooManyJobsError,
    IdempotencyMismatchError, and what the kind itself refuses.
    """
    kind = kinds.get(kind_name)
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, kind.right)
        found = await _find_same(connection, caller, shop_id, kind_name, options, key)
        if found is not None:
            return found
        await _check_file(connection, shop_id, kind, file_id)
    await kind.check(ctx, caller, shop_id, read_options(kind, options))
    try:
        async with ctx.database.transaction() as connection:
            await _check_room(connection, shop_id)
            job_id = JobId(new_id())
            await _insert(connection, caller, shop_id, kind_name, job_id, options, file_id, key, language)
            await shops.note_deed(
                connection, caller, shop_id, deed="job.started", target=str(job_id), details={"kind": kind_name}
            )
            return await queries.get_job(connection, shop_id, job_id)
    except asyncpg.UniqueViolationError:
        # The same request came twice at once, and the other one was first.
        async with ctx.database.connection() as connection:
            found = await _find_same(connection, caller, shop_id, kind_name, options, key)
            assert found is not None
            return found


async def cancel_job(ctx: Context, kinds: JobKinds, caller: Caller, shop_id: ShopId, job_id: JobId) -> Job:
    """End a job that waits or runs; what it has committed stays. Again does nothing.

    Raises NotFoundError, ForbiddenError, JobEndedError.
    """
    async with ctx.database.transaction() as connection:
        job = await get_job_for(connection, kinds, caller, shop_id, job_id)
        cancelled = await connection.fetchval(
            """
            UPDATE imports.job SET state = 'cancelled', ended_at = $3, lease = NULL, lease_until = NULL
            WHERE shop_id = $1 AND job_id = $2 AND ended_at IS NULL RETURNING true
            """,
            shop_id,
            job_id,
            utc_now(),
        )
        if not cancelled and job.state is not JobState.CANCELLED:
            raise JobEndedError
        if cancelled:
            await shops.note_deed(
                connection, caller, shop_id, deed="job.cancelled", target=str(job_id), details={"kind": job.kind}
            )
        return await queries.get_job(connection, shop_id, job_id)


async def get_job_for(connection: Connection, kinds: JobKinds, caller: Caller, shop_id: ShopId, job_id: JobId) -> Job:
    """A job, for staff who may start such ones. Raises NotFoundError, ForbiddenError."""
    may = await list_kinds_for(connection, kinds, caller, shop_id)
    job = await queries.get_job(connection, shop_id, job_id)
    if job.kind not in may:
        raise ForbiddenError
    return job


async def list_kinds_for(connection: Connection, kinds: JobKinds, caller: Caller, shop_id: ShopId) -> list[str]:
    """Names of the kinds that the caller may start. Raises NotFoundError to who is not on the shop's staff."""
    wanted = {Scope.SHOP_READ, *(kind.right for kind in kinds.all())}
    held = {right for right in wanted if await _has_right(connection, caller, shop_id, right)}
    return [kind.name for kind in kinds.all() if kind.right in held]


async def _has_right(connection: Connection, caller: Caller, shop_id: ShopId, right: Scope) -> bool:
    try:
        await shops.require_right(connection, caller, shop_id, right)
    except ForbiddenError:
        return False
    return True


async def _find_same(
    connection: Connection, caller: Caller, shop_id: ShopId, kind: str, options: dict[str, Any], key: str | None
) -> Job | None:
    found = await queries.find_job_by_key(connection, shop_id, caller.account_id, key) if key else None
    if found is not None and (found.kind != kind or found.options != options):
        raise IdempotencyMismatchError(field="Idempotency-Key")
    return found


async def _check_file(connection: Connection, shop_id: ShopId, kind: JobKind, file_id: FileId | None) -> None:
    if kind.takes_file != (file_id is not None):
        raise InvalidInputError(field="file_id", reason="file_missing" if kind.takes_file else "no_file_wanted")
    if file_id is not None:
        await queries.get_file(connection, shop_id, file_id)


async def _check_room(connection: Connection, shop_id: ShopId) -> None:
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('imports ' || $1::text, 0))", str(shop_id))
    count = await connection.fetchval(
        "SELECT count(*) FROM imports.job WHERE shop_id = $1 AND ended_at IS NULL", shop_id
    )
    if count >= MAX_OPEN_OF_SHOP:
        raise TooManyJobsError(limit=MAX_OPEN_OF_SHOP, retry_after_s=RETRY_AFTER_S)


async def _insert(
    connection: Connection,
    caller: Caller,
    shop_id: ShopId,
    kind: str,
    job_id: JobId,
    options: dict[str, Any],
    file_id: FileId | None,
    key: str | None,
    language: str,
) -> None:
    await connection.execute(
        """
        INSERT INTO imports.job (
            shop_id, job_id, kind, state, options, file_id, request_key, counts, cursor, caller, language, created_by,
            created_at
        ) VALUES ($1, $2, $3, 'waiting', $4, $5, $6, '{}', '{}', $7, $8, $9, $10)
        """,
        shop_id,
        job_id,
        kind,
        options,
        file_id,
        key,
        to_stored_caller(caller),
        language,
        caller.account_id,
        utc_now(),
    )
