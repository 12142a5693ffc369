"""What may be the name of a shop, and what each role on its staff may do. Pure."""

from collections.abc import Mapping, Set

from xiaodian.contracts.accounts import Scope, has_right
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.shops import ShopRole
from xiaodian.kit.text import BadTextError, clean_line

NAME_MIN_CHARS = 2
NAME_MAX_CHARS = 30
MOST_STAFF = 200
MOST_OPEN_INVITATIONS = 50

_S = Scope
_GOODS = frozenset({_S.PRODUCTS_READ, _S.PRODUCTS_WRITE, _S.STOCK_READ, _S.STOCK_WRITE})
_TRADE = frozenset({_S.SHOP_READ, _S.PRODUCTS_READ, _S.STOCK_READ, _S.ORDERS_READ, _S.AFTERSALES_READ})
"""What everybody sees who has to do with orders."""

RIGHTS: Mapping[ShopRole, frozenset[Scope]] = {
    ShopRole.OWNER: frozenset(_S) - {_S.EVERYTHING},
    ShopRole.MANAGER: frozenset(_S) - {_S.EVERYTHING, _S.FINANCE_WRITE},
    ShopRole.HOST: frozenset(
        {
            _S.SHOP_READ,
            _S.PRODUCTS_READ,
            _S.STOCK_READ,
            _S.PROMOTION_READ,
            _S.ROOMS_READ,
            _S.ROOMS_WRITE,
            _S.ROOM_CONTROL,
            _S.FANS_READ,
            _S.FANS_WRITE,
        }
    ),
    ShopRole.SERVICE: _TRADE
    | {
        _S.ORDERS_WRITE,
        _S.AFTERSALES_WRITE,
        _S.CUSTOMERS_READ,
        _S.PROMOTION_READ,
        _S.ROOMS_READ,
        _S.FANS_READ,
        _S.FANS_WRITE,
    },
    ShopRole.WAREHOUSE: _TRADE | {_S.SHIPPING, _S.STOCK_WRITE},
    ShopRole.FINANCE: _TRADE | {_S.FINANCE_READ, _S.FINANCE_WRITE, _S.PROMOTION_READ},
    ShopRole.VIEWER: _TRADE | {_S.STAFF_READ, _S.PROMOTION_READ, _S.ROOMS_READ, _S.BULK_READ},
}
"""Only the owner and finance move money; a viewer sees neither money nor who the buyers are."""


def may(role: ShopRole, scopes: Set[Scope], right: Scope) -> bool:
    """Whether a caller on a shop's staff may do this: by role, and by scope too if a token asks."""
    return has_right(RIGHTS[role], right) and (Scope.EVERYTHING in scopes or has_right(scopes, right))


def rights_of(role: ShopRole, scopes: Set[Scope]) -> frozenset[Scope]:
    """Everything that a caller on a shop's staff may do."""
    return frozenset(right for right in Scope if right is not Scope.EVERYTHING and may(role, scopes, right))


def may_appoint(own: ShopRole, other: ShopRole) -> bool:
    """Whether one may give or take a role: only what one has oneself; a shop's owner stays its owner."""
    return other is not ShopRole.OWNER and Scope.STAFF_WRITE in RIGHTS[own] and RIGHTS[other] <= RIGHTS[own]


def require_shop_name(text: str) -> str:
    """A name that can be shown. Raises InvalidInputError."""
    try:
        return clean_line(text, min_chars=NAME_MIN_CHARS, max_chars=NAME_MAX_CHARS)
    except BadTextError as error:
        raise InvalidInputError(
            field="name", reason=error.reason, min_chars=NAME_MIN_CHARS, max_chars=NAME_MAX_CHARS
        ) from error
