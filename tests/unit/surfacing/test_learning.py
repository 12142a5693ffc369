"""Learning when cards come up: what viewers do counts once, what drives them away loses, the best moment is found."""

import importlib.util
import random
from itertools import pairwise, permutations
from pathlib import Path
from statistics import fmean, pstdev
from types import ModuleType
from uuid import UUID

import pytest

from xiaodian.contracts.catalog import ProductId
from xiaodian.modules.surfacing.learning.candidates import (
    MAX_PLACES,
    SHOW_MS,
    STEP_MS,
    Candidate,
    Signs,
    Why,
    list_candidates,
)
from xiaodian.modules.surfacing.learning.change import BEFORE_CHANGE, SecondCount, find_change, weigh_slots
from xiaodian.modules.surfacing.learning.curve import Curve, Shape
from xiaodian.modules.surfacing.learning.learner import WEIGHTS_SUM_TO, Judged, Prior, Tally, Worth, judge
from xiaodian.modules.surfacing.learning.moments import expect, fade_counts, learn, tally_moments
from xiaodian.modules.surfacing.learning.viewing import (
    MAX_SHOWINGS,
    Count,
    Mark,
    Quiet,
    Viewing,
    add_quiet,
    count,
    difference,
    join,
)
from xiaodian.modules.surfacing.learning.watching import Watching

TEA, JAM = ProductId(UUID(int=1)), ProductId(UUID(int=2))
FILM_MS = 30_000
UNKNOWN = Watching({}, FILM_MS)


def test_whatever_order_words_of_a_viewing_come_in_and_however_often_they_count_the_same() -> None:
    words = [
        Viewing(last_day=7, furthest_ms=12_000, left_ms=12_400, shown={Mark(TEA, 10): 3}),
        Viewing(shown={Mark(TEA, 10): 2}, clicked=frozenset([Mark(TEA, 11)])),
        Viewing(furthest_ms=9_000, bought={Mark(TEA, 12): 3}),
    ]
    sums = set()
    for order in permutations([*words, words[1]]):
        known, counted = Viewing(), count(Viewing(), FILM_MS)
        total: dict[object, tuple[int, ...]] = {}
        for word in order:
            known = join(known, word)
            fresh = count(known, FILM_MS)
            for key, value in difference(fresh, counted).moments.items():
                before = total.get(key, (0, 0, 0, 0))
                total[key] = tuple(a + b for a, b in zip(before, value, strict=True))
            counted = fresh
        sums.add(tuple(sorted((str(key), value) for key, value in total.items() if any(value))))
    assert sums == {((str((TEA, 10, 2)), (1, 1, 1, 0)),)}


def test_a_viewing_that_tells_without_end_counts_no_more_than_so_many_cards() -> None:
    viewing = Viewing()
    for second in range(200):
        viewing = join(viewing, Viewing(shown={Mark(TEA, second): 0}, clicked=frozenset([Mark(TEA, second)])))
    assert (len(viewing.shown), len(viewing.clicked)) == (MAX_SHOWINGS, MAX_SHOWINGS)


def test_who_leaves_right_after_a_card_left_because_of_it_unless_it_was_clicked() -> None:
    card = {Mark(TEA, 10): 0}
    gone = count(Viewing(left_ms=13_000, furthest_ms=13_000, shown=card), FILM_MS)
    later = count(Viewing(left_ms=16_000, furthest_ms=16_000, shown=card), FILM_MS)
    bought = count(Viewing(left_ms=13_000, furthest_ms=13_000, shown=card, clicked=frozenset([Mark(TEA, 11)])), FILM_MS)
    end = count(Viewing(left_ms=29_900, furthest_ms=29_900, shown={Mark(TEA, 27): 0}), FILM_MS)
    assert gone.moments[TEA, 10, 0] == Count(shown=1, left=1)
    assert later.moments[TEA, 10, 0] == Count(shown=1)
    assert bought.moments[TEA, 10, 0] == Count(shown=1, clicked=1)
    assert end.moments[TEA, 27, 0] == Count(shown=1)


def test_only_seconds_without_a_fresh_card_say_how_viewers_leave_by_themselves() -> None:
    with_card = count(Viewing(left_ms=12_500, furthest_ms=12_500, shown={Mark(TEA, 10): 0}), FILM_MS)
    assert with_card.seconds == {0: Quiet(came=1), 10: Quiet(went=1)}
    without = count(Viewing(left_ms=12_500, furthest_ms=12_500), FILM_MS)
    assert without.seconds == {0: Quiet(came=1), 13: Quiet(went=1), 12: Quiet(left=1)}


def test_an_order_counts_for_the_card_that_came_before_it() -> None:
    shown = {Mark(TEA, 5): 0, Mark(TEA, 20): 0, Mark(JAM, 8): 0}
    counted = count(Viewing(furthest_ms=FILM_MS, shown=shown, bought={Mark(TEA, 12): 0}), FILM_MS).moments
    assert [counted[key].ordered for key in ((TEA, 5, 0), (TEA, 20, 0), (JAM, 8, 0))] == [1, 0, 0]


