"""What an account keeps about itself."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import SignUp

from xiaodian.contracts.accounts import AccountId, AddressId
from xiaodian.contracts.base import NotFoundError
from xiaodian.edge.access import SESSION_COOKIE
from xiaodian.infra.database import Database
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.accounts.jobs import jobs
from xiaodian.modules.accounts.rules import MAX_ADDRESSES

ADDRESS = {"recipient": "王小丹", "phone": "138-0000-0001", "region": "辽宁省 丹东市 振兴区", "detail": "锦山大街 1 号"}


async def _defaults(client: Any) -> list[str]:
    items = (await client.get("/api/me/addresses")).json()["items"]
    assert [item["is_default"] for item in items] == [True] + [False] * (len(items) - 1) if items else True
    return [item["detail"] for item in items if item["is_default"]]


async def test_exactly_one_address_is_the_default_whatever_is_done(sign_up: SignUp) -> None:
    client, _ = await sign_up()
    assert await _defaults(client) == []
    first = (await client.post("/api/me/addresses", json={**ADDRESS, "detail": "一"})).json()
    assert first["is_default"]
    assert first["phone"] == "13800000001"
    second = (await client.post("/api/me/addresses", json={**ADDRESS, "detail": "二"})).json()
    assert await _defaults(client) == ["一"]
    path = f"/api/me/addresses/{second['address_id']}"
    assert (await client.put(path, json={**ADDRESS, "detail": "二", "is_default": True})).status_code == 200
    assert await _defaults(client) == ["二"]
    assert (await client.put(path, json={**ADDRESS, "detail": "二改"})).json()["is_default"]
    assert await _defaults(client) == ["二改"]
    await client.post("/api/me/addresses", json={**ADDRESS, "detail": "三", "is_default": True})
    assert await _defaults(client) == ["三"]
    assert (await client.delete(path)).status_code == 204
    assert await _defaults(client) == ["三"]


async def test_removing_the_default_makes_another_the_default(sign_up: SignUp) -> None:
    client, _ = await sign_up()
    first = (await client.post("/api/me/addresses", json={**ADDRESS, "detail": "一"})).json()
    await client.post("/api/me/addresses", json={**ADDRESS, "detail": "二"})
    assert (await client.delete(f"/api/me/addresses/{first['address_id']}")).status_code == 204
    assert await _defaults(client) == ["二"]


async def test_addresses_added_at_once_keep_to_the_limit_and_one_default(sign_up: SignUp) -> None:
    client, _ = await sign_up()
    wishes = [{**ADDRESS, "detail": str(number), "is_default": True} for number in range(MAX_ADDRESSES + 5)]
    answers = await asyncio.gather(*(client.post("/api/me/addresses", json=wish) for wish in wishes))
    codes = [answer.status_code for answer in answers]
    assert codes.count(201) == MAX_ADDRESSES
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "limit_reached"
    assert refused.json()["params"] == {"limit": MAX_ADDRESSES}
    assert len(await _defaults(client)) == 1


@pytest.mark.parametrize(
    "change", [{"phone": "call me"}, {"phone": "12"}, {"recipient": ""}, {"region": "省" * 61}, {"detail": "\u2028"}]
)
async def test_an_address_no_courier_can_use_is_refused(sign_up: SignUp, change: dict[str, str]) -> None:
    client, _ = await sign_up()
    answer = await client.post("/api/me/addresses", json={**ADDRESS, **change})
    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(change)))
    assert await _defaults(client) == []


async def test_nobody_reads_or_changes_the_addresses_of_another(sign_up: SignUp, database: Database) -> None:
    owner, owner_id = await sign_up("主人")
    stranger, stranger_id = await sign_up("路人")
    address_id = (await owner.post("/api/me/addresses", json=ADDRESS)).json()["address_id"]
    path = f"/api/me/addresses/{address_id}"
    assert (await stranger.put(path, json=ADDRESS)).status_code == 404
    assert (await stranger.delete(path)).status_code == 404
    pair_of_owner = (owner_id, AddressId(UUID(address_id)))
    async with database.connection() as connection:
        found = await accounts.get_addresses(connection, [pair_of_owner, (stranger_id, pair_of_owner[1])])
        nothing = await accounts.get_addresses(connection, [(stranger_id, pair_of_owner[1])])
    assert {pair: address.recipient for pair, address in found.items()} == {pair_of_owner: "王小丹"}
    assert nothing == {}


async def test_the_picture_can_only_be_one_uploaded_here(sign_up: SignUp) -> None:
    client, _ = await sign_up()
    for bad in ("https://tracker.example/p.gif", "//evil.example/x", "javascript:alert(1)", "/media/pictures/../x", ""):
        answer = await client.patch("/api/me", json={"avatar_url": bad})
        assert (answer.status_code, answer.json()["field"]) == (422, "avatar_url")
    answer = await client.patch("/api/me", json={"avatar_url": "/media/pictures/0123abcd.webp"})
    assert answer.json()["avatar_url"] == "/media/pictures/0123abcd.webp"
    assert (await client.patch("/api/me", json={"display_name": "新名"})).json()["avatar_url"] is not None
    assert (await client.patch("/api/me", json={"avatar_url": None})).json()["avatar_url"] is None


async def test_access_tokens_belong_to_their_maker(sign_up: SignUp) -> None:
    owner, _ = await sign_up()
    stranger, _ = await sign_up()
    made = (await owner.post("/api/me/tokens", json={"name": "OBS", "scopes": ["room:control"]})).json()
    assert (await stranger.get("/api/me/tokens")).json() == {"items": []}
    assert (await stranger.delete(f"/api/me/tokens/{made['token_id']}")).status_code == 404
    assert len((await owner.get("/api/me/tokens")).json()["items"]) == 1


async def test_a_scoped_token_cannot_make_itself_a_stronger_one(sign_up: SignUp) -> None:
    client, _ = await sign_up()
    made = (await client.post("/api/me/tokens", json={"name": "OBS", "scopes": ["room:control"]})).json()
    client.cookies.clear()
    client.headers["authorization"] = f"Bearer {made['token']}"
    answer = await client.post("/api/me/tokens", json={"name": "more", "scopes": ["everything"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await client.get("/api/me")).status_code == 403


async def test_only_the_door_makes_an_operator(sign_up: SignUp, database: Database) -> None:
    client, account_id = await sign_up()
    answer = await client.patch("/api/me", json={"is_operator": True})
    assert answer.status_code == 400
    assert not (await client.get("/api/me")).json()["is_operator"]
    async with database.connection() as connection:
        await accounts.grant_operator(connection, account_id)
        with pytest.raises(NotFoundError):
            await accounts.grant_operator(connection, AccountId(UUID(int=7)))
    assert (await client.get("/api/me")).json()["is_operator"]


async def test_other_modules_get_accounts_without_contact_data(sign_up: SignUp, database: Database) -> None:
    _, account_id = await sign_up("小丹")
    nobody = AccountId(UUID(int=7))
    async with database.connection() as connection:
        account = await accounts.get_account(connection, account_id)
        assert set(account.__struct_fields__) == {"account_id", "display_name", "avatar_url"}
        assert await accounts.get_accounts(connection, [account_id, nobody]) == {account_id: account}
        with pytest.raises(NotFoundError):
            await accounts.get_account(connection, nobody)


async def test_sessions_that_are_over_are_deleted(sign_up: SignUp, database: Database, ctx: Any) -> None:
    stays, _ = await sign_up()
    await sign_up()
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE accounts.session SET expires_at = now() - interval '1 s' WHERE account_id <> $1",
            UUID((await stays.get("/api/me")).json()["account_id"]),
        )
    for job in jobs(ctx):
        await job.run()
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM accounts.session") == 1
    assert stays.cookies[SESSION_COOKIE]
    assert (await stays.get("/api/me")).status_code == 200
