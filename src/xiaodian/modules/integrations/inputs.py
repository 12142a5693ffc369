"""What programs put into an address, made fit for the modules below. Pure."""

from datetime import UTC, datetime

from xiaodian.contracts.base import InvalidInputError
from xiaodian.kit.clock import to_epoch_ms

LAST_MS = 4_102_444_800_000
"""The year 2100."""


def clean(text: str, field: str) -> str:
    """A text of one line. Raises InvalidInputError."""
    if not all(char.isprintable() for char in text):
        raise InvalidInputError(field=field, reason="bad_character")
    return text.strip()


def read_moment(moment: datetime | None, field: str) -> int | None:
    """A moment in epoch ms; one that says no time zone is meant in UTC. Raises InvalidInputError."""
    if moment is None:
        return None
    try:
        epoch_ms = to_epoch_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (OverflowError, ValueError) as error:
        raise InvalidInputError(field=field, reason="out_of_range") from error
    if not 0 <= epoch_ms <= LAST_MS:
        raise InvalidInputError(field=field, reason="out_of_range")
    return epoch_ms


def require_moment(moment: datetime, field: str) -> int:
    """The same of a moment that must be there."""
    epoch_ms = read_moment(moment, field)
    assert epoch_ms is not None
    return epoch_ms
