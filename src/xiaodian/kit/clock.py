"""The one place that reads the clock, so that rules can take `now` as a parameter."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def to_epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC; the unit of media time on the wire."""
    return round(moment.timestamp() * 1000)


def from_epoch_ms(epoch_ms: int) -> datetime:
    """The aware UTC moment of a number of milliseconds since 1970-01-01 UTC."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
