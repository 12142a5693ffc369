"""How a video's viewers stay and leave by themselves, second by second: pure."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import exp, expm1, log, log1p

from xiaodian.modules.surfacing.learning.viewing import SECOND_MS, SOON_S

USUAL_LEAVING = 0.03
"""The share of those who are there that leaves in a second, where nothing is known."""
USUAL_COUNTS_FOR = 10.0
"""Viewers' seconds."""
NEAR_COUNTS_FOR = 30.0
NEAR_S = 5


class Watching:
    """A video's leaving, in seconds without a card that has just come up."""

    def __init__(
        self, quiet: Mapping[int, Sequence[int]], duration_ms: int, usual_leaving: float = USUAL_LEAVING
    ) -> None:
        """`quiet`: by second, how many came, went and left. `usual_leaving`: of those there, in a second."""
        seconds = max(1, -(-duration_ms // SECOND_MS))
        there: list[int] = []
        now = 0
        for second in range(seconds):
            came, went, _ = quiet.get(second, (0, 0, 0))
            now = max(0, now + came - went)
            there.append(now)
        left = [min(there[second], max(0, quiet.get(second, (0, 0, 0))[2])) for second in range(seconds)]
        self._leaving = _smooth(there, left, usual_leaving)
        # As logarithms: of hours of film the product itself would be 0.
        self._staying = list(accumulate((log1p(-each) for each in self._leaving), initial=0.0))

    def reach(self, at_ms: int, from_ms: int = 0) -> float:
        """The share of those at `from_ms` that gets to this moment, if no card is in the way."""
        last = len(self._staying) - 1
        return exp(self._staying[min(at_ms // SECOND_MS, last)] - self._staying[min(from_ms // SECOND_MS, last)])

    def leaving_soon(self, at_ms: int) -> float:
        """The share of those who are there that leaves within `SOON_S` by themselves."""
        start = min(at_ms // SECOND_MS, len(self._staying) - 1)
        end = min(start + SOON_S, len(self._staying) - 1)
        return -expm1(self._staying[end] - self._staying[start])

    def last_reached(self, share: float) -> int:
        """The last second that so many viewers get to."""
        return max(second for second, staying in enumerate(self._staying) if staying >= log(share))

    def worst_second(self) -> int:
        """Where the greatest share of those there leaves; the first seconds are not about what is shown."""
        calm = range(min(3, len(self._leaving) - 1), len(self._leaving))
        return max(calm, key=lambda second: self._leaving[second])


def _smooth(there: Sequence[int], left: Sequence[int], usual_leaving: float) -> list[float]:
    """Each second believes itself as far as it was seen, then the seconds around it, then what is usual."""
    usual = (usual_leaving * USUAL_COUNTS_FOR + sum(left)) / (USUAL_COUNTS_FOR + sum(there))
    smooth: list[float] = []
    for second in range(len(there)):
        near = slice(max(0, second - NEAR_S), second + NEAR_S + 1)
        around = (usual * USUAL_COUNTS_FOR + sum(left[near])) / (USUAL_COUNTS_FOR + sum(there[near]))
        smooth.append(min(0.95, (around * NEAR_COUNTS_FOR + left[second]) / (NEAR_COUNTS_FOR + there[second])))
    return smooth
