"""What the engine holds to be on show, and what it remembers of the talk so far."""

from dataclasses import dataclass, field

HALF_LIFE_MS = 12_000
INTRODUCTION_MS = 9_000
"""So long an opening without a name ("next we have…") waits for its product."""


@dataclass
class Dialogue:
    """The state of the talk. Bounded by the bag."""

    current: str | None = None
    since_ms: int = 0
    touched_ms: int = 0
    """When the current product was last spoken of."""
    last_line_ms: int | None = None
    introduced_ms: int | None = None
    closed_ms: int | None = None
    shown_ms: dict[str, int] = field(default_factory=dict)
    named_ms: dict[str, int] = field(default_factory=dict)
    _warmth: dict[str, tuple[float, int]] = field(default_factory=dict)

    def warmth(self, product_id: str, t_ms: int) -> float:
        """How much was said of it lately."""
        value, at_ms = self._warmth.get(product_id, (0.0, 0))
        return float(value * 0.5 ** ((t_ms - at_ms) / HALF_LIFE_MS))

    def warm(self, product_id: str, t_ms: int, worth: float) -> None:
        """Something was said of it."""
        self._warmth[product_id] = (min(self.warmth(product_id, t_ms) + worth, 6.0), t_ms)
        self.named_ms[product_id] = t_ms
        if product_id == self.current:
            self.touched_ms = t_ms

    def turn_to(self, product_id: str, t_ms: int) -> None:
        """It is on show from now on."""
        self.current, self.since_ms, self.touched_ms = product_id, t_ms, t_ms
        self.shown_ms[product_id] = t_ms
        self.introduced_ms = None

    def keep_only(self, product_ids: set[str]) -> None:
        """Forget what left the bag."""
        for table in (self.shown_ms, self.named_ms, self._warmth):
            for product_id in [key for key in table if key not in product_ids]:
                del table[product_id]
        if self.current not in product_ids:
            self.current = None
