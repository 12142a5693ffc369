"""The door of catalog.

What moves stock with orders runs inside the caller's transaction and checks no rights. What a shop's staff or their
programs do (create_product, edit_product, write_products, bulk_edit, set_stock, add_to_stock) takes a caller and checks
them. `needs_review` is the setting product_review.
"""

from xiaodian.modules.catalog.file_queries import (
    NamedProducts,
    count_products_of_shop,
    find_named_products,
    list_on_sale_after,
    list_products_after,
)
from xiaodian.modules.catalog.list_queries import (
    Place,
    ProductCounts,
    ProductFilter,
    ProductRow,
    ProductSort,
    count_products,
    list_products,
    list_rows,
    place_of,
)
from xiaodian.modules.catalog.product_rules import public_view
from xiaodian.modules.catalog.queries import (
    check_stock,
    count_in_state,
    count_low_stock,
    count_sold,
    find_cheaper_than_before,
    find_product,
    get_codes,
    get_lowest_prices,
    get_products,
    get_skus,
    list_categories,
    list_journal,
    list_low_stock,
    list_price_drops,
)
from xiaodian.modules.catalog.rules import Quantities, Shelf
from xiaodian.modules.catalog.service.bulk_edit import BulkDeed, BulkInput, BulkResult, PriceChange, bulk_edit
from xiaodian.modules.catalog.service.change_stock import add_to_stock, get_sku_of_staff, set_stock
from xiaodian.modules.catalog.service.change_stocks import change_stocks
from xiaodian.modules.catalog.service.figures import note_commission
from xiaodian.modules.catalog.service.product_input import (
    NewProduct,
    NewSku,
    ProductEdit,
    ProductWrite,
    SkuEdit,
    StockCorrection,
    StockSetting,
)
from xiaodian.modules.catalog.service.see_products import read_place, see_rows, write_place
from xiaodian.modules.catalog.service.set_aside import give_back, restock_returned, set_aside
from xiaodian.modules.catalog.service.set_available import correct_stock, set_available, set_available_many
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
from xiaodian.modules.catalog.service.write_product import (
    create_product,
    edit_product,
    get_product_of_staff,
    lock_product,
)
from xiaodian.modules.catalog.service.write_products import MAX_BATCH, WriteOutcome, WrittenProduct, write_products
from xiaodian.modules.catalog.wire import JournalEntry, read_version

__all__ = [
    "MAX_BATCH",
    "BulkDeed",
    "BulkInput",
    "BulkResult",
    "JournalEntry",
    "NamedProducts",
    "NewProduct",
    "NewSku",
    "Place",
    "PriceChange",
    "ProductCounts",
    "ProductEdit",
    "ProductFilter",
    "ProductRow",
    "ProductSort",
    "ProductWrite",
    "Quantities",
    "Shelf",
    "SkuEdit",
    "StockCorrection",
    "StockSetting",
    "WriteOutcome",
    "WrittenProduct",
    "add_to_stock",
    "bulk_edit",
    "change_stocks",
    "check_stock",
    "correct_stock",
    "count_in_state",
    "count_low_stock",
    "count_products",
    "count_products_of_shop",
    "count_sold",
    "create_product",
    "edit_product",
    "find_cheaper_than_before",
    "find_named_products",
    "find_product",
    "get_codes",
    "get_lowest_prices",
    "get_product_of_staff",
    "get_products",
    "get_sku_of_staff",
    "get_skus",
    "give_back",
    "list_categories",
    "list_journal",
    "list_low_stock",
    "list_on_sale_after",
    "list_price_drops",
    "list_products",
    "list_products_after",
    "list_rows",
    "lock_product",
    "note_commission",
    "open_shelf",
    "open_shelf_of",
    "place_of",
    "public_view",
    "read_place",
    "read_version",
    "release_many",
    "reserve_taken",
    "reserve_untold",
    "restock_returned",
    "return_many",
    "see_rows",
    "set_aside",
    "set_available",
    "set_available_many",
    "set_prices",
    "set_stock",
    "spend_many",
    "write_place",
    "write_products",
]
