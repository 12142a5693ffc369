"""Pure decisions about products and stock."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import JournalKind, SkuAtSale, SkuId, StockId, StockWish
from xiaodian.modules.catalog.models import Stock

MAX_PRICE_MINOR = 100_000_000
MAX_STOCK = 100_000_000
MAX_WEIGHT_G = 1_000_000
MAX_PER_BUYER = 10_000
MAX_FEE_BP = 5000
MOST_CATEGORIES = 200

CATEGORY_CODE = "[a-z][a-z0-9_]{0,31}"
_CATEGORY_CODE = re.compile(CATEGORY_CODE)

Quantities = Mapping[StockId, int]
"""Pieces by stock."""


class Shelf:
    """Stocks that one transaction has read (and locked, if it reserves), and what it has taken from them so far.

    Several orders are decided against the same shelf, one after the other; nothing is written until all are.
    """

    def __init__(self, skus: Mapping[StockId, SkuAtSale]) -> None:
        self.skus = skus
        self.taken: dict[StockId, int] = {}

    def left(self, stock_id: StockId) -> int:
        """What can still be taken of a stock of this shelf."""
        return self.skus[stock_id].available - self.taken.get(stock_id, 0)

    def find_shortage(self, lines: Sequence[tuple[StockId, int]]) -> StockId | None:
        """The first stock of which less is left than the line wants; None if all can be taken."""
        return next((stock_id for stock_id, quantity in lines if self.left(stock_id) < quantity), None)

    def take(self, lines: Sequence[tuple[StockId, int]]) -> None:
        """Take all lines; there must be no shortage."""
        for stock_id, quantity in lines:
            assert 0 < quantity <= self.left(stock_id)
            self.taken[stock_id] = self.taken.get(stock_id, 0) + quantity


def check_category_code(code: str) -> None:
    """Short, Latin, fit for reports and files. Raises InvalidInputError."""
    if not _CATEGORY_CODE.fullmatch(code):
        raise InvalidInputError(field="code", reason="bad_character")


def check_correction(delta: int, kind: JournalKind, available: int) -> None:
    """What came in is more than nothing; what is reserved cannot be corrected away. Raises InvalidInputError."""
    if kind not in (JournalKind.RESTOCK, JournalKind.CORRECTION):
        raise InvalidInputError(field="kind", reason="not_by_hand")
    if delta == 0 or (kind is JournalKind.RESTOCK and delta < 0):
        raise InvalidInputError(field="delta", reason="out_of_range")
    if available + delta < 0:
        raise InvalidInputError(field="delta", reason="too_many", available=available)
    if available + delta > MAX_STOCK:
        raise InvalidInputError(field="delta", reason="out_of_range")


def check_named_once(wanted: Sequence[SkuId], found: Container[SkuId], field: str) -> None:
    """Every SKU of a batch is the shop's, and named once. Raises InvalidInputError that says which is not."""
    named: set[SkuId] = set()
    for number, sku_id in enumerate(wanted):
        if sku_id not in found or sku_id in named:
            reason = "named_twice" if sku_id in named else "unknown_sku"
            raise InvalidInputError(field=f"{field}[{number}].sku_id", reason=reason)
        named.add(sku_id)


def read_stock_wish(wish: StockWish, available: int, field: str) -> int:
    """What can be bought afterwards. Raises InvalidInputError that names what cannot be."""
    if (wish.available is None) is (wish.delta is None):
        raise InvalidInputError(field=field, reason="one_of_two")
    after = wish.available if wish.available is not None else available + (wish.delta or 0)
    if after < 0:
        raise InvalidInputError(field=f"{field}.delta", reason="too_many", available=available)
    if after > MAX_STOCK:
        raise InvalidInputError(field=field, reason="out_of_range")
    return after


class Change(NamedTuple):
    """What a stock gains."""

    stock_id: StockId
    on_hand: int = 0
    sold: int = 0


def sweep_back(stocks: Iterable[Stock]) -> list[Change]:
    """What can be bought of set-aside stocks goes to the SKUs' own; not a piece is made or lost."""
    gains: dict[StockId, int] = {}
    for stock in stocks:
        if stock.is_aside and stock.available > 0:
            own = StockId(stock.sku_id)
            gains[stock.stock_id] = -stock.available
            gains[own] = gains.get(own, 0) + stock.available
    return [Change(stock_id, on_hand=gain) for stock_id, gain in gains.items()]


def share_returns(returned: Iterable[tuple[Stock, int]]) -> list[Change]:
    """What was sold from a stock and came back is on hand in the SKU's own."""
    on_hand: dict[StockId, int] = {}
    sold: dict[StockId, int] = {}
    for stock, quantity in returned:
        own = StockId(stock.sku_id)
        sold[stock.stock_id] = sold.get(stock.stock_id, 0) - quantity
        on_hand[own] = on_hand.get(own, 0) + quantity
    return [
        Change(stock_id, on_hand=on_hand.get(stock_id, 0), sold=sold.get(stock_id, 0))
        for stock_id in sorted(on_hand.keys() | sold.keys())
    ]
