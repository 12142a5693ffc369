"""Where somebody works, and what their role lets them do there."""

from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId, Caller, Scope, has_right
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.shops import Shop, ShopId, ShopRole
from xiaodian.infra.database import Connection
from xiaodian.modules.shops.queries import SHOP, to_shop
from xiaodian.modules.shops.rules import RIGHTS


class Workplace(NamedTuple):
    """A shop, and what somebody on its staff may do there."""

    shop: Shop
    rights: frozenset[Scope]


async def list_workplaces(connection: Connection, account_id: AccountId, limit: int) -> list[Workplace]:
    """Shops on whose staff this account is, the oldest first."""
    rows = await connection.fetch(
        f"""
        SELECT staff.role, {SHOP} FROM shops.shop JOIN shops.staff USING (shop_id)
        WHERE staff.account_id = $1 ORDER BY shop.shop_id LIMIT $2
        """,
        account_id,
        limit,
    )
    return [Workplace(to_shop(row), _rights(row["role"])) for row in rows]


async def rights_in(connection: Connection, caller: Caller, shop_id: ShopId) -> frozenset[Scope]:
    """All that the caller may do in a shop. Raises NotFoundError to who is not on its staff."""
    role = await connection.fetchval(
        "SELECT role FROM shops.staff WHERE shop_id = $1 AND account_id = $2", shop_id, caller.account_id
    )
    if role is None or (caller.shop_id is not None and caller.shop_id != shop_id):
        raise NotFoundError
    rights = _rights(role)
    return rights if Scope.EVERYTHING in caller.scopes else rights & caller.scopes


def _rights(role: str) -> frozenset[Scope]:
    held = RIGHTS[ShopRole(role)]
    return frozenset(scope for scope in Scope if has_right(held, scope))
