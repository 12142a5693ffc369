"""What the engine holds to be on show, and what it remembers of the talk so far."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

HALF_LIFE_MS = 15_000
MAX_SAID = 8
FRESH_MS = 6_200
"""So long a line may still belong to the turn that an earlier one began."""
IN_TIME_MS = 7_800
"""A card later than this after the turn comes too late."""
STALE_MS = 45_000
"""So long it is remembered that the host may have turned to something without a cue."""
INTRODUCTION_MS = 9_000
"""So long an opening without a name ("next we have…") waits for its product."""


class Hint(NamedTuple):
    """A line that may have turned to a product, but was not sure enough for a cue."""

    t_ms: int
    log_odds: float
    likelihood: float
    """The same as a probability."""
    words: str
    named_by: str
    begun_ms: int
    """When the line began to tell."""
    is_detail: bool
    """Whether it told details alone."""
    is_asked: bool
    """Whether viewers had asked for it."""
    looked: float | None = None
    """Log odds in the light of the lines after it."""


@dataclass
class Dialogue:
    """The state of the talk. Bounded by the bag."""

    current: str | None = None
    since_ms: int = 0
    touched_ms: int = 0
    """When the current product was last spoken of."""
    acts_ms: dict[str, int] = field(default_factory=dict)
    """When a line last did this."""
    introduced_ms: int | None = None
    closed_ms: int | None = None
    shown_ms: dict[str, int] = field(default_factory=dict)
    named_ms: dict[str, int] = field(default_factory=dict)
    _said: dict[str, deque[tuple[int, float]]] = field(default_factory=dict)
    """When each product was spoken of, and how clearly."""
    _hints: dict[str, deque[Hint]] = field(default_factory=dict)
    """When the host may have turned to a product without a cue."""

    def warmth(self, product_id: str, t_ms: int, before_ms: int = 0) -> float:
        """How much was said of it lately, or so long ago at least."""
        said = self._said.get(product_id, ())
        return sum(
            worth * math.exp2((at_ms - t_ms) / HALF_LIFE_MS) for at_ms, worth in said if t_ms - at_ms >= before_ms
        )

    def warm(self, product_id: str, t_ms: int, worth: float) -> None:
        """Something was said of it."""
        self._said.setdefault(product_id, deque(maxlen=MAX_SAID)).append((t_ms, worth))
        self.named_ms[product_id] = t_ms
        if product_id == self.current:
            self.touched_ms = t_ms

    def turn_to(self, product_id: str, t_ms: int) -> None:
        """It is on show from now on."""
        self.current, self.since_ms, self.touched_ms = product_id, t_ms, t_ms
        self.shown_ms[product_id] = t_ms
        self.introduced_ms = None
        self._hints.clear()

    def hint(self, product_id: str, hint: Hint) -> None:
        """The host may have turned to it."""
        self._hints.setdefault(product_id, deque(maxlen=MAX_SAID)).append(hint)

    def revise(self, product_id: str, hint: Hint, log_odds: float) -> None:
        """A line came after it and told more."""
        hints = self._hints.get(product_id)
        if hints is not None and hint in hints:
            hints[hints.index(hint)] = hint._replace(looked=log_odds)

    def open_hints(self, t_ms: int) -> dict[str, Hint]:
        """By product, the likeliest of the lines that may have turned to it so lately that a card comes in time."""
        found = {}
        for product_id, hints in self._hints.items():
            fresh = [hint for hint in hints if t_ms - hint.begun_ms <= IN_TIME_MS]
            if fresh and product_id != self.current:
                found[product_id] = max(fresh, key=lambda hint: hint.likelihood)
        return found

    def hint_of(self, product_id: str, t_ms: int) -> Hint | None:
        """The likeliest of the last lines that may have turned to it."""
        fresh = [hint for hint in self._hints.get(product_id, ()) if t_ms - hint.t_ms <= FRESH_MS]
        return max(fresh, key=lambda hint: hint.likelihood, default=None)

    def hinted(self, product_id: str, t_ms: int) -> float:
        """How likely the host turned to it with one of the last lines."""
        hint = self.hint_of(product_id, t_ms)
        return hint.likelihood if hint else 0.0

    def under_way(self, product_id: str, t_ms: int) -> float:
        """How likely the host turned to it longer ago, so that a card would come too late."""
        hints = self._hints.get(product_id, ())
        return max((hint.likelihood for hint in hints if FRESH_MS < t_ms - hint.t_ms <= STALE_MS), default=0.0)

    def keep_only(self, product_ids: set[str]) -> None:
        """Forget what left the bag."""
        tables: tuple[dict[str, Any], ...] = (self.shown_ms, self.named_ms, self._said, self._hints)
        for table in tables:
            for product_id in [key for key in table if key not in product_ids]:
                del table[product_id]
        if self.current not in product_ids:
            self.current = None
