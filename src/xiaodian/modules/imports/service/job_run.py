"""What a job works with while it runs; everything it commits says how far it has come."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from xiaodian.contracts.imports import RowOutcome
from xiaodian.edge.bulk import RowResult, storage_path
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.imports.models import ClaimedJob
from xiaodian.modules.imports.rules import LEASE
from xiaodian.modules.imports.service.lease import JobStoppedError, lock_lease

PROGRESS_EVERY_S = 0.5
_COLUMNS = ("job_id", "row_no", "outcome", "label", "reason", "blamed_column", "params", "cells")


class Chunk:
    """Some rows that are decided together (edge.bulk.Chunk)."""

    def __init__(self, connection: Connection, cursor: dict[str, Any]) -> None:
        self.connection = connection
        self.cursor = cursor
        self.counts: Counter[str] = Counter()
        self.kept: list[RowResult] = []

    def add(self, *results: RowResult, keep: bool = True) -> None:
        """Count rows, and keep those to be looked at."""
        for result in results:
            self.counts[result.outcome] += 1
            if keep or result.outcome is RowOutcome.REFUSED:
                self.kept.append(result)


class Run:
    """A job at work (edge.bulk.JobRun)."""

    def __init__(self, ctx: Context, job: ClaimedJob, options: Any, folder: Path) -> None:
        self.ctx = ctx
        self.job_id = job.job_id
        self.shop_id = job.shop_id
        self.caller = job.caller
        self.options = options
        self.cursor: Mapping[str, Any] = job.cursor
        self.file_name = job.file_name
        self.folder = folder
        self._job = job
        self._progress_at = 0.0

    async def input_path(self) -> Path:
        """The file that came in; fetched once a run."""
        assert self._job.file_id is not None
        path = self.folder / "input"
        if not path.exists():
            with path.open("wb") as file:  # A megabyte at a time, to a disk of this machine.
                async for part in self.ctx.storage.stream(storage_path("files", self._job.file_id)):
                    file.write(part)
        return path

    async def set_total(self, total: int) -> None:
        """Say how many rows there are."""
        await self._write("total = $3", total)

    async def set_columns(self, columns: Sequence[str]) -> None:
        """Say what the columns are called."""
        await self._write("columns = $3", list(columns))

    async def progress(self, done: int) -> None:
        """Say how far it has come, twice a second at most."""
        if monotonic() - self._progress_at >= PROGRESS_EVERY_S:
            await self._write("done = $3", done)
            self._progress_at = monotonic()

    @asynccontextmanager
    async def chunk(self) -> AsyncIterator[Chunk]:
        """A transaction in which rows, results and the cursor are committed together."""
        async with self.ctx.database.transaction() as connection:
            await lock_lease(connection, self._job)
            chunk = Chunk(connection, dict(self.cursor))
            yield chunk
            await self._commit(chunk)
        self.cursor = chunk.cursor
        await self.ctx.broker.poke("outbox")

    async def set_result(self, name: str, path: Path) -> None:
        """Give out a file."""
        await self.ctx.storage.put_file(storage_path("results", self.job_id), path)
        await self._write("result_name = $3", name)

    async def set_refusals(self, name: str, path: Path) -> None:
        """Give out the file of the rows that were refused."""
        await self.ctx.storage.put_file(storage_path("refusals", self.job_id), path)
        await self._write("refusals_name = $3", name)

    async def _commit(self, chunk: Chunk) -> None:
        if chunk.kept:
            await chunk.connection.copy_records_to_table(
                "job_row",
                schema_name="imports",
                columns=_COLUMNS,
                records=[_to_record(self._job, result) for result in chunk.kept],
            )
        await chunk.connection.execute(
            """
            UPDATE imports.job SET done = done + $2, cursor = $3, lease_until = $4, runs = 0, counts = (
                SELECT coalesce(jsonb_object_agg(outcome, n), '{}') FROM (
                    SELECT outcome, sum(n) AS n FROM (
                        SELECT key AS outcome, value::int AS n FROM jsonb_each_text(counts)
                        UNION ALL SELECT * FROM unnest($5::text[], $6::int[])
                    ) AS each GROUP BY outcome
                ) AS summed
            ) WHERE job_id = $1
            """,
            self.job_id,
            chunk.counts.total(),
            chunk.cursor,
            utc_now() + LEASE,
            list(chunk.counts.keys()),
            list(chunk.counts.values()),
        )

    async def _write(self, assignment: str, value: Any) -> None:
        async with self.ctx.database.transaction() as connection:
            ours = await connection.fetchval(
                f"""
                UPDATE imports.job SET {assignment}
                WHERE job_id = $1 AND lease = $2 AND state = 'running' RETURNING true
                """,
                self.job_id,
                self._job.lease,
                value,
            )
        if not ours:
            raise JobStoppedError


def _to_record(job: ClaimedJob, result: RowResult) -> tuple[Any, ...]:
    cells = result.cells if result.outcome is RowOutcome.REFUSED else None
    return (
        job.job_id,
        result.row,
        result.outcome.value,
        result.label,
        result.reason,
        result.column,
        msgspec.to_builtins(result.params),
        None if cells is None else list(cells),
    )
