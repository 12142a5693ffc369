"""The door of shops."""

from xiaodian.modules.shops.freight import FreightBook, Parcel
from xiaodian.modules.shops.freight_queries import open_freight_book, open_fronts, require_freight_template
from xiaodian.modules.shops.queries import (
    find_owned,
    find_shop_of,
    find_shops_of,
    get_rights,
    get_shop,
    get_shops,
    get_visible_shop,
    list_owned_after,
    list_owners_after,
    require_right,
)
from xiaodian.modules.shops.service.change_shop import change_shop
from xiaodian.modules.shops.service.note_deed import note_deed, note_look
from xiaodian.modules.shops.service.open_shop import open_sandbox_shop
from xiaodian.modules.shops.service.rule_notices import drop_own_notices, put_own_notice
from xiaodian.modules.shops.settings_queries import (
    find_return_address,
    get_low_stock_below,
    get_shop_page,
    get_wanted_notices,
    list_open_notices,
)
from xiaodian.modules.shops.staff_queries import find_hosts, find_role, list_rights
from xiaodian.modules.shops.workplaces import Workplace, list_workplaces

__all__ = [
    "FreightBook",
    "Parcel",
    "Workplace",
    "change_shop",
    "drop_own_notices",
    "find_hosts",
    "find_owned",
    "find_return_address",
    "find_role",
    "find_shop_of",
    "find_shops_of",
    "get_low_stock_below",
    "get_rights",
    "get_shop",
    "get_shop_page",
    "get_shops",
    "get_visible_shop",
    "get_wanted_notices",
    "list_open_notices",
    "list_owned_after",
    "list_owners_after",
    "list_rights",
    "list_workplaces",
    "note_deed",
    "note_look",
    "open_freight_book",
    "open_fronts",
    "open_sandbox_shop",
    "put_own_notice",
    "require_freight_template",
    "require_right",
]
