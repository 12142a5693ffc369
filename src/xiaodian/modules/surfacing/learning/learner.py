"""How often each moment of a product is shown: as often as it is the best one, by all that is known. Pure.

Thompson sampling: the weights are the probabilities of being best, and each viewing draws one moment by them. What a
moment is worth to a viewing: that the viewer gets so far × (orders that come of the card, a little for clicks, less
what it drives away). Orders are few, so what a card is clicked and what becomes of clicks are believed apart: clicks
are many, and tell early. All three rates change smoothly along a film, so what is known of a moment tells of those
around it, and a moment that nobody was shown is neither hopeless nor as good as the best.
"""

import random
from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from xiaodian.modules.surfacing.learning.curve import Curve, Shape

CLICK_WORTH = 0.01
"""Orders, beside those that come of it."""
LEAVER_COST = 0.1
"""Orders: who is driven away buys nothing else, and may not come back."""
CLICKS = Shape(sd=0.9, length_s=12.0, level_sd=0.6)
ORDERS = Shape(sd=0.25, length_s=40.0, level_sd=0.7)
LEAVING = Shape(sd=0.35, length_s=4.0, level_sd=0.1)
LEVEL_COUNTS_FOR = 200.0
"""Showings, or clicks, that what is known of more general moments counts for."""
BOLDNESS = 0.55
"""Below 1 the uncertain is tried less than sampling by the book would: most videos have few viewers."""
MANY_SHOWN = 1_500.0
"""Showings of a product from which on moments close to each other are told apart."""
WEIGHTS_SUM_TO = 10_000
DRAWS = 100


class Prior(NamedTuple):
    """What is expected of a moment before anybody saw it."""

    click_rate: float = 0.06
    orders_per_click: float = 0.12


class Tally(NamedTuple):
    """What became of a moment, old showings counting less."""

    shown: float = 0.0
    clicked: float = 0.0
    ordered: float = 0.0
    left: float = 0.0

    def __add__(self, other: tuple[float, ...]) -> "Tally":  # type: ignore[override]
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))

    def times(self, factor: float) -> "Tally":
        """As if it had happened so many times."""
        return Tally(*(factor * each for each in self))


class Judged(NamedTuple):
    """A moment to be weighed against the others of its product."""

    at_s: float
    tally: Tally
    prior: Prior
    reach: float
    """The share of viewers that gets to it."""
    leaving: float
    """The share of those there that leaves soon by themselves."""


class Worth(NamedTuple):
    """What a moment is believed to bring a viewing, in orders, and the probability that it is the best."""

    mean: float
    sd: float
    best: float


def prior_of(levels: Sequence[Tally], prior: Prior | None = None) -> Prior:
    """What is expected of a new moment by what its like did: from all moments of its kind to those of its category,
    each level believed as far as it was seen.
    """
    prior = prior or Prior()
    for level in levels:
        clicked, ordered = max(level.clicked, level.ordered), level.ordered
        prior = Prior(
            (prior.click_rate * LEVEL_COUNTS_FOR + clicked) / (LEVEL_COUNTS_FOR + max(level.shown, clicked)),
            (prior.orders_per_click * LEVEL_COUNTS_FOR + ordered) / (LEVEL_COUNTS_FOR + clicked),
        )
    return prior


def judge(moments: Sequence[Judged], *, may_be_none: bool = False, least_leaving: float = 0.0) -> list[Worth]:
    """What each moment of a product is worth, by time. `may_be_none`: no card at all may be better than each of them;
    else the probabilities sum to 1. `least_leaving`: expected at least of those who are shown the card.
    """
    times = [each.at_s for each in moments]
    tallies = [_sensible(each.tally) for each in moments]
    clicks = Curve(
        CLICKS,
        times,
        [each.prior.click_rate for each in moments],
        [tally.clicked for tally in tallies],
        [tally.shown for tally in tallies],
    )
    orders = Curve(
        ORDERS,
        times,
        [each.prior.orders_per_click for each in moments],
        [tally.ordered for tally in tallies],
        [tally.clicked for tally in tallies],
    )
    leaving = Curve(
        LEAVING,
        times,
        [max(each.leaving, least_leaving) for each in moments],
        [tally.left for tally in tallies],
        [tally.shown for tally in tallies],
    )
    # Other chances whenever more is known, so that the unlikely gets its turn too; of the same counts the same weights.
    chance = random.Random(round(sum(sum(tally) for tally in tallies)))
    sums, squares, wins = [0.0] * len(moments), [0.0] * len(moments), [0] * len(moments)
    for _ in range(DRAWS):
        drawn = [curve.draw(chance, BOLDNESS) for curve in (clicks, orders, leaving)]
        worths = [_worth(*each) for each in zip(moments, *drawn, strict=True)]
        best = max(range(len(worths)), key=worths.__getitem__)
        if worths[best] > 0 or not may_be_none:
            wins[best] += 1
        for place, worth in enumerate(worths):
            sums[place] += worth
            squares[place] += worth * worth
    return [
        Worth(total / DRAWS, sqrt(max(0.0, square / DRAWS - (total / DRAWS) ** 2)), won / DRAWS)
        for total, square, won in zip(sums, squares, wins, strict=True)
    ]


def to_weights(chances: Sequence[float]) -> list[int]:
    """Whole numbers for a draw; what has no chance to speak of is 0, and is not shown until others are less sure."""
    return [round(each * WEIGHTS_SUM_TO) for each in chances]


def _worth(moment: Judged, click: float, order: float, leaving: float) -> float:
    # No card holds anybody back: who seems to leave less than by themselves does so by chance.
    driven_off = max(0.0, leaving - moment.leaving)
    return moment.reach * (click * (order + CLICK_WORTH) - LEAVER_COST * driven_off)


def _sensible(tally: Tally) -> Tally:
    """Words come late and out of order: an order without its click, a click without its card."""
    ordered = max(0.0, tally.ordered)
    clicked = max(tally.clicked, ordered)
    shown = max(tally.shown, clicked)
    return Tally(shown, clicked, ordered, min(max(0.0, tally.left), shown))
