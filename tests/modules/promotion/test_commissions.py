"""Commissions: who may sell a shop's goods, for how much, and who decides that."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
from tests.conftest import SignUp
from tests.live.stage import envelope_of
from tests.modules.orders.market import Market
from tests.modules.promotion.sales import FLASH_MINOR, open_sale

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductChanged, ProductId
from xiaodian.contracts.live import RoomId
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.promotion import handlers

MARKET = "/api/commission-market"


async def goods(market: Market) -> ProductId:
    """A product of the shop."""
    return ProductId(UUID(await market.product_id(await market.sku())))


async def open_to_all(market: Market, product_id: ProductId, rate_bp: int = 1000) -> None:
    """Every creator may sell it."""
    answer = await market.seller.put(f"/api/products/{product_id}/commission", json={"rate_bp": rate_bp})
    assert answer.status_code == 200, answer.text


async def propose(market: Market, product_id: ProductId, creator_id: AccountId, rate_bp: int = 2000) -> httpx.Response:
    """Ask a creator to sell it."""
    return await market.seller.post(
        f"/api/shops/{market.shop_id}/commission-agreements",
        json={"product_id": str(product_id), "creator_id": str(creator_id), "rate_bp": rate_bp},
    )


async def rates(market: Market, product_id: ProductId, *creator_ids: AccountId) -> list[int | None]:
    """What each of them gets."""
    async with market.ctx.database.connection() as connection:
        found = await promotion.find_commissions(connection, [(each, product_id) for each in creator_ids])
        for creator_id in creator_ids:
            sells = await promotion.may_sell(connection, creator_id, [product_id])
            assert bool(sells) or (creator_id, product_id) not in found
    return [found.get((each, product_id)) for each in creator_ids]


async def test_what_was_agreed_beats_what_everybody_gets_and_a_shop_pays_itself_nothing(
    market: Market, sign_up: SignUp
) -> None:
    creator, creator_id = await sign_up("达人")
    _, other_id = await sign_up("路人")
    product_id = await goods(market)
    assert await rates(market, product_id, creator_id, other_id) == [None, None]
    await open_to_all(market, product_id)
    proposal = (await propose(market, product_id, creator_id)).json()
    assert (proposal["state"], proposal["rate_bp"], proposal["creator"]["display_name"]) == ("proposed", 2000, "达人")
    assert await rates(market, product_id, creator_id, other_id, market.seller_id) == [1000, 1000, None]
    path = f"/api/commission-agreements/{proposal['commission_id']}"
    assert (await creator.post(f"{path}/acceptance")).json()["state"] == "open"
    assert await rates(market, product_id, creator_id, other_id, market.seller_id) == [2000, 1000, None]
    assert (await market.seller.delete(f"/api/products/{product_id}/commission")).status_code == 204
    assert await rates(market, product_id, creator_id, other_id) == [2000, None]
    assert (await creator.delete(path)).status_code == 204
    assert await rates(market, product_id, creator_id, other_id) == [None, None]
    assert await market.events("CommissionEnded") == 2 * ["CommissionEnded"]


async def test_only_the_creator_answers_a_proposal_and_only_once(market: Market, sign_up: SignUp) -> None:
    creator, creator_id = await sign_up("达人")
    stranger, _ = await sign_up("路人")
    proposal = (await propose(market, await goods(market), creator_id)).json()
    path = f"/api/commission-agreements/{proposal['commission_id']}"
    for client in (stranger, market.seller):
        assert (await client.post(f"{path}/acceptance")).status_code == 404
        assert (await client.post(f"{path}/refusal")).status_code == 404
    assert (await stranger.delete(path)).status_code == 404
    assert (await creator.post(f"{path}/refusal")).json()["state"] == "refused"
    assert (await creator.post(f"{path}/refusal")).json()["state"] == "refused"
    late = await creator.post(f"{path}/acceptance")
    assert (late.status_code, late.json()["code"]) == (409, "illegal_move")
    assert late.json()["params"] == {"state": "refused", "allowed": []}
    assert [each["state"] for each in (await creator.get("/api/me/commission-agreements")).json()["items"]] == [
        "refused"
    ]
    assert (await stranger.get("/api/me/commission-agreements")).json()["items"] == []


async def test_a_proposal_taken_back_in_the_moment_it_is_accepted_is_one_or_the_other(
    market: Market, sign_up: SignUp
) -> None:
    creator, creator_id = await sign_up("达人")
    product_id = await goods(market)
    path = f"/api/commission-agreements/{(await propose(market, product_id, creator_id)).json()['commission_id']}"
    accepted, ended = await asyncio.gather(creator.post(f"{path}/acceptance"), market.seller.delete(path))
    assert ended.status_code == 204
    assert accepted.status_code in (200, 409)
    assert await rates(market, product_id, creator_id) == [None]


async def test_nobody_is_asked_twice_for_one_product_nor_for_the_own_shop_nor_for_others_goods(
    market: Market, sign_up: SignUp
) -> None:
    creator, creator_id = await sign_up("达人")
    product_id = await goods(market)
    answers = await asyncio.gather(*(propose(market, product_id, creator_id) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201] + 4 * [409]
    own = await propose(market, product_id, market.seller_id)
    unknown = await propose(market, product_id, AccountId(uuid4()))
    absent = await propose(market, ProductId(uuid4()), creator_id)
    assert [each.json()["params"]["reason"] for each in (own, unknown, absent)] == ["own_shop", "unknown", "unknown"]
    assert (await propose(market, product_id, creator_id, 5001)).status_code == 400
    path = f"/api/products/{product_id}/commission"
    assert (await creator.put(path, json={"rate_bp": 10})).status_code == 404
    assert (await creator.delete(path)).status_code == 404
    assert (await creator.get(f"/api/shops/{market.shop_id}/commissions")).status_code == 404
    assert await market.count("promotion.commission") == 1


async def test_a_public_rate_set_by_many_hands_is_one_rate_with_its_history(market: Market) -> None:
    product_id = await goods(market)
    await asyncio.gather(*(open_to_all(market, product_id, rate_bp) for rate_bp in (500, 600, 700, 800)))
    await open_to_all(market, product_id, 900)
    await open_to_all(market, product_id, 900)
    listed = (await market.seller.get(f"/api/shops/{market.shop_id}/commissions")).json()["items"]
    assert [(each["state"], each["rate_bp"]) for each in listed if each["state"] == "open"] == [("open", 900)]
    assert len(listed) == 5


async def market_titles(client: httpx.AsyncClient, **params: Any) -> list[str]:
    return [item["title"] for item in (await client.get(MARKET, params=params)).json()["items"]]


async def test_creators_find_what_they_may_sell_by_its_present_title_page_by_page(
    market: Market, sign_up: SignUp
) -> None:
    creator, _ = await sign_up("达人")
    products = [await goods(market) for _ in range(5)]
    for number, product_id in enumerate(products):
        renamed = await market.seller.patch(f"/api/products/{product_id}", json={"title": f"草莓 {number} 号 Berry"})
        assert renamed.is_success
        await open_to_all(market, product_id)
    page = (await creator.get(MARKET, params={"limit": 2})).json()
    seen = list(page["items"])
    while page["next_cursor"]:
        page = (await creator.get(MARKET, params={"limit": 2, "cursor": page["next_cursor"]})).json()
        seen += page["items"]
    assert [item["product_id"] for item in seen] == [str(product_id) for product_id in reversed(products)]
    assert (seen[0]["price_minor"], seen[0]["rate_bp"], seen[0]["available"]) == (2990, 1000, 10)
    assert await market_titles(creator, q="3 号 bERRY") == ["草莓 3 号 Berry"]
    await market.seller.patch(f"/api/products/{products[3]}", json={"title": "蓝莓"})
    [consumer] = [each for each in handlers.consumers(market.ctx) if "ProductChanged" in each.event_types]
    await consumer.handle([envelope_of(ProductChanged(product_id=products[3], shop_id=market.shop_id))])
    assert await market_titles(creator, q="3 号") == []
    assert await market_titles(creator, q="蓝莓") == ["蓝莓"]


async def test_goods_off_sale_and_of_closed_shops_are_not_on_the_market(market: Market, sign_up: SignUp) -> None:
    creator, _ = await sign_up("达人")
    product_id, off_id = await goods(market), await goods(market)
    await open_to_all(market, product_id)
    await open_to_all(market, off_id)
    await market.seller.patch(f"/api/products/{off_id}", json={"state": "off"})
    assert len(await market_titles(creator)) == 1
    await market.seller.patch(f"/api/shops/{market.shop_id}", json={"is_open": False})
    assert await market_titles(creator) == []


async def test_what_a_creator_sold_keeps_the_rate_of_that_moment(market: Market, sign_up: SignUp) -> None:
    creator, creator_id = await sign_up("达人")
    sku_id = await market.sku()
    product_id = ProductId(UUID(await market.product_id(sku_id)))
    await open_to_all(market, product_id, 1200)
    room_id = RoomId(UUID((await creator.post("/api/rooms", json={"title": "带货"})).json()["room_id"]))
    bag = await creator.put(f"/api/rooms/{room_id}/control/bag", json={"product_ids": [str(product_id)]})
    assert bag.status_code == 204, bag.text
    buyer = await market.buyer()
    await open_sale(market, sku_id)
    in_room, outside = [
        (await buyer.orders([wanted]))[0]["order_id"]
        for wanted in ((sku_id, 1, FLASH_MINOR, room_id), (sku_id, 1, FLASH_MINOR))
    ]
    await market.seller.delete(f"/api/products/{product_id}/commission")
    after = (await buyer.orders([(sku_id, 1, FLASH_MINOR, room_id)]))[0]["order_id"]
    sold = []
    for order_id in (in_room, outside, after):
        (line,) = (await market.seller.get(f"/api/orders/{order_id}")).json()["lines"]
        sold.append((line["room_id"], line["commission_bp"], line["price_minor"]))
    # The room's bag still holds the product until the end of its commission has reached the room.
    assert sold == [(str(room_id), 1200, FLASH_MINOR), (None, 0, FLASH_MINOR), (str(room_id), 0, FLASH_MINOR)]
    (line,) = (await market.seller.get(f"/api/orders/{in_room}")).json()["lines"]
    assert line["creator_id"] == str(creator_id)


async def test_a_creator_without_a_shop_finds_goods_and_puts_them_into_the_bag_of_a_room(
    market: Market, sign_up: SignUp
) -> None:
    creator, _ = await sign_up("达人")
    product_id = await goods(market)
    await open_to_all(market, product_id)
    assert (await creator.get("/api/shops/mine")).json()["items"] == []
    [found] = (await creator.get(MARKET)).json()["items"]
    room = await creator.post("/api/rooms", json={"title": "没有小店也开播"})
    assert room.status_code == 201, room.text
    bag = f"/api/rooms/{room.json()['room_id']}/control/bag"
    put = await creator.put(bag, json={"product_ids": [found["product_id"]]})
    assert put.status_code == 204, put.text
    assert (await creator.get("/api/me/rooms")).json()["items"][0]["title"] == "没有小店也开播"
