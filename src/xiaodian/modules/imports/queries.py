"""Reads of jobs and their rows; structs out."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import msgspec

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.imports import FileId, InputFile, Job, JobId, JobRow, JobState, RowOutcome
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import to_epoch_ms

ROWS_AT_ONCE = 1000
_JOB = """
    job.job_id, job.shop_id, job.kind, job.state, job.options, job.file_id, file.name AS file_name, job.total, job.done,
    job.counts, job.result_name, job.refusals_name, job.failure, job.created_by, job.created_at,
    job.started_at, job.ended_at
"""
_FROM = "imports.job LEFT JOIN imports.file ON file.shop_id = job.shop_id AND file.file_id = job.file_id"
_ROW = "row_no, outcome, label, reason, blamed_column, params"


async def get_job(connection: Connection, shop_id: ShopId, job_id: JobId) -> Job:
    """One job of a shop. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"SELECT {_JOB} FROM {_FROM} WHERE job.shop_id = $1 AND job.job_id = $2", shop_id, job_id
    )
    if row is None:
        raise NotFoundError
    return _to_job(row)


async def list_jobs(
    connection: Connection, shop_id: ShopId, *, kinds: Sequence[str], before: UUID | None, limit: int
) -> list[Job]:
    """A shop's jobs of these kinds, the newest first, those older than `before`."""
    rows = await connection.fetch(
        f"""
        SELECT {_JOB} FROM {_FROM}
        WHERE job.shop_id = $1 AND job.kind = ANY($2::text[]) AND ($3::uuid IS NULL OR job.job_id < $3)
        ORDER BY job.job_id DESC LIMIT $4
        """,
        shop_id,
        list(kinds),
        before,
        limit,
    )
    return [_to_job(row) for row in rows]


async def find_job_by_key(connection: Connection, shop_id: ShopId, created_by: UUID, key: str) -> Job | None:
    """What an account submitted under this Idempotency-Key; None if nothing yet."""
    job_id = await connection.fetchval(
        "SELECT job_id FROM imports.job WHERE shop_id = $1 AND created_by = $2 AND request_key = $3",
        shop_id,
        created_by,
        key,
    )
    return await get_job(connection, shop_id, job_id) if job_id else None


async def list_job_rows(
    connection: Connection, job_id: JobId, *, outcome: RowOutcome | None, after: int, limit: int
) -> list[JobRow]:
    """What became of rows, in the order of the file, those after row `after`."""
    rows = await connection.fetch(
        f"""
        SELECT {_ROW} FROM imports.job_row
        WHERE job_id = $1 AND row_no > $2 AND ($3::text IS NULL OR outcome = $3) ORDER BY row_no LIMIT $4
        """,
        job_id,
        after,
        outcome,
        limit,
    )
    return [_to_row(row) for row in rows]


async def iterate_refused(connection: Connection, job_id: JobId) -> AsyncIterator[tuple[JobRow, list[str]]]:
    """The refused rows that can go back into a file, each with its cells, a thousand at a time."""
    after = 0
    while True:
        rows = await connection.fetch(
            f"""
            SELECT {_ROW}, cells FROM imports.job_row
            WHERE job_id = $1 AND outcome = 'refused' AND row_no > $2 AND cells IS NOT NULL ORDER BY row_no LIMIT $3
            """,
            job_id,
            after,
            ROWS_AT_ONCE,
        )
        for row in rows:
            yield _to_row(row), row["cells"]
            after = row["row_no"]
        if len(rows) < ROWS_AT_ONCE:
            return


async def get_refusals_head(connection: Connection, job_id: JobId) -> tuple[list[str] | None, int]:
    """What the columns of a job's file are called, if it said so, and how many rows were refused."""
    row = await connection.fetchrow(
        "SELECT columns, coalesce((counts ->> 'refused')::int, 0) AS refused FROM imports.job WHERE job_id = $1", job_id
    )
    return (row["columns"], row["refused"]) if row is not None else (None, 0)


async def get_file(connection: Connection, shop_id: ShopId, file_id: FileId) -> InputFile:
    """A file that was sent for a shop. Raises NotFoundError."""
    row = await connection.fetchrow(
        "SELECT file_id, shop_id, name, size_bytes FROM imports.file WHERE shop_id = $1 AND file_id = $2",
        shop_id,
        file_id,
    )
    if row is None:
        raise NotFoundError
    return InputFile(**row)


def _to_job(row: Record) -> Job:
    fields = dict(row)
    for name in ("created", "started", "ended"):
        moment = fields.pop(f"{name}_at")
        fields[f"{name}_at_ms"] = None if moment is None else to_epoch_ms(moment)
    fields["refused"] = fields["counts"].get(RowOutcome.REFUSED, 0)
    fields["state"] = JobState(fields["state"])
    return msgspec.convert(fields, Job)


def _to_row(row: Record) -> JobRow:
    return JobRow(
        row=row["row_no"],
        outcome=RowOutcome(row["outcome"]),
        label=row["label"],
        reason=row["reason"],
        column=row["blamed_column"],
        params=row["params"],
    )
