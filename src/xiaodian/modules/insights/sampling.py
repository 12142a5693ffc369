"""Of what visitors who are not signed in did, above a set rate only a sample is kept as rows: pure.

Viewers are kept whole or not at all, one of a power of two, so that who is kept of eight is kept of four too. A row
says for how many viewers it stands. What is rare and what all figures of goods rest on (cards, bags, checkouts) is
never left out, and nothing that an account did.
"""

import time
import zlib
from collections.abc import Callable

from xiaodian.contracts.insights import BehaviourKind

SAMPLED_KINDS = frozenset({BehaviourKind.SEEN, BehaviourKind.ENTERED, BehaviourKind.WATCHED, BehaviourKind.LEFT})
MOST = 1024
"""Fewer than one of so many are never kept."""
WINDOW_S = 1.0
NO_ROW = 0
"""The weight of an act of which no row is kept."""
ALONE = 1


class Sampler:
    """How many viewers one is to be kept of, by how many rows came within the last second. One per process."""

    def __init__(self, rows_per_s: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rows_per_s = rows_per_s
        self._clock = clock
        self._since = clock()
        self._rows = 0
        self.one_in = ALONE

    def take(self, rows: int) -> int:
        """So many rows came; answers of how many viewers one is kept now. Up at once, down a step a second."""
        if not self._rows_per_s:
            return ALONE
        passed_s = self._clock() - self._since
        if passed_s >= WINDOW_S:
            self.one_in = max(self._fit(self._rows / passed_s), self.one_in // 2 if passed_s < 2 * WINDOW_S else ALONE)
            self._since += passed_s
            self._rows = 0
        self._rows += rows
        self.one_in = max(self.one_in, self._fit(self._rows / WINDOW_S))
        return self.one_in

    def _fit(self, rows_per_s: float) -> int:
        one_in = ALONE
        while one_in < MOST and rows_per_s > one_in * self._rows_per_s:
            one_in *= 2
        return one_in


def weigh(viewer_id: str, one_in: int) -> int:
    """For how many viewers a row of this one stands, of the SAMPLED_KINDS, while one of so many is kept."""
    return ALONE if one_in == ALONE else NO_ROW if zlib.crc32(viewer_id.encode()) % one_in else one_in
