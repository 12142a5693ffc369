"""How fast the moments of cards in short videos are learned: simulated audiences, the real learner.

    python bench/surfacing_learning.py [--quick] [--seed N]

Each film has viewers who leave second by second, click a card at rates that depend on the moment, buy after a click at
rates that do so too; none of it is known to the learner, which sees only what pages would tell. Half of the films have
captions, which name the best moment more often than not. The learner draws a moment for each view as the player does,
and weighs anew every few views. A `share of best` is what a view is expected to bring with the weights of that time, of
what the best single moment of the film (any second; known in hindsight) would bring; `fixed` is the middle of the film,
`random` any moment a card may come up at.
"""

import argparse
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp
from statistics import fmean
from uuid import UUID

from xiaodian.contracts.catalog import ProductId
from xiaodian.modules.surfacing.learning.candidates import (
    BEFORE_END_MS,
    EARLIEST_MS,
    Candidate,
    Signs,
    list_candidates,
)
from xiaodian.modules.surfacing.learning.change import SecondCount
from xiaodian.modules.surfacing.learning.learner import Tally
from xiaodian.modules.surfacing.learning.moments import Learned, expect, fade_counts, learn, total_shown
from xiaodian.modules.surfacing.learning.viewing import (
    NEVER,
    SECOND_MS,
    SOON_S,
    Mark,
    Viewing,
    add_quiet,
    count,
)
from xiaodian.modules.surfacing.learning.watching import Watching

PRODUCT = ProductId(UUID(int=1))
AFTER = (200, 1_000, 10_000)
FILMS, QUICK_FILMS = 12, 3
"""Of each kind."""
VIEWS_A_SLOT = 500
"""As if the film had 2,000 views a day."""
CHANGES_AT = 4_000
KINDS = ("early", "late", "annoying", "clickbait", "flat", "changing")