def test_an_order_of_a_buyer_who_signed_in_after_the_card_counts_by_the_moment_of_the_picture() -> None:
    counted = count(Viewing(bought={Mark(TEA, 14): 7, Mark(JAM, -1): 7}), FILM_MS).moments
    assert counted == {(TEA, 14, 7): Count(ordered=1)}


def test_it_is_known_how_many_get_how_far() -> None:
    quiet: dict[int, list[int]] = {}
    for number in range(400):
        left_ms = 10_500 if number % 2 else FILM_MS
        add_quiet(quiet, count(Viewing(left_ms=left_ms, furthest_ms=left_ms), FILM_MS).seconds)
    watching = Watching(quiet, FILM_MS)
    assert watching.reach(10_000) > 0.9
    assert 0.4 < watching.reach(12_000) < 0.6
    assert watching.worst_second() == 10


def test_moments_are_tried_all_over_the_film_and_never_more_than_so_many() -> None:
    few = list_candidates(Signs(), FILM_MS, UNKNOWN, 0)
    long_ms = 600_000
    long = list_candidates(Signs(said=range(0, long_ms, 500)), long_ms, Watching({}, long_ms), 0)
    assert {each.why for each in few} == {Why.TRIED}
    assert few[-1].at_ms > FILM_MS * 0.8
    assert len(long) <= MAX_PLACES
    for chosen in (few, long):
        times = [each.at_ms for each in chosen]
        assert all(later - earlier >= STEP_MS for earlier, later in pairwise(times))
        assert all(each.at_ms >= 0 and each.at_ms + each.show_ms <= long_ms for each in chosen)


@pytest.mark.parametrize("duration_ms", [1, 900, 2_000, 3_500])
def test_a_film_of_a_second_has_a_moment_too(duration_ms: int) -> None:
    watching = Watching({}, duration_ms)
    chosen = list_candidates(Signs(said=[5_000]), duration_ms, watching, 0)
    assert chosen
    assert all(each.at_ms < duration_ms and each.at_ms + each.show_ms <= duration_ms for each in chosen)
    assert sum(each.weight for each in learn(chosen, {}, {}, watching)) == WEIGHTS_SUM_TO


def test_where_the_film_speaks_of_a_product_and_where_it_was_bought_before_is_tried() -> None:
    chosen = list_candidates(Signs(said=[12_300], bought=[20_100, 12_900], clicked=[5_700]), FILM_MS, UNKNOWN, 0)
    reasons = {each.at_ms: each.why for each in chosen if each.why is not Why.TRIED}
    assert reasons == {12_000: Why.SAID, 20_000: Why.BOUGHT, 5_000: Why.CLICKED}


def test_where_viewers_bought_before_is_shown_more_than_a_moment_that_nothing_speaks_for() -> None:
    chosen = list_candidates(Signs(bought=[20_000]), FILM_MS, UNKNOWN, 0)
    still = Watching({0: (5_000, 0, 0)}, FILM_MS)
    learned = learn(chosen, {}, {each: expect(each.why) for each in chosen}, still)
    weights = {each.candidate.at_ms: each.weight for each in learned}
    assert weights[20_000] == max(weights.values())


def test_old_showings_count_less_only_when_there_are_newer_ones() -> None:
    alone = weigh_slots([SecondCount(4, 1, Tally(shown=100.0))])
    followed = weigh_slots([SecondCount(4, 1, Tally(shown=100.0)), SecondCount(9, 9, Tally(shown=150_000.0))])
    assert alone[1] == followed[9] == 1.0
    assert followed[1] < 0.1


def _slots(rates: list[float], shown: float = 400.0) -> list[SecondCount]:
    return [SecondCount(12, slot, Tally(shown, shown * rate)) for slot, rate in enumerate(rates)]


def test_when_the_same_card_is_clicked_at_another_rate_what_was_known_before_hardly_counts() -> None:
    counts = _slots([0.12, 0.11, 0.12, 0.13, 0.03, 0.02])
    assert find_change(counts) == 4
    weighed = weigh_slots(counts)
    assert weighed[3] < BEFORE_CHANGE
    assert weighed[4] > 0.9


def test_chance_and_cards_that_are_shown_at_other_moments_are_no_change() -> None:
    assert find_change(_slots([0.11, 0.13, 0.12, 0.1, 0.12])) is None
    elsewhere = [SecondCount(2, 0, Tally(900, 20)), SecondCount(20, 1, Tally(900, 120))]
    assert find_change(elsewhere) is None


def _judged(tally: Tally, at_s: float = 0.0, prior: Prior | None = None) -> Judged:
    return Judged(at_s=at_s, tally=tally, prior=prior or Prior(), reach=0.5, leaving=0.1)


def _chances(*moments: Judged) -> list[float]:
    return [each.best for each in judge(moments)]


