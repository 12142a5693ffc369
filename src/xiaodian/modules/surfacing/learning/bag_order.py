"""In which order a viewer sees a bag, and why: pure. Prices, stock and numbers are the host's and nobody else's."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.catalog import ProductId

BOUGHT, SIZE, VIEWED, PRICE = 4.0, 2.5, 2.0, 0.5
PRICE_SPREAD = 1.5
"""A price is like those one buys at if it is at most so many times more or less."""
FEW_PRICES = 2
"""Purchases from which on it is known at which prices somebody buys."""

_SIZES = re.compile(
    r"(?<![A-Z0-9.])(?:(?P<letter>[2-6]XL|X{0,3}[SL]|M)码?(?![A-Z0-9])"
    r"|(?P<number>3[4-9]|4[0-8])(?:码|(?![A-Z0-9.斤克两件瓶袋盒个片支只]))"
    r"|(?P<amount>\d{1,4}(?:\.\d)?)\s?(?P<unit>斤|公斤|千克|克|KG|G|ML|L)装?(?![A-Z]))"
)


class MarkCode(StrEnum):
    """Why a product stands higher; in words in the catalogue, area `surfacing`."""

    BOUGHT = "bought"
    SIZE = "size"
    VIEWED = "viewed"


class Acquaintance(NamedTuple):
    """What an account has to do with a product."""

    is_bought: bool
    is_viewed: bool
    sku_name: str | None
    """What was bought last."""
    price_minor: int | None


class Placing(NamedTuple):
    """A product's place in the bag, and why it is there; None: for no reason that is worth a word."""

    product_id: ProductId
    code: MarkCode | None


def order_bag(items: Sequence[BagItem], acquaintances: Mapping[ProductId, Acquaintance]) -> list[Placing]:
    """The viewer's order. Of equals the host's comes first; what is sold out goes up for no reason."""
    sizes = frozenset[str]().union(*(find_sizes(each.sku_name or "") for each in acquaintances.values()))
    prices = [each.price_minor for each in acquaintances.values() if each.price_minor is not None]
    usual_minor = median(prices) if len(prices) >= FEW_PRICES else None
    scored = [(_score(item, acquaintances.get(item.product_id), sizes, usual_minor), item) for item in items]
    scored.sort(key=lambda each: -each[0][0])
    return [Placing(item.product_id, code) for (_, code), item in scored]


def find_sizes(sku_name: str) -> frozenset[str]:
    """The sizes that a SKU's name tells of: letters, numbers of clothes and shoes, weights: `L`, `42`, `3斤`."""
    folded = unicodedata.normalize("NFKC", sku_name).upper()
    return frozenset(
        match["letter"] or match["number"] or f"{match['amount']}{match['unit']}" for match in _SIZES.finditer(folded)
    )


def _score(
    item: BagItem, known: Acquaintance | None, sizes: frozenset[str], usual_minor: float | None
) -> tuple[float, MarkCode | None]:
    there = [sku for sku in item.skus if sku.available > 0 or (sku.flash_sale and sku.flash_sale.left > 0)]
    if not there and item.external is None:
        return 0.0, None
    told: list[tuple[float, MarkCode | None]] = []
    if known is not None and known.is_bought:
        told.append((BOUGHT, MarkCode.BOUGHT))
    # What comes in one size only fits everybody, or nobody can tell.
    if len(item.skus) > 1 and any(find_sizes(sku.name) & sizes for sku in there):
        told.append((SIZE, MarkCode.SIZE))
    if known is not None and known.is_viewed and not known.is_bought:
        told.append((VIEWED, MarkCode.VIEWED))
    if usual_minor and any(
        usual_minor / PRICE_SPREAD <= sku.price_minor <= usual_minor * PRICE_SPREAD for sku in there
    ):
        told.append((PRICE, None))
    return sum(score for score, _ in told), max(told, key=lambda each: each[0])[1] if told else None
