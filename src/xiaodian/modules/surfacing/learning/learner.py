"""How often each moment of a product is shown: as often as it is the best one, by all that is known. Pure.

Thompson sampling: the weights are the probabilities of being best, and each viewing draws one moment by them. What a
moment is worth to a viewing: that the viewer gets so far × (orders that come of the card, a little for clicks, less
what it drives away). Orders are few, so what a card is clicked and what becomes of clicks are believed apart: clicks
are many, and tell early.
"""

from collections.abc import Sequence
from math import erf, sqrt
from typing import NamedTuple

CLICK_WORTH = 0.01
"""Orders, beside those that come of it."""
LEAVER_COST = 0.1
"""Orders: who is driven away buys nothing else, and may not come back."""
CLICKS_COUNT_FOR = 15.0
"""Showings that what is believed of all moments of a product counts for."""
NEAR_COUNTS_FOR = 20.0
"""Showings that what is known of seconds close by counts for at most."""
ORDERS_COUNT_FOR = 150.0
"""Clicks, likewise."""
POOL_COUNTS_FOR = 20.0
"""Showings that what is usual counts for, against what is known of a product."""
LEVEL_COUNTS_FOR = 200.0
"""Showings, or clicks, that what is known of more general moments counts for."""
LEAVING_COUNTS_FOR = 150.0
HALF_LIFE_SHOWINGS = 6_000.0
"""What was learned counts half after so many newer showings of the product; without newer ones nothing is forgotten."""
BOLDNESS = 0.6
"""Below 1 the uncertain is tried less than sampling by the book would: most videos have few viewers."""
WEIGHTS_SUM_TO = 10_000
STEPS = 160
REACH_SD = 4.5


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

    tally: Tally
    near: Tally
    """What is known of seconds close by, each counting the less the farther it is."""
    prior: Prior
    reach: float
    """The share of viewers that gets to it."""
    leaving: float
    """The share of those there that leaves soon by themselves."""


class Worth(NamedTuple):
    """What a moment is believed to bring a viewing, in orders."""

    mean: float
    sd: float


def prior_of(levels: Sequence[Tally]) -> Prior:
    """What is expected of a new moment by what its like did: from all moments of its kind to those of its category,
    each level believed as far as it was seen.
    """
    prior = Prior()
    for level in levels:
        clicked, ordered = max(level.clicked, level.ordered), level.ordered
        prior = Prior(
            (prior.click_rate * LEVEL_COUNTS_FOR + clicked) / (LEVEL_COUNTS_FOR + max(level.shown, clicked)),
            (prior.orders_per_click * LEVEL_COUNTS_FOR + ordered) / (LEVEL_COUNTS_FOR + clicked),
        )
    return prior


def fade(slots: Sequence[tuple[int, Tally]]) -> dict[int, float]:
    """How much each slot of time counts, by the showings of the product that came after it."""
    newer = 0.0
    factors: dict[int, float] = {}
    shown: dict[int, float] = {}
    for slot, tally in slots:
        shown[slot] = shown.get(slot, 0.0) + tally.shown
    for slot in sorted(shown, reverse=True):
        factors[slot] = 0.5 ** (newer / HALF_LIFE_SHOWINGS)
        newer += max(0.0, shown[slot])
    return factors


def judge(moments: Sequence[Judged]) -> list[Worth]:
    """What each moment of a product is worth; the moments lend each other what they know of the product."""
    total = Tally(*(sum(column) for column in zip(*(each.tally for each in moments), strict=True)))
    usual_click = sum(each.prior.click_rate for each in moments) / len(moments)
    usual_order = sum(each.prior.orders_per_click for each in moments) / len(moments)
    clicked, ordered = max(total.clicked, total.ordered), total.ordered
    click = (usual_click * POOL_COUNTS_FOR + clicked) / (POOL_COUNTS_FOR + max(total.shown, clicked))
    order = (usual_order * ORDERS_COUNT_FOR + ordered) / (ORDERS_COUNT_FOR + clicked)
    worths: list[Worth] = []
    for each in moments:
        expected = min(0.5, click * each.prior.click_rate / usual_click)
        worths.append(_worth(each, expected, min(0.9, order)))
    return worths


def weigh(worths: Sequence[Worth]) -> list[float]:
    """The probability that each is the best. Sums to 1."""
    if len(worths) == 1:
        return [1.0]
    sds = [max(each.sd * BOLDNESS, 1e-9) for each in worths]
    low = min(each.mean - REACH_SD * sd for each, sd in zip(worths, sds, strict=True))
    high = max(each.mean + REACH_SD * sd for each, sd in zip(worths, sds, strict=True))
    step = (high - low) / STEPS
    chances = [0.0] * len(worths)
    below = [0.0] * len(worths)
    for number in range(1, STEPS + 1):
        edge = low + number * step
        now = [0.5 * (1 + erf((edge - each.mean) / (sd * sqrt(2)))) for each, sd in zip(worths, sds, strict=True)]
        middle = [(a + b) / 2 for a, b in zip(now, below, strict=True)]
        for index in range(len(worths)):
            product = now[index] - below[index]
            for other, value in enumerate(middle):
                if other != index:
                    product *= value
            chances[index] += product
        below = now
    total = sum(chances)
    return [each / total for each in chances]


def to_weights(chances: Sequence[float]) -> list[int]:
    """Whole numbers for a draw; what has no chance to speak of is 0, and is not shown until others are less sure."""
    return [round(each * WEIGHTS_SUM_TO) for each in chances]


def _worth(moment: Judged, click_rate: float, orders_per_click: float) -> Worth:
    tally = moment.tally
    clicked = max(tally.clicked, tally.ordered)
    shown = max(tally.shown, clicked)
    near_shown = max(moment.near.shown, moment.near.clicked)
    click_rate = (click_rate * CLICKS_COUNT_FOR + moment.near.clicked) / (CLICKS_COUNT_FOR + near_shown)
    strength = CLICKS_COUNT_FOR + min(near_shown, NEAR_COUNTS_FOR)
    click, click_square = _beta(click_rate, strength, clicked, shown)
    order, order_square = _beta(orders_per_click, ORDERS_COUNT_FOR, tally.ordered, clicked)
    leaving, leaving_square = _beta(moment.leaving, LEAVING_COUNTS_FOR, tally.left, shown)
    each = order + CLICK_WORTH
    bought = click * each
    variance = click_square * (order_square - order * order + each * each) - bought * bought
    variance += LEAVER_COST**2 * (leaving_square - leaving * leaving)
    # No card holds anybody back: who seems to leave less than by themselves does so by chance.
    mean = bought - LEAVER_COST * max(0.0, leaving - moment.leaving)
    return Worth(moment.reach * mean, moment.reach * sqrt(max(0.0, variance)))


def _beta(mean: float, strength: float, hits: float, tries: float) -> tuple[float, float]:
    """Expectation of a rate and of its square: believed `mean` for `strength` tries, then seen `hits` of `tries`."""
    a = mean * strength + max(0.0, hits)
    b = (1 - mean) * strength + max(0.0, tries - hits)
    total = a + b
    expected = a / total
    return expected, expected * expected + a * b / (total * total * (total + 1))
