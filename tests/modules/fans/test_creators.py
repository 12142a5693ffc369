"""A creator without a shop sees fans of their own rooms and films, what these brought, and nothing else of anybody."""

import random
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.conftest import SignUp
from tests.modules.fans.audience import Audience
from tests.modules.fans.counter import Counter
from tests.modules.insights.test_sales import give_back
from tests.modules.orders.market import Buyer

from xiaodian.contracts.shops import ShopRole


@pytest.fixture
async def audience(counter: Counter, sign_up: SignUp) -> Audience:
    """A host with a shop, a creator with two films and none, and four people."""
    return await Audience.gather(counter, sign_up, random.Random(1))


def creator_of(audience: Audience) -> httpx.AsyncClient:
    """The one without a shop."""
    return audience.hosts[1].client


async def buy(audience: Audience, who: Buyer, *, is_quiet: bool = False) -> dict[str, Any]:
    """Another shop's goods, from the creator's film."""
    film = next(video_id for host, video_id in audience.videos if host == audience.hosts[1])
    sku = audience.counter.foreign.skus[0]
    line = {"sku_id": str(sku.sku_id), "quantity": 1, "price_minor": sku.price_minor, "video_id": str(film)}
    placed = await who.checkout([], lines=[{**line, "video_at_ms": 5}], is_quiet=is_quiet)
    assert placed.status_code == 201, placed.text
    order: dict[str, Any] = placed.json()["orders"][0]
    await who.pay(order["order_id"])
    return order


