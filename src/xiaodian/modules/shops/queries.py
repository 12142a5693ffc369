"""Reads of shops; explicit columns, structs out."""

from collections.abc import Sequence

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.shops import Shop, ShopId, ShopRole
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.shops.rules import may

_SHOP_FIELDS = ("shop_id", "name", "owner_id", "is_open")
SHOP = ", ".join(f"shop.{name}" for name in _SHOP_FIELDS)
_SHOP_OF_STAFF = f"""
    SELECT staff.role, {SHOP} FROM shops.shop JOIN shops.staff USING (shop_id)
    WHERE shop.shop_id = $1 AND staff.account_id = $2
"""


async def get_shop(connection: Connection, shop_id: ShopId) -> Shop:
    """One shop, open or not. Raises NotFoundError."""
    row = await connection.fetchrow(f"SELECT {SHOP} FROM shops.shop WHERE shop_id = $1", shop_id)
    if row is None:
        raise NotFoundError
    return Shop(**row)


async def get_shops(connection: Connection, shop_ids: Sequence[ShopId]) -> dict[ShopId, Shop]:
    """Those of the shops that exist, by id."""
    rows = await connection.fetch(f"SELECT {SHOP} FROM shops.shop WHERE shop_id = ANY($1::uuid[])", shop_ids)
    return {row["shop_id"]: Shop(**row) for row in rows}


async def find_shop_of(connection: Connection, owner_id: AccountId) -> Shop | None:
    """The shop that this account owns, if it has one."""
    row = await connection.fetchrow(f"SELECT {SHOP} FROM shops.shop WHERE owner_id = $1", owner_id)
    return Shop(**row) if row else None


async def require_right(connection: Connection, caller: Caller, shop_id: ShopId, right: Scope) -> Shop:
    """The shop, if the caller may do this in it.

    Raises NotFoundError to who is not on its staff and to a token bound to another shop; ForbiddenError, which names
    the right, to staff whose role, or whose token, does not give it.
    """
    row = None
    if caller.shop_id is None or caller.shop_id == shop_id:
        row = await connection.fetchrow(_SHOP_OF_STAFF, shop_id, caller.account_id)
    if row is None:
        raise NotFoundError
    role, *values = row
    if not may(ShopRole(role), caller.scopes, right):
        raise ForbiddenError(right=right)
    return Shop(**dict(zip(_SHOP_FIELDS, values, strict=True)))


async def get_rights(connection: Connection, caller: Caller, shop_id: ShopId) -> frozenset[Scope]:
    """All that the caller may do in a shop, for pages that show each what is theirs. Raises NotFoundError."""
    row = None
    if caller.shop_id is None or caller.shop_id == shop_id:
        row = await connection.fetchrow(_SHOP_OF_STAFF, shop_id, caller.account_id)
    if row is None:
        raise NotFoundError
    return frozenset(right for right in Scope if may(ShopRole(row[0]), caller.scopes, right))


async def list_shops_of_staff(connection: Connection, account_id: AccountId, limit: int) -> list[Shop]:
    """Shops on whose staff this account is, the oldest first."""
    rows = await connection.fetch(
        f"""
        SELECT {SHOP} FROM shops.shop JOIN shops.staff USING (shop_id)
        WHERE staff.account_id = $1 ORDER BY shop.shop_id LIMIT $2
        """,
        account_id,
        limit,
    )
    return [Shop(**row) for row in rows]


def to_shop(row: Record) -> Shop:
    """The shop of a row that has the columns SHOP, and perhaps others."""
    return Shop(**{name: row[name] for name in _SHOP_FIELDS})
