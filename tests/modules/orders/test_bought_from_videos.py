"""Buying from a short video."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market, open_market
from tests.outbox import list_envelopes

from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.orders import OrderPaid
from xiaodian.infra.database import Record


async def buy(buyer: Buyer, sku_id: SkuId, video_id: object, at_ms: int | None = 4200) -> dict[str, Any]:
    """Place an order for what a video shows."""
    line = {"sku_id": str(sku_id), "quantity": 1, "price_minor": PRICE_MINOR}
    answer = await buyer.checkout([], lines=[{**line, "video_id": str(video_id), "video_at_ms": at_ms}])
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()["orders"][0]
    return order


async def line_of(market: Market, order: dict[str, Any]) -> Record:
    async with market.ctx.database.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM orders.line WHERE order_id = $1", UUID(order["order_id"]))
    assert row is not None
    return row


async def test_a_sale_from_a_video_remembers_the_video_and_the_moment_for_its_creator(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    video_id = await market.video(await market.product_id(sku_id))
    order = await buy(buyer, sku_id, video_id)
    line = await line_of(market, order)
    assert (line["video_id"], line["video_at_ms"], line["room_id"]) == (video_id, 4200, None)
    assert (order["lines"][0]["video_id"], order["room_id"]) == (str(video_id), None)
    await buyer.pay(order["order_id"])
    async with market.ctx.database.connection() as connection:
        envelopes = await list_envelopes(connection, "OrderPaid")
    paid = msgspec.json.decode(envelopes[-1].data, type=OrderPaid)
    assert [(line.video_id, line.video_at_ms) for line in paid.lines] == [(video_id, 4200)]


async def test_a_creator_earns_the_commission_on_what_is_bought_from_the_video(market: Market, sign_up: SignUp) -> None:
    creator = await open_market(market.ctx, sign_up)
    sku_id, buyer = await market.sku(), await market.buyer()
    await market.commission(sku_id, 1500)
    video_id = await creator.video(await market.product_id(sku_id))
    line = await line_of(market, await buy(buyer, sku_id, video_id))
    assert (line["creator_id"], line["commission_bp"]) == (creator.seller_id, 1500)
    own = await line_of(market, await buy(buyer, sku_id, await market.video(await market.product_id(sku_id))))
    assert (own["creator_id"], own["commission_bp"]) == (None, 0)


@pytest.mark.parametrize("why", ["not there", "not published", "not in its bag"])
async def test_what_a_video_does_not_offer_is_bought_as_if_outside_of_it(market: Market, why: str) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    video_id: VideoId | UUID = uuid4()
    if why == "not published":
        video_id = await market.video(await market.product_id(sku_id), state="hidden")
    if why == "not in its bag":
        video_id = await market.video()
    line = await line_of(market, await buy(buyer, sku_id, video_id))
    assert (line["video_id"], line["video_at_ms"]) == (None, None)


async def test_nobody_can_say_that_a_line_comes_from_a_room_and_a_video(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    line = {"sku_id": str(sku_id), "quantity": 1, "price_minor": PRICE_MINOR}
    answer = await buyer.checkout([], lines=[{**line, "video_id": str(uuid4()), "room_id": str(uuid4())}])
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, "room_or_video")
    assert (await buyer.client.get("/api/me/orders")).json()["items"] == []


async def test_the_cart_remembers_the_video_and_its_moment(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    video_id = await market.video(await market.product_id(sku_id))
    path = f"/api/me/cart/items/{sku_id}"
    unknown = await buyer.client.put(path, json={"quantity": 1, "video_id": str(uuid4())})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "video_id")
    await buyer.client.put(path, json={"quantity": 1, "video_id": str(video_id), "video_at_ms": 900})
    await buyer.client.put(path, json={"quantity": 2})
    item = (await buyer.client.get("/api/me/cart")).json()["shops"][0]["items"][0]
    assert (item["quantity"], item["video_id"], item["video_at_ms"]) == (2, str(video_id), 900)
    room_id = await market.room()
    await buyer.client.put(path, json={"quantity": 2, "room_id": str(room_id)})
    item = (await buyer.client.get("/api/me/cart")).json()["shops"][0]["items"][0]
    assert (item["room_id"], item["video_id"], item["video_at_ms"]) == (str(room_id), None, None)
