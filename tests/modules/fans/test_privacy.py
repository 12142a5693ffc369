"""Fans are known to the shop they bought from, to those of its staff whose work it is, and to nobody else."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import SignUp
from tests.modules.fans.counter import Counter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.shops import ShopRole


async def everything(counter: Counter, who: httpx.AsyncClient, shop_id: Any, account_id: Any) -> set[int]:
    """What somebody is answered wherever fans are told of."""
    shop = f"/api/shops/{shop_id}"
    days = {"from": "2026-01-01", "to": "2026-12-31"}
    asked: list[tuple[str, dict[str, str]]] = [
        (f"{shop}/fans", {"segment": "new"}),
        (f"{shop}/fans/{account_id}", {}),
        (f"{shop}/segments", {}),
        (f"{shop}/fan-thresholds", {}),
        (f"{shop}/repurchase", days),
        (f"{shop}/cohorts", {}),
        (f"{shop}/repurchase/by/product", days),
    ]
    answers = [await who.get(path, params=query) for path, query in asked]
    answers.append(await who.post(f"{shop}/fans/{account_id}/notes", json={"text": "爱喝茶"}))
    answers.append(await who.put(f"{shop}/fans/{account_id}/tags", json={"tags": ["老客"]}))
    assert all("买家" not in answer.text for answer in answers if not answer.is_success)
    return {answer.status_code for answer in answers}


async def written(counter: Counter) -> int:
    """Notes, tags and looks."""
    async with counter.ctx.database.connection() as connection:
        return int(
            await connection.fetchval(
                "SELECT (SELECT count(*) FROM fans.note) + (SELECT count(*) FROM fans.tag) "
                "+ (SELECT count(*) FROM shops.deed WHERE deed LIKE 'fan.%')"
            )
        )


async def test_another_shop_another_creator_the_fan_and_who_lacks_the_right_are_told_nothing(
    counter: Counter, sign_up: SignUp
) -> None:
    buyer = await counter.market.buyer("买家")
    await counter.order(buyer, counter.products[1])
    await counter.hear()
    shop_id = counter.stage.shop_id
    creator, _ = await sign_up("别的主播")
    for who in (counter.other, creator, buyer.client):
        assert await everything(counter, who, shop_id, buyer.account_id) == {404}
    for role in (ShopRole.WAREHOUSE, ShopRole.FINANCE, ShopRole.VIEWER):
        clerk, clerk_id = await sign_up(role)
        async with counter.ctx.database.connection() as connection:
            await connection.execute("INSERT INTO shops.staff VALUES ($1, $2, $3)", shop_id, clerk_id, role)
        assert await everything(counter, clerk, shop_id, buyer.account_id) == {403}
    assert await written(counter) == 0


async def test_a_shop_sees_nothing_of_what_its_fan_bought_elsewhere(counter: Counter) -> None:
    buyer = await counter.market.buyer("买家")
    await counter.order(buyer, counter.products[1])
    await counter.order(buyer, counter.foreign, 2)
    await counter.hear()
    mine = await counter.ask(counter.stage.host, f"fans/{buyer.account_id}")
    theirs = await counter.ask(counter.other, f"fans/{buyer.account_id}", counter.other_shop_id)
    assert len(mine["orders"]) == len(theirs["orders"]) == 1
    assert mine["orders"][0]["order_id"] != theirs["orders"][0]["order_id"]
    assert mine["fan"]["figures"]["orders"] == theirs["fan"]["figures"]["orders"] == 1
    only_theirs = await counter.market.buyer("买家二")
    await counter.order(only_theirs, counter.foreign)
    await counter.hear()
    answer = await counter.stage.host.get(f"/api/shops/{counter.stage.shop_id}/fans/{only_theirs.account_id}")
    assert answer.status_code == 404


async def test_a_look_at_a_fan_is_in_the_shops_log_and_no_phone_or_address_is_shown(counter: Counter) -> None:
    buyer = await counter.market.buyer("买家")
    await counter.order(buyer, counter.products[1])
    await counter.hear()
    answer = await counter.stage.host.get(f"/api/shops/{counter.stage.shop_id}/fans/{buyer.account_id}")
    assert answer.status_code == 200
    assert not any(secret in answer.text for secret in ("13800000001", "江城大街", "李小丹"))
    async with counter.ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT target, account_id FROM shops.deed WHERE deed = 'fan.seen'")
    assert [(row["target"], row["account_id"]) for row in rows] == [(str(buyer.account_id), counter.stage.host_id)]


async def test_notes_and_tags_stay_with_the_shop(counter: Counter) -> None:
    buyer = await counter.market.buyer("买家")
    await counter.order(buyer, counter.products[1])
    await counter.order(buyer, counter.foreign)
    await counter.hear()
    fan = f"/api/shops/{counter.stage.shop_id}/fans/{buyer.account_id}"
    assert (await counter.stage.host.post(f"{fan}/notes", json={"text": "爱喝茶"})).status_code == 201
    assert (await counter.stage.host.put(f"{fan}/tags", json={"tags": ["老客", "老客"]})).json() == ["老客"]
    page = await counter.ask(counter.stage.host, f"fans/{buyer.account_id}")
    assert ([note["text"] for note in page["notes"]], page["fan"]["tags"]) == (["爱喝茶"], ["老客"])
    theirs = await counter.ask(counter.other, f"fans/{buyer.account_id}", counter.other_shop_id)
    assert (theirs["notes"], theirs["fan"]["tags"]) == ([], [])
    for path, body in ((f"{fan}/notes", {"text": "  "}), (f"{fan}/tags", {"tags": ["  "]})):
        answer = await counter.stage.host.request("POST" if "notes" in path else "PUT", path, json=body)
        assert answer.status_code == 422


@pytest.mark.parametrize("scopes", [["orders:read", "customers:read"]])
async def test_an_app_without_the_scope_is_told_nothing(counter: Counter, scopes: list[str]) -> None:
    buyer = await counter.market.buyer("买家")
    await counter.order(buyer, counter.products[1])
    await counter.hear()
    assert Scope.FANS_READ not in scopes
    system = await counter.stage.host.post(
        f"/api/shops/{counter.stage.shop_id}/systems", json={"name": f"ERP {uuid4().hex[:6]}", "scopes": scopes}
    )
    assert system.status_code == 201, system.text
    grant = {
        "grant_type": "client_credentials",
        "client_id": system.json()["client_id"],
        "client_secret": system.json()["client_secret"],
    }
    token = (await counter.stage.host.post("/oauth/token", data=grant)).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    for path in (f"fans/{buyer.account_id}", "segments", "cohorts", "fans?segment=new"):
        answer = await buyer.client.get(f"/api/shops/{counter.stage.shop_id}/{path}", headers=headers)
        assert answer.status_code == 403
