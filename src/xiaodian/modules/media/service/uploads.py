"""Uploads that can be resumed, by any process: what has arrived lies in parts in the storage, one row a part.

No lock is held while bytes arrive. A part counts once its row is written, which the upload's offset allows to one
writer only; whoever comes second with the same bytes is told where the upload stands.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from prometheus_client import Counter

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.media import (
    NotAVideoError,
    TooManyUploadsError,
    UploadConflictError,
    UploadDamagedError,
    UploadTooLargeError,
    VodId,
)
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.edge.problems import MalformedRequestError
from xiaodian.infra.database import Connection
from xiaodian.infra.logging import get_logger
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.media.service.condemned import condemn
from xiaodian.modules.media.tus_rules import Checksum
from xiaodian.modules.media.vod_rules import upload_folder
from xiaodian.modules.risk import api as risk

PART_BYTES = 8 * 1024 * 1024
"""What a process holds back on its disk before it counts as arrived."""
WRITE_BYTES = 512 * 1024
IDLE_S = 60.0
"""A sender that is silent for so long is gone."""
OPENED = Limit(name="vod_uploads", burst=60, period_s=3600.0)
SENT = Limit(name="vod_upload_requests", burst=600, period_s=60.0)

received_bytes = Counter("xiaodian_upload_bytes_total", "Bytes of uploads of short videos received")
log = get_logger(__name__)


class Upload(NamedTuple):
    """How far an upload is."""

    upload_id: UUID
    length: int
    received: int
    metadata: str
    expires_at: datetime

    @property
    def is_finished(self) -> bool:
        """All of it has arrived, and a vod of the same id is made of it."""
        return self.received == self.length


class _Part(NamedTuple):
    start: int
    size: int
    path: str


async def open_upload(ctx: Context, owner_id: AccountId, length: int, metadata: str) -> Upload:
    """A place for a film of this many bytes.

    Raises NotAVideoError if it is empty, UploadTooLargeError, TooManyUploadsError, TooManyRequestsError.
    """
    settings = ctx.settings
    if length == 0:
        raise NotAVideoError(field="Upload-Length", reason="empty")
    if length > settings.vod_max_bytes:
        raise UploadTooLargeError(field="Upload-Length", max_bytes=settings.vod_max_bytes)
    await risk.take(ctx.database, OPENED, str(owner_id))
    upload_id = new_id()
    async with ctx.database.transaction() as connection:
        await check_quota(connection, owner_id, settings.vod_open_max)
        await connection.execute(
            "INSERT INTO media.upload (upload_id, owner_id, length, metadata, expires_at) VALUES ($1, $2, $3, $4, $5)",
            upload_id,
            owner_id,
            length,
            metadata,
            _expiry(ctx),
        )
        return await _get(connection, owner_id, upload_id)


async def check_quota(connection: Connection, owner_id: AccountId, most: int) -> None:
    """One more film may be begun. Raises TooManyUploadsError. Those of one account wait for each other."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('vod ' || $1::text, 0))", str(owner_id))
    count = await connection.fetchval(
        """
        SELECT (SELECT count(*) FROM media.upload WHERE owner_id = $1 AND received < length AND expires_at > now())
            + (SELECT count(*) FROM media.vod WHERE owner_id = $1 AND state IN ('waiting', 'working'))
        """,
        owner_id,
    )
    if count >= most:
        raise TooManyUploadsError(most=most)


async def get_upload(ctx: Context, owner_id: AccountId, upload_id: UUID) -> Upload:
    """How far one's own upload is. Raises NotFoundError."""
    async with ctx.database.connection() as connection:
        return await _get(connection, owner_id, upload_id)


async def append(
    ctx: Context,
    owner_id: AccountId,
    upload_id: UUID,
    offset: int,
    chunks: AsyncIterator[bytes],
    checksum: Checksum | None = None,
) -> Upload:
    """Take more of an upload from `offset` on. What arrived before a sender was cut off is kept.

    Raises NotFoundError, UploadConflictError, UploadTooLargeError, UploadDamagedError, TooManyRequestsError.
    """
    await risk.take(ctx.database, SENT, str(owner_id))
    upload = await get_upload(ctx, owner_id, upload_id)
    if offset != upload.received:
        raise UploadConflictError(field="Upload-Offset", offset=upload.received)
    with tempfile.TemporaryDirectory(prefix="xd") as folder:
        await _Receiver(ctx, owner_id, upload, Path(folder) / "part", checksum).run(chunks)
    return await get_upload(ctx, owner_id, upload_id)


async def end_upload(ctx: Context, owner_id: AccountId, upload_id: UUID) -> None:
    """Give an upload up and forget what arrived. Raises NotFoundError, UploadConflictError if it is finished."""
    async with ctx.database.transaction() as connection:
        upload = await _get(connection, owner_id, upload_id, lock="FOR UPDATE")
        if upload.is_finished:
            raise UploadConflictError(reason="finished", offset=upload.received)
        await forget_upload(connection, upload_id)


async def expire_uploads(ctx: Context) -> int:
    """Forget uploads that nobody went on with, and finished ones whose film is made; answers how many."""
    async with ctx.database.transaction() as connection:
        rows = await connection.fetch(
            """
            SELECT upload_id FROM media.upload WHERE expires_at <= now() AND NOT EXISTS (
                SELECT FROM media.vod WHERE vod_id = upload_id AND state IN ('waiting', 'working')
            ) ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
            """
        )
        for row in rows:
            await forget_upload(connection, row["upload_id"])
    return len(rows)


