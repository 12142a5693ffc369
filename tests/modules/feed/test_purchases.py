"""What a viewer bought brings more of its kind, and what is bought in a room lifts the room."""

from datetime import timedelta
from uuid import UUID

import httpx
from tests.conftest import SignUp
from tests.live.stage import set_stage
from tests.modules.feed.cinema import Cinema, Person
from tests.modules.orders.market import PRICE_MINOR, open_market

from xiaodian.contracts.content import VideoId
from xiaodian.edge.context import Context


async def test_who_bought_goods_of_a_kind_is_shown_films_with_such_goods_and_told_why(
    cinema: Cinema, ctx: Context, sign_up: SignUp
) -> None:
    market = await open_market(ctx, sign_up)
    bought, alike = await market.sku(), await market.sku()
    products = [UUID(await market.product_id(sku_id)) for sku_id in (bought, alike)]
    async with ctx.database.connection() as connection:
        await connection.execute("UPDATE catalog.product SET category = 'food' WHERE product_id = ANY($1)", products)
    creator, other = await cinema.join("莓农"), await cinema.join("别人")
    film = await cinema.publish(creator, product_ids=products[:1], age=timedelta(days=9))
    wanted = await cinema.publish(other, product_ids=products[1:], age=timedelta(days=3))
    newer = await cinema.publish(await cinema.join("茶农"))
    buyer = await market.buyer()
    line = {"sku_id": str(bought), "quantity": 1, "price_minor": PRICE_MINOR, "video_id": str(film)}
    answer = await buyer.checkout([], lines=[line])
    assert answer.status_code == 201, answer.text
    await buyer.pay(answer.json()["orders"][0]["order_id"])
    await cinema.react()
    shown = await _reasons(cinema, buyer.client)
    assert next(iter(shown)) == wanted
    assert shown[wanted] == "category"
    assert shown[newer] != "category"
    assert set((await _reasons(cinema, (await cinema.join("路人")).client)).values()).isdisjoint({"category"})


async def test_a_room_in_which_people_buy_says_how_many_did(
    cinema: Cinema, ctx: Context, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    stage = await set_stage(ctx, sign_up)
    await stage.go_on_air()
    async with ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO insights.room_sale_minute VALUES ($1, $2, date_trunc('minute', now()), 12, 12, 12, 1, 0)",
            stage.room_id,
            stage.shop_id,
        )
    [item] = (await cinema.open(client))["items"]
    assert item["why"]["code"] == "on_air_bought"
    assert item["why"]["text"] == "正在直播，12 人刚买过"
    assert (await cinema.open(client, language="en"))["items"][0]["why"]["text"] == "On air: 12 bought just now"


async def _reasons(cinema: Cinema, client: httpx.AsyncClient) -> dict[VideoId, str]:
    items = await cinema.walk(client)
    return {VideoId(UUID(item["video"]["video_id"])): item["why"]["code"] for item in items if item["video"]}


async def test_watching_a_room_brings_its_hosts_films(cinema: Cinema, ctx: Context, sign_up: SignUp) -> None:
    stage = await set_stage(ctx, sign_up)
    viewer, other = await cinema.join("观众"), await cinema.join("别人")
    of_host = await cinema.publish(Person(stage.host, stage.host_id), age=timedelta(days=2))
    await cinema.publish(other)
    for kind in ("entered", "bag_opened"):
        await cinema.tell(viewer.client, {"kind": kind, "room_id": str(stage.room_id)})
    await cinema.react()
    tastes = await cinema.rows("taste", "account_id, subject, weight > 0")
    assert tastes == [(viewer.account_id, f"creator:{stage.host_id}", True)]
    assert (await _reasons(cinema, viewer.client))[of_host] == "creator"
