"""Splitting money and taking it back, to the last cent."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.orders import Line, LineRefund
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.contracts.settlement import IllegalPayoutMoveError, PayoutState
from xiaodian.modules.settlement import rules
from xiaodian.modules.settlement.models import FREIGHT_LINE, Parts, PayoutDeed, Rates, Share

rates = st.builds(
    lambda fee, commission, service: Rates(
        fee_bp=fee, commission_bp=min(commission, 10_000 - fee), service_bp=min(service, 10_000 - fee - commission)
    ),
    st.integers(0, 5_000),
    st.integers(0, 4_000),
    st.integers(0, 1_000),
)
sums = st.integers(0, 10**9)


def line(fee_bp: int = 0, commission_bp: int = 0, *, has_creator: bool = True) -> Line:
    """A line at these rates."""
    return Line(
        line_no=0,
        product_id=ProductId(uuid4()),
        sku_id=SkuId(uuid4()),
        stock_id=StockId(uuid4()),
        title="草莓",
        sku_name="3斤装",
        picture_url=None,
        category="fresh",
        quantity=1,
        price_minor=1000,
        amount_minor=1000,
        fee_bp=fee_bp,
        commission_bp=commission_bp,
        creator_id=AccountId(uuid4()) if has_creator else None,
    )


def amounts(parts: Parts) -> tuple[int, int, int, int]:
    """Shop, fee, commission, service."""
    return parts.shop_minor, parts.fee_minor, parts.commission_minor, parts.service_minor


@given(sums, rates)
def test_a_split_sums_exactly_is_never_negative_and_nobody_is_more_than_a_cent_off(total: int, rate: Rates) -> None:
    parts = rules.split_goods(total, rate)
    assert parts.total_minor == total
    exact = (10_000 - rate.fee_bp - rate.commission_bp - rate.service_bp, rate.fee_bp, rate.commission_bp)
    for amount, bp in zip(amounts(parts), (*exact, rate.service_bp), strict=True):
        assert amount >= 0
        assert abs(amount * 10_000 - total * bp) < 10_000


@given(sums, rates, st.data())
def test_what_is_taken_back_in_any_number_of_steps_is_never_negative_and_in_the_end_exactly_what_was_given(
    total: int, rate: Rates, data: st.DataObject
) -> None:
    given_out = rules.split_goods(total, rate)
    left = given_out
    while left.total_minor:
        amount = data.draw(st.integers(max(left.total_minor // 3, 1), left.total_minor))
        back = rules.take_back(amount, left)
        assert back.total_minor == amount
        assert min(amounts(back)) >= 0
        left -= back
        assert min(amounts(left)) >= 0
    assert left == Parts()


@given(st.integers(1, 10**6), rates)
def test_whoever_got_nothing_gives_nothing_back(total: int, rate: Rates) -> None:
    parts = rules.split_goods(total, rate)
    back = rules.take_back((total + 1) // 2, parts)
    for taken, got in zip(amounts(back), amounts(parts), strict=True):
        assert taken <= got


def test_the_cents_that_are_left_go_to_the_largest_fractions_and_of_equal_ones_to_the_shop() -> None:
    rate = Rates(fee_bp=500, commission_bp=2_000, service_bp=0)
    assert amounts(rules.split_goods(999, rate)) == (749, 50, 200, 0)
    assert amounts(rules.split_goods(1, Rates(fee_bp=5_000, commission_bp=0, service_bp=0))) == (1, 0, 0, 0)


def test_a_shop_that_promised_more_than_there_is_pays_fee_then_commission_then_service() -> None:
    assert rules.fit_rates(line(5_000, 9_000), 3_000) == Rates(fee_bp=5_000, commission_bp=5_000, service_bp=0)
    assert rules.fit_rates(line(500, 9_000), 3_000) == Rates(fee_bp=500, commission_bp=9_000, service_bp=500)


def test_no_commission_without_somebody_who_sold_it() -> None:
    assert rules.fit_rates(line(100, 2_000, has_creator=False), 0).commission_bp == 0


def share(line_no: int, parts: Parts, back: Parts | None = None) -> Share:
    """What a line brought to whom."""
    nothing = Rates(fee_bp=0, commission_bp=0, service_bp=0)
    return Share(line_no=line_no, rates=nothing, creator_id=None, provider_id=None, parts=parts, back=back or Parts())


def test_each_line_gives_back_at_its_own_rates_and_freight_comes_from_the_shop_alone() -> None:
    shares = [
        share(0, Parts(shop_minor=900, fee_minor=100)),
        share(1, Parts(shop_minor=500, commission_minor=500)),
        share(FREIGHT_LINE, Parts(shop_minor=80)),
    ]
    refund = LineRefund(line_no=1, quantity=1, refund_minor=300, platform_minor=100)
    assert rules.take_back_lines(shares, [refund], 80) == {
        1: Parts(shop_minor=200, commission_minor=200),
        FREIGHT_LINE: Parts(shop_minor=80),
    }


@pytest.mark.parametrize(("line_no", "amount_minor"), [(0, 601), (7, 1), (FREIGHT_LINE, 1)])
def test_more_than_is_left_of_a_line_is_never_taken_back(line_no: int, amount_minor: int) -> None:
    shares = [share(0, Parts(shop_minor=900, fee_minor=100), back=Parts(shop_minor=360, fee_minor=40))]
    refund = LineRefund(line_no=line_no, quantity=1, refund_minor=amount_minor, platform_minor=0)
    with pytest.raises(RefundTooLargeError):
        rules.take_back_lines(shares, [refund], 0)


@pytest.mark.parametrize(
    ("balance", "deposit", "drawn"), [(1000, 500, 0), (300, 500, 400), (300, 100, 100), (-50, 1000, 700), (0, 0, 0)]
)
def test_the_deposit_pays_what_the_balance_does_not_cover_and_the_rest_is_debt(
    balance: int, deposit: int, drawn: int
) -> None:
    assert rules.draw_on_deposit(700, balance, deposit) == drawn


def test_payouts_move_only_along_the_table_and_a_refusal_names_what_is_allowed() -> None:
    for state in PayoutState:
        for deed in PayoutDeed:
            if (state, deed) not in rules.MOVES:
                with pytest.raises(IllegalPayoutMoveError) as refused:
                    rules.get_next_state(state, deed)
                assert refused.value.params == {"state": state, "allowed": rules.list_allowed(state)}
    assert rules.list_allowed(PayoutState.PAID) == rules.list_allowed(PayoutState.REJECTED) == []


def test_books_count_days_and_months_in_their_own_time() -> None:
    month = rules.month_of_books(date(2026, 12, 31), 8)
    assert month.start == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert month.end == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert rules.date_in_books(month.start, 8) == date(2026, 12, 1)
    assert rules.date_in_books(month.start - timedelta(microseconds=1), 8) == date(2026, 11, 30)


@pytest.mark.parametrize("text", ["2026-13", "2026", "", "2026-1", "9999-12", "x", "0001-01", "2026-11-11"])
def test_a_month_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        rules.parse_month(text)
