"""Sends one message: bounded in time and in what is read, without redirects, and never into our own network."""

import asyncio
import math
import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from time import monotonic

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from xiaodian.infra.outbound import AddressRefusedError, may_be_called, resolve
from xiaodian.infra.sealing import BadSealError, Sealer
from xiaodian.kit.clock import utc_now
from xiaodian.modules.webhooks.models import Outcome, Parcel
from xiaodian.modules.webhooks.signing import headers_of, open_secrets
from xiaodian.settings import Settings

ANSWER_BYTES = 2048
"""So much of an answer is kept for the log; no more is read."""
KEEP_ALIVE_S = 30.0
MOST_TIMEOUT_S = 30.0
MAX_RETRY_AFTER_CHARS = 40


class Sender:
    """Connections to receivers; each goes to an IP that was judged when it was made. Use it as `async with`."""

    def __init__(self, settings: Settings) -> None:
        self._sealer = Sealer.of(settings)
        self._allow_private = settings.outbound_private_addresses
        # A lease lasts a minute: it must be over neither while we wait nor before the result is written.
        self._timeout_s = min(settings.webhook_timeout_s, MOST_TIMEOUT_S)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                resolver=_JudgingResolver(self._allow_private),
                use_dns_cache=False,
                keepalive_timeout=KEEP_ALIVE_S,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._timeout_s),
            auto_decompress=False,
            trust_env=False,
        )

    async def __aenter__(self) -> "Sender":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def send(self, parcel: Parcel, now: datetime) -> Outcome:
        """Try to hand over a message; never raises, whatever the other side does. `now` is when the log says it was.

        It is signed with the true time, which receivers compare with their own clocks.
        """
        began = monotonic()
        status: int | None = None
        error: str | None = None
        answer, retry_after_s = "", None
        try:
            status, answer, retry_after_s = await self._post(parcel)
            error = _error_of(status)
        except AddressRefusedError as refusal:
            error = str(refusal.params.get("reason", "unreachable"))
        except BadSealError:
            error = "sealed"
        except TimeoutError:
            error = "timeout"
        except (ssl.SSLError, aiohttp.ClientSSLError):
            error = "bad_certificate"
        except (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError) as fault:
            error = _reason_within(fault)
        return Outcome(
            at=now,
            duration_ms=round((monotonic() - began) * 1000),
            status=status,
            error=error,
            answer=answer,
            retry_after_s=retry_after_s,
        )

    async def _post(self, parcel: Parcel) -> tuple[int, str, int | None]:
        headers = headers_of(parcel.event_id, parcel.body, open_secrets(self._sealer, parcel), utc_now())
        self._judge_bare_ip(parcel.url)
        async with self._session.post(parcel.url, data=parcel.body, headers=headers, allow_redirects=False) as response:
            answer, is_whole = await _read(response.content)
            if not is_whole:
                response.close()
            return response.status, answer, seconds_of(response.headers.get("retry-after"), utc_now())

    def _judge_bare_ip(self, url: str) -> None:
        """The library asks no resolver about an address that is an IP already."""
        try:
            ip = ip_address(URL(url).host or "")
        except ValueError:
            return
        if not may_be_called(ip, allow_private=self._allow_private):
            raise AddressRefusedError(field="url", reason="private_address")


class _JudgingResolver(AbstractResolver):
    """Resolves names only to IPs that may be called."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        ips = await resolve(host, port, allow_private=self._allow_private)
        return [
            ResolveResult(
                hostname=host,
                host=ip,
                port=port,
                family=socket.AF_INET6 if ":" in ip else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for ip in ips
        ]

    async def close(self) -> None:
        return


async def _read(content: aiohttp.StreamReader) -> tuple[str, bool]:
    """The beginning of an answer, and whether that was all of it."""
    kept = bytearray()
    while len(kept) <= ANSWER_BYTES:
        part = await content.readany()
        if not part:
            return _text(kept), True
        kept += part
    return _text(kept), False


def _text(kept: bytearray) -> str:
    return bytes(kept[:ANSWER_BYTES]).decode("utf-8", "replace").replace("\x00", "")


def _error_of(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if status == 410:
        return "gone"
    return "redirect" if 300 <= status < 400 else "refused"


def seconds_of(text: str | None, now: datetime) -> int | None:
    """Retry-After, which is a number of seconds or a date; None if it is neither, or over."""
    if text is None or len(text) > MAX_RETRY_AFTER_CHARS:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    # HTTP knows no time but GMT; a date that names another zone without an offset has none.
    left_s = math.ceil((moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
    return left_s if left_s > 0 else None


def _reason_within(fault: BaseException) -> str:
    """What our resolver said, if it was it that refused; else only that nobody was reached."""
    link: BaseException | None = fault
    while link is not None:
        if isinstance(link, AddressRefusedError):
            return str(link.params.get("reason", "unreachable"))
        link = link.__cause__ or link.__context__
    return "unreachable"
