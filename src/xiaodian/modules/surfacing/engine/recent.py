"""The lines just before: some hosts say in four short breaths what others say in one sentence."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xiaodian.modules.surfacing.engine.discourse import Reading
from xiaodian.modules.surfacing.engine.matching import Match, Part

SPAN_MS = 7_000
"""Lines that lie farther apart are told apart."""
_NAMES = frozenset(("name", "sound", "head", "sku", "number", "likely_number", "year"))
MOST_SCORE = 3.0


class Line(NamedTuple):
    """One line with what it names and does."""

    t_ms: int
    reading: Reading
    matches: Mapping[str, Match]


@dataclass
class Recent:
    """The lines since the last cue, none older than the span."""

    _lines: deque[Line] = field(default_factory=lambda: deque(maxlen=8))

    def note(self, line: Line) -> None:
        """A line was said."""
        self._lines.append(line)

    def forget(self) -> None:
        """A card came up; what was said before belongs to it or to what was before it."""
        self._lines.clear()

    def lines(self, t_ms: int) -> list[Line]:
        """Those before this one that may belong to it."""
        return [line for line in self._lines if t_ms - line.t_ms <= SPAN_MS]


def gather_recent(recent: list[Line], matches: Mapping[str, Match], product_id: str) -> dict[str, float]:
    """What the lines before add to what this one says of a product."""
    if not recent:
        return {}
    before = [line.matches[product_id] for line in recent if product_id in line.matches]
    scores: dict[str, float] = {}
    for found in (matches, *(line.matches for line in recent)):
        for key, match in found.items():
            scores[key] = min(scores.get(key, 0.0) + match.score, MOST_SCORE)
    rival = max((score for key, score in scores.items() if key != product_id), default=0.0)
    margin = scores[product_id] - rival
    parts = [part for match in (matches[product_id], *before) for part in match.parts]
    return {
        "recent_score": min(sum(match.score for match in before), MOST_SCORE),
        "recent_margin": max(-1.5, min(margin, 2.5)) if before else 0.0,
        "recent_tied": float(margin < 0.3),
        "recent_kinds": float(len({_kind(part) for part in parts}) >= 2) if before else 0.0,
        "recent_opened": float(any(_opens(line.reading) for line in recent)),
        "recent_handled": float(any(line.reading.has("handling") or line.reading.has("pointing") for line in recent)),
        "recent_put_off": float(any(_puts_off(line.reading) for line in recent)),
        "recent_told": float(any(line.reading.has("story") or line.reading.has("elsewhere") for line in recent)),
        "recent_lines": float(min(len(before), 3)),
    }


def _kind(part: Part) -> str:
    return "name" if part.kind in _NAMES else part.kind


def _opens(reading: Reading) -> bool:
    return reading.has("present") or reading.has("return") or reading.has("heard")


def _puts_off(reading: Reading) -> bool:
    return any(reading.has(act) for act in ("later", "declining", "gone", "change"))
