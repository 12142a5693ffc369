"""Reads of shops; explicit columns, structs out."""

from collections.abc import Sequence

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.shops import Shop, ShopId
from xiaodian.infra.database import Connection

_SHOP = "shop.shop_id, shop.name, shop.owner_id, shop.is_open"


async def get_shop(connection: Connection, shop_id: ShopId) -> Shop:
    """One shop, open or not. Raises NotFoundError."""
    row = await connection.fetchrow(f"SELECT {_SHOP} FROM shops.shop WHERE shop_id = $1", shop_id)
    if row is None:
        raise NotFoundError
    return Shop(**row)


async def get_shops(connection: Connection, shop_ids: Sequence[ShopId]) -> dict[ShopId, Shop]:
    """Those of the shops that exist, by id."""
    rows = await connection.fetch(f"SELECT {_SHOP} FROM shops.shop WHERE shop_id = ANY($1::uuid[])", shop_ids)
    return {row["shop_id"]: Shop(**row) for row in rows}


async def find_shop_of(connection: Connection, owner_id: AccountId) -> Shop | None:
    """The shop that this account owns, if it has one."""
    row = await connection.fetchrow(f"SELECT {_SHOP} FROM shops.shop WHERE owner_id = $1", owner_id)
    return Shop(**row) if row else None


async def require_staff(connection: Connection, shop_id: ShopId, account_id: AccountId) -> Shop:
    """The shop, if this account is on its staff. Raises NotFoundError to anybody else."""
    row = await connection.fetchrow(
        f"""
        SELECT {_SHOP} FROM shops.shop JOIN shops.staff USING (shop_id)
        WHERE shop.shop_id = $1 AND staff.account_id = $2
        """,
        shop_id,
        account_id,
    )
    if row is None:
        raise NotFoundError
    return Shop(**row)


async def list_shops_of_staff(connection: Connection, account_id: AccountId, limit: int) -> list[Shop]:
    """Shops on whose staff this account is, the oldest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_SHOP} FROM shops.shop JOIN shops.staff USING (shop_id)
        WHERE staff.account_id = $1 ORDER BY shop.shop_id LIMIT $2
        """,
        account_id,
        limit,
    )
    return [Shop(**row) for row in rows]
