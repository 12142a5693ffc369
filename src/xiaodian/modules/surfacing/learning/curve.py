"""A rate that changes smoothly along a film, believed from few tries: pure.

Log odds wander around a level as an Ornstein-Uhlenbeck process: what is known of a second tells of those close by, and
fades with distance. Its precision has three diagonals, so a fit and a draw take time linear in the places.
"""

import random
from collections.abc import Sequence
from itertools import pairwise
from math import exp, log, sqrt
from typing import NamedTuple

MAX_STEPS = 20
CLOSE_ENOUGH = 1e-3
LARGEST_STEP = 2.0
CERTAIN = 12.0
"""Log odds beyond which a rate is 0 or 1."""


class Shape(NamedTuple):
    """How a rate changes along a film."""

    sd: float
    """Of its log odds around their level."""
    length_s: float
    """After so many seconds little is left of what was known."""
    level_sd: float
    """How far the whole of it may be from what is usual."""


def log_odds(rate: float) -> float:
    """Of a rate between 0 and 1."""
    bounded = min(max(rate, 1e-5), 1 - 1e-5)
    return log(bounded / (1 - bounded))


def rate_of(odds: float) -> float:
    """The rate that has these log odds."""
    return 1 / (1 + exp(-min(max(odds, -CERTAIN), CERTAIN)))


class Curve:
    """The rate at each of some places, by what was expected and what was seen."""

    def __init__(
        self,
        shape: Shape,
        times_s: Sequence[float],
        usual: Sequence[float],
        hits: Sequence[float],
        tries: Sequence[float],
    ) -> None:
        """Places in order of time; `usual`: rates that were expected; of `tries` there were `hits`."""
        self._diagonal, self._off = _precision(shape, times_s)
        self._fit(shape, [log_odds(each) for each in usual], hits, tries)

    @property
    def rates(self) -> list[float]:
        """The likeliest."""
        return [rate_of(each) for each in self._odds]

    def draw(self, chance: random.Random, boldness: float = 1.0) -> list[float]:
        """Rates that may be the true ones, all together; a `boldness` below 1 keeps nearer to the likeliest."""
        apart = 0.0
        drawn = [0.0] * len(self._odds)
        for place in range(len(drawn) - 1, -1, -1):
            below = self._below[place] * apart if place < len(self._below) else 0.0
            apart = (chance.gauss() - below) / self._root[place]
            drawn[place] = rate_of(self._odds[place] + boldness * apart)
        return drawn

    def _fit(self, shape: Shape, usual: Sequence[float], hits: Sequence[float], tries: Sequence[float]) -> None:
        """The likeliest odds and level by Newton's method, and how sure they are."""
        odds, level = list(usual), 0.0
        column = self._times([1.0] * len(odds))
        stiffness = sum(column) + 1 / shape.level_sd**2
        for _ in range(MAX_STEPS):
            rates = [rate_of(each) for each in odds]
            seen = [tried * rate * (1 - rate) for tried, rate in zip(tries, rates, strict=True)]
            pull = self._times([each - expected - level for each, expected in zip(odds, usual, strict=True)])
            gradient = [
                hit - tried * rate - back for hit, tried, rate, back in zip(hits, tries, rates, pull, strict=True)
            ]
            self._factor([a + b for a, b in zip(self._diagonal, seen, strict=True)])
            step = self._solve(gradient)
            odds = [each + min(max(move, -LARGEST_STEP), LARGEST_STEP) for each, move in zip(odds, step, strict=True)]
            level = (
                sum(weight * (each - expected) for weight, each, expected in zip(column, odds, usual, strict=True))
                / stiffness
            )
            if max(map(abs, step), default=0.0) < CLOSE_ENOUGH:
                break
        self._odds = odds

    def _times(self, vector: Sequence[float]) -> list[float]:
        result = [a * b for a, b in zip(self._diagonal, vector, strict=True)]
        for place, off in enumerate(self._off):
            result[place] += off * vector[place + 1]
            result[place + 1] += off * vector[place]
        return result

    def _factor(self, diagonal: Sequence[float]) -> None:
        """Cholesky: the root's diagonal, and what stands below it."""
        self._root: list[float] = []
        self._below: list[float] = []
        for place, value in enumerate(diagonal):
            last = self._below[-1] if place else 0.0
            self._root.append(sqrt(value - last * last))
            if place < len(self._off):
                self._below.append(self._off[place] / self._root[-1])

    def _solve(self, right: Sequence[float]) -> list[float]:
        forward: list[float] = []
        for place, value in enumerate(right):
            last = self._below[place - 1] * forward[-1] if place else 0.0
            forward.append((value - last) / self._root[place])
        solved = [0.0] * len(forward)
        for place in range(len(forward) - 1, -1, -1):
            after = self._below[place] * solved[place + 1] if place < len(self._below) else 0.0
            solved[place] = (forward[place] - after) / self._root[place]
        return solved


def _precision(shape: Shape, times_s: Sequence[float]) -> tuple[list[float], list[float]]:
    """Of the process at these times: its diagonal, and the one beside it."""
    alike = [min(exp(-(later - earlier) / shape.length_s), 0.9999) for earlier, later in pairwise(times_s)]
    diagonal, off = [1.0] * len(times_s), list[float]()
    for place, each in enumerate(alike):
        rest = 1 - each * each
        diagonal[place] += each * each / rest
        diagonal[place + 1] += each * each / rest
        off.append(-each / rest)
    precise = 1 / shape.sd**2
    return [each * precise for each in diagonal], [each * precise for each in off]