async def forget_upload(connection: Connection, upload_id: UUID) -> None:
    """Remove an upload and what arrived of it."""
    await connection.execute("DELETE FROM media.upload WHERE upload_id = $1", upload_id)
    await condemn(connection, upload_folder(upload_id))


async def take_film(ctx: Context, owner_id: AccountId, local: Path) -> VodId:
    """A film on this disk as if its owner had uploaded it; workers make it playable. For seeds and imports."""
    upload = await open_upload(ctx, owner_id, (await asyncio.to_thread(local.stat)).st_size, "")
    await append(ctx, owner_id, upload.upload_id, 0, _read(local))
    return VodId(upload.upload_id)


async def _read(local: Path) -> AsyncIterator[bytes]:
    with local.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, WRITE_BYTES):
            yield piece


class _Receiver:
    """One request's bytes on their way into parts."""

    def __init__(
        self, ctx: Context, owner_id: AccountId, upload: Upload, local: Path, checksum: Checksum | None
    ) -> None:
        self._ctx = ctx
        self._owner_id = owner_id
        self._upload = upload
        self._local = local
        self._checksum = checksum
        self._hash = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        self._start = upload.received
        self._size = 0
        self._parts: list[_Part] = []

    async def run(self, chunks: AsyncIterator[bytes]) -> None:
        """All of them. A part without a checksum counts at once, one with a checksum when all agrees."""
        try:
            try:
                async for piece in _in_pieces(chunks):
                    await self._take(piece)
            except Exception:
                # Cut off in the middle: what arrived need not be sent again.
                if self._checksum is None:
                    await self._flush()
                raise
            await self._flush()
            if self._checksum is not None and self._hash is not None:
                if self._hash.digest() != self._checksum.digest:
                    raise UploadDamagedError(field="Upload-Checksum")
                await self._commit()
        finally:
            await self._throw_away()

    async def _take(self, piece: bytes) -> None:
        if self._start + self._size + len(piece) > self._upload.length:
            raise UploadTooLargeError(max_bytes=self._upload.length)
        await asyncio.to_thread(self._write, piece)
        received_bytes.inc(len(piece))
        if self._size >= PART_BYTES:
            await self._flush()

    def _write(self, piece: bytes) -> None:
        with self._local.open("ab") as file:
            file.write(piece)
        if self._hash is not None:
            self._hash.update(piece)
        self._size += len(piece)

    async def _flush(self) -> None:
        if self._size == 0:
            return
        # A name of its own, so that two who send the same bytes cannot write the same file.
        part = _Part(self._start, self._size, f"{upload_folder(self._upload.upload_id)}{self._start}-{new_id().hex}")
        self._parts.append(part)
        await self._ctx.storage.put_file(part.path, self._local)
        self._local.unlink()
        self._start += self._size
        self._size = 0
        if self._checksum is None:
            await self._commit()

    async def _commit(self) -> None:
        """Let the parts count, if the upload is where it was. Raises UploadConflictError, NotFoundError."""
        if not self._parts:
            return
        async with self._ctx.database.transaction() as connection:
            is_ours = await connection.fetchval(
                """
                UPDATE media.upload SET received = $3, expires_at = $4
                WHERE upload_id = $1 AND received = $2 RETURNING true
                """,
                self._upload.upload_id,
                self._parts[0].start,
                self._start,
                _expiry(self._ctx),
            )
            if not is_ours:
                now = await _get(connection, self._owner_id, self._upload.upload_id)
                raise UploadConflictError(field="Upload-Offset", offset=now.received)
            await connection.executemany(
                "INSERT INTO media.upload_part (upload_id, start_byte, size_bytes, path) VALUES ($1, $2, $3, $4)",
                [(self._upload.upload_id, part.start, part.size, part.path) for part in self._parts],
            )
            if self._start == self._upload.length:
                await connection.execute(
                    "INSERT INTO media.vod (vod_id, owner_id) VALUES ($1, $2)", self._upload.upload_id, self._owner_id
                )
        self._parts.clear()

    async def _throw_away(self) -> None:
        for part in self._parts:
            await self._ctx.storage.delete(part.path)


async def _in_pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same in pieces that are worth a write. What came before an error is given before it."""
    piece = bytearray()
    failure: Exception | None = None
    try:
        while True:
            async with asyncio.timeout(IDLE_S):
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            piece += chunk
            if len(piece) >= WRITE_BYTES:
                yield bytes(piece)
                piece.clear()
    except TimeoutError:
        failure = MalformedRequestError(detail="the body came to a halt")
    except Exception as error:
        failure = error
    if piece:
        yield bytes(piece)
    if failure is not None:
        raise failure


async def _get(connection: Connection, owner_id: AccountId, upload_id: UUID, lock: str = "") -> Upload:
    row = await connection.fetchrow(
        f"""
        SELECT upload_id, length, received, metadata, expires_at FROM media.upload
        WHERE upload_id = $1 AND owner_id = $2 AND expires_at > now() {lock}
        """,
        upload_id,
        owner_id,
    )
    if row is None:
        raise NotFoundError
    return Upload(*row)


def _expiry(ctx: Context) -> datetime:
    return utc_now() + timedelta(hours=ctx.settings.vod_upload_hours)