@dataclass(kw_only=True)
class Truth:
    """How an audience is; rates by second of the film."""

    leaving: list[float]
    clicking: list[float]
    buying: list[float]
    """Of those who clicked."""
    driving_away: list[float]
    """By a card that comes up at this second: the share that leaves because of it within the next seconds."""
    said: list[int] = field(default_factory=list)

    @property
    def seconds(self) -> int:
        return len(self.leaving)

    def reach(self, second: int) -> float:
        """The share that gets there."""
        share = 1.0
        for each in self.leaving[:second]:
            share *= 1 - each
        return share

    def orders(self, second: int) -> float:
        """What a view brings if the card comes up there."""
        return self.reach(second) * self.clicking[second] * self.buying[second]

    def left_soon(self, second: int) -> float:
        """The share of all viewers that the card drives away."""
        return self.reach(second) * self.driving_away[second]

    @property
    def places(self) -> range:
        """Seconds at which a card may come up."""
        return range(EARLIEST_MS // SECOND_MS, self.seconds - BEFORE_END_MS // SECOND_MS + 1)


def _bump(seconds: int, base: float, peak: float, at: float, width: float) -> list[float]:
    return [base + (peak - base) * exp(-(((second - at) / width) ** 2)) for second in range(seconds)]


def make_film(kind: str, chance: random.Random) -> list[Truth]:
    """A film's audience: before the change, and after it (mostly the same)."""
    seconds = chance.randint(20, 75)
    leaving = [chance.uniform(0.05, 0.12) if second < 3 else 0.0 for second in range(seconds)]
    usual = chance.uniform(0.01, 0.035)
    leaving = [max(each, usual * chance.uniform(0.7, 1.3)) for each in leaving]
    base, peak = chance.uniform(0.015, 0.04), chance.uniform(0.07, 0.18)
    width = chance.uniform(2.5, 7.0)
    early, late = seconds * chance.uniform(0.12, 0.35), seconds * chance.uniform(0.55, 0.8)
    buying = [chance.uniform(0.08, 0.2)] * seconds
    best = late if kind == "late" else early
    if kind == "late":
        leaving = [each * 0.5 for each in leaving]
    clicking = [base] * seconds if kind == "flat" else _bump(seconds, base, peak, best, width)
    driving_away = [0.01] * seconds
    if kind == "annoying":
        # What drives people away is clicked, too, and nearly as well as the best.
        worse = min(seconds - 5, best + 9)
        driving_away = _bump(seconds, 0.01, chance.uniform(0.2, 0.4), worse, 4.0)
        second_peak = _bump(seconds, 0.0, peak * 0.9, worse, 3.0)
        clicking = [max(one, other) for one, other in zip(clicking, second_peak, strict=True)]
    if kind == "clickbait":
        second_peak = _bump(seconds, 0.0, peak * 1.2, late, 4.0)
        clicking = [max(one, other) for one, other in zip(clicking, second_peak, strict=True)]
        buying = [each * (0.2 if abs(second - late) < 8 else 1.0) for second, each in enumerate(buying)]
    said: list[int] = []
    if chance.random() < 0.5:
        said = [chance.randrange(2, seconds - 3) for _ in range(chance.randint(0, 2))]
        if chance.random() < 0.7:
            said.append(max(1, min(seconds - 4, round(best + chance.gauss(0, 1.5)))))
    truth = Truth(leaving=leaving, clicking=clicking, buying=buying, driving_away=driving_away, said=sorted(said))
    if kind != "changing":
        return [truth, truth]
    changed = _bump(seconds, base, peak, late, width)
    calmer = [each * 0.6 for each in leaving]
    return [truth, Truth(leaving=calmer, clicking=changed, buying=buying, driving_away=driving_away, said=truth.said)]


class Learner:
    """The real learner, with its sums in memory instead of in tables."""

    def __init__(self, truth: Truth) -> None:
        self._duration_ms = truth.seconds * SECOND_MS
        self._signs = Signs(said=[second * SECOND_MS for second in truth.said])
        self._counts: dict[tuple[int, int], Tally] = {}
        self._quiet: dict[int, list[int]] = {}
        self.viewers = 0
        self.learned: list[Learned] = []
        self.weigh()

    def take(self, viewing: Viewing) -> None:
        """Somebody watched."""
        self.viewers += 1
        counted = count(viewing, self._duration_ms)
        for (_, second, slot), each in counted.moments.items():
            key = second, slot
            self._counts[key] = self._counts.get(key, Tally()) + Tally(*each)
        add_quiet(self._quiet, counted.seconds)

    def weigh(self) -> None:
        """Weights by all that was seen so far."""
        watching = Watching(self._quiet, self._duration_ms)
        seconds = fade_counts(SecondCount(*key, tally) for key, tally in self._counts.items())
        candidates = list_candidates(self._signs, self._duration_ms, watching, self.viewers, total_shown(seconds))
        priors = {each: expect(each.why) for each in candidates}
        self.learned = learn(candidates, seconds, priors, watching)

    def draw(self, chance: random.Random) -> Candidate:
        """The moment of one viewing."""
        (drawn,) = chance.choices(self.learned, [each.weight for each in self.learned])
        return drawn.candidate

    def expect(self, of: Callable[[int], float]) -> float:
        """What a view brings with the weights of now."""
        total = sum(each.weight for each in self.learned)
        return sum(each.weight * of(each.candidate.at_ms // SECOND_MS) for each in self.learned) / total


def watch(truth: Truth, at: int, number: int, chance: random.Random) -> Viewing:
    """One viewer, to whom the card comes up at a second."""
    mark = Mark(PRODUCT, at)
    slot = number // VIEWS_A_SLOT
    driven_off_at = at + chance.randrange(SOON_S) if chance.random() < truth.driving_away[at] else NEVER
    clicked = chance.random() < truth.clicking[at]
    bought = clicked and chance.random() < truth.buying[at]
    for second, leaving in enumerate(truth.leaving):
        if chance.random() < leaving or (second == driven_off_at and not clicked):
            seen = {mark: slot} if second > at else {}
            left_ms = second * SECOND_MS + chance.randrange(SECOND_MS)
            hits = frozenset([mark]) if seen and clicked else frozenset[Mark]()
            return Viewing(left_ms, left_ms, seen, hits, {mark: slot} if seen and bought else {})
    end_ms = truth.seconds * SECOND_MS
    return Viewing(
        end_ms, end_ms, {mark: slot}, frozenset([mark]) if clicked else frozenset(), {mark: slot} if bought else {}
    )


@dataclass
class Course:
    """What was measured of one film, after so many views."""

    share: dict[int, float]
    fixed: dict[int, float]
    random: dict[int, float]
    driven: float
    fixed_driven: float
    random_driven: float
    whole_share: float


def run_film(kind: str, seed: int) -> Course:
    """Show a film to its audience."""
    chance = random.Random(seed)
    before, after = make_film(kind, chance)
    learner = Learner(before)
    course = Course({}, {}, {}, 0.0, 0.0, 0.0, 0.0)
    next_weighing, got, possible = 10, 0.0, 0.0
    for number in range(AFTER[-1]):
        truth = before if number < CHANGES_AT else after
        learner.take(watch(truth, learner.draw(chance).at_ms // SECOND_MS, number, chance))
        if number + 1 < next_weighing:
            continue
        step = next_weighing
        learner.weigh()
        next_weighing = step + max(10, step // 25)
        best = max(truth.orders(second) for second in truth.places)
        got += (next_weighing - step) * learner.expect(truth.orders)
        possible += (next_weighing - step) * best
        for views in AFTER:
            if step <= views < next_weighing:
                course.share[views] = learner.expect(truth.orders) / best
                course.fixed[views] = truth.orders(truth.seconds // 2) / best
                course.random[views] = fmean(truth.orders(second) for second in truth.places) / best
    course.driven = 1 + learner.expect(after.left_soon)
    course.fixed_driven = 1 + after.left_soon(after.seconds // 2)
    course.random_driven = 1 + fmean(after.left_soon(second) for second in after.places)
    course.whole_share = got / possible
    return course


def measure(films: int, seed: int) -> dict[str, float]:
    """All figures, over so many films of each kind."""
    courses = {kind: [run_film(kind, seed * 1000 + number) for number in range(films)] for kind in KINDS}
    every = [course for several in courses.values() for course in several]
    figures: dict[str, float] = {}
    for views in AFTER:
        figures[f"orders_share_of_best_after_{views}"] = fmean(course.share[views] for course in every)
        figures[f"fixed_orders_share_of_best_after_{views}"] = fmean(course.fixed[views] for course in every)
        figures[f"random_orders_share_of_best_after_{views}"] = fmean(course.random[views] for course in every)
    figures["orders_share_of_best_over_10000"] = fmean(course.whole_share for course in every)
    figures["leavers_ratio"] = fmean(course.driven for course in every)
    figures["fixed_leavers_ratio"] = fmean(course.fixed_driven for course in every)
    figures["random_leavers_ratio"] = fmean(course.random_driven for course in every)
    for kind, several in courses.items():
        for views in AFTER:
            figures[f"{kind}_orders_share_of_best_after_{views}"] = fmean(course.share[views] for course in several)
        figures[f"{kind}_leavers_ratio"] = fmean(course.driven for course in several)
    return figures


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description="How fast the moments of cards in short videos are learned.")
    parser.add_argument("--quick", action="store_true", help="fewer films; at most a minute")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name, value in measure(QUICK_FILMS if options.quick else FILMS, options.seed).items():
        print(f"{name} {value:.4f}")


if __name__ == "__main__":
    main()
