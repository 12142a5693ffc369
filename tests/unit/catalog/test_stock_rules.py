"""Pieces that move between stocks: none is made, none is lost."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import JournalKind, ProductId, SkuId, StockId
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.catalog.models import Stock
from xiaodian.modules.catalog.rules import MAX_STOCK, check_category_code, check_correction, share_returns, sweep_back

SKUS = [SkuId(uuid4()) for _ in range(3)]
stocks = st.builds(
    Stock,
    stock_id=st.uuids().map(StockId),
    sku_id=st.sampled_from(SKUS),
    product_id=st.uuids().map(ProductId),
    shop_id=st.uuids().map(ShopId),
    available=st.integers(0, 50),
)
aside = st.lists(stocks, max_size=8, unique_by=lambda stock: stock.stock_id)


@given(aside)
def test_giving_back_empties_what_was_set_aside_and_keeps_every_piece(found: list[Stock]) -> None:
    changes = {change.stock_id: change for change in sweep_back(found)}
    assert sum(change.on_hand for change in changes.values()) == 0
    assert all(change.sold == 0 for change in changes.values())
    for stock in found:
        gained = changes[stock.stock_id].on_hand if stock.stock_id in changes else 0
        assert stock.available + gained == 0
    for sku_id in SKUS:
        gained = changes[StockId(sku_id)].on_hand if sku_id in changes else 0
        assert gained == sum(stock.available for stock in found if stock.sku_id == sku_id)


def test_a_skus_own_stock_is_not_given_back() -> None:
    own = Stock(StockId(SKUS[0]), SKUS[0], ProductId(uuid4()), ShopId(uuid4()), 5)
    assert sweep_back([own]) == []


@given(st.lists(st.tuples(stocks, st.integers(1, 9)), max_size=8, unique_by=lambda pair: pair[0].stock_id))
def test_what_comes_back_is_sold_no_more_and_on_hand_again(returned: list[tuple[Stock, int]]) -> None:
    changes = share_returns(returned)
    count = sum(quantity for _, quantity in returned)
    assert sum(change.on_hand for change in changes) == count == -sum(change.sold for change in changes)
    assert {change.stock_id for change in changes if change.on_hand} == {stock.sku_id for stock, _ in returned}


@pytest.mark.parametrize(
    ("delta", "kind", "available", "field"),
    [
        (0, JournalKind.CORRECTION, 5, "delta"),
        (0, JournalKind.RESTOCK, 5, "delta"),
        (-1, JournalKind.RESTOCK, 5, "delta"),
        (-6, JournalKind.CORRECTION, 5, "delta"),
        (MAX_STOCK, JournalKind.RESTOCK, 1, "delta"),
        (5, JournalKind.RETURNED, 5, "kind"),
        (5, JournalKind.SET_ASIDE, 5, "kind"),
        (5, JournalKind.OPENING, 5, "kind"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(delta: int, kind: JournalKind, available: int, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_correction(delta, kind, available)
    assert caught.value.field == field


@pytest.mark.parametrize("code", ["", "Fresh", "生鲜", "a b", "1a", "a" * 33, "a\n"])
def test_codes_that_do_not_fit_a_file_are_refused(code: str) -> None:
    with pytest.raises(InvalidInputError):
        check_category_code(code)
