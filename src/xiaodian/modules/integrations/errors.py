"""Refusals of the open API itself."""

from xiaodian.contracts.base import DomainError


class AppTokenNeededError(DomainError):
    """The open API takes tokens of apps, each bound to one shop; a browser's session or a personal token is none."""

    code = "app_token_needed"
    status = 403


class BadCursorError(DomainError):
    """The cursor was not made here, or for another list, or with other filters."""

    code = "bad_cursor"
    status = 400


class UnknownFieldsError(DomainError):
    """`fields` names one that the answer does not have; `name` says which."""

    code = "unknown_fields"
    status = 400


class ChangedMeanwhileError(DomainError):
    """It is no longer what If-Match names; `etag` is what it is now. Read it again before writing."""

    code = "changed_meanwhile"
    status = 412
