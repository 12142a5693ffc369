"""Open a shop."""

import asyncpg

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import HasShopError, Shop, ShopId, ShopNameTakenError, ShopOpened
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.kit.text import comparison_key
from xiaodian.modules.shops import queries
from xiaodian.modules.shops.rules import require_shop_name


async def open_shop(ctx: Context, owner_id: AccountId, name: str) -> Shop:
    """Open the account's shop; the owner is its first staff.

    Raises InvalidInputError, HasShopError, ShopNameTakenError.
    """
    shop = Shop(shop_id=ShopId(new_id()), name=require_shop_name(name), owner_id=owner_id, is_open=True)
    async with ctx.database.transaction() as connection:
        if present := await queries.find_shop_of(connection, owner_id):
            raise HasShopError(shop_id=present.shop_id)
        await _insert(connection, shop)
        await outbox.emit(connection, ShopOpened(shop_id=shop.shop_id, owner_id=owner_id, name=shop.name))
    await ctx.broker.poke("outbox")
    return shop


async def open_sandbox_shop(connection: Connection, person_id: AccountId, developer_id: AccountId, name: str) -> Shop:
    """A shop for programs to be tried in. It belongs to somebody made up; the developer may do there what owners may.

    Nobody is told: it is in no list but the developer's. Raises ShopNameTakenError.
    """
    shop = Shop(
        shop_id=ShopId(new_id()), name=require_shop_name(name), owner_id=person_id, is_open=True, is_sandbox=True
    )
    await _insert(connection, shop)
    await connection.execute(
        "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'owner')", shop.shop_id, developer_id
    )
    return shop


async def _insert(connection: Connection, shop: Shop) -> None:
    try:
        await connection.execute(
            "INSERT INTO shops.shop (shop_id, owner_id, name, name_key, is_sandbox) VALUES ($1, $2, $3, $4, $5)",
            shop.shop_id,
            shop.owner_id,
            shop.name,
            comparison_key(shop.name),
            shop.is_sandbox,
        )
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "shop_name_key":
            raise ShopNameTakenError(field="name") from error
        raise HasShopError from error
    await connection.execute(
        "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'owner')", shop.shop_id, shop.owner_id
    )
