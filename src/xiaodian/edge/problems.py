"""Errors as problem details (RFC 9457), rendered in one place."""

from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec

from xiaodian.contracts.base import DomainError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.edge.messages import choose_language, translate
from xiaodian.infra.logging import get_logger
from xiaodian.kit.paging import BadCursorError

PROBLEM_TYPE_BASE = "/problems/"
PROBLEM_MEDIA_TYPE = "application/problem+json"

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
    """The problem details of an expected refusal, its title in the reader's language."""
    return Problem(
        type=f"{PROBLEM_TYPE_BASE}{error.code}",
        title=translate(language, "errors", error.code, error.params),
        status=error.status,
        code=error.code,
        field=error.field,
        params=error.params,
    )


def encode_problem(error: DomainError, language: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of a problem, for raw ASGI handlers."""
    headers = [(b"content-type", PROBLEM_MEDIA_TYPE.encode())]
    if error.retry_after_s is not None:
        headers.append((b"retry-after", str(error.retry_after_s).encode()))
    return error.status, headers, msgspec.json.encode(to_problem(error, language))


def handle_error(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Turn any exception into a problem; one that is not expected is logged and becomes a bare 500."""
    domain_error = _as_domain_error(error)
    if domain_error is None:
        log.error("unexpected_error", path=request.url.path, exc_info=error)
        domain_error = InternalError()
    language = choose_language(request.headers.get("accept-language"), request.cookies.get("xd_lang"))
    retry_after = {} if domain_error.retry_after_s is None else {"retry-after": str(domain_error.retry_after_s)}
    return Response(
        to_problem(domain_error, language),
        status_code=domain_error.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=retry_after,
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
    """The request does not have the form the API describes; `detail` says where."""

    code = "malformed_request"
    status = 400


class HttpError(DomainError):
    """What the framework refuses by itself: unknown path, wrong method, body too large."""

    code = "http_error"


def _as_domain_error(error: Exception) -> DomainError | None:
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
    return None


def _from_http_exception(error: HTTPException) -> DomainError | None:
    if error.status_code == 404:
        return NotFoundError()
    if error.status_code == 401:
        return UnauthenticatedError()
    if error.status_code == 400:
        return MalformedRequestError(detail=error.detail)
    if error.status_code >= 500:
        return None
    refusal = HttpError(detail=error.detail)
    refusal.status = error.status_code  # type: ignore[misc]  # The framework chose it.
    return refusal
