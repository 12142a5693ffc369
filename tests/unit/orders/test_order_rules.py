"""The table of states, numbers, refunds."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.orders import (
    CheckoutId,
    IllegalMoveError,
    Line,
    LineRefund,
    Order,
    OrderId,
    OrderRefund,
    OrderState,
)
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.numbers import ALPHABET, MAX_SERIAL, to_number, to_serial
from xiaodian.modules.orders.rules import MOVES, check_refund, find_next_state, get_next_state, list_allowed

NOW = datetime(2026, 11, 11, tzinfo=UTC)
KEY = uuid4()


def line(**more: int) -> Line:
    """Two pieces for 100, of which the merchant pays 10 and the platform 20."""
    sku_id = SkuId(uuid4())
    plain = Line(
        line_no=0,
        product_id=ProductId(uuid4()),
        sku_id=sku_id,
        stock_id=StockId(sku_id),
        title="",
        sku_name="",
        picture_url=None,
        category="other",
        quantity=2,
        price_minor=50,
        amount_minor=100,
        off_minor=10,
        platform_off_minor=20,
    )
    return msgspec.structs.replace(plain, **more)


def order_in(state: OrderState) -> Order:
    """An order in a state, not yet overdue."""
    return Order(
        shop_id=ShopId(uuid4()),
        order_id=OrderId(uuid4()),
        checkout_id=CheckoutId(uuid4()),
        serial=1,
        number="",
        shop_name="",
        buyer_id=AccountId(uuid4()),
        buyer_name="",
        room_id=None,
        state=state,
        currency="CNY",
        subtotal_minor=100,
        off_minor=10,
        platform_off_minor=20,
        freight_minor=8,
        total_minor=78,
        coupon_id=None,
        platform_coupon_id=None,
        recipient="",
        phone="",
        region="",
        detail="",
        is_quiet=False,
        note="",
        placed_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
        paid_at=None if state is OrderState.PENDING_PAYMENT else NOW,
        completes_at=NOW + timedelta(days=7),
        lines=[line()],
    )


def test_nothing_leaves_the_states_that_are_the_end() -> None:
    for state in (OrderState.COMPLETED, OrderState.CANCELLED):
        assert [role for role in Role if list_allowed(order_in(state), role, NOW + timedelta(days=99))] == []


def test_every_other_state_has_a_way_to_the_end_without_the_buyer() -> None:
    ends = {OrderState.COMPLETED, OrderState.CANCELLED}
    # What is paid and never shipped ends by the seller's or the buyer's hand.
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


@given(st.integers(0, MAX_SERIAL - 1))
def test_an_order_is_found_by_its_number_however_people_write_it(serial: int) -> None:
    number = to_number(serial, KEY)
    for written in (number, number.lower(), number.replace("-", ""), number.replace("-", " ")):
        assert to_serial(written, KEY) == serial


@pytest.mark.parametrize("number", ["", "7K3M", "7K3M-9XQ2-1", "草莓", "7K3M-9XQ!"])
def test_what_can_be_no_number_finds_nothing(number: str) -> None:
    assert to_serial(number, KEY) is None


def test_only_a_carrier_says_delivered_and_only_of_what_was_shipped() -> None:
    for state in OrderState:
        for role in Role:
            told = find_next_state(order_in(state), Deed.DELIVER, role, NOW)
            assert (told is OrderState.DELIVERED) == (state is OrderState.SHIPPED and role is Role.CARRIER)


def test_an_order_is_closed_for_refunds_only_when_nothing_of_its_money_is_left() -> None:
    whole = order_in(OrderState.SHIPPED)
    assert whole.escrow_minor == 98
    assert find_next_state(whole, Deed.CLOSE_REFUNDED, Role.PLATFORM, NOW) is None
    goods_back = msgspec.structs.replace(whole, lines=[line(refunded_minor=70, refunded_platform_minor=20)])
    assert (goods_back.escrow_minor, goods_back.refunded_minor) == (8, 70)
    assert find_next_state(goods_back, Deed.CLOSE_REFUNDED, Role.PLATFORM, NOW) is None
    all_back = msgspec.structs.replace(goods_back, refunded_freight_minor=8)
    for state in (OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED):
        closed = msgspec.structs.replace(all_back, state=state)
        assert find_next_state(closed, Deed.CLOSE_REFUNDED, Role.PLATFORM, NOW) is OrderState.CANCELLED
    completed = msgspec.structs.replace(all_back, state=OrderState.COMPLETED)
    assert find_next_state(completed, Deed.CLOSE_REFUNDED, Role.PLATFORM, NOW) is None


def refund_of(freight_minor: int = 0, **of_line: int) -> OrderRefund:
    """A refund of the line of `order_in`."""
    back = LineRefund(**{"line_no": 0, "quantity": 0, "refund_minor": 0, "platform_minor": 0, **of_line})
    return OrderRefund(refund_id=uuid4(), lines=[back], freight_minor=freight_minor, reason="after_sale")


@pytest.mark.parametrize(
    "refund",
    [
        refund_of(refund_minor=71),
        refund_of(refund_minor=-1),
        refund_of(quantity=3),
        refund_of(quantity=-1),
        refund_of(platform_minor=21),
        refund_of(freight_minor=9),
        refund_of(freight_minor=-1),
        refund_of(line_no=1, refund_minor=1),
    ],
)
def test_nothing_goes_back_that_was_not_paid(refund: OrderRefund) -> None:
    with pytest.raises(RefundTooLargeError):
        check_refund(order_in(OrderState.PAID), refund)


def test_everything_that_was_paid_may_go_back_once() -> None:
    everything = refund_of(quantity=2, refund_minor=70, platform_minor=20, freight_minor=8)
    check_refund(order_in(OrderState.PAID), everything)
    with pytest.raises(RefundTooLargeError):
        check_refund(order_in(OrderState.PENDING_PAYMENT), everything)
    part = msgspec.structs.replace(order_in(OrderState.PAID), lines=[line(refunded_minor=30, refunded_quantity=1)])
    with pytest.raises(RefundTooLargeError) as refused:
        check_refund(part, refund_of(quantity=1, refund_minor=41))
    assert refused.value.params == {"left_minor": 40}
    doubled = msgspec.structs.replace(everything, lines=everything.lines * 2)
    with pytest.raises(RefundTooLargeError):
        check_refund(order_in(OrderState.PAID), doubled)
