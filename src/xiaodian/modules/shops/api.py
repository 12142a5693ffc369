"""The door of shops."""

from xiaodian.modules.shops.queries import find_shop_of, get_shop, get_shops, require_staff

__all__ = ["find_shop_of", "get_shop", "get_shops", "require_staff"]
