"""What a request needs to do its work: made once by the composition root, handed to routes as dependency `ctx`."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any, Protocol

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency

from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.storage import Storage
from xiaodian.settings import Settings

ADDRESSES_KNOWN = 10_000
"""A page tells of itself again and again from the same one."""


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """What suffices for whoever only looks into the records, such as a command of an operator."""

    settings: Settings
    database: Database


class Context(Records, frozen=True, kw_only=True):
    """The engines and settings of this process."""

    broker: Broker
    storage: Storage


Ctx = NamedDependency[Context]
"""How a route asks for its context: `ctx: Ctx`."""


def provide_context(request: Request[Any, Any, Any]) -> Context:
    """Dependency `ctx`."""
    context: Context = request.app.state.context
    return context


class Reaching(Protocol):
    """What of a request its sender is told by; the framework's requests have it, and those of hot routes."""

    @property
    def client(self) -> Any:
        """The peer; its `host`."""

    @property
    def headers(self) -> Any:
        """Values by lower-case name."""


def client_address(request: Reaching, trusted_proxies: int) -> str:
    """The client's address: the peer's, or what the outermost trusted proxy saw (X-Forwarded-For)."""
    peer = request.client.host if request.client else "unknown"
    if trusted_proxies <= 0:
        return peer
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    return hops[-trusted_proxies] if len(hops) >= trusted_proxies else peer


def client_network(request: Reaching, trusted_proxies: int) -> str:
    """What limits count as one client: an IPv4 address, or an IPv6 /64, of which a household has all addresses."""
    return _network_of(client_address(request, trusted_proxies))


@lru_cache(maxsize=ADDRESSES_KNOWN)
def _network_of(text: str) -> str:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"


def is_https(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> bool:
    """Whether the browser came by https, to us or to the proxy that we trust."""
    forwarded = connection.headers.get("x-forwarded-proto")
    return is_https_scope(
        str(connection.scope.get("scheme")), forwarded.encode("latin-1") if forwarded else None, settings
    )


def gateway_of(settings: Settings, request: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The address of the gateway for the browser that asks, without a path."""
    if settings.gateway_url:
        return settings.gateway_url.rstrip("/")
    scheme = "wss" if is_https(request, settings) else "ws"
    host = request.headers.get("host", "localhost")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return f"{scheme}://{name or host}:{settings.gateway_port}"


def is_https_scope(scheme: str, forwarded_proto: bytes | None, settings: Settings) -> bool:
    """The same, from the parts of an ASGI scope. The proxy's word counts only if one is trusted."""
    if settings.public_url:
        return settings.public_url.startswith("https://")
    if settings.trusted_proxies > 0 and forwarded_proto:
        return forwarded_proto.rpartition(b",")[2].strip().lower() == b"https"
    return scheme == "https"


def own_origin(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> str:
    """Scheme and host by which the browser reaches us."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    scheme = "https" if is_https(connection, settings) else "http"
    return f"{scheme}://{connection.headers.get('host', 'localhost')}"
