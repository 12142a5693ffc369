"""Identifiers: time-ordered UUIDs (RFC 9562 version 7), so that new rows land at the end of their index."""

from datetime import datetime
from uuid import UUID

import uuid_utils.compat

from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms, turned_by_ms

_TIME_AT = 80
"""The bit of a UUIDv7 from which on it is milliseconds."""


def new_id() -> UUID:
    """A new UUIDv7."""
    made: UUID = uuid_utils.compat.uuid7()
    turned_ms = turned_by_ms()
    # What is below the time counts on within a millisecond: turned along with it, ids stay in the order they were made.
    return UUID(int=made.int + (turned_ms << _TIME_AT)) if turned_ms else made


def earliest_id(moment: datetime) -> UUID:
    """No UUIDv7 made from this moment on is smaller; to find rows by the time their ids were made."""
    return UUID(int=to_epoch_ms(moment) << _TIME_AT)


def made_at(made: UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond."""
    return from_epoch_ms(made.int >> _TIME_AT)
