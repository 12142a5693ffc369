"""Pure decisions about products and stock."""

from collections.abc import Mapping, Sequence

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import SkuAtSale, SkuId

MAX_SKUS = 50
MAX_PICTURES = 9
MAX_PRICE_MINOR = 100_000_000
MAX_STOCK = 100_000_000

Quantities = Mapping[SkuId, int]


class Shelf:
    """SKUs that one transaction has read (and locked, if it reserves), and what it has taken from them so far.

    Several orders are decided against the same shelf, one after the other; nothing is written until all are.
    """

    def __init__(self, skus: Mapping[SkuId, SkuAtSale]) -> None:
        self.skus = skus
        self.taken: dict[SkuId, int] = {}

    def left(self, sku_id: SkuId) -> int:
        """What can still be taken of a SKU of this shelf."""
        return self.skus[sku_id].available - self.taken.get(sku_id, 0)

    def find_shortage(self, lines: Sequence[tuple[SkuId, int]]) -> SkuId | None:
        """The first SKU of which less is left than the line wants; None if all can be taken."""
        return next((sku_id for sku_id, quantity in lines if self.left(sku_id) < quantity), None)

    def take(self, lines: Sequence[tuple[SkuId, int]]) -> None:
        """Take all lines; there must be no shortage."""
        for sku_id, quantity in lines:
            assert 0 < quantity <= self.left(sku_id)
            self.taken[sku_id] = self.taken.get(sku_id, 0) + quantity


def check_sku_names(names: Sequence[str]) -> None:
    """Refuse two SKUs of a product with one name: a buyer could not tell them apart. Raises InvalidInputError."""
    if len(set(names)) != len(names):
        raise InvalidInputError(field="skus", reason="name_twice")
