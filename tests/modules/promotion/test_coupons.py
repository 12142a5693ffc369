"""Coupons and live prices."""

from typing import Any
from uuid import uuid4

import pytest
from tests.modules.orders.market import Market

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.live import RoomId
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.promotion import api as promotion

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
    await buyer.order(await market.sku(), coupon_code="Save5 ")
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
