"""Where somebody works, and what their role lets them do there."""

from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.shops import Shop, ShopRole
from xiaodian.infra.database import Connection
from xiaodian.modules.shops.queries import SHOP, to_shop
from xiaodian.modules.shops.rules import rights_of

_ANY = frozenset({Scope.EVERYTHING})
"""The scope of a person, not of a token."""


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
    return [Workplace(to_shop(row), rights_of(ShopRole(row["role"]), _ANY)) for row in rows]
