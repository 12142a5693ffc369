"""From counts to weights: what was seen of each second is known of the moment whose card it was. Pure."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from xiaodian.modules.surfacing.learning.candidates import Candidate, Why
from xiaodian.modules.surfacing.learning.change import SecondCount, weigh_slots
from xiaodian.modules.surfacing.learning.learner import Judged, Prior, Tally, Worth, judge, prior_of, to_weights
from xiaodian.modules.surfacing.learning.viewing import SECOND_MS
from xiaodian.modules.surfacing.learning.watching import Watching

MAX_SHOWN = 8
"""Moments of one product among which a viewing draws."""
MAX_GIVEN_UP = 8
"""Moments that are shown no more, and of which it is told what became of them."""
NEAR_MS = 4_000
USUAL = {
    Why.CUED: Prior(click_rate=0.1),
    Why.SAID: Prior(click_rate=0.1),
    Why.BOUGHT: Prior(click_rate=0.1),
    Why.CLICKED: Prior(click_rate=0.09),
}
"""What is expected of a moment by what speaks for it, before anything is known of others like it."""


class Learned(NamedTuple):
    """A moment, what became of it (old showings counting less), and its part of the showings from now on."""

    candidate: Candidate
    tally: Tally
    worth: Worth
    weight: int


def fade_counts(counts: Iterable[SecondCount]) -> dict[int, Tally]:
    """By second what is known of a product, old showings counting less."""
    counted = list(counts)
    factors = weigh_slots(counted)
    seconds: dict[int, Tally] = {}
    for each in counted:
        seconds[each.second] = seconds.get(each.second, Tally()) + each.tally.times(factors[each.slot])
    return seconds


def expect(why: Why, levels: Sequence[Tally] = ()) -> Prior:
    """What is expected of a new moment; `levels`: what its like did, the most general first."""
    return prior_of(levels, USUAL.get(why))


def total_shown(seconds: Mapping[int, Tally]) -> float:
    """How often the card of a product came up."""
    return sum(each.shown for each in seconds.values())


def tally_moments(candidates: Sequence[Candidate], seconds: Mapping[int, Tally]) -> list[Tally]:
    """What is known of each candidate."""
    tallies = [Tally()] * len(candidates)
    for second, tally in seconds.items():
        if (place := place_of(candidates, second)) is not None:
            tallies[place] += tally
    return tallies


def place_of(candidates: Sequence[Candidate], second: int) -> int | None:
    """For which candidate a second counts: the last one before it whose card may have been up. Pages tell a moment
    late, never early.
    """
    at_ms = second * SECOND_MS
    place = bisect_right(candidates, at_ms, key=lambda each: each.at_ms) - 1
    return place if place >= 0 and at_ms <= candidates[place].at_ms + candidates[place].show_ms else None


def seconds_of(candidates: Sequence[Candidate], place: int) -> tuple[int, int]:
    """The first and the last second that count for a candidate, as `place_of` has it; none if the last is less."""
    at_ms, show_ms, _ = candidates[place]
    last_ms = at_ms + show_ms
    if place + 1 < len(candidates):
        last_ms = min(last_ms, candidates[place + 1].at_ms - 1)
    return -(-at_ms // SECOND_MS), last_ms // SECOND_MS


def learn(
    candidates: Sequence[Candidate],
    seconds: Mapping[int, Tally],
    priors: Mapping[Candidate, Prior],
    watching: Watching,
    *,
    may_be_none: bool = False,
    from_ms: int = 0,
    least_leaving: float = 0.0,
    always: Collection[Candidate] = (),
) -> list[Learned]:
    """How often each is shown from now on, by time; of those that are shown no more the ones that were shown most.

    `from_ms`: where those begin to watch for whom there is a choice. `least_leaving`: see judge. `always`: candidates
    of which it is told in any case.
    """
    if not candidates:
        return []
    tallies = tally_moments(candidates, seconds)
    worths = judge(
        [
            Judged(
                at_s=each.at_ms / SECOND_MS,
                tally=tally,
                prior=priors.get(each, Prior()),
                reach=watching.reach(each.at_ms, from_ms),
                leaving=watching.leaving_soon(each.at_ms),
            )
            for each, tally in zip(candidates, tallies, strict=True)
        ],
        may_be_none=may_be_none,
        least_leaving=least_leaving,
    )
    order = sorted(range(len(candidates)), key=lambda place: (-worths[place].best, -worths[place].mean))
    shown = [place for place in order[:MAX_SHOWN] if worths[place].best > 0]
    chance = sum(worths[place].best for place in shown)
    every = sum(each.best for each in worths)
    weights = to_weights([worths[place].best * every / chance for place in shown])
    by_place = dict(zip(shown, weights, strict=True))
    tried = sorted((p for p in order if p not in by_place and tallies[p].shown > 0), key=lambda p: -tallies[p].shown)
    best_ms = candidates[order[0]].at_ms
    return [
        Learned(_name(candidates[p], best_ms), tallies[p], worths[p], by_place.get(p, 0))
        for p in sorted({*shown, *tried[:MAX_GIVEN_UP], *(p for p in order if candidates[p] in always)})
    ]


def _name(candidate: Candidate, best_ms: int) -> Candidate:
    if candidate.why is Why.TRIED and 0 < abs(candidate.at_ms - best_ms) <= NEAR_MS:
        return candidate._replace(why=Why.NEAR_BEST)
    return candidate
