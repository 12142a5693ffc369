"""Who opens or buys what: many more than before, just when the host may have turned to it, say so."""

from collections import deque
from dataclasses import dataclass, field

WINDOW_MS = 20_000
LEAD_MS = 2_000
"""A line is known when it ends; viewers may have opened the bag while it was said."""
MAX_KEPT = 2_000
_USUAL = 2.0
"""So many clicks stand for what is not known, so that a single one is no rush."""


@dataclass
class Clicking:
    """Clicks in the bag and purchases within the last seconds; one account counts once for a product."""

    _clicks: deque[tuple[int, str, str]] = field(default_factory=lambda: deque(maxlen=MAX_KEPT))

    def note(self, t_ms: int, account: str, product_id: str) -> None:
        """Somebody opened or bought it."""
        self._clicks.append((t_ms, product_id, account))
        while self._clicks and t_ms - self._clicks[0][0] > WINDOW_MS:
            self._clicks.popleft()

    def lift(self, product_id: str, since_ms: int) -> float:
        """Its share of the clicks since then, less its share before: 0 nothing new, near 1 everybody opens it."""
        since_ms -= LEAD_MS
        return max(self._share(product_id, since_ms, True) - self._share(product_id, since_ms, False), 0.0)

    def _share(self, product_id: str, since_ms: int, is_since: bool) -> float:
        who = {(key, account) for t_ms, key, account in self._clicks if (t_ms >= since_ms) is is_since}
        return sum(1 for key, _ in who if key == product_id) / (len(who) + _USUAL)
