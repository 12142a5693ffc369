"""The door of catalog. Everything runs inside the caller's transaction and checks no rights."""

from xiaodian.modules.catalog.queries import (
    check_stock,
    count_products_by_state,
    find_product,
    get_lowest_prices,
    get_products,
    get_skus,
    list_low_stock,
)
from xiaodian.modules.catalog.rules import Quantities, Shelf
from xiaodian.modules.catalog.service.set_aside import give_back, restock_returned, set_aside
from xiaodian.modules.catalog.service.set_available import set_available
from xiaodian.modules.catalog.service.stock import (
    open_shelf,
    open_shelf_of,
    release_many,
    reserve_taken,
    reserve_untold,
    return_many,
    spend_many,
)

__all__ = [
    "Quantities",
    "Shelf",
    "check_stock",
    "count_products_by_state",
    "find_product",
    "get_lowest_prices",
    "get_products",
    "get_skus",
    "give_back",
    "list_low_stock",
    "open_shelf",
    "open_shelf_of",
    "release_many",
    "reserve_taken",
    "reserve_untold",
    "restock_returned",
    "return_many",
    "set_aside",
    "set_available",
    "spend_many",
]
