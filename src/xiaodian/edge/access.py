"""Who may call a route. Every route says so in `opt`; a route that does not is refused at start-up (default deny).

@post("/api/rooms", opt=access(Access.MEMBER), ...)
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError, UnauthenticatedError

SESSION_COOKIE = "xd_session"
Authenticator = Callable[[str], Awaitable[Caller | None]]
"""From a session or access token to its caller; None if it is unknown or has ended."""


SignedIn = NamedDependency[Caller]
"""How a route asks for its caller: `caller: SignedIn`."""
MaybeSignedIn = NamedDependency[Caller | None]
"""The same where anybody may call: `maybe_caller: MaybeSignedIn`."""


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


def token_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The bearer token if there is one, else the session cookie."""
    authorization = connection.headers.get("authorization", "")
    if authorization[:7].lower() == "bearer ":
        return authorization[7:].strip()
    return connection.cookies.get(SESSION_COOKIE)


async def guard_access(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The app-wide guard: resolves the caller and refuses who may not call this route."""
    kind = handler.opt.get("access")
    if kind is None:
        raise ForbiddenError
    token = token_of(connection)
    authenticate: Authenticator = connection.app.state.authenticate
    caller = await authenticate(token) if token else None
    connection.state.caller = caller
    if kind in (Access.PUBLIC, Access.SIGNED):
        return
    if caller is None:
        raise UnauthenticatedError
    _refuse_foreign_page(connection)
    if Scope.EVERYTHING not in caller.scopes and handler.opt["scope"] not in caller.scopes:
        raise ForbiddenError
    if kind is Access.OPERATOR and not caller.is_operator:
        raise ForbiddenError


def _refuse_foreign_page(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Refuse a write that a page of another site makes with our cookie (on top of SameSite=Lax)."""
    origin = connection.headers.get("origin")
    if (
        origin
        and connection.scope.get("method") not in ("GET", "HEAD")
        and "authorization" not in connection.headers
        and origin.partition("://")[2] != connection.headers.get("host")
    ):
        raise ForbiddenError


def provide_caller(request: Request[Any, Any, Any]) -> Caller:
    """Dependency `caller`: who is asking. Raises UnauthenticatedError."""
    caller: Caller | None = request.state.caller
    if caller is None:
        raise UnauthenticatedError
    return caller


def provide_caller_or_none(request: Request[Any, Any, Any]) -> Caller | None:
    """Dependency `maybe_caller`: who is asking, if signed in."""
    caller: Caller | None = request.state.caller
    return caller


def routes_without_access(app: Litestar) -> list[str]:
    """Paths of our routes that do not say who may call them; must be empty."""
    return [
        f"{sorted(getattr(handler, 'http_methods', ['ASGI']))} {route.path}"
        for route in app.routes
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)])
        if handler is not None and "access" not in handler.opt and not handler.opt.get("framework")
    ]
