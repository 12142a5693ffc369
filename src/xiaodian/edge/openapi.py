"""The OpenAPI 3.1 document: the framework's, plus what every route has in common.

Those are the access each route states, and the problems that any route of its kind may answer.
"""

from typing import Any

from litestar import Litestar, Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler, Method

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import DomainError, ForbiddenError, UnauthenticatedError, UnavailableError
from xiaodian.edge.access import SESSION_COOKIE, Access, access
from xiaodian.edge.problems import (
    PROBLEM_MEDIA_TYPE,
    MalformedRequestError,
    PayloadTooLargeError,
    UnsupportedMediaTypeError,
)

_PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}


class _WholeDocument(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, _complete(request.app, openapi_schema))


class _DocumentRouter(Router):
    """Takes the document's own route, but not the framework's HTML page for unknown paths beside it."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        return [] if getattr(value, "handler_name", "") == "handle_schema_path_not_found" else super().register(value)


def openapi_config() -> OpenAPIConfig:
    """How the document is made, and served at `/api/openapi.json`."""
    return OpenAPIConfig(
        title="Xiaodian",
        version="1",
        description="Problems are RFC 9457 `application/problem+json` with a stable `code`. Lists are paged by cursor.",
        use_handler_docstrings=True,
        operation_id_creator=_operation_id,
        components=Components(
            security_schemes={
                "session": SecurityScheme(type="apiKey", name=SESSION_COOKIE, security_scheme_in="cookie"),
                "token": SecurityScheme(type="http", scheme="bearer", description="An access token with its scopes."),
            }
        ),
        render_plugins=[_WholeDocument(path="/openapi.json")],
        openapi_router=_DocumentRouter("/api", route_handlers=[], opt=access(Access.PUBLIC), include_in_schema=False),
    )


def openapi_document(app: Litestar) -> dict[str, Any]:
    """The whole document; needs no engines."""
    return _complete(app, app.openapi_schema.to_schema())


def _operation_id(handler: HTTPRouteHandler, method: Method, _: Any) -> str:
    module = handler.fn.__module__.split(".")[-2]
    suffix = f"_{method.lower()}" if len(handler.http_methods) > 1 else ""
    return f"{module}_{handler.fn.__name__}{suffix}"


def _complete(app: Litestar, document: dict[str, Any]) -> dict[str, Any]:
    for route in app.routes:
        path_item = document["paths"].get(getattr(route, "path_format", None))
        if path_item is None:
            continue
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods:
                if operation := path_item.get(method.lower()):
                    _complete_operation(operation, handler)
    return document


def _complete_operation(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    kind, scope = handler.opt.get("access"), handler.opt.get("scope", Scope.EVERYTHING)
    has_body = "requestBody" in operation
    common: list[type[DomainError]] = [UnavailableError]
    if kind in (Access.MEMBER, Access.OPERATOR):
        operation["security"] = [{"session": []}, {"token": [scope.value]}]
        common += [UnauthenticatedError, ForbiddenError]
    if has_body or operation.get("parameters"):
        common.append(MalformedRequestError)
    if has_body:
        common += [PayloadTooLargeError, UnsupportedMediaTypeError]
    for error in common:
        _add_problem(operation["responses"], error)
    for status, response in operation["responses"].items():
        if int(status) >= 400 and "content" in response:
            response["content"] = {PROBLEM_MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA}}


def _add_problem(responses: dict[str, Any], error: type[DomainError]) -> None:
    response = responses.get(str(error.status))
    if response is None or not response["description"].startswith("Problem: "):
        responses[str(error.status)] = {
            "description": f"Problem: {error.code}",
            "content": {PROBLEM_MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA}},
        }
    elif error.code not in response["description"].removeprefix("Problem: ").split(", "):
        response["description"] += f", {error.code}"
