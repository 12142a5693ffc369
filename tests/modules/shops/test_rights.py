"""Through the door: who may do what in a shop, with which token."""

from uuid import uuid4

import asyncpg
import pytest
from tests.conftest import SignUp

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.modules.shops import api as shops


def caller_of(account_id: AccountId, *scopes: Scope, shop_id: ShopId | None = None) -> Caller:
    """The account in a browser, or through a token with scopes."""
    return Caller(
        account_id=account_id,
        display_name="",
        is_operator=False,
        scopes=frozenset(scopes or {Scope.EVERYTHING}),
        shop_id=shop_id,
    )


@pytest.fixture
async def shop(sign_up: SignUp) -> tuple[ShopId, AccountId]:
    """A shop and its owner."""
    client, owner_id = await sign_up()
    return ShopId((await client.post("/api/shops", json={"name": "丹东草莓"})).json()["shop_id"]), owner_id


async def _hire(database: Database, shop_id: ShopId, role: str) -> AccountId:
    account_id = AccountId(uuid4())
    async with database.connection() as connection:
        await connection.execute(
            "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, $3)", shop_id, account_id, role
        )
    return account_id


async def test_a_role_without_the_right_is_told_which_one_it_lacks(
    database: Database, shop: tuple[ShopId, AccountId]
) -> None:
    shop_id, _ = shop
    warehouse = caller_of(await _hire(database, shop_id, "warehouse"))
    async with database.connection() as connection:
        assert (await shops.require_right(connection, warehouse, shop_id, Scope.SHIPPING)).name == "丹东草莓"
        with pytest.raises(ForbiddenError) as refusal:
            await shops.require_right(connection, warehouse, shop_id, Scope.FINANCE_READ)
    assert refusal.value.params == {"right": "finance:read"}


async def test_a_token_needs_the_scope_too_and_touches_no_other_shop(
    database: Database, shop: tuple[ShopId, AccountId]
) -> None:
    shop_id, owner_id = shop
    async with database.connection() as connection:
        token = caller_of(owner_id, Scope.PRODUCTS_READ, shop_id=shop_id)
        await shops.require_right(connection, token, shop_id, Scope.PRODUCTS_READ)
        with pytest.raises(ForbiddenError):
            await shops.require_right(connection, token, shop_id, Scope.PRODUCTS_WRITE)
        foreign = caller_of(owner_id, Scope.PRODUCTS_READ, shop_id=ShopId(uuid4()))
        with pytest.raises(NotFoundError):
            await shops.require_right(connection, foreign, shop_id, Scope.PRODUCTS_READ)


@pytest.mark.parametrize(
    "change", ["UPDATE shops.deed SET target = ''", "DELETE FROM shops.deed", "TRUNCATE shops.deed"]
)
async def test_what_was_done_cannot_be_undone_in_the_log(
    database: Database, shop: tuple[ShopId, AccountId], change: str
) -> None:
    shop_id, owner_id = shop
    async with database.transaction() as connection:
        await shops.note_deed(connection, caller_of(owner_id), shop_id, deed="shop.changed", target="")
    async with database.connection() as connection:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(change)
        assert dict(await connection.fetchrow("SELECT role, deed FROM shops.deed") or {}) == {
            "role": "owner",
            "deed": "shop.changed",
        }
