"""Who may call a route. Every route says so in `opt`; a route that does not is refused at start-up (default deny).

@post("/api/rooms", opt=access(Access.MEMBER), ...)
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, Protocol

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from structlog.contextvars import bind_contextvars

from xiaodian.contracts.accounts import Caller, Scope, has_right
from xiaodian.contracts.base import ForbiddenError, UnauthenticatedError
from xiaodian.edge.context import Ctx

SESSION_COOKIE = "xd_session"
Authenticator = Callable[[str], Awaitable[Caller | None]]
"""From a session or access token to its caller; None if it is unknown or has ended."""


SignedIn = NamedDependency[Caller]
"""How a route asks for its caller: `caller: SignedIn`."""
MaybeSignedIn = NamedDependency[Caller | None]
"""The same where anybody may call: `maybe_caller: MaybeSignedIn`."""


class Asking(Protocol):
    """What of a request access is decided by; the framework's connections have it, and those of hot routes."""

    @property
    def scope(self) -> Any:
        """ASGI's."""

    @property
    def headers(self) -> Any:
        """Values by lower-case name."""

    @property
    def cookies(self) -> Any:
        """Values by name."""

    @property
    def app(self) -> Any:
        """The application, whose state knows how to authenticate."""


class Access(StrEnum):
    """The kinds of callers. Rights on one shop or room are checked by the use case, which knows it."""

    PUBLIC = "public"
    MEMBER = "member"
    OPERATOR = "operator"
    SIGNED = "signed"
    """A machine that proves itself by a signature or secret in the request; the route checks it."""


def access(kind: Access, scope: Scope = Scope.EVERYTHING) -> dict[str, Any]:
    """The `opt` of a route: who may call it, and the scope that an access token needs for it."""
    return {"access": kind, "scope": scope}


def token_of(connection: Asking) -> str | None:
    """The bearer token if there is one, else the session cookie."""
    bearer = bearer_token(connection)
    return bearer if bearer is not None else connection.cookies.get(SESSION_COOKIE)


def bearer_token(connection: Asking) -> str | None:
    """The bearer token if there is one. No other scheme counts: browsers add `Basic` where a proxy asks for it."""
    authorization = connection.headers.get("authorization", "")
    return authorization[7:].strip() if authorization[:7].lower() == "bearer " else None


async def guard_access(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The app-wide guard: resolves the caller and refuses who may not call this route."""
    kind = handler.opt.get("access")
    if kind is None:
        _allow_options_only(connection)
        return
    if room_id := connection.path_params.get("room_id"):
        bind_contextvars(room_id=str(room_id))
    if kind is Access.SIGNED:
        return
    _refuse_foreign_page(connection)
    if kind is Access.PUBLIC:
        return
    caller = await _require_caller(connection, handler.opt["scope"])
    if kind is Access.OPERATOR and not caller.is_operator:
        raise ForbiddenError
    connection.state.caller = caller


async def require_member(connection: Asking) -> Caller:
    """What the guard does for a route of Access.MEMBER, for hot routes, which have no guard.

    Raises UnauthenticatedError, ForbiddenError, UnavailableError.
    """
    _refuse_foreign_page(connection)
    return await _require_caller(connection, Scope.EVERYTHING)


async def find_caller(connection: Asking) -> Caller | None:
    """What the guard and `maybe_caller` do for a route of Access.PUBLIC, for hot routes.

    Raises ForbiddenError, UnavailableError.
    """
    _refuse_foreign_page(connection)
    caller = await _resolve_caller(connection)
    return caller if caller is not None and _is_in_scope(caller, Scope.EVERYTHING) else None


async def _require_caller(connection: Asking, scope: Scope) -> Caller:
    caller = await _resolve_caller(connection)
    if caller is None:
        raise UnauthenticatedError
    if not _is_in_scope(caller, scope):
        raise ForbiddenError
    return caller


def provide_caller(request: Request[Any, Any, Any], ctx: Ctx) -> Caller:
    """Dependency `caller`: who is asking. Raises UnauthenticatedError.

    It names `ctx` so that the two are made one after the other: the framework makes those of which none asks for
    another at once, in tasks of their own, for 50 µs a request.
    """
    caller: Caller | None = request.state.get("caller")
    if caller is None:
        raise UnauthenticatedError
    return caller


async def provide_caller_or_none(request: Request[Any, Any, Any], ctx: Ctx) -> Caller | None:
    """Dependency `maybe_caller`: who is asking, if signed in and, with an access token, in its scope.

    Public routes resolve the caller only here, so that pages, pictures and video need no database.
    """
    caller = await _resolve_caller(request)
    return caller if caller is not None and _is_in_scope(caller, request.route_handler.opt["scope"]) else None


async def _resolve_caller(connection: Asking) -> Caller | None:
    token = token_of(connection)
    authenticate: Authenticator = connection.app.state.authenticate
    return await authenticate(token) if token else None


def _is_in_scope(caller: Caller, scope: Scope) -> bool:
    return Scope.EVERYTHING in caller.scopes or has_right(caller.scopes, scope)


def _allow_options_only(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """The framework answers OPTIONS by itself with the methods of a path; everything else must state its access."""
    if connection.scope.get("method") != "OPTIONS":
        raise ForbiddenError


def _refuse_foreign_page(connection: Asking) -> None:
    """Refuse a write that a page of another site makes in our visitor's browser (on top of SameSite=Lax).

    Also where nobody need be signed in: a foreign page could sign its visitor in as somebody else. A bearer token
    cannot be sent by a foreign page unless it has it, so it needs no such care.
    """
    if connection.scope.get("method") in ("GET", "HEAD", "OPTIONS") or bearer_token(connection) is not None:
        return
    if connection.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise ForbiddenError
    origin = connection.headers.get("origin")
    if origin is not None and not _is_own(origin, connection):
        raise ForbiddenError


def _is_own(origin: str, connection: Asking) -> bool:
    public_url: str = connection.app.state.context.settings.public_url
    if origin == public_url.rstrip("/"):
        return True
    return bool(origin.partition("://")[2] == connection.headers.get("host"))


def routes_without_access(app: Litestar) -> list[str]:
    """Paths of our routes that do not say who may call them; must be empty."""
    return [
        f"{sorted(getattr(handler, 'http_methods', ['ASGI']))} {route.path}"
        for route in app.routes
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)])
        if handler is not None and "access" not in handler.opt and not handler.opt.get("framework")
    ]
