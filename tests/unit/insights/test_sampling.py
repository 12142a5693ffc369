"""Above the set rate a sample of viewers is kept, below it everybody is; a sample can be scaled up to all."""

import random
from uuid import UUID

from xiaodian.modules.insights.sampling import ALONE, MOST, NO_ROW, Sampler, weigh


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def viewers(count: int) -> list[str]:
    rng = random.Random(3)
    return [str(UUID(int=rng.getrandbits(128))) for _ in range(count)]


def test_up_to_the_set_rate_everybody_is_kept() -> None:
    clock = Clock()
    sampler = Sampler(100, clock)
    for _ in range(50):
        clock.now += 0.1
        assert sampler.take(8) == ALONE


def test_without_a_set_rate_everybody_is_kept() -> None:
    assert Sampler(0, Clock()).take(10**9) == ALONE


def test_a_rush_is_met_within_its_first_second_and_then_leaves_the_set_rate() -> None:
    clock = Clock()
    sampler = Sampler(100, clock)
    seconds = []
    for _ in range(5):
        rows = 0.0
        for _ in range(70):
            clock.now += 1 / 70
            rows += 10 / sampler.take(10)
        seconds.append(rows)
    assert seconds[0] < 300
    assert max(seconds[1:]) <= 110
    assert sampler.one_in == 8


def test_when_a_rush_is_over_everybody_is_kept_again() -> None:
    clock = Clock()
    sampler = Sampler(100, clock)
    assert sampler.take(1_000) == 16
    told = []
    for _ in range(6):
        clock.now += 1.0
        told.append(sampler.take(1))
    assert told == [16, 8, 4, 2, 1, 1]
    sampler.take(1_000)
    clock.now += 60.0
    assert sampler.take(1) == ALONE


def test_never_fewer_than_one_in_the_most_are_kept() -> None:
    assert Sampler(1, Clock()).take(10**9) == MOST


def test_who_is_kept_of_eight_is_kept_of_four() -> None:
    for viewer_id in viewers(500):
        if weigh(viewer_id, 8) != NO_ROW:
            assert weigh(viewer_id, 4) == 4


def test_weights_add_up_to_about_everybody() -> None:
    told = viewers(4_000)
    for one_in in (1, 2, 4, 8):
        assert abs(sum(weigh(viewer_id, one_in) for viewer_id in told) - 4_000) < 4_000 * 0.1
