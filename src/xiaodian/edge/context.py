"""What a request needs to do its work: made once by the composition root, handed to routes as dependency `ctx`."""

from typing import Any

import msgspec
from litestar import Request

from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.storage import Storage
from xiaodian.settings import Settings


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The engines and settings of this process."""

    settings: Settings
    database: Database
    broker: Broker
    storage: Storage


def provide_context(request: Request[Any, Any, Any]) -> Context:
    """Dependency `ctx`."""
    context: Context = request.app.state.context
    return context


def client_address(request: Request[Any, Any, Any], trusted_proxies: int) -> str:
    """The client's address: the peer's, or what the outermost trusted proxy saw (X-Forwarded-For)."""
    peer = request.client.host if request.client else "unknown"
    if trusted_proxies <= 0:
        return peer
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    return hops[-trusted_proxies] if len(hops) >= trusted_proxies else peer
