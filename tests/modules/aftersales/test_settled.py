"""Money that was paid out already comes back from all who got it, in the proportion in which they got it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.conftest import SignUp
from tests.modules.aftersales.counter import PRICE_MINOR, Counter

from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.live import RoomId
from xiaodian.kit.clock import utc_now
from xiaodian.modules.settlement import api as settlement

LONG_ENOUGH = timedelta(minutes=5)
"""How much later held orders are looked at again, at the latest."""


async def sold_by_a_creator(counter: Counter, sign_up: SignUp, sku_id: SkuId, quantity: int) -> dict[str, Any]:
    """A completed order out of a creator's room: commission, service share and platform coupon all in it."""
    await counter.market.commission(sku_id, 1000)
    await counter.market.platform_coupon(off_minor=333)
    creator, _ = await sign_up("达人")
    _, provider_id = await sign_up("服务商")
    shared = await counter.seller.post(
        f"/api/shops/{counter.market.shop_id}/service-shares", json={"provider_id": str(provider_id), "rate_bp": 700}
    )
    assert shared.status_code == 201, shared.text
    room = RoomId(UUID((await creator.post("/api/rooms", json={"title": "专场"})).json()["room_id"]))
    product_id = await counter.market.product_id(sku_id)
    bag = await creator.put(f"/api/rooms/{room}/control/bag", json={"product_ids": [product_id]})
    assert bag.is_success, bag.text
    wanted = [(sku_id, quantity, PRICE_MINOR, room)]
    [order] = await counter.buyer.orders(wanted, platform_coupon_code="PLAT10")
    return await counter.receive(order)


async def get_back(counter: Counter, order: dict[str, Any], quantity: int) -> dict[str, Any]:
    """The buyer sends pieces back and gets the money."""
    asked = await counter.ask(order, "return_refund", quantity)
    await counter.agree(asked)
    await counter.send_back(asked)
    await counter.do(counter.seller, asked, "return-receipt")
    await counter.work()
    done = await counter.see(asked)
    assert done["state"] == "refunded"
    return done


async def test_shop_creator_service_and_fees_give_back_what_they_got_piece_by_piece(
    counter: Counter, sign_up: SignUp
) -> None:
    sku_id = await counter.market.sku(stock=10)
    order = await sold_by_a_creator(counter, sign_up, sku_id, 3)
    await counter.work()
    paid_out = await counter.market.balances()
    assert {"shop", "creator", "service", "platform", "provider"} == paid_out.keys()
    first = await get_back(counter, order, 1)
    after_first = await counter.market.balances()
    assert await counter.escrow(order) == 0
    assert after_first["provider"] == paid_out["provider"] + first["refund_minor"]
    for kind in ("shop", "creator", "service"):
        assert abs(paid_out[kind] * 2 - after_first[kind] * 3) <= 3, kind
    await get_back(counter, order, 2)
    assert await counter.market.balances() == {}
    assert await counter.market.stock(sku_id) == (10, 0, 0)
    seen = await counter.buyer.see(order["order_id"])
    assert (seen["state"], seen["refunded_minor"]) == ("completed", order["total_minor"])


async def test_what_the_shop_has_not_any_more_comes_out_of_its_deposit(counter: Counter) -> None:
    order = await counter.completed(await counter.market.sku(), 2)
    await counter.work()
    balance = (await counter.market.balances())["shop"]
    put = await counter.seller.post(
        f"/api/shops/{counter.market.shop_id}/deposit",
        json={"amount_minor": balance},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert put.is_success, put.text
    assert (await counter.market.balances())["deposit"] == balance
    await get_back(counter, order, 1)
    assert abs((await counter.market.balances())["deposit"] * 2 - balance) <= 1
    await get_back(counter, order, 1)
    assert await counter.market.balances() == {}


async def test_an_open_after_sale_holds_the_settlement_and_its_end_lets_it_go(counter: Counter) -> None:
    order = await counter.completed(await counter.market.sku(), 2)
    asked = await counter.ask(order, "refund_only", 1, refund_minor=100)
    await counter.work()
    assert await counter.escrow(order) == 2 * PRICE_MINOR
    await counter.agree(asked)
    await settlement.settle_due(counter.ctx.database, utc_now() + LONG_ENOUGH)
    await counter.work()
    found = await counter.market.balances()
    assert await counter.escrow(order) == 0
    assert found["shop"] + found["platform"] == 2 * PRICE_MINOR - 100


async def test_settlement_and_request_at_the_same_moment_lose_no_cent(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=20)
    for _ in range(4):
        order = await counter.completed(sku_id)
        await counter.tell()
        asked, _ = await asyncio.gather(
            counter.ask(order, "refund_only"), settlement.settle_due(counter.ctx.database, utc_now())
        )
        await asyncio.gather(
            counter.do(counter.seller, asked, "agreement", {}),
            settlement.settle_due(counter.ctx.database, utc_now() + LONG_ENOUGH),
        )
        await counter.work()
        assert (await counter.see(asked))["state"] == "refunded"
        assert await counter.escrow(order) == 0
    assert await counter.market.balances() == {}


async def test_a_return_can_be_asked_for_until_fifteen_days_after_completion(counter: Counter) -> None:
    order = await counter.completed(await counter.market.sku())
    async with counter.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE orders.order SET closed_at = closed_at - interval '15 days' WHERE order_id = $1",
            UUID(order["order_id"]),
        )
    late = await counter.try_ask(order, "return_refund")
    assert (late.status_code, late.json()["params"]) == (409, {"reason": "too_late", "days": 15})
    assert await counter.holds(order) == 0