async def look(who: httpx.AsyncClient, path: str = "", **query: Any) -> Any:
    """What somebody is told of their fans."""
    answer = await who.get(f"/api/me/fans{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_creator_sees_who_follows_watches_speaks_likes_and_buys_and_what_went_back(audience: Audience) -> None:
    buyer, follower, *_ = audience.people
    creator = audience.hosts[1]
    film = next(video_id for host, video_id in audience.videos if host == creator)
    await follower.client.put(f"/api/creators/{creator.account_id}/follow")
    await buyer.client.put(f"/api/videos/{film}/like")
    await buyer.client.post(f"/api/videos/{film}/comments", json={"text": "多少钱"})
    first, second = await buy(audience, buyer), await buy(audience, buyer)
    await audience.hear()
    fans = {fan["account_id"]: fan for fan in (await look(creator.client))["items"]}
    assert set(fans) == {str(buyer.account_id), str(follower.account_id)}
    mine = fans[str(buyer.account_id)]
    assert (mine["likes"], mine["comments"], mine["orders"], mine["spent_minor"]) == (1, 1, 2, 2 * 2990)
    assert fans[str(follower.account_id)]["followed_at_ms"] is not None
    groups = {each["group"]: each["fans"] for each in (await look(creator.client, "/groups"))["items"]}
    assert groups == {"all": 2, "new": 2, "followers": 1, "buyers": 1, "watchers": 0, "away": 0}
    await give_back(audience.counter, first, first["total_minor"], 1)
    await give_back(audience.counter, second, 990)
    await audience.hear()
    page = await look(creator.client, f"/{buyer.account_id}")
    assert (page["fan"]["orders"], page["fan"]["spent_minor"]) == (1, 2000)
    [place] = page["places"]
    assert (place["place_id"], place["title"], place["orders"], place["likes"]) == (str(film), "草莓", 1, 1)
    await buyer.client.delete(f"/api/videos/{film}/like")
    await follower.client.delete(f"/api/creators/{creator.account_id}/follow")
    await audience.hear()
    [left] = (await look(creator.client))["items"]
    assert (left["account_id"], left["likes"]) == (str(buyer.account_id), 0)


async def test_what_was_bought_elsewhere_or_quietly_is_not_told(audience: Audience) -> None:
    buyer, quiet, *_ = audience.people
    await buy(audience, buyer)
    await buy(audience, quiet, is_quiet=True)
    await audience.counter.order(buyer, audience.counter.foreign, 3)
    await audience.counter.order(buyer, audience.counter.products[1])
    await audience.hear()
    [fan] = (await look(creator_of(audience)))["items"]
    assert (fan["account_id"], fan["orders"], fan["spent_minor"]) == (str(buyer.account_id), 1, 2990)
    answer = await creator_of(audience).get(f"/api/me/fans/{buyer.account_id}")
    assert not any(secret in answer.text for secret in ("13800000001", "江城大街", "李小丹", "order_id"))


async def test_another_creator_the_shop_its_staff_the_fan_and_an_app_are_told_nothing(
    audience: Audience, sign_up: SignUp
) -> None:
    buyer, *_ = audience.people
    await buy(audience, buyer)
    await audience.hear()
    assert len((await look(creator_of(audience)))["items"]) == 1
    other_creator, _ = await sign_up("别的达人")
    clerk, clerk_id = await sign_up("店长")
    async with audience.ctx.database.connection() as connection:
        shop_id = audience.counter.other_shop_id
        await connection.execute("INSERT INTO shops.staff VALUES ($1, $2, $3)", shop_id, clerk_id, ShopRole.MANAGER)
    for who in (other_creator, clerk, audience.counter.other, audience.hosts[0].client, buyer.client):
        assert (await look(who))["items"] == []
        assert (await who.get(f"/api/me/fans/{buyer.account_id}")).status_code == 404
    system = await audience.counter.other.post(
        f"/api/shops/{shop_id}/systems", json={"name": "ERP", "scopes": ["fans:read", "orders:read"]}
    )
    told = system.json()
    grant = {"grant_type": "client_credentials", **{key: told[key] for key in ("client_id", "client_secret")}}
    token = (await audience.counter.other.post("/oauth/token", data=grant)).json()["access_token"]
    for path in ("", "/groups", f"/{buyer.account_id}"):
        answer = await buyer.client.get(f"/api/me/fans{path}", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 403


async def test_a_fan_is_told_which_creators_know_them_and_takes_it_along_until_it_is_erased(audience: Audience) -> None:
    buyer, fan, *_ = audience.people
    creator = audience.hosts[1]
    await buy(audience, buyer)
    await fan.client.put(f"/api/creators/{creator.account_id}/follow")
    await audience.hear()
    [known] = (await buyer.client.get("/api/me/known-to-shops")).json()["creators"]
    assert (known["creator"], known["orders"], known["spent_minor"]) == ("达人", 1, 2990)
    data = (await buyer.client.get("/api/me/export")).json()
    assert [len(data[part]) for part in ("known_to_creators", "bought_from_creators")] == [1, 1]
    assert (await fan.client.post("/api/me/erasure", json={"password": "correct horse"})).status_code == 204
    await audience.hear()
    await audience.hear()
    assert [each["account_id"] for each in (await look(creator.client))["items"]] == [str(buyer.account_id)]
    assert (await creator.client.get(f"/api/me/fans/{fan.account_id}")).status_code == 404


async def test_a_long_list_goes_on_page_by_page_in_each_order_without_gaps(audience: Audience) -> None:
    creator = audience.hosts[1]
    async with audience.ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO fans.creator_fan (creator_id, account_id, followed_at, views, watch_s, comments, likes, orders,
                spent_minor)
            SELECT $1, account_id, now() - interval '1 second' * (row_number() OVER () / 2), 0,
                row_number() OVER () / 2, 0, 0, 0, 0 FROM accounts.account WHERE account_id <> $1
            """,
            creator.account_id,
        )
        expected = await connection.fetchval("SELECT count(*) FROM fans.creator_fan")
    for sort in ("latest", "spent", "watched"):
        seen: list[UUID] = []
        cursor = None
        for _ in range(expected + 1):
            query: dict[str, Any] = {"sort": sort, "limit": 2, **({"cursor": cursor} if cursor else {})}
            page = await look(creator.client, "", **query)
            seen += [fan["account_id"] for fan in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == expected
    assert (await creator.client.get("/api/me/fans", params={"cursor": "nonsense"})).status_code == 422


async def test_fans_of_a_creator_who_opens_a_shop_are_the_shops(audience: Audience) -> None:
    buyer, *_ = audience.people
    creator = audience.hosts[1]
    film = next(video_id for host, video_id in audience.videos if host == creator)
    await buyer.client.put(f"/api/videos/{film}/like")
    await audience.hear()
    assert len((await look(creator.client))["items"]) == 1
    await audience.open_shop()
    await audience.hear()
    assert (await look(creator.client))["items"] == []
    assert len(await audience.counter.rows_of("fan")) == 1
