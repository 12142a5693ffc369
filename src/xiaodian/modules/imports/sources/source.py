"""What a platform must be able to do so that products can be brought in from it.

docs/import-and-export.md shows with a worked example how another one is added.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from xiaodian.contracts.base import DomainError
from xiaodian.infra.outbound import AddressRefusedError, Answer, Outbound, OutboundFailedError
from xiaodian.modules.imports.products.goods import Goods, RowFault

MAX_PAGE_BYTES = 16 * 1024 * 1024
TIMEOUT_S = 60.0
TRIES = 6
MAX_WAIT_S = 60.0


class SourceFailedError(DomainError):
    """The other platform did not give its products; `reason` says why. What was brought in stays."""

    code = "source_failed"
    status = 502


class Access(NamedTuple):
    """Where the shop is on the other platform, and what lets us in."""

    address: str
    key: str
    secret: str


class UnfitGoods(NamedTuple):
    """A product that cannot be taken, and why."""

    external_id: str
    label: str
    fault: RowFault


class SourcePage(NamedTuple):
    """Some products, and where the next ones are (None: that was all)."""

    goods: Sequence[Goods | UnfitGoods]
    next_cursor: str | None
    total: int | None


class Source(Protocol):
    """A platform. It keeps no state: the cursor says it all, so a run that was cut off goes on where it was."""

    @property
    def kind(self) -> str:
        """Stable; the wire and the table know it by this."""

    async def fetch_page(self, door: "Door", access: Access, cursor: str | None) -> SourcePage:
        """The products at the cursor (None: the first). Raises SourceFailedError."""


class Door:
    """The way out to a platform: waits as long as it is asked to, tries again what may pass, gives up in the end."""

    def __init__(self, outbound: Outbound, *, first_wait_s: float = 1.0) -> None:
        self._outbound = outbound
        self._first_wait_s = first_wait_s

    async def ask(
        self, method: str, url: str, *, headers: Mapping[str, str], body: Any = None
    ) -> tuple[Any, Mapping[str, str]]:
        """The decoded JSON of an answer, and its headers. Raises SourceFailedError."""
        content = None if body is None else msgspec.json.encode(body)
        sent = {"accept": "application/json", "content-type": "application/json", **headers}
        for attempt in range(TRIES):
            answer = await self._try(method, url, sent, content)
            if answer is not None and answer.status < 300:
                return _decode(answer), answer.headers
            if answer is not None:
                _refuse_for_good(answer)
            if attempt < TRIES - 1:
                await asyncio.sleep(self._wait_s(answer, attempt))
        raise SourceFailedError(reason="source_away")

    async def wait(self, seconds: float) -> None:
        """For platforms that say within an answer when to come again."""
        await asyncio.sleep(min(seconds, MAX_WAIT_S))

    async def _try(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Answer | None:
        try:
            return await self._outbound.request(
                method, url, headers=headers, content=content, max_bytes=MAX_PAGE_BYTES, timeout_s=TIMEOUT_S
            )
        except AddressRefusedError as refusal:
            raise SourceFailedError(reason=refusal.params["reason"]) from refusal
        except OutboundFailedError as failure:
            if failure.reason == "too_large":
                raise SourceFailedError(reason="source_unreadable") from failure
            return None

    def _wait_s(self, answer: Answer | None, attempt: int) -> float:
        asked = answer.headers.get("retry-after", "") if answer is not None else ""
        if asked.replace(".", "", 1).isdigit():
            return min(float(asked), MAX_WAIT_S)
        return min(self._first_wait_s * 2.0**attempt, MAX_WAIT_S)


def _refuse_for_good(answer: Answer) -> None:
    """Raises unless the same call may succeed later."""
    if answer.status in (401, 403):
        raise SourceFailedError(reason="source_refuses_key")
    if answer.status != 429 and answer.status < 500:
        raise SourceFailedError(reason="source_not_found" if answer.status in (301, 302, 404) else "source_unreadable")


def _decode(answer: Answer) -> Any:
    try:
        return msgspec.json.decode(answer.content)
    except msgspec.DecodeError as error:
        raise SourceFailedError(reason="source_unreadable") from error
