"""A robot is slowed down; a person who orders a few times is not."""

import pytest

from xiaodian.contracts.base import TooManyRequestsError
from xiaodian.contracts.risk import Limit
from xiaodian.modules.risk.service import pace as module
from xiaodian.modules.risk.service.pace import Pace


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(Limit(name="checkout", burst=3, period_s=60), clock)


def take_all(pace: Pace, subject: str) -> int:
    """How many tokens there are."""
    taken = 0
    while True:
        try:
            pace.take(subject)
        except TooManyRequestsError:
            return taken
        taken += 1


def test_a_burst_is_allowed_and_the_next_is_told_when_to_come_back(pace: Pace) -> None:
    assert take_all(pace, "robot") == 3
    with pytest.raises(TooManyRequestsError) as refused:
        pace.take("robot")
    assert refused.value.retry_after_s == 20


def test_others_are_not_slowed_down_by_a_robot(pace: Pace) -> None:
    take_all(pace, "robot")
    assert take_all(pace, "person") == 3


def test_who_waits_as_told_is_let_in_again_once(pace: Pace, clock: Clock) -> None:
    take_all(pace, "robot")
    clock.now += 20
    assert take_all(pace, "robot") == 1
    clock.now += 1000
    assert take_all(pace, "robot") == 3


def test_memory_stays_bounded_however_many_come(pace: Pace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SUBJECTS", 10)
    for number in range(100):
        pace.take(number)
    assert take_all(pace, "late comer") == 3
