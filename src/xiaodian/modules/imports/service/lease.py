"""Who works on which job: claimed with a lease that the living renew and the dead lose."""

from uuid import UUID

import msgspec

from xiaodian.contracts.base import DomainError
from xiaodian.contracts.imports import JobFailure, JobId, JobState
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.imports.models import ClaimedJob
from xiaodian.modules.imports.rules import LEASE, MAX_RUNNING_OF_SHOP

# One claim at a time, everywhere: else two workers could each see one job of a shop running and both add another.
_ONE_CLAIM = "SELECT pg_advisory_xact_lock(hashtextextended('imports claim', 0))"
_CLAIM = """
    WITH busy AS (
        SELECT shop_id FROM imports.job WHERE ended_at IS NULL AND state = 'running' AND lease_until > $1
        GROUP BY shop_id HAVING count(*) >= $4
    ), next AS (
        SELECT job_id FROM imports.job
        WHERE ended_at IS NULL AND (state = 'waiting' OR lease_until <= $1)
          AND NOT EXISTS (SELECT FROM busy WHERE busy.shop_id = job.shop_id)
        ORDER BY job_id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE imports.job SET
        state = 'running', lease = $2, lease_until = $3, runs = runs + 1, started_at = coalesce(started_at, $1)
    FROM next WHERE job.job_id = next.job_id
    RETURNING job.job_id, shop_id, kind, options, file_id, caller, language, cursor, columns, lease, runs,
        (SELECT name FROM imports.file WHERE file.shop_id = job.shop_id AND file.file_id = job.file_id) AS file_name
"""


class JobStoppedError(Exception):
    """The job was cancelled, or its lease went to another worker: whoever is at it lets go."""


async def claim_job(database: Database) -> ClaimedJob | None:
    """The oldest job that waits, or whose worker is gone; None if there is nothing to do."""
    async with database.transaction() as connection:
        await connection.execute(_ONE_CLAIM)
        now = utc_now()
        row = await connection.fetchrow(_CLAIM, now, new_id(), now + LEASE, MAX_RUNNING_OF_SHOP)
    return msgspec.convert(dict(row), ClaimedJob) if row is not None else None


async def lock_lease(connection: Connection, job: ClaimedJob) -> None:
    """Hold the job's row until commit. Raises JobStoppedError if it is no longer ours."""
    ours = await connection.fetchval(
        "SELECT lease = $2 AND state = 'running' FROM imports.job WHERE job_id = $1 FOR UPDATE", job.job_id, job.lease
    )
    if not ours:
        raise JobStoppedError


async def renew_lease(database: Database, job_id: JobId, lease: UUID) -> None:
    """Say that we live. Raises JobStoppedError if the job is no longer ours."""
    async with database.transaction() as connection:
        ours = await connection.fetchval(
            """
            UPDATE imports.job SET lease_until = $3
            WHERE job_id = $1 AND lease = $2 AND state = 'running' RETURNING true
            """,
            job_id,
            lease,
            utc_now() + LEASE,
        )
    if not ours:
        raise JobStoppedError


async def let_go(database: Database, job: ClaimedJob) -> None:
    """Let another worker take the job at once, as this one stops."""
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE imports.job SET lease_until = $3, runs = runs - 1 WHERE job_id = $1 AND lease = $2",
            job.job_id,
            job.lease,
            utc_now(),
        )


async def end_job(database: Database, job: ClaimedJob, state: JobState, failure: DomainError | None = None) -> None:
    """Write down how it ended. Raises JobStoppedError if it is no longer ours."""
    async with database.transaction() as connection:
        await lock_lease(connection, job)
        await connection.execute(
            """
            UPDATE imports.job SET state = $2, failure = $3, ended_at = $4, lease = NULL, lease_until = NULL
            WHERE job_id = $1
            """,
            job.job_id,
            state,
            None if failure is None else msgspec.to_builtins(_to_failure(failure)),
            utc_now(),
        )


def _to_failure(error: DomainError) -> JobFailure:
    return JobFailure(code=error.code, field=error.field, params=error.params)
