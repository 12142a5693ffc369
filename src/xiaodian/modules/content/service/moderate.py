"""Who keeps order under a creator's films: the creator, and who may host rooms on the staff of the creator's shop."""

from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import ForbiddenError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.shops import api as shops


class Moderator(NamedTuple):
    """That somebody may take comments away under a creator's videos, and silence who wrote them."""

    shop_id: ShopId | None
    """In whose log it is noted: the creator's shop, if the creator's staff does it; None for the creator."""


async def find_moderator(connection: Connection, caller: Caller, creator_id: AccountId) -> Moderator | None:
    """As what the caller may keep order under this creator's videos; None if not at all."""
    if caller.account_id == creator_id:
        return Moderator(shop_id=None)
    shop = await shops.find_shop_of(connection, creator_id)
    if shop is None:
        return None
    rights = await shops.list_rights(connection, shop.shop_id, caller.account_id)
    return Moderator(shop_id=shop.shop_id) if Scope.ROOMS_WRITE in rights else None


async def require_moderator(connection: Connection, caller: Caller, creator_id: AccountId) -> Moderator:
    """The same. Raises ForbiddenError."""
    moderator = await find_moderator(connection, caller, creator_id)
    if moderator is None:
        raise ForbiddenError
    return moderator
