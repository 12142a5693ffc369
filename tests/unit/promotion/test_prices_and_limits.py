"""Which price counts, how much an account may still buy, when a flash sale is honest, how commissions move."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.orders import IllegalMoveError
from xiaodian.contracts.promotion import DishonestPriceError, FlashSale
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.promotion.models import CommissionState
from xiaodian.modules.promotion.rules import (
    LAST_SWEEP,
    CommissionDeed,
    LimitBook,
    check_price,
    check_time,
    choose_price,
    move_commission,
    next_sweep,
    opens_early,
)

NOW = datetime(2026, 11, 11, tzinfo=UTC)
PRICES = st.integers(1, 50)


def flash_sale(price_minor: int) -> FlashSale:
    return FlashSale(
        flash_sale_id=StockId(uuid4()),
        shop_id=ShopId(uuid4()),
        product_id=ProductId(uuid4()),
        sku_id=SkuId(uuid4()),
        price_minor=price_minor,
        set_aside=10,
        limit_per_buyer=None,
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
    )


@given(PRICES, st.none() | PRICES, st.none() | PRICES, st.integers(0, 5), st.integers(1, 5))
def test_a_buyer_pays_the_lowest_price_that_can_be_had(
    list_minor: int, live_minor: int | None, flash_minor: int | None, left: int, quantity: int
) -> None:
    flash = flash_sale(flash_minor) if flash_minor is not None else None
    price_minor, stock_id = choose_price(list_minor, live_minor, flash, left, quantity)
    can_be_had = [list_minor]
    if live_minor is not None:
        can_be_had.append(live_minor)
    if flash_minor is not None and quantity <= left:
        can_be_had.append(flash_minor)
    assert price_minor == min(can_be_had)
    if stock_id is not None:
        assert flash is not None
        assert (stock_id, price_minor) == (flash.flash_sale_id, flash.price_minor)
        assert quantity <= left


def test_pieces_of_a_flash_sale_are_not_spent_on_buyers_who_gain_nothing_by_it() -> None:
    assert choose_price(3000, 1900, flash_sale(1900), 10, 1) == (1900, None)


def test_what_was_bought_and_what_is_being_bought_count_together() -> None:
    product, me, other = uuid4(), AccountId(uuid4()), AccountId(uuid4())
    book = LimitBook({(product, me): 2, (product, other): 0})
    assert book.left(product, me, 5) == 3
    book.count(product, me, 3)
    assert (book.left(product, me, 5), book.left(product, other, 5)) == (0, 5)
    assert book.left(product, me, 1) == 0


@pytest.mark.parametrize(("price_minor", "list_minor", "lowest_minor"), [(2000, 3000, 2000), (3000, 3000, 3500)])
def test_a_flash_price_that_saves_nobody_anything_is_refused(
    price_minor: int, list_minor: int, lowest_minor: int
) -> None:
    with pytest.raises(DishonestPriceError) as refused:
        check_price(price_minor, list_minor, lowest_minor)
    assert refused.value.params["below_minor"] == min(list_minor, lowest_minor)
    check_price(price_minor - 1, list_minor, lowest_minor)


@pytest.mark.parametrize(
    ("starts_in", "lasts", "reason"),
    [
        (timedelta(0), timedelta(0), "in_the_past"),
        (timedelta(hours=1), timedelta(0), "before_start"),
        (timedelta(0), timedelta(days=32), "lasts_too_long"),
        (timedelta(days=181), timedelta(hours=1), "too_far_ahead"),
    ],
)
def test_a_flash_sale_at_an_impossible_time_is_refused(starts_in: timedelta, lasts: timedelta, reason: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        check_time(NOW + starts_in, NOW + starts_in + lasts, NOW)
    assert refused.value.params["reason"] == reason
    check_time(NOW, NOW + timedelta(seconds=1), NOW)


def test_stock_is_looked_at_again_within_a_minute_after_every_unpaid_order_has_expired_and_once_forgotten() -> None:
    looked_at, ended_at = [NOW], NOW
    while (following := next_sweep(ended_at, looked_at[-1])) is not None:
        assert following > looked_at[-1]
        looked_at.append(following)
    # The last order may be placed as the sale ends, and has 15 minutes to be paid.
    assert any(timedelta(minutes=15) < each - ended_at <= timedelta(minutes=17) for each in looked_at)
    assert looked_at[-1] - ended_at > LAST_SWEEP
    assert len(looked_at) < 30


@pytest.mark.parametrize("state", list(CommissionState))
@pytest.mark.parametrize("deed", list(CommissionDeed))
def test_a_commission_moves_as_the_table_says_and_names_what_is_allowed(
    state: CommissionState, deed: CommissionDeed
) -> None:
    moves = {
        ("proposed", "accept"): "open",
        ("proposed", "refuse"): "refused",
        ("proposed", "end"): "ended",
        ("open", "end"): "ended",
        # Doing it again changes nothing.
        ("open", "accept"): "open",
        ("refused", "refuse"): "refused",
        ("ended", "end"): "ended",
    }
    to = moves.get((state.value, deed.value))
    if to is not None:
        assert move_commission(state, deed) == to
        return
    with pytest.raises(IllegalMoveError) as refused:
        move_commission(state, deed)
    assert refused.value.params["allowed"] == (["end"] if state is CommissionState.OPEN else [])


@pytest.mark.parametrize(
    ("head_start", "opens_after"),
    [
        (timedelta(microseconds=400), None),
        (timedelta(milliseconds=999), None),
        (timedelta(seconds=1), timedelta(0)),
        (timedelta(hours=1), timedelta(0)),
        (timedelta(hours=3), timedelta(hours=1)),
    ],
)
def test_members_are_promised_no_head_start_that_nobody_could_use(
    head_start: timedelta, opens_after: timedelta | None
) -> None:
    opens_at = opens_early(NOW + head_start, 2 * 3600, NOW)
    assert opens_at == (None if opens_after is None else NOW + opens_after)
