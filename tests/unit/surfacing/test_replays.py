"""Replays learn when their cards come up: what counts for which moment, and which is shown more."""

from uuid import uuid4

from xiaodian.contracts.catalog import ProductId
from xiaodian.modules.surfacing.learning.candidates import SHOW_MS, Candidate, Why
from xiaodian.modules.surfacing.learning.change import SecondCount
from xiaodian.modules.surfacing.learning.learner import Tally
from xiaodian.modules.surfacing.learning.replays import CHAPTER_MS, Replay, Sign, learn_replay
from xiaodian.modules.surfacing.learning.viewing import SOMEWHERE, Mark, Viewing, count


def test_an_order_from_a_replay_counts_for_the_card_that_was_clicked_last() -> None:
    product_id = ProductId(uuid4())
    marks = [Mark(product_id, second) for second in (10, 700, 1_300)]
    shown = dict.fromkeys(marks, 1)
    for clicked, cause in (([10], 10), ([10, 702], 700), ([], 1_300)):
        viewing = Viewing(
            furthest_ms=1_500_000,
            shown=shown,
            clicked=frozenset(Mark(product_id, second) for second in clicked),
            bought={Mark(product_id, SOMEWHERE): 1},
        )
        counted = count(viewing, 1_800_000)
        assert [key[1] for key, each in counted.moments.items() if each.ordered] == [cause]


def test_a_replay_of_a_whole_day_still_shows_cards_in_its_last_hour() -> None:
    product_id, day_ms = ProductId(uuid4()), 24 * 3_600_000
    signs = [Sign(product_id, day_ms - 1_000_000, Why.SAID), Sign(product_id, 60_000, Why.CUED)]
    quiet = {0: (1_000, 0, 0), 3_600: (0, 1_000, 1_000)}
    learned = learn_replay(Replay(day_ms, signs, [], {}, quiet))[product_id]
    assert [each.candidate.at_ms // CHAPTER_MS for each in learned] == [0, 142]
    assert all(each.weight > 5_000 for each in learned)


def test_of_two_moments_of_a_chapter_the_one_that_sells_is_shown_more() -> None:
    product_id = ProductId(uuid4())
    signs = [Sign(product_id, 60_000, Why.SAID), Sign(product_id, 300_000, Why.SAID)]
    counts = [SecondCount(60, 1, Tally(500, 20, 1, 0)), SecondCount(300, 1, Tally(500, 120, 30, 0))]
    learned = learn_replay(Replay(1_800_000, signs, [], {product_id: counts}, {0: (1_000, 0, 0)}))[product_id]
    weights = {each.candidate.at_ms: each.weight for each in learned}
    assert weights[300_000] > 9_000


def test_what_the_host_keeps_is_still_counted_when_nothing_speaks_for_it_any_more() -> None:
    product_id = ProductId(uuid4())
    kept = {product_id: [Candidate(60_000, SHOW_MS, Why.SAID)]}
    counts = [SecondCount(60, 1, Tally(500, 0, 0, 500))]
    [learned] = learn_replay(Replay(1_800_000, [], [], {product_id: counts}, {0: (1_000, 0, 0)}, kept))[product_id]
    assert (learned.candidate.at_ms, learned.tally.shown) == (60_000, 500)
