"""Pure decisions about products and stock."""

from collections.abc import Mapping, Sequence

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import JournalKind, SkuAtSale, StockId

MAX_SKUS = 50
MAX_PICTURES = 9
MAX_PRICE_MINOR = 100_000_000
MAX_STOCK = 100_000_000
MAX_WEIGHT_G = 1_000_000
MAX_PER_BUYER = 10_000
MAX_FEE_BP = 5000
MOST_CATEGORIES = 200

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


def check_sku_names(names: Sequence[str]) -> None:
    """Refuse two SKUs of a product with one name: a buyer could not tell them apart. Raises InvalidInputError."""
    if len(set(names)) != len(names):
        raise InvalidInputError(field="skus", reason="name_twice")


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
