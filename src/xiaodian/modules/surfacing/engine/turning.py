"""When the host turned to something: some show first and name it lines later, when a card would come too late."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xiaodian.modules.surfacing.engine.belief import IN_TIME_MS, INTRODUCTION_MS, Dialogue
from xiaodian.modules.surfacing.engine.discourse import Reading
from xiaodian.modules.surfacing.engine.matching import Match

MEMORY_MS = 30_000
"""So long what was opened without a name may still be on show."""
LINGER_MS = 12_000
"""So long what a line does tells of the lines after it."""
LEAST = 0.05
"""So likely a turn that nothing was seen of lies long ago."""
MOST_BEFORE_END_MS = 2_000
"""A turn is noticed in the middle of its line, yet not longer than this before its end."""
_NAMED = 0.9
_PACE = {"zh": 5.5, "en": 15.0}
"""How many characters hosts say in a second."""


class Opening(NamedTuple):
    """A line that may have turned to something."""

    begun_ms: int
    likelihood: float
    matches: Mapping[str, Match]


@dataclass
class Openings:
    """The lines since the last card, and how likely each of them turned to something."""

    _lines: deque[Opening] = field(default_factory=lambda: deque(maxlen=16))

    def note(self, opening: Opening) -> None:
        """A line was said."""
        self._lines.append(opening)

    def forget(self) -> None:
        """A card came up; what was said before belongs to it or to what was before it."""
        self._lines.clear()

    def in_time(self, product_id: str, t_ms: int, now: float = 0.0) -> float:
        """Of all lines that may have turned to it, the share of those that did so not too long ago: 0 late, 1 in time.

        `now` is how likely the line that has just ended turns to it.
        """
        young, total = now, now + LEAST
        for line in self._lines:
            age_ms = t_ms - line.begun_ms
            if age_ms <= MEMORY_MS:
                chance = line.likelihood * _may_be(line.matches, product_id)
                total += chance
                if age_ms <= IN_TIME_MS:
                    young += chance
        return young / total


def begun_ms(text: str, lang: str, t_ms: int) -> int:
    """When one could begin to tell what a line that has just ended is about."""
    return t_ms - min(round(500 * len(text) / _PACE[lang]), MOST_BEFORE_END_MS)


def signs_of_turn(
    reading: Reading, matches: Mapping[str, Match], dialogue: Dialogue, t_ms: int, lang: str, near: int
) -> dict[str, float]:
    """Evidence that the line turns to something, whatever that is."""
    scores = {product_id: match.score for product_id, match in matches.items()}
    best = max(scores.values(), default=0.0)
    signs = {
        "turn_bias": 1.0,
        "turn_score": min(best, 2.0),
        "turn_current": min(scores.get(dialogue.current or "", 0.0), 2.0),
        "turn_named": float(best >= _NAMED),
        "turn_seconds": min(len(reading.text) / _PACE[lang], 10.0) / 5,
        "turn_fresh": float(dialogue.current is not None and t_ms - dialogue.since_ms < LINGER_MS),
        "turn_age": min((t_ms - dialogue.since_ms) / 30_000, 3.0),
        "turn_silent": min((t_ms - dialogue.touched_ms) / 20_000, 3.0),
        "turn_nothing_yet": float(dialogue.current is None),
        "turn_introduced": float(
            dialogue.introduced_ms is not None and t_ms - dialogue.introduced_ms <= INTRODUCTION_MS
        ),
        "turn_closed": float(dialogue.closed_ms is not None and t_ms - dialogue.closed_ms <= INTRODUCTION_MS),
    }
    for act, spans in reading.acts.items():
        signs[f"turn_{act}"] = min(len(spans), 2.0)
        signs[f"turn_{act}_first"] = float(spans[0][0] < near)
    for act, at_ms in dialogue.acts_ms.items():
        signs[f"turn_{act}_before"] = float(t_ms - at_ms <= LINGER_MS)
    return {code: value for code, value in signs.items() if value}


def _may_be(matches: Mapping[str, Match], product_id: str) -> float:
    """1 if the line names nothing, or nothing better than this product; 0 if it names another."""
    own = matches[product_id].score if product_id in matches else 0.0
    rival = max((match.score for key, match in matches.items() if key != product_id), default=0.0)
    return 1 - max(0.0, min((rival - own) / _NAMED, 1.0))
