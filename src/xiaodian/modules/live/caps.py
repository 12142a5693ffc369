"""How much of something one source may do in one second, counted by this process alone."""

MAX_SOURCES = 100_000


class CapPerSecond:
    """Counts by source and second of the clock that it is given."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._second = 0
        self._counts: dict[str, int] = {}

    def allow(self, source: str, count: int, now_s: float) -> int:
        """How many of `count` are within the limit."""
        if int(now_s) != self._second or len(self._counts) >= MAX_SOURCES:
            self._second = int(now_s)
            self._counts.clear()
        so_far = self._counts.get(source, 0)
        allowed = max(0, min(count, self._per_second - so_far))
        self._counts[source] = so_far + allowed
        return allowed
