"""The door of catalog. Everything runs inside the caller's transaction and checks no rights."""

from xiaodian.modules.catalog.queries import find_product, get_products, get_skus
from xiaodian.modules.catalog.rules import Quantities, Shelf
from xiaodian.modules.catalog.service.set_available import set_available
from xiaodian.modules.catalog.service.stock import (
    open_shelf,
    release_many,
    reserve_taken,
    return_many,
    spend_many,
)

__all__ = [
    "Quantities",
    "Shelf",
    "find_product",
    "get_products",
    "get_skus",
    "open_shelf",
    "release_many",
    "reserve_taken",
    "return_many",
    "set_available",
    "spend_many",
]
