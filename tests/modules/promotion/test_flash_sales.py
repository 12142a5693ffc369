"""Flash sales: honest, for the pieces set aside, for their time, whoever's clock strikes first."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.modules.orders.market import PRICE_MINOR, Market
from tests.modules.promotion.sales import FLASH_MINOR, HOUR, open_sale, plan

from xiaodian.infra.database import Database
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.orders.service.run_clock import cancel_overdue_payments
from xiaodian.modules.orders.service.search_index import index_orders_again
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.promotion.service.run_clock import (
    announce_flash_sales,
    end_flash_sales,
    start_flash_sales,
    sweep_flash_sales,
)


async def test_staff_set_pieces_aside_and_see_what_is_left_of_them(market: Market) -> None:
    sku_id = await market.sku(stock=8)
    sale_id = await open_sale(market, sku_id)
    assert await market.stock(sku_id) == (3, 0, 0)
    assert await market.stock(sale_id) == (5, 0, 0)
    buyer = await market.buyer()
    await buyer.checkout([(sku_id, 2, FLASH_MINOR)])
    (sale,) = (await market.seller.get(f"/api/shops/{market.shop_id}/flash-sales")).json()["items"]
    assert (sale["flash_sale_id"], sale["left"], sale["set_aside"]) == (str(sale_id), 3, 5)
    assert (sale["title"], sale["price_minor"], sale["list_price_minor"]) == ("丹东草莓", FLASH_MINOR, PRICE_MINOR)


async def test_strangers_can_neither_plan_nor_see_nor_end_a_shops_flash_sales(market: Market) -> None:
    sku_id = await market.sku()
    sale_id = await open_sale(market, sku_id)
    stranger = (await market.buyer()).client
    path = f"/api/shops/{market.shop_id}/flash-sales"
    body = {"sku_id": str(sku_id), "price_minor": 1, "set_aside": 1, "starts_at_ms": 0, "ends_at_ms": 4 * 10**12}
    assert (await stranger.post(path, json=body)).status_code == 404
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(f"/api/flash-sales/{sale_id}/end")).status_code == 404
    assert (await stranger.post(f"/api/flash-sales/{uuid4()}/end")).status_code == 404
    assert await market.stock(sale_id) == (5, 0, 0)


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"price_minor": PRICE_MINOR}, 422, "dishonest_price"),
        ({"set_aside": 11}, 422, "invalid_input"),
        ({"ends_at_ms": 1}, 422, "invalid_input"),
        ({"sku_id": str(uuid4())}, 422, "invalid_input"),
        ({"set_aside": 0}, 400, "malformed_request"),
        ({"limit_per_buyer": 0}, 400, "malformed_request"),
    ],
)
async def test_a_flash_sale_that_would_deceive_or_cannot_be_is_refused_and_leaves_the_stock_alone(
    market: Market, more: dict[str, Any], status: int, code: str
) -> None:
    sku_id = await market.sku()
    answer = await plan(market, sku_id, **more)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await market.stock(sku_id) == (10, 0, 0)
    assert await market.count("promotion.flash_sale") == 0


async def test_a_price_raised_just_before_makes_no_bargain_of_the_old_one(market: Market) -> None:
    sku_id = await market.sku()
    product_id = await market.product_id(sku_id)
    sku = {"sku_id": str(sku_id), "name": "1斤装", "price_minor": 9990}
    assert (await market.seller.patch(f"/api/products/{product_id}", json={"skus": [sku]})).is_success
    refused = await plan(market, sku_id, price_minor=PRICE_MINOR)
    assert (refused.status_code, refused.json()["params"]) == (422, {"below_minor": PRICE_MINOR, "days": 30})
    assert (await plan(market, sku_id, price_minor=PRICE_MINOR - 1)).status_code == 201


async def test_sales_of_one_variant_never_overlap_even_if_planned_at_once(market: Market) -> None:
    sku_id, other_id = await market.product([100, 100])
    answers = await asyncio.gather(*(plan(market, sku_id, set_aside=1) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + 7 * [409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"flash_sale_overlaps"}
    assert await market.stock(sku_id) == (99, 0, 0)
    ends_at = utc_now() + HOUR
    after = {"starts_at_ms": to_epoch_ms(ends_at + HOUR), "ends_at_ms": to_epoch_ms(ends_at + 2 * HOUR)}
    assert (await plan(market, sku_id, **after)).status_code == 201
    assert (await plan(market, other_id)).status_code == 201


async def test_pieces_are_sold_at_the_flash_price_to_the_last_one_and_then_at_the_ordinary_price(
    market: Market,
) -> None:
    sku_id = await market.sku(stock=50)
    sale_id = await open_sale(market, sku_id, set_aside=7)
    buyers = [await market.buyer() for _ in range(5)]
    answers = await asyncio.gather(*(buyer.checkout([(sku_id, 1, FLASH_MINOR)]) for buyer in buyers for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == 7 * [201] + 13 * [409]
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    assert {refusal["code"] for refusal in refusals} == {"price_changed"}
    assert {refusal["params"]["price_minor"] for refusal in refusals} == {PRICE_MINOR}
    assert await market.stock(sale_id) == (7, 7, 0)
    assert await market.stock(sku_id) == (43, 0, 0)
    await buyers[0].order(sku_id)
    assert await market.stock(sku_id) == (43, 1, 0)


async def test_what_a_flash_sale_sold_is_told_without_what_is_only_held_and_opens_to_its_orders(market: Market) -> None:
    sku_id = await market.sku(stock=50)
    sale_id = await open_sale(market, sku_id, set_aside=7)
    buyers = [await market.buyer() for _ in range(4)]
    placed = [(await buyer.orders([(sku_id, 1, FLASH_MINOR)]))[0]["order_id"] for buyer in buyers]
    for buyer, order_id in list(zip(buyers, placed, strict=True))[:3]:
        await buyer.pay(order_id)
    once = {"Idempotency-Key": uuid4().hex}
    assert (await buyers[0].client.post(f"/api/orders/{placed[0]}/cancel", json={}, headers=once)).is_success
    await buyers[0].order(await market.sku())
    async with market.ctx.database.transaction() as connection:
        await index_orders_again(connection, [UUID(order_id) for order_id in placed])
    shop = f"/api/shops/{market.shop_id}"
    (sale,) = (await market.seller.get(f"{shop}/flash-sales")).json()["items"]
    assert (sale["sold"], sale["left"], sale["set_aside"]) == (2, 4, 7)
    asked: dict[str, str | bool] = {"flash_sale_id": str(sale_id), "purchase": True, "sort": "oldest"}
    found = (await market.seller.get(f"{shop}/orders", params=asked)).json()["items"]
    assert [order["order_id"] for order in found] == placed[1:3]
    assert (await market.seller.post(f"/api/flash-sales/{sale_id}/end")).is_success
    (ended,) = (await market.seller.get(f"{shop}/flash-sales")).json()["items"]
    assert (ended["sold"], ended["left"]) == (2, 0)


async def test_a_buyer_gets_no_more_than_the_sale_gives_one_however_many_hands_order(market: Market) -> None:
    sku_id = await market.sku(stock=100)
    sale_id = await open_sale(market, sku_id, set_aside=60, limit_per_buyer=1)
    buyer, other = await market.buyer(), await market.buyer()
    answers = await asyncio.gather(*(buyer.checkout([(sku_id, 1, FLASH_MINOR)]) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [201] + 49 * [409]
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"purchase_limit"}
    assert (await other.checkout([(sku_id, 1, FLASH_MINOR)])).status_code == 201
    assert await market.stock(sale_id) == (60, 2, 0)


async def test_a_sale_holds_from_its_first_moment_to_its_last_whatever_the_jobs_do(market: Market) -> None:
    sku_id = await market.sku()
    starts_at, ends_at = utc_now() + HOUR, utc_now() + 2 * HOUR
    times = {"starts_at_ms": to_epoch_ms(starts_at), "ends_at_ms": to_epoch_ms(ends_at)}
    sale_id = await open_sale(market, sku_id, **times)
    second = timedelta(seconds=1)
    async with market.ctx.database.connection() as connection:
        for now, is_on in (
            (starts_at - second, False),
            (starts_at + second, True),
            (ends_at - second, True),
            (ends_at + second, False),
        ):
            found = await promotion.find_flash_sales(connection, [sku_id], now)
            assert found[sku_id].flash_sale_id == sale_id if is_on else not found, now


async def test_workers_whose_clocks_strike_together_tell_start_and_end_once(
    market: Market, second_database: Database
) -> None:
    skus = await market.product([10] * 6)
    for sku_id in skus:
        await open_sale(market, sku_id)
    databases = [market.ctx.database, second_database] * 3
    now = utc_now()
    for run, event in (
        (announce_flash_sales, "FlashSaleAnnounced"),
        (start_flash_sales, "FlashSaleStarted"),
        (end_flash_sales, "FlashSaleEnded"),
    ):
        at = now + 2 * HOUR if run is end_flash_sales else now + timedelta(seconds=1)
        done = await asyncio.gather(*(run(database, at) for database in databases))
        assert sum(done) == 6
        assert await market.events(event) == 6 * [event]
    for sku_id in skus:
        assert await market.stock(sku_id) == (10, 0, 0)
    async with market.ctx.database.connection() as connection:
        given_back = await connection.fetchval(
            "SELECT sum(delta) FROM catalog.stock_journal WHERE kind = 'given_back' AND stock_id = sku_id"
        )
    assert given_back == 30


async def test_a_sale_that_nobody_worked_for_is_ended_without_having_been_started(market: Market) -> None:
    await open_sale(market, await market.sku())
    late = utc_now() + 2 * HOUR
    assert [await run(market.ctx.database, late) for run in (announce_flash_sales, start_flash_sales)] == [0, 0]
    assert await end_flash_sales(market.ctx.database, late) == 1
    assert await market.events("FlashSaleStarted", "FlashSaleEnded") == ["FlashSaleEnded"]


async def test_what_unpaid_orders_held_beyond_the_end_goes_back_to_the_ordinary_stock(market: Market) -> None:
    sku_id = await market.sku()
    sale_id = await open_sale(market, sku_id)
    buyer = await market.buyer()
    placed = [(await buyer.checkout([(sku_id, 1, FLASH_MINOR)])).json()["orders"][0] for _ in range(2)]
    await buyer.pay(placed[0]["order_id"])
    ended = await market.seller.post(f"/api/flash-sales/{sale_id}/end")
    assert (ended.status_code, ended.json()["left"]) == (200, 0)
    assert await market.stock(sku_id) == (8, 0, 0)
    assert await market.stock(sale_id) == (1, 1, 1)
    expired = utc_now() + timedelta(minutes=16)
    assert await cancel_overdue_payments(market.ctx.database, expired) == 1
    assert await market.stock(sale_id) == (1, 0, 1)
    assert await sweep_flash_sales(market.ctx.database, expired) == 1
    assert await sweep_flash_sales(market.ctx.database, expired) == 0
    assert await market.stock(sku_id) == (9, 0, 0)
    assert await market.stock(sale_id) == (0, 0, 1)


async def test_a_sale_ended_early_is_over_at_once_and_once(market: Market) -> None:
    sku_id = await market.sku()
    sale_id = await open_sale(market, sku_id)
    buyer = await market.buyer()
    answers = await asyncio.gather(*(market.seller.post(f"/api/flash-sales/{sale_id}/end") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert await market.events("FlashSaleEnded") == ["FlashSaleEnded"]
    assert await market.stock(sku_id) == (10, 0, 0)
    assert (await buyer.checkout([(sku_id, 1, FLASH_MINOR)])).json()["code"] == "price_changed"
    assert (await plan(market, sku_id)).status_code == 201
