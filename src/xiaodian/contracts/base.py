"""The roots every contract grows from: errors with a stable code, events, and the kind of struct we use."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec

Line = Annotated[str, msgspec.Meta(pattern=r"^(?![\s\S]*[\x00-\x1f\x7f])")]
"""Text of one line: no control characters (PostgreSQL cannot store NUL). Narrow it with another Meta."""

Text = Annotated[str, msgspec.Meta(pattern=r"^(?![\s\S]*[\x00-\x08\x0b-\x1f\x7f])")]
"""Text that may have several lines and tabs, but no other control characters."""


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """Plain data that one module hands to another, or that goes out on the wire."""


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plain data that comes in from outside; unknown fields are refused."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Something that happened, told after the fact through the outbox. Consumers must be idempotent."""

    event_key: ClassVar[str] = ""
    """Name of the field that names the aggregate; events of one aggregate keep their order."""


class Envelope(Contract, frozen=True, kw_only=True):
    """An event on its way: what the outbox stores and JetStream carries."""

    event_id: UUID
    type: str
    occurred_at_ms: int
    key: str
    data: msgspec.Raw


class DomainError(Exception):
    """An expected refusal. Rendered once, at the edge, as RFC 9457 problem details.

    `code` is stable and is the last part of the problem's `type`; its title in each language is in the message
    catalogue under `errors.<code>`. `params` fill the title's placeholders and are sent along as members.
    `field` names the offending input, if one does.
    """

    code: ClassVar[str] = "domain_error"
    status: ClassVar[int] = 400

    def __init__(self, *, field: str | None = None, retry_after_s: int | None = None, **params: Any) -> None:
        super().__init__(self.code, params)
        self.field = field
        self.retry_after_s = retry_after_s
        self.params = params


class NotFoundError(DomainError):
    """It does not exist, or the caller may not know that it does."""

    code = "not_found"
    status = 404


class InvalidInputError(DomainError):
    """The input is well-formed but breaks a rule; `field` says where, `reason` is a code that says why."""

    code = "invalid_input"
    status = 422


class UnauthenticatedError(DomainError):
    """No session, or one that has ended."""

    code = "unauthenticated"
    status = 401


class ForbiddenError(DomainError):
    """Signed in, but not allowed to do this."""

    code = "forbidden"
    status = 403


class TooManyRequestsError(DomainError):
    """A rate limit was reached; try again after `retry_after_s`."""

    code = "too_many_requests"
    status = 429


class UnavailableError(DomainError):
    """An engine we stand on (database, broker) is away; nothing was half-done, try again."""

    code = "unavailable"
    status = 503
