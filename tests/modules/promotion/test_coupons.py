"""Coupons and live prices."""

from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.conftest import SignUp, once
from tests.modules.orders.market import Market

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import CheckoutId
from xiaodian.contracts.promotion import PLATFORM, CouponRefusal, CouponWish
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.promotion.service.create_coupon import NewCoupon, create_coupon

COUPON: dict[str, Any] = {
    "code": "save5",
    "off_minor": 500,
    "min_spend_minor": 0,
    "quota": 10,
    "per_account": 1,
    "valid_until_ms": 4_000_000_000_000,
}


async def test_staff_issue_coupons_and_see_how_often_they_were_redeemed(market: Market) -> None:
    path = f"/api/shops/{market.shop_id}/coupons"
    created = await market.seller.post(path, json=COUPON)
    assert (created.status_code, created.json()["code"], created.json()["redeemed"]) == (201, "SAVE5", 0)
    buyer = await market.buyer()
    await buyer.order(await market.sku(), shops=market.said("Save5 "))
    page = (await market.seller.get(path)).json()
    assert [(coupon["code"], coupon["redeemed"]) for coupon in page["items"]] == [("SAVE5", 1)]
    assert (await buyer.client.get(path)).status_code == 404
    assert (await buyer.client.post(path, json=COUPON)).status_code == 404


async def test_a_code_is_given_once_in_a_shop(market: Market) -> None:
    path = f"/api/shops/{market.shop_id}/coupons"
    await market.seller.post(path, json=COUPON)
    again = await market.seller.post(path, json={**COUPON, "code": "SAVE5"})
    assert (again.status_code, again.json()["code"]) == (409, "coupon_code_taken")


@pytest.mark.parametrize(
    "broken",
    [{"code": "a b"}, {"code": "ab"}, {"off_minor": 0}, {"quota": 0}, {"per_account": 0}, {"valid_until_ms": 10**18}],
)
async def test_a_coupon_that_makes_no_sense_is_refused(market: Market, broken: dict[str, Any]) -> None:
    answer = await market.seller.post(f"/api/shops/{market.shop_id}/coupons", json={**COUPON, **broken})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


async def test_a_coupon_that_has_ended_already_is_refused(market: Market) -> None:
    body = {**COUPON, "valid_until_ms": to_epoch_ms(utc_now()) - 1}
    answer = await market.seller.post(f"/api/shops/{market.shop_id}/coupons", json=body)
    assert (answer.status_code, answer.json()["params"]) == (422, {"reason": "in_the_past"})


async def test_a_live_price_holds_in_its_room_until_it_is_cleared(market: Market) -> None:
    sku_id, room_id, elsewhere = await market.sku(), RoomId(uuid4()), RoomId(uuid4())
    pairs = [(room_id, sku_id), (elsewhere, sku_id)]
    async with market.ctx.database.transaction() as connection:
        await promotion.set_live_price(connection, room_id, sku_id, 1990)
        await promotion.set_live_price(connection, room_id, sku_id, 990)
        assert await promotion.live_prices(connection, pairs) == {(room_id, sku_id): 990}
        await promotion.clear_live_price(connection, room_id, sku_id)
        await promotion.clear_live_price(connection, room_id, sku_id)
        assert await promotion.live_prices(connection, pairs) == {}
        with pytest.raises(InvalidInputError):
            await promotion.set_live_price(connection, room_id, sku_id, 0)


async def offered(client: httpx.AsyncClient, *shop_ids: object) -> list[tuple[str, bool]]:
    """Codes that a visitor is offered, and whether each is a shop's."""
    answer = await client.get("/api/coupons", params={"shop_id": [str(shop_id) for shop_id in shop_ids]})
    assert answer.status_code == 200, answer.text
    return [(coupon["code"], coupon["shop_id"] is not None) for coupon in answer.json()["items"]]


async def test_buyers_are_offered_the_listed_coupons_that_they_can_use_now(
    market: Market, client: httpx.AsyncClient
) -> None:
    await market.coupon("SECRET")
    await market.coupon("LISTED", is_listed=True, title="满30减5", per_account=1)
    await market.coupon("LATER", is_listed=True, valid_from_ms=3_900_000_000_000)
    await market.coupon("LARGE", is_listed=True, off_minor=900)
    buyer = await market.buyer()
    assert await offered(client) == []
    assert await offered(client, uuid4()) == []
    assert await offered(client, market.shop_id) == [("LARGE", True), ("LISTED", True)]
    order = await buyer.order(await market.sku(), shops=market.said("LISTED"))
    assert await offered(buyer.client, market.shop_id) == [("LARGE", True)]
    assert await offered(client, market.shop_id) == [("LARGE", True), ("LISTED", True)]
    await buyer.client.post(f"/api/orders/{order['order_id']}/cancel", json={}, headers=once())
    assert await offered(buyer.client, market.shop_id) == [("LARGE", True), ("LISTED", True)]


