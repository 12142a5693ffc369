"""What a route of the open API says of itself, for the guard at its door and for its description.

@get("/products", **reads(Scope.PRODUCTS_READ, wire.ProductPage, sparse=True))
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any, NamedTuple

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import (
    DomainError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
)
from xiaodian.contracts.orders import IdempotencyInFlightError, IdempotencyMismatchError
from xiaodian.edge.access import Access, access
from xiaodian.edge.problems import MalformedRequestError, PayloadTooLargeError, UnsupportedMediaTypeError
from xiaodian.modules.integrations.errors import (
    AppTokenNeededError,
    BadCursorError,
    ChangedMeanwhileError,
    UnknownFieldsError,
)

OPENING = "opening"
BASE = "/open/v1"
SPARSE_MEDIA_TYPE = "application/vnd.xiaodian.sparse+json"
"""Of an answer with fewer fields than its type has, so that nobody takes it for a whole one."""

ALWAYS: tuple[type[DomainError], ...] = (
    MalformedRequestError,
    UnauthenticatedError,
    ForbiddenError,
    AppTokenNeededError,
    NotFoundError,
    TooManyRequestsError,
    UnavailableError,
)
OF_BODIES: tuple[type[DomainError], ...] = (InvalidInputError, PayloadTooLargeError, UnsupportedMediaTypeError)


class Deprecation(NamedTuple):
    """When an operation was deprecated, when it will be gone, and where its successor is described."""

    since: date
    sunset: date
    successor: str

    @property
    def headers(self) -> dict[str, str]:
        """What every success says of it: RFC 9745, RFC 8594, RFC 8288."""
        since = datetime.combine(self.since, time(), UTC)
        sunset = datetime.combine(self.sunset, time(), UTC)
        return {
            "Deprecation": f"@{int(since.timestamp())}",
            "Sunset": format_datetime(sunset, usegmt=True),
            "Link": f'<{self.successor}>; rel="successor-version"',
        }


class Opening(NamedTuple):
    """One operation as its description tells it, beside what its function says."""

    scope: Scope
    answer: Any
    """The type of the body of a success; None: there is none."""
    status: int
    errors: Sequence[type[DomainError]]
    is_list: bool = False
    is_sparse: bool = False
    """Takes `fields`."""
    has_etag: bool = False
    """Answers an ETag and takes If-None-Match."""
    takes_if_match: bool = False
    is_once: bool = False
    """Takes an Idempotency-Key, and must have one."""
    media_type: str = "application/json"
    """Of the answer."""
    body: Any = None
    """The type of what it takes; None: it takes no body."""
    takes: str = "application/json"
    """The media type of what it takes."""
    is_personal: bool = False
    """Also for personal tokens with the scope: it tells of the account alone, which may have no shop."""
    takes_file: str | None = None
    """Another media type that it takes instead, as a file."""
    deprecation: Deprecation | None = None


def reads(
    scope: Scope,
    answer: Any,
    *errors: type[DomainError],
    is_list: bool = False,
    pages: bool = False,
    is_file: bool = False,
    **more: Any,
) -> dict[str, Any]:
    """The keyword arguments of a handler of GET: of one thing, of a list, of one thing with pages, or of a file."""
    refusals = list(errors)
    if is_list or pages:
        refusals.append(BadCursorError)
    if not is_file:
        refusals.append(UnknownFieldsError)
    has_etag = not (is_list or is_file)
    return _handler(
        Opening(scope, answer, 200, refusals, is_list=is_list, is_sparse=not is_file, has_etag=has_etag, **more)
    )


def writes(
    scope: Scope, answer: Any, *errors: type[DomainError], status: int = 200, is_once: bool = False, **more: Any
) -> dict[str, Any]:
    """The keyword arguments of a handler that changes something; with `is_once` it takes an Idempotency-Key."""
    refusals = list(errors)
    if is_once:
        refusals += [IdempotencyMismatchError, IdempotencyInFlightError]
    if more.get("takes_if_match"):
        refusals.append(ChangedMeanwhileError)
    return _handler(Opening(scope, answer, status, refusals, is_once=is_once, **more))


def _handler(opening: Opening) -> dict[str, Any]:
    return {
        "opt": {**access(Access.MEMBER, opening.scope), OPENING: opening},
        "status_code": opening.status,
        "response_headers": opening.deprecation.headers if opening.deprecation else {},
        "include_in_schema": False,
    }
