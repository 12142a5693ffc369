"""Identifiers: time-ordered UUIDs (RFC 9562 version 7), so that new rows land at the end of their index."""

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat

from xiaodian.kit.clock import is_turned, utc_now

_BELOW_TIME = (1 << 80) - 1
"""All of a UUIDv7 but its time."""


def new_id() -> UUID:
    """A new UUIDv7."""
    made = uuid_utils.compat.uuid7()
    return UUID(int=earliest_id(utc_now()).int | made.int & _BELOW_TIME) if is_turned() else made


def earliest_id(moment: datetime) -> UUID:
    """No UUIDv7 made from this moment on is smaller; to find rows by the time their ids were made."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def made_at(made: UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond."""
    return datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