def test_a_card_that_drives_people_away_loses_though_it_sells_as_well() -> None:
    calm = Tally(shown=2_000, clicked=120, ordered=20, left=200)
    annoying = calm._replace(left=800)
    assert _chances(_judged(calm), _judged(annoying, 20.0))[0] > 0.95


def test_clicks_without_orders_do_not_win() -> None:
    sells = Tally(shown=6_000, clicked=300, ordered=60)
    bait = Tally(shown=6_000, clicked=450, ordered=4)
    assert _chances(_judged(sells), _judged(bait, 60.0))[0] > 0.9


def test_new_moments_are_tried_by_what_is_known_of_their_like() -> None:
    likely, unlikely = Prior(click_rate=0.12), Prior(click_rate=0.04)
    chances = _chances(_judged(Tally(), prior=likely), _judged(Tally(), 30.0, unlikely))
    assert 0.6 < chances[0] < 1.0


def test_where_every_card_drives_people_away_none_is_the_best() -> None:
    hated = Tally(shown=3_000, clicked=2, left=1_500)
    worths = judge([_judged(hated), _judged(hated, 30.0)], may_be_none=True)
    assert [each.best for each in worths] == [0.0, 0.0]
    assert all(isinstance(each, Worth) and each.mean < 0 for each in worths)


def test_what_is_known_of_a_moment_tells_of_those_around_it_and_not_of_those_far_away() -> None:
    times = [0.0, 2.0, 60.0]
    curve = Curve(Shape(1.0, 20.0, 0.1), times, [0.05] * 3, [60.0, 0.0, 0.0], [300.0, 0.0, 0.0])
    seen, close, far = curve.rates
    assert seen == pytest.approx(0.2, abs=0.02)
    assert close > 0.15
    assert far < 0.08


def test_drawn_rates_lie_around_the_likeliest_and_are_surer_where_more_was_seen() -> None:
    curve = Curve(Shape(1.0, 5.0, 0.5), [0.0, 50.0], [0.1, 0.1], [200.0, 0.0], [2_000.0, 0.0])
    chance = random.Random(5)
    drawn = [curve.draw(chance) for _ in range(400)]
    known, unknown = zip(*drawn, strict=True)
    assert fmean(known) == pytest.approx(0.1, abs=0.01)
    assert pstdev(unknown) > 5 * pstdev(known)


def test_a_second_counts_for_the_moment_before_it() -> None:
    one, other = Candidate(5_000, SHOW_MS, Why.TRIED), Candidate(9_000, SHOW_MS, Why.TRIED)
    seconds = {4: Tally(1.0), 5: Tally(2.0), 10: Tally(4.0), 40: Tally(8.0)}
    assert [each.shown for each in tally_moments([one, other], seconds)] == [2.0, 4.0]


def test_the_same_counts_give_the_same_weights_whatever_their_order() -> None:
    counts = [SecondCount(number % 30, number % 5, Tally(9, 2, 1, 1)) for number in range(150)]
    candidates = list_candidates(Signs(), FILM_MS, UNKNOWN, 0)
    first = learn(candidates, fade_counts(counts), {}, UNKNOWN)
    again = learn(candidates, fade_counts(reversed(counts)), {}, UNKNOWN)
    assert [each.weight for each in first] == [each.weight for each in again]
    assert sum(each.weight for each in first) == pytest.approx(WEIGHTS_SUM_TO, abs=len(first))


def test_what_became_of_a_moment_that_is_shown_no_more_is_still_told() -> None:
    candidates = list_candidates(Signs(), FILM_MS, UNKNOWN, 0)
    seconds = {5: Tally(2_000, 10), 17: Tally(2_000, 300, 50)}
    learned = {each.candidate.at_ms: each for each in learn(candidates, seconds, {}, UNKNOWN)}
    assert (learned[5_000].weight, learned[5_000].tally.shown) == (0, 2_000)
    assert learned[17_000].weight > WEIGHTS_SUM_TO / 2


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    path = Path(__file__).parents[3] / "bench" / "surfacing_learning.py"
    spec = importlib.util.spec_from_file_location("surfacing_learning", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("kind", ["early", "annoying"])
def test_an_audience_teaches_the_learner_when_to_show_the_card(bench: ModuleType, kind: str) -> None:
    chance = random.Random(3)
    truth, _ = bench.make_film(kind, chance)
    learner = bench.Learner(truth)
    for number in range(4_000):
        learner.take(bench.watch(truth, learner.draw(chance).at_ms // 1000, number, chance))
        if number % 50 == 49:
            learner.weigh()
    best = max(truth.orders(second) for second in truth.places)
    anywhere = sum(truth.orders(second) for second in truth.places) / len(truth.places)
    assert learner.expect(truth.orders) > 0.6 * best
    assert learner.expect(truth.orders) > 1.5 * anywhere
    assert learner.expect(truth.left_soon) < 0.05
