"""The door of shops."""

from xiaodian.modules.shops.freight import FreightBook, Parcel
from xiaodian.modules.shops.freight_queries import open_freight_book, open_fronts, require_freight_template
from xiaodian.modules.shops.queries import find_shop_of, get_rights, get_shop, get_shops, require_right
from xiaodian.modules.shops.service.note_deed import note_deed
from xiaodian.modules.shops.workplaces import Workplace, list_workplaces, rights_in

__all__ = [
    "FreightBook",
    "Parcel",
    "Workplace",
    "find_shop_of",
    "get_rights",
    "get_shop",
    "get_shops",
    "list_workplaces",
    "note_deed",
    "open_freight_book",
    "open_fronts",
    "require_freight_template",
    "require_right",
    "rights_in",
]
