"""Errors as problem details (RFC 9457), rendered in one place."""

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.routes import BaseRoute, HTTPRoute
from litestar.utils.path import normalize_path

from xiaodian.contracts.base import DomainError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.edge.malformed import reason_of
from xiaodian.edge.messages import has_text, language_of, translate
from xiaodian.infra.database import UNFIT_DATA_ERRORS
from xiaodian.infra.logging import get_logger
from xiaodian.kit.paging import BadCursorError

PROBLEM_TYPE_BASE = "/problems/"
PROBLEM_MEDIA_TYPE = "application/problem+json"
CLIENT_LEFT = "client disconnected prematurely"
"""What the framework says, as a fault of the server, when a client hangs up while it sends."""

log = get_logger(__name__)


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 9457 problem details. `type` ends in the stable error code; `params` says what the title is about."""

    type: str
    title: str
    status: int
    code: str
    field: str | None = None
    params: dict[str, Any] = {}


def to_problem(error: DomainError, language: str) -> Problem:
    """The problem details of an expected refusal, its title in the reader's language.

    Where the catalogue has a text for the reason (`errors.<code>.<reason>`), it is the title.
    """
    with_reason = f"{error.code}.{error.params.get('reason')}"
    key = with_reason if has_text(language, "errors", with_reason) else error.code
    return Problem(
        type=f"{PROBLEM_TYPE_BASE}{error.code}",
        title=translate(language, "errors", key, error.params),
        status=error.status,
        code=error.code,
        field=error.field,
        params=error.params,
    )


def problem_headers(error: DomainError, language: str) -> dict[str, str]:
    """Headers that go with a problem: its language, when to try again, how to sign in; never cached."""
    headers = {"content-language": language, "cache-control": "no-store"}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(error.retry_after_s)
    if isinstance(error, UnauthenticatedError):
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowedError) and error.allow:
        headers["allow"] = error.allow
    return headers


def encode_problem(error: DomainError, language: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of a problem, for raw ASGI handlers."""
    body = msgspec.json.encode(to_problem(error, language))
    headers = {
        "content-type": PROBLEM_MEDIA_TYPE,
        "content-length": str(len(body)),
        **problem_headers(error, language),
    }
    return error.status, [(name.encode(), value.encode()) for name, value in headers.items()], body


def handle_error(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Turn any exception into a problem; one that is not expected is logged and becomes a bare 500."""
    domain_error = as_domain_error(error)
    if domain_error is None:
        log.error("unexpected_error", path=request.url.path, exc_info=error)
        domain_error = InternalError()
    elif isinstance(error, UNFIT_DATA_ERRORS):
        log.error("unchecked_input", path=request.url.path, exc_info=error)
    elif isinstance(domain_error, MethodNotAllowedError):
        domain_error.allow = _allowed_methods(request)
    language = language_of(request)
    return Response(
        to_problem(domain_error, language),
        status_code=domain_error.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=problem_headers(domain_error, language),
    )


def problems(*errors: type[DomainError]) -> dict[int, ResponseSpec]:
    """The `responses` of a route that may refuse with these errors, for OpenAPI."""
    by_status: dict[int, list[str]] = {}
    for error in errors:
        by_status.setdefault(error.status, []).append(error.code)
    return {
        status: ResponseSpec(
            data_container=Problem,
            generate_examples=False,
            description=f"Problem: {', '.join(codes)}",
            media_type=MediaType.JSON,
        )
        for status, codes in by_status.items()
    }


class InternalError(DomainError):
    """A fault of ours; the log has the details."""

    code = "internal_error"
    status = 500


class MalformedRequestError(DomainError):
    """The request does not have the form the API describes; `detail` says where, `reason` which bound was broken."""

    code = "malformed_request"
    status = 400

    def __init__(self, *, detail: str, field: str | None = None) -> None:
        super().__init__(field=field, detail=detail, **reason_of(field, detail))


class MethodNotAllowedError(DomainError):
    """The path exists, but not for this method."""

    code = "method_not_allowed"
    status = 405

    allow: str = ""
    """The methods that there are; RFC 9110 wants them told."""


class PayloadTooLargeError(DomainError):
    """The body is larger than this route takes."""

    code = "payload_too_large"
    status = 413


class UnsupportedMediaTypeError(DomainError):
    """The body is not of the kind that this route reads; `expected` says which is."""

    code = "unsupported_media_type"
    status = 415


class HttpError(DomainError):
    """What else the framework refuses by itself."""

    code = "http_error"

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail=detail)
        self.status = status  # type: ignore[misc]  # The framework chose it.


def as_domain_error(error: Exception) -> DomainError | None:
    """The refusal that an exception stands for; None if it is a fault of ours."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, BadCursorError):
        return InvalidInputError(field="cursor", reason="bad_cursor")
    if isinstance(error, ValidationException):
        first = error.extra[0] if isinstance(error.extra, list) and error.extra else {}
        field = first.get("key") if isinstance(first, dict) else None
        detail = first.get("message", error.detail) if isinstance(first, dict) else error.detail
        return MalformedRequestError(field=field, detail=detail)
    if isinstance(error, HTTPException):
        return _from_http_exception(error)
    if isinstance(error, UNFIT_DATA_ERRORS):
        return MalformedRequestError(detail="a value is out of range")
    return None


def _allowed_methods(request: Request[Any, Any, Any]) -> str:
    """What the framework knows but does not tell: it answers OPTIONS on every path that has any method."""
    try:
        path = normalize_path(request.url.path)
        _, _, _, _, template = request.app.asgi_router.handle_routing(path=path, method="OPTIONS")
    except HTTPException:
        return ""
    methods = {
        str(method) for route in request.app.routes if route.path_format == template for method in _methods(route)
    }
    return ", ".join(sorted(methods))


def _methods(route: BaseRoute) -> Iterable[str]:
    return route.methods if isinstance(route, HTTPRoute) else ()


def _from_http_exception(error: HTTPException) -> DomainError | None:
    if error.status_code == 500 and error.detail == CLIENT_LEFT:
        return MalformedRequestError(detail=CLIENT_LEFT)
    if error.status_code >= 500:
        return None
    match error.status_code:
        case 400:
            return MalformedRequestError(detail=error.detail)
        case 401:
            return UnauthenticatedError()
        case 404:
            return NotFoundError()
        case 405:
            return MethodNotAllowedError()
        case 413:
            return PayloadTooLargeError()
    return HttpError(error.status_code, error.detail)
