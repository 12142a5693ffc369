"""The one place that reads the clock, so that rules can take `now` as a parameter."""

from datetime import UTC, datetime, timedelta

_turned_by = timedelta(0)


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + _turned_by


def turn_clock(to: datetime | None) -> None:
    """Let this whole process believe that it is another time, and go on from there; None: as it is.

    For programs that play what has been, such as the demo's past. A process that serves people never does it.
    """
    global _turned_by
    _turned_by = timedelta(0) if to is None else to - datetime.now(UTC)


def is_turned() -> bool:
    """Whether this process lives at another time."""
    return bool(_turned_by)


def to_epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC; the unit of media time on the wire."""
    return round(moment.timestamp() * 1000)


def from_epoch_ms(epoch_ms: int) -> datetime:
    """The aware UTC moment of a number of milliseconds since 1970-01-01 UTC."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
