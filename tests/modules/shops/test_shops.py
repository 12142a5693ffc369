"""Shops over HTTP and through the door."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.conftest import SignUp
from tests.outbox import list_envelopes

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.modules.shops import api as shops


async def _events(database: Database) -> list[tuple[str, Any]]:
    async with database.connection() as connection:
        envelopes = await list_envelopes(connection)
    return [(one.type, msgspec.json.decode(one.data)) for one in envelopes if one.type.startswith("Shop")]


def _in_browser(account_id: AccountId) -> Caller:
    return Caller(account_id=account_id, display_name="", is_operator=False, scopes=frozenset({Scope.EVERYTHING}))


async def test_who_opens_a_shop_is_its_owner_and_staff(sign_up: SignUp, database: Database) -> None:
    client, account_id = await sign_up()
    answer = await client.post("/api/shops", json={"name": "丹东草莓"})
    assert answer.status_code == 201, answer.text
    shop = answer.json()
    assert shop == {
        "shop_id": shop["shop_id"],
        "name": "丹东草莓",
        "owner_id": str(account_id),
        "is_open": True,
        "is_sandbox": False,
    }
    [mine] = (await client.get("/api/shops/mine")).json()["items"]
    assert mine.items() >= {**shop, "role": "owner", "avatar_url": None}.items()
    assert "finance:write" in mine["rights"]
    async with database.connection() as connection:
        found = await shops.find_shop_of(connection, account_id)
        assert found == await shops.require_right(
            connection, _in_browser(account_id), ShopId(UUID(shop["shop_id"])), Scope.FINANCE_WRITE
        )
    assert [kind for kind, _ in await _events(database)] == ["ShopOpened"]


async def test_an_account_has_one_shop_even_if_it_asks_twice_at_once(sign_up: SignUp, database: Database) -> None:
    client, _ = await sign_up()
    answers = await asyncio.gather(*(client.post("/api/shops", json={"name": f"店{n} 号"}) for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json().get("code") for answer in answers if answer.status_code == 409} == {"has_shop"}
    assert len(await _events(database)) == 1


@pytest.mark.parametrize("copy", ["Dandong Berries", "dandong  berries", "ＤＡＮＤＯＮＧ berries", "DandongBerries"])
async def test_no_shop_can_look_like_another(sign_up: SignUp, copy: str) -> None:
    first, _ = await sign_up()
    await first.post("/api/shops", json={"name": "Dandong Berries"})
    second, _ = await sign_up()
    answer = await second.post("/api/shops", json={"name": copy})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "shop_name_taken", "name")
    assert (await second.get("/api/shops/mine")).json() == {"items": []}


async def test_a_shop_can_be_renamed_and_closed_and_says_so_once(sign_up: SignUp, database: Database) -> None:
    client, _ = await sign_up()
    path = f"/api/shops/{(await client.post('/api/shops', json={'name': '旧名'})).json()['shop_id']}"
    for _ in range(2):
        answer = await client.patch(path, json={"name": "新名", "is_open": False})
        assert answer.status_code == 200
    assert (await client.get(path)).json()["name"] == "新名"
    assert not (await client.get(path)).json()["is_open"]
    assert [kind for kind, _ in await _events(database)] == ["ShopOpened", "ShopChanged"]


async def test_a_shop_cannot_take_the_name_of_another(sign_up: SignUp) -> None:
    first, _ = await sign_up()
    await first.post("/api/shops", json={"name": "草莓店"})
    second, _ = await sign_up()
    path = f"/api/shops/{(await second.post('/api/shops', json={'name': '苹果店'})).json()['shop_id']}"
    assert (await second.patch(path, json={"name": "草莓 店"})).status_code == 409
    assert (await second.get(path)).json()["name"] == "苹果店"


async def test_strangers_see_a_shop_and_cannot_change_it(sign_up: SignUp, database: Database) -> None:
    owner, _ = await sign_up()
    shop = (await owner.post("/api/shops", json={"name": "草莓店"})).json()
    stranger, stranger_id = await sign_up()
    path = f"/api/shops/{shop['shop_id']}"
    assert (await stranger.get(path)).json() == shop
    answer = await stranger.patch(path, json={"is_open": False})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await owner.get(path)).json() == shop
    async with database.connection() as connection:
        with pytest.raises(NotFoundError):
            await shops.require_right(
                connection, _in_browser(stranger_id), ShopId(UUID(shop["shop_id"])), Scope.SHOP_READ
            )


async def test_unknown_shops_are_not_found(sign_up: SignUp, database: Database) -> None:
    client, account_id = await sign_up()
    nowhere = ShopId(UUID(int=7))
    assert (await client.get(f"/api/shops/{nowhere}")).status_code == 404
    assert (await client.get("/api/shops/no-id")).status_code == 404
    async with database.connection() as connection:
        assert await shops.get_shops(connection, [nowhere]) == {}
        assert await shops.find_shop_of(connection, account_id) is None
        with pytest.raises(NotFoundError):
            await shops.get_shop(connection, nowhere)


@pytest.mark.parametrize(
    ("name", "reason"), [("x", "too_short"), ("x" * 31, "too_long"), ("a\u202eb", "bad_character")]
)
async def test_a_bad_name_is_refused_with_the_reason(sign_up: SignUp, name: str, reason: str) -> None:
    client, _ = await sign_up()
    answer = await client.post("/api/shops", json={"name": name})
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, reason)
    assert (await client.get("/api/shops/mine")).json() == {"items": []}
