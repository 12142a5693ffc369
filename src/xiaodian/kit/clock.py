"""The one place that reads the clock, so that rules can take `now` as a parameter."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)

_turned_by = timedelta(0)


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + _turned_by


def turn_clock(to: datetime | None) -> None:
    """Let this whole process believe that it is another time, and go on from there; None: as it is.

    For programs that play what has been, such as the demo's past. A process that serves people never does it.
    """
    global _turned_by
    # By whole milliseconds, so that ids are turned by as much (see new_id); never to before the moment.
    _turned_by = timedelta(0) if to is None else (datetime.now(UTC) - to) // _MS * -_MS


def turned_by_ms() -> int:
    """By how much this process lives at another time."""
    return _turned_by // _MS


def to_epoch_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970-01-01 UTC; the unit of media time on the wire.

    Never rounded up, lest the present moment come back from the wire as one that is yet to come.
    """
    return (moment - _EPOCH) // _MS


def from_epoch_ms(epoch_ms: int) -> datetime:
    """The aware UTC moment of a number of milliseconds since 1970-01-01 UTC."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
