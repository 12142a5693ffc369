"""Media files in a folder or an S3 store, through obstore."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import obstore.exceptions
import obstore.store

from xiaodian.contracts.base import NotFoundError, UnavailableError
from xiaodian.infra.logging import get_logger

PART_BYTES = 1_048_576
DELETED_AT_ONCE = 32
RETRY_AFTER_S = 5
RETRIES: Any = {"max_retries": 5, "retry_timeout": timedelta(seconds=20)}
"""Whoever asks a store over the network that is away waits no longer than people do."""

log = get_logger(__name__)


class Storage:
    """Files by path, immutable once written. All of it raises UnavailableError while the store is away."""

    def __init__(self, store: Any, root: Path | None) -> None:
        self._store = store
        self._root = root

    @classmethod
    def open(cls, media_url: str, data_dir: Path) -> "Storage":
        """The store of a URL (`s3://bucket/prefix`, `file:///path`); the data folder's `media` if empty."""
        if media_url and not media_url.startswith("file://"):
            return cls(obstore.store.from_url(media_url, retry_config=RETRIES), None)
        root = Path(media_url.removeprefix("file://")) if media_url else data_dir / "media"
        root.mkdir(parents=True, exist_ok=True)
        return cls(obstore.store.LocalStore(root), root.resolve())

    async def put(self, path: str, content: bytes) -> None:
        """Write a file; readers see all of it or nothing."""
        with _refusals():
            await obstore.put_async(self._store, path, content)

    async def put_file(self, path: str, source: Path) -> None:
        """Write a file of any size from this disk; readers see all of it or nothing."""
        with _refusals():
            await obstore.put_async(self._store, path, source)

    async def stream(self, path: str) -> AsyncIterator[bytes]:
        """The file in parts. Raises NotFoundError."""
        with _refusals():
            result = await obstore.get_async(self._store, path)
            parts = aiter(result.stream(min_chunk_size=PART_BYTES))
        while True:
            with _refusals():
                part = await anext(parts, None)
            if part is None:
                return
            yield bytes(part)

    async def get_file(self, path: str, local: Path) -> None:
        """Copy a file to this disk, without holding it in memory. Raises NotFoundError."""
        with local.open("wb") as file:
            async for part in self.stream(path):
                await asyncio.to_thread(file.write, part)

    async def size(self, path: str) -> int:
        """How many bytes a file has. Raises NotFoundError."""
        with _refusals():
            return int((await obstore.head_async(self._store, path))["size"])

    async def get_range(self, path: str, start: int, end: int) -> bytes:
        """Bytes from `start` up to, without, `end`. Raises NotFoundError."""
        with _refusals():
            return bytes(await obstore.get_range_async(self._store, path, start=start, end=end))

    async def get(self, path: str) -> bytes:
        """The whole file. Raises NotFoundError."""
        with _refusals():
            result = await obstore.get_async(self._store, path)
            return bytes(await result.bytes_async())

    async def delete(self, path: str) -> None:
        """Remove a file; none there is fine."""
        try:
            with _refusals():
                await obstore.delete_async(self._store, path)
        except NotFoundError:
            return

    async def delete_folder(self, prefix: str) -> int:
        """Remove all files under a prefix; answers how many there were."""
        paths = [path async for path in self.iterate(prefix)]
        for start in range(0, len(paths), DELETED_AT_ONCE):
            await asyncio.gather(*(self.delete(path) for path in paths[start : start + DELETED_AT_ONCE]))
        if self._root is not None:
            await asyncio.to_thread(shutil.rmtree, self._root / prefix, ignore_errors=True)
        return len(paths)

    async def iterate(self, prefix: str) -> AsyncIterator[str]:
        """Paths of the files under a prefix."""
        batches = aiter(obstore.list(self._store, prefix))
        while True:
            with _refusals():
                batch = await anext(batches, None)
            if batch is None:
                return
            for item in batch:
                yield item["path"]

    def local_path(self, path: str) -> Path | None:
        """The file's place on this disk, for serving without a copy; None when the store is elsewhere."""
        return self._root / path if self._root else None


@contextmanager
def _refusals() -> Iterator[None]:
    """What obstore raises, in our words."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFoundError from error
    except (OSError, obstore.exceptions.BaseError) as error:
        log.warning("storage_unavailable", error=str(error).partition("\n")[0][:500])
        raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error
