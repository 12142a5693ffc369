"""From counts to weights: what was seen of each second is known of the moment whose card it was. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from math import exp
from typing import NamedTuple

from xiaodian.modules.surfacing.learning.candidates import Candidate
from xiaodian.modules.surfacing.learning.learner import Judged, Prior, Tally, Worth, fade, judge, to_weights, weigh
from xiaodian.modules.surfacing.learning.viewing import SECOND_MS
from xiaodian.modules.surfacing.learning.watching import Watching

AFTER_MS = 5_000
"""Who bought so long after the card was gone and was not seen to see it, saw it."""

NEAR_S = 3.0
"""Moments of a film are alike within so many seconds, or so."""
FAR_S = 8.0


class SecondCount(NamedTuple):
    """Counts of one product at a second, in a slot of time."""

    second: int
    slot: int
    tally: Tally


class Learned(NamedTuple):
    """A moment, what became of it (old showings counting less), and its part of the showings from now on."""

    candidate: Candidate
    tally: Tally
    worth: Worth
    weight: int


def fade_counts(counts: Iterable[SecondCount]) -> dict[int, Tally]:
    """By second what is known of a product, old showings counting less."""
    counted = list(counts)
    factors = fade([(each.slot, each.tally) for each in counted])
    seconds: dict[int, Tally] = {}
    for each in counted:
        seconds[each.second] = seconds.get(each.second, Tally()) + each.tally.times(factors[each.slot])
    return seconds


def tally_moments(candidates: Sequence[Candidate], seconds: Mapping[int, Tally]) -> dict[Candidate, Tally]:
    """What is known of each candidate; what is known of seconds that are no candidate's is nobody's."""
    tallies = dict.fromkeys(candidates, Tally())
    for second, tally in seconds.items():
        owner = _owner(candidates, second * SECOND_MS)
        if owner is not None:
            tallies[owner] += tally
    return tallies


def learn(
    candidates: Sequence[Candidate],
    seconds: Mapping[int, Tally],
    priors: Mapping[Candidate, Prior],
    watching: Watching,
) -> list[Learned]:
    """How often each is shown from now on."""
    if not candidates:
        return []
    tallies = tally_moments(candidates, seconds)
    judged = [
        Judged(
            tally=tallies[each],
            near=_near(each, candidates, seconds),
            prior=priors.get(each, Prior()),
            reach=watching.reach(each.at_ms),
            leaving=watching.leaving_soon(each.at_ms),
        )
        for each in candidates
    ]
    worths = judge(judged)
    weights = to_weights(weigh(worths))
    return [
        Learned(candidate, tallies[candidate], worth, weight)
        for candidate, worth, weight in zip(candidates, worths, weights, strict=True)
    ]


def _near(candidate: Candidate, candidates: Sequence[Candidate], seconds: Mapping[int, Tally]) -> Tally:
    near = Tally()
    for second, tally in seconds.items():
        distance_s = abs(second - candidate.at_ms / SECOND_MS)
        if distance_s < FAR_S and _owner(candidates, second * SECOND_MS) != candidate:
            near += tally.times(exp(-((distance_s / NEAR_S) ** 2)))
    return near


def _owner(candidates: Sequence[Candidate], at_ms: int) -> Candidate | None:
    """The latest that was up then. Pages tell a moment late, never early."""
    up = [each for each in candidates if each.at_ms <= at_ms <= each.at_ms + each.show_ms + AFTER_MS]
    return max(up, key=lambda each: each.at_ms, default=None)
