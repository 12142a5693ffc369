"""How much a video is worth, and what viewers like."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from xiaodian.modules.feed.rules import (
    WEIGHTS,
    Deed,
    Encounter,
    Sums,
    growth,
    is_exploring,
    room_score,
    score,
    strength,
    taste_doublings,
    weight,
    worth,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_film_watched_to_the_end_is_worth_more_than_one_swiped_away() -> None:
    assert worth(Sums(views=100, through_percent=9_000)) > worth(Sums(views=100, through_percent=1_000))


@pytest.mark.parametrize("what", ["likes", "comments", "clicks", "orders"])
def test_what_viewers_do_with_a_film_counts_for_it(what: str) -> None:
    plain = Sums(seen=100, views=100, through_percent=4_000)
    assert worth(plain._replace(**{what: 10})) > worth(plain)


def test_a_film_that_many_do_not_want_to_see_sinks() -> None:
    plain = Sums(seen=100, views=100, through_percent=4_000)
    assert worth(plain._replace(dismissals=5)) < worth(plain)


def test_one_enthusiast_does_not_lift_a_film_above_one_that_a_thousand_like() -> None:
    enthusiast = Sums(seen=1, views=1, through_percent=100, likes=1)
    loved = Sums(seen=1000, views=1000, through_percent=80_000, likes=150)
    assert worth(loved) > worth(enthusiast)


def test_a_film_one_half_life_older_must_be_worth_twice_as_much() -> None:
    older = NOW - timedelta(days=WEIGHTS.half_life_days)
    assert score(Sums(), NOW) - score(Sums(), older) == pytest.approx(1.0)


def test_scores_need_not_be_reckoned_anew_because_time_passes() -> None:
    one, other = Sums(views=50, through_percent=4_500), Sums(views=50, through_percent=500)
    published = NOW - 3 * DAY
    before = score(one, published) - score(other, NOW)
    assert before == score(one, published) - score(other, NOW)
    assert score(one, published) > score(other, NOW)


def test_few_get_to_see_a_newcomer_for_nothing_and_only_while_it_is_young() -> None:
    assert is_exploring(Sums(), NOW - DAY, NOW)
    assert not is_exploring(Sums(seen=WEIGHTS.exploring_until_seen), NOW - DAY, NOW)
    assert not is_exploring(Sums(), NOW - timedelta(days=WEIGHTS.exploring_days), NOW)


def test_buying_says_more_than_liking_and_liking_more_than_watching() -> None:
    told = [strength(Encounter(NOW, 0, int(deed))) for deed in (Deed.BOUGHT, Deed.LIKED)]
    assert told[0] > told[1] > strength(Encounter(NOW, 100, int(Deed.ENTERED))) > 0


def test_swiping_away_at_once_says_that_it_was_not_liked_and_watching_on_does_not() -> None:
    assert strength(Encounter(NOW, 3, int(Deed.ENTERED | Deed.LEFT))) < 0
    assert strength(Encounter(NOW, 90, int(Deed.ENTERED | Deed.LEFT))) > 0
    assert strength(Encounter(NOW, 0, int(Deed.SEEN))) == 0


def test_encounters_merge_to_the_same_in_any_order_and_however_often() -> None:
    one, other = Encounter(NOW, 40, int(Deed.SEEN)), Encounter(NOW - DAY, 70, int(Deed.LIKED))
    merged = Encounter(NOW, 70, int(Deed.SEEN | Deed.LIKED))
    assert one.merge(other) == other.merge(one) == one.merge(other).merge(other) == merged


def test_what_was_liked_a_half_life_ago_counts_half() -> None:
    ago = NOW - timedelta(days=WEIGHTS.taste_half_life_days)
    liked = Encounter(ago, 0, int(Deed.LIKED))
    assert weight(liked) / growth(NOW) == pytest.approx(strength(liked) / 2)


def test_no_liking_outweighs_everything_else_and_dislike_lowers() -> None:
    assert taste_doublings(1e9) == WEIGHTS.most_taste
    assert taste_doublings(0.0) == 0.0
    assert taste_doublings(-3.0) == -taste_doublings(3.0) < 0


def test_a_room_rises_with_viewers_with_purchases_and_when_it_has_just_begun() -> None:
    hour = timedelta(hours=1)
    plain = room_score(10, 0, hour)
    assert room_score(100, 0, hour) > plain
    assert room_score(10, 5, hour) > plain
    assert room_score(10, 0, timedelta(minutes=1)) > plain


def test_the_page_for_readers_publishes_every_weight_as_it_is() -> None:
    text = (Path(__file__).parents[3] / "docs/feed.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    told = {row.split("|")[1].strip(" `"): float(row.split("|")[2]) for row in rows}
    assert told == {name: float(getattr(WEIGHTS, name)) for name in WEIGHTS.__struct_fields__}
