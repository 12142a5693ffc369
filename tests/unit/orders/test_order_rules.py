"""The table of states, numbers, shipments, transfers."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import IllegalMoveError, Order, OrderId, OrderState
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.orders import transfers
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.numbers import ALPHABET, MAX_SERIAL, to_number
from xiaodian.modules.orders.rules import (
    MOVES,
    check_shipment,
    find_next_state,
    get_next_state,
    list_allowed,
)

NOW = datetime(2026, 11, 11, tzinfo=UTC)
KEY = uuid4()


def order_in(state: OrderState) -> Order:
    """An order in a state, not yet overdue."""
    return Order(
        shop_id=ShopId(uuid4()),
        order_id=OrderId(uuid4()),
        serial=1,
        number="",
        shop_name="",
        buyer_id=AccountId(uuid4()),
        buyer_name="",
        room_id=None,
        state=state,
        currency="CNY",
        subtotal_minor=100,
        off_minor=0,
        freight_minor=0,
        total_minor=100,
        coupon_id=None,
        recipient="",
        phone="",
        region="",
        detail="",
        is_quiet=False,
        note="",
        placed_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
        paid_at=None,
        shipped_at=None,
        carrier=None,
        tracking_number=None,
        completes_at=NOW + timedelta(days=7),
        closed_at=None,
        lines=[],
    )


def test_nothing_leaves_the_states_that_are_the_end() -> None:
    for state in (OrderState.COMPLETED, OrderState.CANCELLED):
        assert [role for role in Role if list_allowed(order_in(state), role, NOW + timedelta(days=99))] == []


def test_every_other_state_has_a_way_to_the_end_without_the_buyer() -> None:
    ends = {OrderState.COMPLETED, OrderState.CANCELLED}
    for state in set(OrderState) - ends - {OrderState.PAID}:
        moves = [move for move in MOVES if move.state is state and move.role is Role.CLOCK]
        assert {move.next_state for move in moves} <= ends
        assert moves


def test_each_deed_of_a_role_leads_from_a_state_to_one_state_only() -> None:
    assert max(Counter((move.state, move.deed, move.role) for move in MOVES).values()) == 1


def test_a_buyer_cannot_begin_to_pay_when_the_time_is_over_but_late_money_is_taken_while_goods_are_held() -> None:
    order, late = order_in(OrderState.PENDING_PAYMENT), NOW + timedelta(minutes=15)
    assert list_allowed(order, Role.BUYER, NOW) == [Deed.PAY, Deed.CANCEL]
    assert list_allowed(order, Role.BUYER, late) == [Deed.CANCEL]
    assert find_next_state(order, Deed.PAY, Role.PROVIDER, late) is OrderState.PAID
    assert find_next_state(order, Deed.TIME_OUT, Role.CLOCK, NOW) is None
    assert find_next_state(order, Deed.TIME_OUT, Role.CLOCK, late) is OrderState.CANCELLED


def test_an_illegal_move_says_what_is_and_what_may_be() -> None:
    with pytest.raises(IllegalMoveError) as refused:
        get_next_state(order_in(OrderState.SHIPPED), Deed.CANCEL, Role.BUYER, NOW)
    assert refused.value.params == {"state": OrderState.SHIPPED, "allowed": [Deed.CONFIRM_RECEIPT]}


@given(st.sets(st.integers(0, MAX_SERIAL - 1), min_size=2, max_size=50))
def test_two_orders_never_have_one_number(serials: set[int]) -> None:
    numbers = {to_number(serial, KEY) for serial in serials}
    assert len(numbers) == len(serials)
    assert all(set(number.replace("-", "")) <= set(ALPHABET) and len(number) == 9 for number in numbers)


def test_numbers_of_orders_placed_one_after_the_other_tell_nothing_of_how_many_there_are() -> None:
    values = [[ALPHABET.index(digit) for digit in to_number(serial, KEY) if digit != "-"] for serial in range(200)]
    for digit in range(8):
        assert len({value[digit] for value in values}) > 16


@pytest.mark.parametrize("number", ["SF1234567890", "YT-123-456", "123456"])
def test_numbers_that_carriers_print_are_taken(number: str) -> None:
    check_shipment("顺丰速运", number)


@pytest.mark.parametrize("number", ["", "12345", "SF 1234567", "单号123456", "1" * 33, "123456\n"])
def test_numbers_that_no_carrier_prints_are_refused(number: str) -> None:
    with pytest.raises(InvalidInputError):
        check_shipment("顺丰速运", number)


def test_settling_the_same_order_twice_is_the_same_transfer() -> None:
    order = order_in(OrderState.SHIPPED)
    assert transfers.settle(order) == transfers.settle(msgspec.structs.replace(order))
    assert sum(entry.amount_minor for entry in transfers.settle(order).entries) == 0
