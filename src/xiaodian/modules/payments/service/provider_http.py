"""Calls to payment providers: patient, but not for ever; whatever goes wrong on the way is UnavailableError."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from tempfile import TemporaryFile
from typing import IO, TypeVar

import httpx
import msgspec

from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.logging import get_logger

TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 5.0
MAX_FILE_BYTES = 2 * 1024**3
"""No statement of a day is as large."""

T = TypeVar("T")

log = get_logger(__name__)


class ProviderHttp:
    """An HTTP client of one provider. Connections are kept; nothing is read from the environment."""

    def __init__(self, provider: str, timeout_s: float = TIMEOUT_S) -> None:
        self._provider = provider
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S))

    async def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> httpx.Response:
        """The answer, if there is one and it is not a fault of the provider (5xx, 429). Raises UnavailableError."""
        try:
            response = await self._client.request(method, url, headers=headers, content=content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("provider_unreachable", provider=self._provider, error=type(error).__name__)
            raise UnavailableError(retry_after_s=1) from error
        if response.status_code >= 500 or response.status_code == 429:
            log.warning("provider_fault", provider=self._provider, status=response.status_code)
            raise UnavailableError(retry_after_s=1)
        return response

    @asynccontextmanager
    async def download(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[IO[bytes]]:
        """A file of the provider's, at its beginning, on our disk while the block lasts. Raises UnavailableError."""
        with TemporaryFile() as file:
            try:
                async with self._client.stream("GET", url, headers=headers) as response:
                    if response.status_code != 200:
                        log.warning("provider_fault", provider=self._provider, status=response.status_code)
                        raise UnavailableError(retry_after_s=1)
                    async for piece in response.aiter_bytes():
                        file.write(piece)
                        if file.tell() > MAX_FILE_BYTES:
                            raise UnavailableError(retry_after_s=1)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                log.warning("provider_unreachable", provider=self._provider, error=type(error).__name__)
                raise UnavailableError(retry_after_s=1) from error
            file.seek(0)
            yield file

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()


def decode(body: bytes, kind: type[T]) -> T:
    """An answer as the struct it should be. Raises UnavailableError: it says nothing that we understand."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnavailableError(retry_after_s=1) from error
