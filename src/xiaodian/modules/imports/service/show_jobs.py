"""What staff sees of their jobs, and the files that come out."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.imports import Job, JobId, JobNotReadyError, JobRow, RowOutcome
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.bulk import storage_path
from xiaodian.edge.context import Context
from xiaodian.kit.paging import Page, decode_cursor, encode_cursor
from xiaodian.modules.imports import queries
from xiaodian.modules.imports.kinds import JobKinds
from xiaodian.modules.imports.rules import MAX_ROWS
from xiaodian.modules.imports.service.submit_job import get_job_for, list_kinds_for
from xiaodian.modules.shops import api as shops


class JobFile(NamedTuple):
    """A file that came out of a job, in parts."""

    name: str
    parts: AsyncIterator[bytes]


async def get_job(ctx: Context, kinds: JobKinds, caller: Caller, shop_id: ShopId, job_id: JobId) -> Job:
    """A job, and how far it has come. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        return await get_job_for(connection, kinds, caller, shop_id, job_id)


async def list_jobs(
    ctx: Context,
    kinds: JobKinds,
    caller: Caller,
    shop_id: ShopId,
    *,
    kinds_wanted: Sequence[str] | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[Job]:
    """A shop's jobs, the newest first, of the kinds that the caller may start. Raises NotFoundError."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        may = await list_kinds_for(connection, kinds, caller, shop_id)
        shown = [kind for kind in may if kinds_wanted is None or kind in kinds_wanted]
        items = await queries.list_jobs(connection, shop_id, kinds=shown, before=before, limit=limit + 1)
    next_cursor = encode_cursor(items[limit - 1].job_id) if len(items) > limit else None
    return Page(items=items[:limit], next_cursor=next_cursor)


async def list_job_rows(
    ctx: Context,
    kinds: JobKinds,
    caller: Caller,
    shop_id: ShopId,
    job_id: JobId,
    *,
    outcome: RowOutcome | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[JobRow]:
    """What became of the rows of a job's file. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    after = _read_row_cursor(cursor)
    async with ctx.database.connection() as connection:
        await get_job_for(connection, kinds, caller, shop_id, job_id)
        items = await queries.list_job_rows(connection, job_id, outcome=outcome, after=after, limit=limit + 1)
    next_cursor = str(items[limit - 1].row) if len(items) > limit else None
    return Page(items=items[:limit], next_cursor=next_cursor)


async def open_job_file(
    ctx: Context, kinds: JobKinds, caller: Caller, shop_id: ShopId, job_id: JobId, which: str
) -> JobFile:
    """A job's `result` or `refusals`. Raises NotFoundError, ForbiddenError, JobNotReadyError."""
    if which not in ("result", "refusals"):
        raise NotFoundError
    async with ctx.database.transaction() as connection:
        job = await get_job_for(connection, kinds, caller, shop_id, job_id)
        details = {"kind": job.kind, "file": which}
        await shops.note_deed(connection, caller, shop_id, deed="job.file_taken", target=str(job_id), details=details)
    name = job.result_name if which == "result" else job.refusals_name
    if name is None:
        raise JobNotReadyError
    folder = "results" if which == "result" else "refusals"
    return JobFile(name, ctx.storage.stream(storage_path(folder, job_id)))


def attachment(name: str) -> str:
    """The header that names a download, in any script (RFC 6266)."""
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\' else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _read_row_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 9 and int(cursor) <= MAX_ROWS + 1):
        raise InvalidInputError(field="cursor", reason="bad_cursor")
    return int(cursor)
