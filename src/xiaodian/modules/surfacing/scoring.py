"""How good cues are, measured against true moments.

A cue is right if it comes between 1 s before and 8 s after a true moment of its product that no cue has matched yet.
More cues for the same product until the moment's `until` count for nothing. All others are false.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

EARLY_MS = 1_000
LATE_MS = 8_000
HOUR_MS = 3_600_000


class Shown(Protocol):
    """A cue or a true moment."""

    @property
    def t_ms(self) -> int: ...
    @property
    def product_id(self) -> str: ...
    @property
    def until_ms(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Score:
    """Counts of one room or of several; figures follow from them."""

    right: int = 0
    false: int = 0
    moments: int = 0
    length_ms: int = 0
    lateness_ms: tuple[int, ...] = ()

    @property
    def precision(self) -> float:
        """Of the cues that count, the share that is right; 1 if there is none."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        """Of the true moments, the share that a cue met; 1 if there is none."""
        return self.right / self.moments if self.moments else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def median_lateness_ms(self) -> float | None:
        """From the true moment to the cue that met it."""
        return median(self.lateness_ms) if self.lateness_ms else None

    @property
    def false_per_hour(self) -> float | None:
        """False cues an hour of the room."""
        return self.false * HOUR_MS / self.length_ms if self.length_ms else None

    def __add__(self, other: "Score") -> "Score":
        return Score(
            right=self.right + other.right,
            false=self.false + other.false,
            moments=self.moments + other.moments,
            length_ms=self.length_ms + other.length_ms,
            lateness_ms=self.lateness_ms + other.lateness_ms,
        )


def score_cues(truth: Sequence[Shown], cues: Sequence[Shown], length_ms: int | None = None) -> Score:
    """Match cues, by time, to moments. Without a length the room ends with the last moment or cue."""
    moments = sorted(truth, key=lambda moment: moment.t_ms)
    matched: set[int] = set()
    false = 0
    lateness: list[int] = []
    for cue in sorted(cues, key=lambda cue: cue.t_ms):
        own = [index for index, moment in enumerate(moments) if moment.product_id == cue.product_id]
        met = [
            index for index in own if index not in matched and -EARLY_MS <= cue.t_ms - moments[index].t_ms <= LATE_MS
        ]
        if met:
            matched.add(met[0])
            lateness.append(cue.t_ms - moments[met[0]].t_ms)
        elif not any(index in matched and _covers(moments[index], cue) for index in own):
            false += 1
    last_ms = max([shown.t_ms for shown in [*truth, *cues]], default=0)
    return Score(
        right=len(matched),
        false=false,
        moments=len(moments),
        length_ms=last_ms if length_ms is None else length_ms,
        lateness_ms=tuple(lateness),
    )


def _covers(moment: Shown, cue: Shown) -> bool:
    return moment.t_ms - EARLY_MS <= cue.t_ms <= moment.until_ms
