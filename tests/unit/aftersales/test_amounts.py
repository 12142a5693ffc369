"""What can be asked for: never more than was paid, never a cent lost in rounding."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.aftersales.samples import NOW, a_line, an_after_sale, an_order

from xiaodian.contracts.aftersales import AfterSaleKind, AfterSaleNotPossibleError
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import Line, Order, OrderState
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.modules.aftersales.amounts import check_possible, claim, freight_due, is_void, most_for_goods, refund_of

_K = AfterSaleKind


def _refund(order: Order, kind: AfterSaleKind, quantity: int, wanted: int | None) -> tuple[Order, int]:
    """The order after an after-sale of its first line was paid back, and what the buyer got."""
    line = order.lines[0]
    goods_minor, freight_minor = claim(order, line, kind, quantity, wanted)
    after_sale = an_after_sale(kind, quantity=quantity, goods_minor=goods_minor, freight_minor=freight_minor)
    back, freight = refund_of(order, line, after_sale)
    after = msgspec.structs.replace(
        line,
        refunded_quantity=line.refunded_quantity + back.quantity,
        refunded_minor=line.refunded_minor + back.refund_minor,
        refunded_platform_minor=line.refunded_platform_minor + back.platform_minor,
    )
    refunded = msgspec.structs.replace(
        order, lines=[after, *order.lines[1:]], refunded_freight_minor=order.refunded_freight_minor + freight
    )
    return refunded, back.refund_minor + freight


lines = st.builds(
    lambda quantity, price, off, platform: _line_of(quantity, price, off, platform),
    st.integers(1, 50),
    st.integers(1, 10_000),
    st.floats(0, 1),
    st.floats(0, 1),
)


def _line_of(quantity: int, price: int, off: float, platform: float) -> Line:
    amount = quantity * price
    off_minor = int(amount * off)
    return a_line(
        quantity=quantity,
        price_minor=price,
        amount_minor=amount,
        off_minor=off_minor,
        platform_off_minor=int((amount - off_minor) * platform),
    )


@given(line=lines, data=st.data())
def test_asking_piece_by_piece_gives_back_exactly_what_was_paid(line: Line, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, line.quantity), max_size=5))
    order, got = an_order(line), 0
    for start, end in pairwise(sorted({0, line.quantity, *cuts})):
        order, minor = _refund(order, _K.REFUND_ONLY, end - start, None)
        got += minor
    assert got == line.paid_minor
    assert order.lines[0].refunded_platform_minor == line.platform_off_minor
    assert order.lines[0].goods_minor == 0


@given(line=lines, data=st.data(), is_shipped=st.booleans())
def test_whatever_is_asked_never_more_goes_back_than_was_paid(
    line: Line, data: st.DataObject, is_shipped: bool
) -> None:
    order = an_order(line, shipped_at=NOW if is_shipped else None, freight_minor=700)
    for _ in range(6):
        now = order.lines[0]
        if now.left_quantity == 0:
            break
        quantity = data.draw(st.integers(1, now.left_quantity))
        most = most_for_goods(now, quantity)
        wanted = data.draw(st.one_of(st.none(), st.integers(1, most))) if most else None
        try:
            order, _ = _refund(order, data.draw(st.sampled_from([_K.REFUND_ONLY, _K.RETURN_REFUND])), quantity, wanted)
        except AfterSaleNotPossibleError:
            assert now.refunded_minor == now.paid_minor
            break
        after = order.lines[0]
        assert 0 <= after.refunded_minor <= after.paid_minor
        assert 0 <= after.refunded_platform_minor <= after.platform_off_minor
        assert 0 <= after.refunded_quantity <= after.quantity
        assert 0 <= order.refunded_freight_minor <= order.freight_minor
        assert after.goods_minor >= 0


def test_more_than_was_paid_for_the_pieces_is_refused_with_what_can_go_back() -> None:
    line = a_line(off_minor=600)
    order = an_order(line)
    with pytest.raises(RefundTooLargeError) as refusal:
        claim(order, line, _K.REFUND_ONLY, 2, 1601)
    assert refusal.value.params == {"left_minor": 1600}
    assert claim(order, line, _K.REFUND_ONLY, 2, 1600) == (1600, 0)


def test_a_compensation_for_goods_that_are_kept_leaves_them_to_be_returned_for_the_rest() -> None:
    order = an_order(a_line(), state=OrderState.DELIVERED, shipped_at=NOW)
    order, got = _refund(order, _K.REFUND_ONLY, 1, 300)
    assert (got, order.lines[0].refunded_quantity) == (300, 0)
    order, got = _refund(order, _K.RETURN_REFUND, 3, None)
    assert (got, order.lines[0].refunded_quantity) == (2700, 3)


def test_freight_goes_back_with_the_last_piece_of_an_order_that_was_not_shipped() -> None:
    rest = a_line(line_no=1, quantity=1, amount_minor=1000)
    order = an_order(a_line(), rest, freight_minor=700)
    assert freight_due(order, order.lines[0], 3) == 0
    order, got = _refund(order, _K.REFUND_ONLY, 3, None)
    assert got == 3000
    assert claim(order, rest, _K.REFUND_ONLY, 1, None) == (1000, 700)


def test_freight_stays_where_the_carriage_was_had() -> None:
    order = an_order(a_line(), freight_minor=700, shipped_at=NOW, state=OrderState.SHIPPED)
    assert claim(order, order.lines[0], _K.RETURN_REFUND, 3, None) == (3000, 0)


def test_of_two_refunds_asked_at_once_the_later_one_brings_the_freight_though_it_did_not_ask_for_it() -> None:
    other = a_line(line_no=1, quantity=1, amount_minor=1000, refunded_quantity=1, refunded_minor=1000)
    order = an_order(a_line(), other, freight_minor=700)
    asked_before = an_after_sale(_K.REFUND_ONLY, quantity=3, goods_minor=3000)
    assert refund_of(order, order.lines[0], asked_before)[1] == 700


def test_the_platform_gets_its_part_back_in_proportion() -> None:
    order = an_order(a_line(platform_off_minor=300))
    back, _ = refund_of(order, order.lines[0], an_after_sale(_K.REFUND_ONLY, quantity=1, goods_minor=900))
    assert (back.refund_minor, back.platform_minor) == (900, 100)


def test_what_the_platform_paid_alone_goes_back_to_it_by_the_piece() -> None:
    order = an_order(a_line(platform_off_minor=3000))
    assert claim(order, order.lines[0], _K.REFUND_ONLY, 2, None) == (0, 0)
    back, _ = refund_of(order, order.lines[0], an_after_sale(_K.REFUND_ONLY, quantity=2, goods_minor=0))
    assert (back.refund_minor, back.platform_minor) == (0, 2000)


def test_an_exchange_asks_for_no_money() -> None:
    order = an_order(a_line(), shipped_at=NOW, state=OrderState.SHIPPED)
    assert claim(order, order.lines[0], _K.EXCHANGE, 1, None) == (0, 0)
    with pytest.raises(InvalidInputError):
        claim(order, order.lines[0], _K.EXCHANGE, 1, 5)


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        (OrderState.PENDING_PAYMENT, set()),
        (OrderState.PAID, {_K.REFUND_ONLY}),
        (OrderState.SHIPPED, set(_K)),
        (OrderState.DELIVERED, set(_K)),
        (OrderState.COMPLETED, set(_K)),
        (OrderState.CANCELLED, set()),
    ],
)
def test_what_can_be_asked_for_depends_on_where_the_goods_are(state: OrderState, kinds: set[AfterSaleKind]) -> None:
    assert {kind for kind in _K if _is_possible(state, kind)} == kinds


def test_fifteen_days_after_completion_it_is_too_late() -> None:
    last = timedelta(days=15) - timedelta(seconds=1)
    assert _is_possible(OrderState.COMPLETED, _K.RETURN_REFUND, later=last)
    assert not _is_possible(OrderState.COMPLETED, _K.RETURN_REFUND, later=timedelta(days=15))


def test_what_went_back_cannot_be_asked_for_again() -> None:
    line = a_line(refunded_quantity=2, refunded_minor=2000)
    with pytest.raises(AfterSaleNotPossibleError) as refusal:
        check_possible(an_order(line), line, _K.REFUND_ONLY, 2, NOW)
    assert refusal.value.params == {"reason": "nothing_left", "left": 1}
    compensated = a_line(refunded_minor=3000)
    with pytest.raises(AfterSaleNotPossibleError):
        claim(an_order(compensated), compensated, _K.REFUND_ONLY, 1, None)


def test_a_cancelled_order_takes_the_ground_from_what_was_asked_for() -> None:
    order = an_order(a_line())
    asked = an_after_sale(_K.REFUND_ONLY, quantity=3, goods_minor=3000)
    assert not is_void(order, order.lines[0], asked)
    assert is_void(msgspec.structs.replace(order, state=OrderState.CANCELLED), order.lines[0], asked)
    assert is_void(order, a_line(refunded_quantity=1, refunded_minor=1000), asked)


def _is_possible(state: OrderState, kind: AfterSaleKind, **more: Any) -> bool:
    order = an_order(a_line(), state=state, closed_at=NOW)
    try:
        check_possible(order, order.lines[0], kind, 1, NOW + more.get("later", timedelta()))
    except AfterSaleNotPossibleError:
        return False
    return True