async def test_a_coupon_that_is_used_up_or_ended_is_offered_to_nobody(market: Market) -> None:
    await market.coupon("ONCE", is_listed=True, quota=1)
    await market.coupon("ENDED", is_listed=True)
    buyer, sku_id = await market.buyer(), await market.sku()
    path = f"/api/shops/{market.shop_id}/coupons"
    ended = next(each for each in (await market.seller.get(path)).json()["items"] if each["code"] == "ENDED")
    assert (await buyer.client.post(f"/api/coupons/{ended['coupon_id']}/end")).status_code == 404
    for _ in range(2):
        answer = await market.seller.post(f"/api/coupons/{ended['coupon_id']}/end")
        assert answer.json()["ended_at_ms"] is not None
    await buyer.order(sku_id, shops=market.said("ONCE"))
    assert await offered(buyer.client, market.shop_id) == []
    refused = await buyer.checkout([(sku_id, 1)], shops=market.said("ENDED"))
    assert (refused.json()["code"], refused.json()["params"]["reason"]) == ("coupon_refused", "expired")


async def test_a_coupon_is_refused_before_its_time_and_one_whose_time_never_comes_is_not_issued(market: Market) -> None:
    await market.coupon("LATER", valid_from_ms=3_900_000_000_000)
    buyer = await market.buyer()
    refused = await buyer.checkout([(await market.sku(), 1)], shops=market.said("LATER"))
    assert (refused.json()["code"], refused.json()["params"]["reason"]) == ("coupon_refused", "not_yet")
    body = {**COUPON, "valid_from_ms": COUPON["valid_until_ms"]}
    never = await market.seller.post(f"/api/shops/{market.shop_id}/coupons", json=body)
    assert (never.status_code, never.json()["params"]) == (422, {"reason": "before_start"})


async def test_the_platforms_coupons_are_made_by_operators_alone_and_offered_everywhere(
    market: Market, sign_up: SignUp
) -> None:
    operator, operator_id = await sign_up("运营")
    async with market.ctx.database.connection() as connection:
        await accounts.grant_operator(connection, operator_id)
    body = {**COUPON, "code": "双11".encode().hex(), "title": "双11 全场", "is_listed": True}
    assert (await market.seller.post("/api/operator/coupons", json=body)).status_code == 403
    nil = f"/api/shops/{PLATFORM}/coupons"
    for client in (market.seller, operator):
        assert (await client.post(nil, json=body)).status_code == 404
        assert (await client.get(nil)).status_code == 404
    created = await operator.post("/api/operator/coupons", json=body)
    assert (created.status_code, created.json()["shop_id"], created.json()["title"]) == (201, None, "双11 全场")
    coupon = created.json()
    assert (await operator.get("/api/operator/coupons")).json()["items"] == [coupon]
    buyer = await market.buyer()
    assert await offered(buyer.client) == [(coupon["code"], False)]
    path = f"/api/coupons/{coupon['coupon_id']}/end"
    assert (await market.seller.post(path)).status_code == 404
    assert (await operator.post(path)).status_code == 200
    assert await offered(buyer.client) == []


async def test_a_platform_coupon_is_redeemed_once_a_checkout_and_given_back_once(market: Market) -> None:
    checkout_id, account_id = CheckoutId(uuid4()), market.seller_id
    wish = CouponWish(code="all", account_id=account_id, shop_id=PLATFORM, subtotal_minor=9000, currency="CNY")
    operator = Caller(account_id=account_id, display_name="", is_operator=True, scopes=frozenset())
    body = msgspec.convert({**COUPON, "code": "ALL"}, NewCoupon)
    await create_coupon(market.ctx.database, operator, PLATFORM, body)
    async with market.ctx.database.transaction() as connection:
        book = await promotion.open_coupon_book(connection, [wish], lock=True)
        book.redeem(wish, book.judge(wish, utc_now()), checkout_id)
        await promotion.write_redemptions(connection, book)
    async with market.ctx.database.transaction() as connection:
        used = await promotion.open_coupon_book(connection, [wish], lock=False)
        assert used.judge(wish, utc_now()).refused is CouponRefusal.ALREADY_USED
        for _ in range(2):
            await promotion.release_redemptions(connection, [(PLATFORM, checkout_id)])
    async with market.ctx.database.connection() as connection:
        free = await promotion.open_coupon_book(connection, [wish], lock=False)
        assert free.judge(wish, utc_now()).refused is None
        assert await connection.fetchval("SELECT redeemed FROM promotion.coupon") == 0
