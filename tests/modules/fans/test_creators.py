"""A creator sees fans of their own rooms and films, what these brought, and nothing else of anybody."""

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
from xiaodian.modules.fans.service import find_named


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
        assert (await look(who))["items"] == (await look(who, name="观众"))["items"] == []
        assert (await who.get(f"/api/me/fans/{buyer.account_id}")).status_code == 404
    system = await audience.counter.other.post(
        f"/api/shops/{shop_id}/systems", json={"name": "ERP", "scopes": ["fans:read", "orders:read"]}
    )
    told = system.json()
    grant = {"grant_type": "client_credentials", **{key: told[key] for key in ("client_id", "client_secret")}}
    token = (await audience.counter.other.post("/oauth/token", data=grant)).json()["access_token"]
    for path in ("", "/groups", f"/{buyer.account_id}"):
        for base in ("/api/me/fans", "/open/v1/own-fans"):
            answer = await buyer.client.get(f"{base}{path}", headers={"authorization": f"Bearer {token}"})
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


async def buy_in_room(audience: Audience, who: Buyer, *, is_quiet: bool = False) -> dict[str, Any]:
    """Another shop's goods, in the room of a host who has a shop."""
    counter = audience.counter
    sku = counter.foreign.skus[0]
    wanted = [(sku.sku_id, 1, sku.price_minor, counter.stage.room_id)]
    [order] = await who.orders(wanted, is_quiet=is_quiet)
    await who.pay(order["order_id"])
    return order


async def test_who_owns_a_shop_sees_whom_they_bring_to_others_and_nobody_else_does(
    audience: Audience, sign_up: SignUp
) -> None:
    brought, own_buyer, follower, quiet = audience.people
    owner = audience.hosts[0]
    shop_id = audience.counter.stage.shop_id
    await audience.counter.order(own_buyer, audience.counter.products[1])
    await audience.counter.order(brought, audience.counter.products[1], 3)
    for who in (brought, follower):
        await who.client.put(f"/api/creators/{owner.account_id}/follow")
    await buy_in_room(audience, quiet, is_quiet=True)
    order = await buy_in_room(audience, brought)
    await buy_in_room(audience, brought)
    await audience.hear()

    [fan] = (await look(owner.client))["items"]
    assert (fan["account_id"], fan["orders"], fan["spent_minor"]) == (str(brought.account_id), 2, 2 * 2990)
    assert fan["followed_at_ms"] is not None
    told = await look(owner.client, "/groups")
    groups = {each["group"]: each["fans"] for each in told["items"]}
    assert (groups, told["is_for_others"]) == ({"all": 1, "new": 1, "followers": 1, "away": 0}, True)
    answer = await owner.client.get(f"/api/me/fans/{brought.account_id}")
    assert [(place["is_room"], place["orders"]) for place in answer.json()["places"]] == [(True, 2)]
    assert not any(secret in answer.text for secret in ("13800000001", "江城大街", "李小丹", "order_id"))
    for hidden in (own_buyer, follower, quiet):
        assert (await owner.client.get(f"/api/me/fans/{hidden.account_id}")).status_code == 404

    # Not the shop's staff, not the shop whose goods they are, not another creator.
    clerk, clerk_id = await sign_up("店长")
    async with audience.ctx.database.connection() as connection:
        await connection.execute("INSERT INTO shops.staff VALUES ($1, $2, $3)", shop_id, clerk_id, ShopRole.MANAGER)
    for other in (clerk, audience.counter.other, creator_of(audience), brought.client):
        assert (await look(other))["items"] == []
        assert (await other.get(f"/api/me/fans/{brought.account_id}")).status_code == 404

    await give_back(audience.counter, order, order["total_minor"], 1)
    await brought.client.delete(f"/api/creators/{owner.account_id}/follow")
    await audience.hear()
    [fan] = (await look(owner.client))["items"]
    assert (fan["orders"], fan["spent_minor"], fan["followed_at_ms"]) == (1, 2990, None)
    counted = await audience.figures()
    await audience.counter.rebuild()
    assert await audience.figures() == counted


