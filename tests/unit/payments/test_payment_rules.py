"""Rules of payments that need no database."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.payments import CapturedPart, ChargeId, ChargePart, ChargeState, RefundState
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.payments.rules import (
    LONGEST_PAUSE,
    NEXT_REFUND_STATES,
    NEXT_STATES,
    choose_part,
    left_of,
    pause_after,
)


def _part(number: int, amount_minor: int, refunded_minor: int = 0) -> CapturedPart:
    part = ChargePart(
        order_id=UUID(int=1), shop_id=ShopId(UUID(int=2)), amount_minor=amount_minor, refunded_minor=refunded_minor
    )
    return CapturedPart(charge_id=ChargeId(UUID(int=number)), provider="sandbox", currency="CNY", part=part)


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 100)), max_size=5), st.integers(1, 120))
def test_what_goes_back_is_taken_from_one_payment_that_has_as_much(amounts: list[tuple[int, int]], wanted: int) -> None:
    parts = [_part(number, amount, min(back, amount)) for number, (amount, back) in enumerate(amounts)]
    chosen = choose_part(parts, wanted)
    if chosen is None:
        assert all(left_of(part) < wanted for part in parts)
    else:
        assert left_of(chosen) == max(left_of(part) for part in parts)
        assert left_of(chosen) >= wanted


@given(st.integers(1, 1000), st.floats(0, 1))
def test_pauses_grow_up_to_a_limit_and_are_spread(times: int, spread: float) -> None:
    pause = pause_after(times, spread)
    assert timedelta(seconds=22) < pause <= LONGEST_PAUSE
    assert pause_after(times, 0) * 0.74 < pause <= pause_after(times + 1, 0)


@pytest.mark.parametrize("state", ChargeState)
def test_nothing_undoes_money_that_came_in(state: ChargeState) -> None:
    assert (ChargeState.CAPTURED, state) not in NEXT_STATES
    if state is not ChargeState.CAPTURED:
        assert NEXT_STATES[state, ChargeState.CAPTURED] is ChargeState.CAPTURED


@pytest.mark.parametrize("state", RefundState)
def test_nothing_undoes_money_that_went_back(state: RefundState) -> None:
    assert (RefundState.SUCCEEDED, state) not in NEXT_REFUND_STATES
    if state is not RefundState.SUCCEEDED:
        assert NEXT_REFUND_STATES[state, RefundState.SUCCEEDED] is RefundState.SUCCEEDED
