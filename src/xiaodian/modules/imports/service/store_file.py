"""A file for jobs to read, taken in as it comes, never whole in memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.imports import FileId, InputFile
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.bulk import storage_path
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.imports.rules import MAX_FILE_BYTES, clean_file_name
from xiaodian.modules.shops import api as shops


async def store_file(
    ctx: Context,
    caller: Caller,
    shop_id: ShopId,
    name: str,
    parts: AsyncIterator[bytes],
    *,
    right: Scope = Scope.SHOP_READ,
) -> InputFile:
    """Keep what comes in; nothing is kept if it breaks off or is too large. What may be done with it is asked later.

    Raises NotFoundError (not one's own shop), ForbiddenError, InvalidInputError.
    """
    clean_name = clean_file_name(name)
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, right)
    file_id = FileId(new_id())
    with tempfile.TemporaryDirectory(prefix="xiaodian-") as folder:
        path = Path(folder) / "file"
        size_bytes = await _spool(path, parts)
        await ctx.storage.put_file(storage_path("files", file_id), path)
    async with ctx.database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO imports.file (shop_id, file_id, name, size_bytes, created_by, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            shop_id,
            file_id,
            clean_name,
            size_bytes,
            caller.account_id,
            utc_now(),
        )
    return InputFile(file_id=file_id, shop_id=shop_id, name=clean_name, size_bytes=size_bytes)


async def _spool(path: Path, parts: AsyncIterator[bytes]) -> int:
    """Write to this machine's disk, counting. Raises InvalidInputError."""
    size_bytes = 0
    with path.open("wb") as file:  # Only opened here; written to by a thread.
        async for part in parts:
            size_bytes += len(part)
            if size_bytes > MAX_FILE_BYTES:
                raise InvalidInputError(field="file", reason="too_large", max_bytes=MAX_FILE_BYTES)
            await asyncio.to_thread(file.write, part)
    if not size_bytes:
        raise InvalidInputError(field="file", reason="empty")
    return size_bytes
