"""The door of catalog. What takes a connection runs inside the caller's transaction and checks no rights."""

from xiaodian.modules.catalog.queries import (
    check_stock,
    count_products_by_state,
    find_product,
    get_lowest_prices,
    get_products,
    get_skus,
    list_journal,
    list_low_stock,
    list_products_of_shop,
    lock_product,
)
from xiaodian.modules.catalog.rules import Quantities, Shelf
from xiaodian.modules.catalog.service.change_stock import get_sku_of_staff
from xiaodian.modules.catalog.service.change_stocks import change_stocks
from xiaodian.modules.catalog.service.product_input import NewProduct, NewSku, ProductEdit, SkuEdit
from xiaodian.modules.catalog.service.set_aside import give_back, restock_returned, set_aside
from xiaodian.modules.catalog.service.set_available import set_available
from xiaodian.modules.catalog.service.set_prices import set_prices
from xiaodian.modules.catalog.service.stock import (
    open_shelf,
    open_shelf_of,
    release_many,
    reserve_taken,
    reserve_untold,
    return_many,
    spend_many,
)
from xiaodian.modules.catalog.service.write_product import create_product, edit_product
from xiaodian.modules.catalog.wire import JournalEntry

__all__ = [
    "JournalEntry",
    "NewProduct",
    "NewSku",
    "ProductEdit",
    "Quantities",
    "Shelf",
    "SkuEdit",
    "change_stocks",
    "check_stock",
    "count_products_by_state",
    "create_product",
    "edit_product",
    "find_product",
    "get_lowest_prices",
    "get_products",
    "get_sku_of_staff",
    "get_skus",
    "give_back",
    "list_journal",
    "list_low_stock",
    "list_products_of_shop",
    "lock_product",
    "open_shelf",
    "open_shelf_of",
    "release_many",
    "reserve_taken",
    "reserve_untold",
    "restock_returned",
    "return_many",
    "set_aside",
    "set_available",
    "set_prices",
    "spend_many",
]
