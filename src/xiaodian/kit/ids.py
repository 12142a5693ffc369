"""Identifiers: time-ordered UUIDs (RFC 9562 version 7), so that new rows land at the end of their index."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A new UUIDv7."""
    return uuid_utils.compat.uuid7()
