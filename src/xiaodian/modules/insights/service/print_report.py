"""Reports as PDF and picture: drawn by a process of its own, few at a time, kept for who asks again."""

import asyncio
import hashlib
import sys
from collections.abc import Iterable
from functools import partial

import msgspec

from xiaodian.contracts.base import NotFoundError, UnavailableError
from xiaodian.contracts.reports import Report
from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.modules.insights.draw import PrintJob, PrintKind
from xiaodian.modules.media import api as media

AT_ONCE = 1
TIMEOUT_S = 20.0
MAX_WAITING = 16
RETRY_AFTER_S = 5
MAX_FILE_BYTES = 4_000_000
MAX_KEPT_BYTES = 32_000_000
PICTURED_PRODUCTS = 3

log = get_logger(__name__)


class ReportPress:
    """One per process."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._places = asyncio.Semaphore(AT_ONCE)
        self._kept: dict[bytes, bytes] = {}
        self._kept_bytes = 0
        self._waiting: dict[bytes, asyncio.Task[bytes]] = {}

    async def print(self, kind: PrintKind, report: Report, language: str) -> bytes:
        """The file. Asked for again while the figures are the same, it is not drawn again. Raises UnavailableError."""
        key = _key_of(kind, report, language)
        if (kept := self._kept.get(key)) is not None:
            self._keep(key, kept)
            return kept
        task = self._waiting.get(key)
        if task is None:
            if len(self._waiting) >= MAX_WAITING:
                raise UnavailableError(retry_after_s=RETRY_AFTER_S)
            task = asyncio.create_task(self._make(key, kind, report, language))
            self._waiting[key] = task
            task.add_done_callback(partial(self._forget, key))
        return await asyncio.shield(task)

    def _forget(self, key: bytes, task: asyncio.Task[bytes]) -> None:
        self._waiting.pop(key, None)
        if not task.cancelled():
            task.exception()  # Whoever waits for it is told; nobody may.

    async def _make(self, key: bytes, kind: PrintKind, report: Report, language: str) -> bytes:
        addresses = [report.cover_url, *(product.picture_url for product in report.products[:PICTURED_PRODUCTS])]
        job = PrintJob(
            kind=kind,
            report=report,
            language=language,
            utc_offset_h=self._ctx.settings.books_utc_offset_h,
            pictures=await self._read_pictures(address for address in addresses if address),
        )
        async with self._places:
            content = await _draw(msgspec.msgpack.encode(job))
        self._keep(key, content)
        return content

    async def _read_pictures(self, addresses: Iterable[str]) -> dict[str, bytes]:
        found = {}
        for address in addresses:
            try:
                found[address] = await media.read_picture(self._ctx, address)
            except NotFoundError:
                continue
        return found

    def _keep(self, key: bytes, content: bytes) -> None:
        self._kept_bytes -= len(self._kept.pop(key, b""))
        self._kept[key] = content
        self._kept_bytes += len(content)
        while self._kept_bytes > MAX_KEPT_BYTES:
            self._kept_bytes -= len(self._kept.pop(next(iter(self._kept))))


def _key_of(kind: PrintKind, report: Report, language: str) -> bytes:
    """Two reports with the same figures are printed the same, whenever they were asked for."""
    timeless = msgspec.structs.replace(report, at_ms=0)
    return hashlib.sha256(f"{kind}\0{language}\0".encode() + msgspec.msgpack.encode(timeless)).digest()


async def _draw(job: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "xiaodian.modules.insights.draw"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            content, said = await process.communicate(job)
    except TimeoutError:
        log.warning("report_not_drawn", reason="timeout")
        raise UnavailableError(retry_after_s=RETRY_AFTER_S) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not 0 < len(content) <= MAX_FILE_BYTES:
        log.warning("report_not_drawn", code=process.returncode, said=said[-2000:].decode(errors="replace"))
        raise UnavailableError(retry_after_s=RETRY_AFTER_S)
    return content
