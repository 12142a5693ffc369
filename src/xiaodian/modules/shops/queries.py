"""Reads of shops; explicit columns, structs out."""

from collections.abc import Collection, Sequence
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.shops import MyShop, Shop, ShopId, ShopRole
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.text import comparison_key
from xiaodian.modules.shops.rules import may, rights_of

_SHOP_FIELDS = ("shop_id", "name", "owner_id", "is_open", "is_sandbox")
SHOP = ", ".join(f"shop.{name}" for name in _SHOP_FIELDS)
_SHOP_OF_STAFF = f"""
    SELECT staff.role, {SHOP} FROM shops.shop JOIN shops.staff USING (shop_id)
    WHERE shop.shop_id = $1 AND staff.account_id = $2
"""
_MY_SHOP = f"""
    SELECT {SHOP}, staff.role, profile.avatar_url
    FROM shops.staff JOIN shops.shop USING (shop_id) LEFT JOIN shops.profile USING (shop_id)
"""


async def get_shop(connection: Connection, shop_id: ShopId) -> Shop:
    """One shop, open or not. Raises NotFoundError."""
    row = await connection.fetchrow(f"SELECT {SHOP} FROM shops.shop WHERE shop_id = $1", shop_id)
    if row is None:
        raise NotFoundError
    return Shop(**row)


async def get_visible_shop(connection: Connection, caller: Caller | None, shop_id: ShopId) -> Shop:
    """One shop for whoever asks; a sandbox shop only for its staff. Raises NotFoundError."""
    shop = await get_shop(connection, shop_id)
    if shop.is_sandbox:
        if caller is None:
            raise NotFoundError
        await get_rights(connection, caller, shop_id)
    return shop


async def get_shops(connection: Connection, shop_ids: Sequence[ShopId]) -> dict[ShopId, Shop]:
    """Those of the shops that exist, by id."""
    rows = await connection.fetch(f"SELECT {SHOP} FROM shops.shop WHERE shop_id = ANY($1::uuid[])", shop_ids)
    return {row["shop_id"]: Shop(**row) for row in rows}


async def list_owners_after(connection: Connection, after: AccountId | None, limit: int) -> list[AccountId]:
    """Owners of shops, by their ids, those beyond `after`."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT owner_id FROM shops.shop WHERE NOT is_sandbox AND ($1::uuid IS NULL OR owner_id > $1)
        ORDER BY owner_id LIMIT $2
        """,
        after,
        limit,
    )
    return [row["owner_id"] for row in rows]


async def list_owned_after(connection: Connection, after: ShopId | None, limit: int) -> list[tuple[ShopId, AccountId]]:
    """Shops and their owners by the shops' ids, those beyond `after`, sandbox shops with them."""
    rows = await connection.fetch(
        "SELECT shop_id, owner_id FROM shops.shop WHERE $1::uuid IS NULL OR shop_id > $1 ORDER BY shop_id LIMIT $2",
        after,
        limit,
    )
    return [(row["shop_id"], row["owner_id"]) for row in rows]


async def find_shop_of(connection: Connection, owner_id: AccountId) -> Shop | None:
    """The shop that this account owns, if it has one."""
    row = await connection.fetchrow(f"SELECT {SHOP} FROM shops.shop WHERE owner_id = $1", owner_id)
    return Shop(**row) if row else None


async def find_owned(connection: Connection, owner_ids: Collection[AccountId]) -> dict[AccountId, ShopId]:
    """The shops that these accounts own, by owner, sandbox shops with them."""
    rows = await connection.fetch(
        "SELECT owner_id, shop_id FROM shops.shop WHERE owner_id = ANY($1::uuid[])", list(owner_ids)
    )
    return {row["owner_id"]: row["shop_id"] for row in rows}


async def find_shops_of(connection: Connection, owner_ids: Collection[AccountId]) -> dict[UUID, ShopId]:
    """The shops that these accounts own, by owner; sandbox shops are nobody's."""
    rows = await connection.fetch(
        "SELECT owner_id, shop_id FROM shops.shop WHERE owner_id = ANY($1::uuid[]) AND NOT is_sandbox", list(owner_ids)
    )
    return {row["owner_id"]: row["shop_id"] for row in rows}


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
    return rights_of(ShopRole(row[0]), caller.scopes)


async def list_my_shops(connection: Connection, caller: Caller, limit: int) -> list[MyShop]:
    """Shops on whose staff the caller is, the oldest first."""
    rows = await connection.fetch(
        f"{_MY_SHOP} WHERE staff.account_id = $1 AND ($2::uuid IS NULL OR shop.shop_id = $2) "
        "ORDER BY shop.shop_id LIMIT $3",
        caller.account_id,
        caller.shop_id,
        limit,
    )
    return [_to_my_shop(row, caller) for row in rows]


async def get_my_shop(connection: Connection, caller: Caller, shop_id: ShopId) -> MyShop:
    """One of them. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"{_MY_SHOP} WHERE staff.account_id = $1 AND shop.shop_id = $2", caller.account_id, shop_id
    )
    if row is None:
        raise NotFoundError
    return _to_my_shop(row, caller)


async def find_shops_by_name(connection: Connection, beginning: str, limit: int) -> list[Shop]:
    """Shops whose names begin so, however written."""
    rows = await connection.fetch(
        f"SELECT {SHOP} FROM shops.shop WHERE starts_with(name_key, $1) ORDER BY name_key LIMIT $2",
        comparison_key(beginning),
        limit,
    )
    return [Shop(**row) for row in rows]


def to_shop(row: Record) -> Shop:
    """The shop of a row that has the columns SHOP, and perhaps others."""
    return Shop(**{name: row[name] for name in _SHOP_FIELDS})


def _to_my_shop(row: Record, caller: Caller) -> MyShop:
    role = ShopRole(row["role"])
    rights = sorted(rights_of(role, caller.scopes))
    return MyShop(**{**row, "role": role, "rights": rights})
