"""What was learned counts as long as viewers are as they were. Pure.

Showings of long ago count less when much was shown since. And when the same cards are clicked at other rates than
before, by more than chance, what is older hardly counts: the learner looks for the best moment anew.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from xiaodian.modules.surfacing.learning.learner import Tally

HALF_LIFE_SHOWINGS = 20_000.0
"""What was learned counts half after so many newer showings of the product; without newer ones nothing is forgotten."""
CHANGED = 14.0
"""Of a chi square with one degree of freedom: by chance alone once in 5,000 comparisons."""
BEFORE_CHANGE = 0.02
"""What was learned before viewers changed counts so much."""
MAX_SLOTS = 120
"""Slots of time that are compared; a month."""
MAX_CHANGES = 3


class SecondCount(NamedTuple):
    """Counts of one product at a second, in a slot of time."""

    second: int
    slot: int
    tally: Tally


def weigh_slots(counts: Sequence[SecondCount]) -> dict[int, float]:
    """How much each slot of time counts."""
    newer = 0.0
    factors: dict[int, float] = {}
    shown: dict[int, float] = {}
    for each in counts:
        shown[each.slot] = shown.get(each.slot, 0.0) + each.tally.shown
    changed = find_change(counts)
    for slot in sorted(shown, reverse=True):
        factors[slot] = 0.5 ** (newer / HALF_LIFE_SHOWINGS)
        if changed is not None and slot < changed:
            factors[slot] *= BEFORE_CHANGE
        newer += max(0.0, shown[slot])
    return factors


def find_change(counts: Sequence[SecondCount]) -> int | None:
    """The slot with which viewers last became other ones."""
    slots = sorted({each.slot for each in counts})[-MAX_SLOTS:]
    changed: int | None = None
    for _ in range(MAX_CHANGES):
        found = _find_largest([each for each in counts if each.slot in slots], slots)
        if found is None:
            break
        changed = found
        slots = [slot for slot in slots if slot >= found]
    return changed


def _find_largest(counts: Sequence[SecondCount], slots: Sequence[int]) -> int | None:
    """Where clicks of the same cards before and after differ most (Mantel and Haenszel), if by more than chance."""
    after: dict[int, list[float]] = {}
    for each in counts:
        sums = after.setdefault(each.second, [0.0, 0.0])
        sums[0] += each.tally.shown
        sums[1] += min(each.tally.clicked, each.tally.shown)
    before = {second: [0.0, 0.0] for second in after}
    by_slot: dict[int, list[SecondCount]] = {}
    for each in counts:
        by_slot.setdefault(each.slot, []).append(each)
    found, largest = None, CHANGED
    for earlier, later in pairwise(slots):
        for each in by_slot[earlier]:
            clicked = min(each.tally.clicked, each.tally.shown)
            for sums, sign in ((before[each.second], 1.0), (after[each.second], -1.0)):
                sums[0] += sign * each.tally.shown
                sums[1] += sign * clicked
        if (difference := _compare(before, after)) > largest:
            found, largest = later, difference
    return found


def _compare(before: dict[int, list[float]], after: dict[int, list[float]]) -> float:
    surplus = variance = 0.0
    for second, (shown_before, clicked_before) in before.items():
        shown_after, clicked_after = after[second]
        shown, clicked = shown_before + shown_after, clicked_before + clicked_after
        if shown_before < 1 or shown_after < 1:
            continue
        surplus += clicked_before - shown_before * clicked / shown
        variance += shown_before * shown_after * clicked * (shown - clicked) / (shown * shown * max(1.0, shown - 1))
    return surplus * surplus / variance if variance > 0 else 0.0
