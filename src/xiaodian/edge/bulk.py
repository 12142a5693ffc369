"""Bulk jobs, as those see them who have long work to do: a kind of job, and what it works with while it runs.

A module that has long work writes a JobKind and hands it to the composition root (app.py), which gives all kinds to
the module imports. Jobs survive the death of their worker: what `chunk` has committed is never done twice, and a run
begins where the last committed chunk ended (`cursor`).
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Input
from xiaodian.contracts.imports import JobId, RowOutcome
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection


class RowResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a row. `row` counts as spreadsheets do; a row is told of once."""

    row: int
    outcome: RowOutcome
    label: str = ""
    reason: str | None = None
    column: str | None = None
    params: Mapping[str, Any] = {}
    cells: Sequence[str] | None = None
    """The row as it was in the file; with it, a refused row goes into the file of refusals."""


class Chunk(Protocol):
    """Some rows that are decided together, in one transaction with how far the job has come."""

    connection: Connection
    """Write through it what the rows say; it is committed with all else of the chunk, or nothing is."""
    cursor: dict[str, Any]
    """Where the next run goes on if this is the last chunk committed; change it as you like."""

    def add(self, *results: RowResult, keep: bool = True) -> None:
        """Count rows. `keep` writes each down to be looked at; refused ones are kept in any case."""


class JobRun(Protocol):
    """A job at work."""

    ctx: Context
    job_id: JobId
    shop_id: ShopId
    caller: Caller
    """Who asked for the job; their rights were checked then and at the start of this run."""
    options: Any
    """Of the kind's `options` type."""
    cursor: Mapping[str, Any]
    """As the last committed chunk left it; empty at the first run."""
    file_name: str | None
    folder: Path
    """An empty folder on this machine for this run's own files; removed afterwards."""

    async def input_path(self) -> Path:
        """The file that came in, on this machine."""

    async def set_total(self, total: int) -> None:
        """Say how many rows there are, once that is known."""

    async def set_columns(self, columns: Sequence[str]) -> None:
        """Say what the columns of `RowResult.cells` are called, for the file of refusals."""

    async def progress(self, done: int) -> None:
        """Say how far work that writes no rows (an export) has come. Also the moment where a cancelled job ends."""

    def chunk(self) -> AbstractAsyncContextManager[Chunk]:
        """A transaction. An exception in it undoes it and fails the job; a DomainError says why to the user."""

    async def set_result(self, name: str, path: Path) -> None:
        """Give out a file; `name` is what the user's computer will call it. Its ending says what it is."""


class JobKind(Protocol):
    """A kind of long work. `run` is called again after a crash, with the cursor of the last committed chunk."""

    @property
    def name(self) -> str:
        """Stable; the wire and the table know it by this: `product_import`."""

    @property
    def right(self) -> Scope:
        """What staff must be allowed to start it, see it and fetch its files."""

    @property
    def options(self) -> type[Input]:
        """What may be asked for; checked when the job is submitted."""

    @property
    def takes_file(self) -> bool:
        """Whether a file must go in; else none may."""

    async def check(self, ctx: Context, caller: Caller, shop_id: ShopId, options: Any) -> None:
        """Refuse what cannot be done before the job is accepted. Raises DomainError."""

    async def run(self, run: JobRun) -> None:
        """Do it. Raises DomainError to fail with a reason."""


def content_type_of(name: str) -> str:
    """What a file given out is, by the ending of its name."""
    return _CONTENT_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


_CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "json": "application/json",
}


def storage_path(kind: str, name: UUID) -> str:
    """Where files of jobs stand in the storage; nothing there is public."""
    return f"imports/{kind}/{name}"