async def test_a_creator_who_opens_a_shop_keeps_those_who_bought_others_goods(audience: Audience) -> None:
    buyer, watcher, *_ = audience.people
    creator = audience.hosts[1]
    film = next(video_id for host, video_id in audience.videos if host == creator)
    for who in (buyer, watcher):
        await who.client.put(f"/api/videos/{film}/like")
    await buy(audience, buyer)
    await audience.hear()
    assert len((await look(creator.client))["items"]) == 2
    await audience.open_shop()
    await audience.hear()
    [fan] = (await look(creator.client))["items"]
    assert (fan["account_id"], fan["orders"], fan["likes"]) == (str(buyer.account_id), 1, 0)
    # The buyer is a fan of the shop whose goods they were, too.
    assert len(await audience.counter.rows_of("fan")) == 3
    counted = await audience.figures()
    await audience.counter.rebuild()
    assert await audience.figures() == counted


@pytest.mark.parametrize("most_named", [10_000, 0], ids=["few have the part", "many have it"])
async def test_a_creator_finds_fans_by_a_part_of_their_name_among_their_own_alone(
    audience: Audience, monkeypatch: pytest.MonkeyPatch, most_named: int
) -> None:
    monkeypatch.setattr(find_named, "MOST_NAMED", most_named)
    creator = audience.hosts[1]
    for who in audience.people[:3]:
        await who.client.put(f"/api/creators/{creator.account_id}/follow")
    await audience.hear()
    mine = {str(who.account_id) for who in audience.people[:3]}
    found = await look(creator.client, name="观众")
    assert {fan["account_id"] for fan in found["items"]} == mine
    one = await look(creator.client, name=" 众1 ", group="followers", sort="watched")
    assert [fan["account_id"] for fan in one["items"]] == [str(audience.people[1].account_id)]
    seen: list[str] = []
    cursor = None
    while cursor is not None or not seen:
        query: dict[str, Any] = {"name": "观众", "limit": 1, **({"cursor": cursor} if cursor else {})}
        page = await look(creator.client, **query)
        seen += [fan["account_id"] for fan in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert (len(seen), set(seen)) == (3, mine)
    for name, group in (("观众3", "all"), ("观众", "buyers"), ("没有这个人", "all")):
        assert (await look(creator.client, name=name, group=group))["items"] == []


async def test_a_creators_own_program_sees_their_fans_masked_and_no_other_program_does(audience: Audience) -> None:
    buyer, *_ = audience.people
    creator = audience.hosts[1]
    order = await buy(audience, buyer)
    await audience.hear()
    tokens = {}
    for scope in ("audience:read", "room:control"):
        made = await creator.client.post("/api/me/tokens", json={"name": scope, "scopes": [scope]})
        assert made.status_code == 201, made.text
        tokens[scope] = {"authorization": f"Bearer {made.json()['token']}"}
    who, mine = buyer.client, tokens["audience:read"]
    page = (await who.get("/open/v1/own-fans", headers=mine)).json()
    [fan] = page["items"]
    assert (fan["id"], fan["orders"], fan["spent_minor"]) == (str(buyer.account_id), 1, order["total_minor"])
    assert "观众0" not in fan["name"]
    groups = (await who.get("/open/v1/own-fans/groups", headers=mine)).json()
    assert next(each["fans"] for each in groups["items"] if each["code"] == "buyers") == 1
    detail = (await who.get(f"/open/v1/own-fans/{buyer.account_id}", headers=mine)).json()
    assert [(place["title"], place["orders"]) for place in detail["places"]] == [("草莓", 1)]
    assert (await who.get("/api/me/fans", headers=mine)).status_code == 200
    for path in ("/open/v1/orders", "/open/v1/fan-segments", "/api/me/rooms"):
        assert (await who.get(path, headers=mine)).status_code == 403
    assert (await who.get("/open/v1/own-fans", headers=tokens["room:control"])).status_code == 403
