"""From days between purchases, each with how often, to figures and to a histogram: pure."""

from collections.abc import Sequence
from itertools import accumulate

from xiaodian.modules.fans.wire import PauseBar, PauseFigures

WIDTHS = (1, 2, 7, 14, 30, 60, 90, 180, 365)
"""Days that a bar may stand for."""
MOST_BARS = 24
TAIL = 0.98
"""Pauses longer than all but so many share the last bar, however long they were."""


def describe_pauses(by_days: Sequence[tuple[int, int]]) -> PauseFigures:
    """Of days with how many pauses were so long, by days; days without any may be among them."""
    counted = [(days, pauses) for days, pauses in sorted(by_days) if pauses > 0]
    total = sum(pauses for _, pauses in counted)
    return PauseFigures(
        pauses=total,
        quarter_days=_at(counted, 0.25 * total),
        median_days=_at(counted, 0.5 * total),
        three_quarters_days=_at(counted, 0.75 * total),
        bars=_bars(counted, total),
    )


def _at(counted: Sequence[tuple[int, int]], part: float) -> int | None:
    """The least length of which, and of all below it, there are so many."""
    sums = accumulate(pauses for _, pauses in counted)
    return next((days for (days, _), so_far in zip(counted, sums, strict=True) if so_far >= part), None)


def _bars(counted: Sequence[tuple[int, int]], total: int) -> list[PauseBar]:
    """Bars of one width, side by side without gaps; the last one has no end if it stands for a tail."""
    if not counted:
        return []
    longest = counted[-1][0]
    usual = _at(counted, TAIL * total) or 0
    width = next((each for each in WIDTHS if usual // each < MOST_BARS), WIDTHS[-1])
    count = min(usual // width + 1, MOST_BARS)
    sums = [0] * (count + 1)
    for days, pauses in counted:
        sums[min(days // width, count)] += pauses
    bars = [
        PauseBar(from_days=number * width, to_days=(number + 1) * width - 1, pauses=sums[number])
        for number in range(count)
    ]
    if longest >= count * width:
        bars.append(PauseBar(from_days=count * width, to_days=None, pauses=sums[count]))
    return bars
