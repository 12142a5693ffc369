"""What always holds, whoever asks for a cue: the host's own cue, sold out, gaps and caps."""

from collections import deque
from dataclasses import dataclass, field

HOUR_MS = 3_600_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How often the engine may speak."""

    host_reign_ms: int = 20_000
    """Nothing overrides the host's own cue for this long."""
    gap_ms: int = 4_000
    """Between two cues of the engine."""
    cap_per_hour: int = 120
    cap_per_product_per_hour: int = 40
    show_ms: int = 45_000
    """How long a cue is on show if nothing else comes."""


@dataclass
class Policy:
    """Remembers what was shown, and refuses what may not come up."""

    limits: Limits
    stock: dict[str, int]
    _host_until_ms: int = -1
    _last_ms: int | None = None
    _shown: dict[str, deque[int]] = field(default_factory=dict)
    _shown_all: deque[int] = field(default_factory=deque)

    def refuses(self, product_id: str, t_ms: int) -> str | None:
        """Why the product may not come up now; None: it may."""
        if self.stock.get(product_id, 0) <= 0:
            return "sold_out"
        if t_ms < self._host_until_ms:
            return "host_reigns"
        if self._last_ms is not None and t_ms - self._last_ms < self.limits.gap_ms:
            return "gap"
        own = self._shown.get(product_id)
        if own is not None and _count(own, t_ms) >= self.limits.cap_per_product_per_hour:
            return "product_cap"
        if _count(self._shown_all, t_ms) >= self.limits.cap_per_hour:
            return "hour_cap"
        return None

    def note_shown(self, product_id: str, t_ms: int) -> None:
        """A cue was made."""
        self._last_ms = t_ms
        self._shown_all.append(t_ms)
        self._shown.setdefault(product_id, deque()).append(t_ms)

    def note_host(self, t_ms: int) -> None:
        """The host made a cue by hand."""
        self._host_until_ms = t_ms + self.limits.host_reign_ms

    def keep_only(self, product_ids: set[str]) -> None:
        """Forget products that left the bag, but not what they were shown in the last hour, lest they come back."""
        since_ms = (self._last_ms or 0) - HOUR_MS
        self._shown = {
            key: times for key, times in self._shown.items() if key in product_ids or (times and times[-1] > since_ms)
        }


def _count(times: deque[int], t_ms: int) -> int:
    while times and t_ms - times[0] >= HOUR_MS:
        times.popleft()
    return len(times)
