"""Requests to addresses that people gave us: only out into the world, never into our own network.

A name is resolved and judged when the connection is made, and the connection goes to the very IP that was judged: a
name that resolves to another one a moment later (DNS rebinding) gains nothing. Each redirect is judged like a first
address.
"""

import asyncio
import socket
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpcore
import httpx

from xiaodian.contracts.base import InvalidInputError
from xiaodian.settings import Settings

MAX_URL_CHARS = 2048
MAX_ANSWER_BYTES = 1_048_576
TIMEOUT_S = 15.0
MAX_IPS_TRIED = 3
_REDIRECTS = (301, 302, 303, 307, 308)
# Of IPv6 only global unicast is the world; within it these carry an IPv4 address that could be any.
_WORLD = IPv6Network("2000::/3")
_TUNNELS = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))
_HEADERS_OF_OURS = ("host", "content-length", "connection", "accept-encoding")


class AddressRefusedError(InvalidInputError):
    """An address we do not call: not https, in our own network, or of no known host. `reason` says which."""


class OutboundFailedError(Exception):
    """The other side did not answer as a server should; `reason` is `unreachable`, `timeout` or `too_large`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Answer(NamedTuple):
    """What the other side answered."""

    status: int
    headers: httpx.Headers
    content: bytes
    url: str
    """Where it came from in the end, after redirects."""


async def check_address(url: str, *, allow_private: bool, field: str = "url") -> None:
    """Refuse an address that may not be called, when somebody gives it to us; it is judged again at each connection.

    `allow_private` (the setting `outbound_private_addresses`) also lets through http and one's own network.
    Raises AddressRefusedError.
    """
    parsed = _parse(url, allow_private=allow_private, field=field)
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    await resolve(parsed.raw_host.decode("ascii"), port, allow_private=allow_private, field=field)


def may_be_called(ip: IPv4Address | IPv6Address, *, allow_private: bool) -> bool:
    """Whether an IP is one of the world: not private, loopback, link-local, multicast, reserved, nor a way around."""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return may_be_called(ip.ipv4_mapped, allow_private=allow_private)
    if ip.is_multicast or ip.is_unspecified:
        return False
    if allow_private:
        return True
    if isinstance(ip, IPv6Address) and (ip not in _WORLD or any(ip in network for network in _TUNNELS)):
        return False
    return ip.is_global and not (ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_reserved)


class Outbound:
    """An HTTP client for addresses of others. Close it, or use it as `async with`."""

    def __init__(self, settings: Settings) -> None:
        self._allow_private = settings.outbound_private_addresses
        # No proxy from the environment: it would resolve the name by itself, after our judgement.
        self._pool = httpcore.AsyncConnectionPool(network_backend=_JudgingBackend(self._allow_private))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of open connections."""
        await self._pool.aclose()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        max_bytes: int = MAX_ANSWER_BYTES,
        timeout_s: float = TIMEOUT_S,
        max_redirects: int = 0,
    ) -> Answer:
        """Call an address; the answer whatever its status. The time-out holds for all of it, redirects included.

        Follow redirects only for what carries no secret. Raises AddressRefusedError, OutboundFailedError.
        """
        try:
            async with asyncio.timeout(timeout_s):
                for _ in range(max_redirects + 1):
                    asked = _parse(url, allow_private=self._allow_private, field="url")
                    answer = await self._send(method, asked, headers or {}, content, max_bytes)
                    target = answer.headers.get("location")
                    if max_redirects == 0 or answer.status not in _REDIRECTS or not target:
                        return answer
                    url = _join(asked, target)
        except TimeoutError as error:
            raise OutboundFailedError("timeout") from error
        raise OutboundFailedError("unreachable")

    async def _send(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None, max_bytes: int
    ) -> Answer:
        own = {name: value for name, value in headers.items() if name.lower() not in _HEADERS_OF_OURS}
        # Uncompressed, so that what is counted is what is kept.
        request = httpx.Request(method, url, headers={**own, "accept-encoding": "identity"}, content=content)
        body = bytearray()
        try:
            async with self._pool.stream(method, str(url), headers=request.headers.raw, content=content) as response:
                async for part in response.aiter_stream():
                    body += part
                    if len(body) > max_bytes:
                        raise OutboundFailedError("too_large")
        except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.UnsupportedProtocol, OSError) as error:
            raise OutboundFailedError("unreachable") from error
        return Answer(response.status, httpx.Headers(response.headers), bytes(body), str(url))


class _JudgingBackend(httpcore.AsyncNetworkBackend):
    """Makes connections only to IPs that may be called."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # As the base class has it.
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        ips = await resolve(host, port, allow_private=self._allow_private, field="url")
        for ip in ips[:-1]:
            try:
                return await self._backend.connect_tcp(ip, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(ips[-1], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


async def resolve(host: str, port: int, *, allow_private: bool, field: str = "url") -> list[str]:
    """The IPs of a host, all of which may be called. Raises AddressRefusedError."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefusedError(field=field, reason="unknown_host") from error
    ips = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not ips:
        raise AddressRefusedError(field=field, reason="unknown_host")
    # One bad address among good ones is enough: who mixes them means no good.
    if not all(may_be_called(ip, allow_private=allow_private) for ip in ips):
        raise AddressRefusedError(field=field, reason="private_address")
    return [str(ip) for ip in ips[:MAX_IPS_TRIED]]


def _parse(url: str, *, allow_private: bool, field: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url) if len(url) <= MAX_URL_CHARS else None
    except (httpx.InvalidURL, ValueError):
        parsed = None
    if parsed is None or not parsed.host or parsed.userinfo or parsed.scheme not in ("http", "https"):
        raise AddressRefusedError(field=field, reason="bad_address")
    if parsed.scheme != "https" and not allow_private:
        raise AddressRefusedError(field=field, reason="not_https")
    return parsed


def _join(base: httpx.URL, target: str) -> str:
    try:
        return str(base.join(target))
    except (httpx.InvalidURL, ValueError) as error:
        raise OutboundFailedError("unreachable") from error
