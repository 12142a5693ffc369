"""Refusals of accounts that no other module needs to know."""

from xiaodian.contracts.base import DomainError


class LimitReachedError(DomainError):
    """An account has as many of these as it may have (`limit`)."""

    code = "limit_reached"
    status = 409
