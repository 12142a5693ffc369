"""What a piece costs, where and for whom: rooms, flash sales, limits, commissions."""

from typing import Any
from uuid import UUID

import pytest
from tests.conftest import SignUp, once
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market, open_market

from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.live import RoomId
from xiaodian.modules.promotion import api as promotion

FLASH_MINOR = 990


async def room_with(market: Market, sku_id: SkuId, live_minor: int | None = None) -> RoomId:
    """A room of the seller with the product in its bag, perhaps at a price of its own."""
    room_id = await market.room()
    await market.bag(room_id, await market.product_id(sku_id))
    if live_minor is not None:
        async with market.ctx.database.transaction() as connection:
            await promotion.set_live_price(connection, room_id, sku_id, live_minor)
    return room_id


async def problem(buyer: Buyer, *wanted: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    """Code and params of a refusal."""
    answer = await buyer.checkout(wanted, **more)
    assert answer.status_code == 409, answer.text
    return answer.json()["code"], answer.json()["params"]


async def test_in_a_room_its_price_counts_and_only_there(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    room_id = await room_with(market, sku_id, 1990)
    order = (await buyer.orders([(sku_id, 1, 1990, room_id)]))[0]
    assert (order["total_minor"], order["room_id"]) == (1990, str(room_id))
    assert order["lines"][0]["room_id"] == str(room_id)
    code, params = await problem(buyer, (sku_id, 1, 1990))
    assert (code, params["price_minor"]) == ("price_changed", PRICE_MINOR)


async def test_a_room_never_asks_for_more_than_the_ordinary_price(market: Market) -> None:
    """The seller lowered the ordinary price below that of the room; the bag shows the lower one."""
    sku_id, buyer = await market.sku(), await market.buyer()
    room_id = await room_with(market, sku_id, PRICE_MINOR + 500)
    assert (await buyer.orders([(sku_id, 1, PRICE_MINOR, room_id)]))[0]["total_minor"] == PRICE_MINOR


@pytest.mark.parametrize("is_there", [True, False])
async def test_what_is_not_in_the_bag_is_bought_as_if_outside_of_any_room(market: Market, is_there: bool) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    room_id = await market.room() if is_there else RoomId(buyer.account_id)
    order = (await buyer.orders([(sku_id, 1, PRICE_MINOR, room_id)]))[0]
    assert (order["room_id"], order["lines"][0]["room_id"]) == (None, None)


async def test_lines_of_one_order_come_from_different_rooms(market: Market) -> None:
    first, second, third = await market.sku(), await market.sku(), await market.sku()
    one, two = await room_with(market, first, 1000), await room_with(market, second, 2000)
    buyer = await market.buyer()
    order = (await buyer.orders([(third, 1), (first, 1, 1000, one), (second, 1, 2000, two)]))[0]
    assert [line["room_id"] for line in order["lines"]] == [None, str(one), str(two)]
    assert order["room_id"] == str(one)


async def test_a_flash_sale_sells_what_it_has_set_aside_and_then_the_ordinary_price_counts(market: Market) -> None:
    sku_id, buyer = await market.sku(stock=10), await market.buyer()
    sale_id = await market.flash_sale(sku_id, FLASH_MINOR, 3)
    order = await buyer.orders([(sku_id, 2, FLASH_MINOR)])
    assert order[0]["total_minor"] == 2 * FLASH_MINOR
    assert await market.stock(UUID(sale_id)) == (3, 2, 0)
    assert await market.stock(sku_id) == (7, 0, 0)
    # One is left in the pool: two do not get the price, one does.
    code, params = await problem(buyer, (sku_id, 2, FLASH_MINOR))
    assert (code, params["price_minor"]) == ("price_changed", PRICE_MINOR)
    await buyer.orders([(sku_id, 1, FLASH_MINOR)])
    await buyer.orders([(sku_id, 7, PRICE_MINOR)])
    code, params = await problem(buyer, (sku_id, 1, PRICE_MINOR))
    assert (code, params["available"]) == ("sold_out", 0)


async def test_a_flash_price_that_is_not_the_one_shown_is_not_taken_unasked(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    await market.flash_sale(sku_id, FLASH_MINOR, 3)
    code, params = await problem(buyer, (sku_id, 1, PRICE_MINOR))
    assert (code, params["price_minor"]) == ("price_changed", FLASH_MINOR)


async def test_the_lower_of_room_price_and_flash_price_counts(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    room_id = await room_with(market, sku_id, FLASH_MINOR - 100)
    sale_id = await market.flash_sale(sku_id, FLASH_MINOR, 3)
    await buyer.orders([(sku_id, 1, FLASH_MINOR - 100, room_id)])
    assert await market.stock(UUID(sale_id)) == (3, 0, 0)


async def test_a_sale_that_was_ended_gives_its_price_to_nobody(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    sale_id = await market.flash_sale(sku_id, FLASH_MINOR, 3)
    assert (await market.seller.post(f"/api/flash-sales/{sale_id}/end")).is_success
    assert (await problem(buyer, (sku_id, 1, FLASH_MINOR)))[0] == "price_changed"
    await buyer.order(sku_id)


async def test_a_buyer_who_had_the_share_of_a_flash_sale_may_only_buy_at_the_ordinary_price(market: Market) -> None:
    sku_id, buyer, other = await market.sku(), await market.buyer(), await market.buyer()
    sale_id = await market.flash_sale(sku_id, FLASH_MINOR, 5, limit=2)
    code, params = await problem(buyer, (sku_id, 3, FLASH_MINOR))
    assert (code, params["limit"], params["left"]) == ("purchase_limit", 2, 2)
    await buyer.orders([(sku_id, 2, FLASH_MINOR)])
    code, params = await problem(buyer, (sku_id, 1, FLASH_MINOR))
    assert (code, params["limit"], params["left"]) == ("purchase_limit", 2, 0)
    assert (await buyer.order(sku_id))["total_minor"] == PRICE_MINOR
    await other.orders([(sku_id, 1, FLASH_MINOR)])
    assert await market.stock(UUID(sale_id)) == (5, 3, 0)


async def test_a_limit_of_a_product_counts_all_of_its_options_together_and_all_orders(market: Market) -> None:
    first, second = await market.product([10, 10])
    await market.limit(first, 3)
    buyer, other = await market.buyer(), await market.buyer()
    code, params = await problem(buyer, (first, 2), (second, 2))
    assert (code, params["sku_id"], params["limit"], params["left"]) == ("purchase_limit", str(second), 3, 1)
    await buyer.orders([(first, 1), (second, 1)])
    code, params = await problem(buyer, (first, 2))
    assert (code, params["left"]) == ("purchase_limit", 1)
    assert await market.stock(first) == (10, 1, 0)
    await buyer.order(first)
    await other.order(second, 3)


async def test_who_cancels_may_buy_again_under_a_limit(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    await market.limit(sku_id, 1)
    order = await buyer.order(sku_id)
    assert (await problem(buyer, (sku_id, 1)))[0] == "purchase_limit"
    answer = await buyer.client.post(f"/api/orders/{order['order_id']}/cancel", json={}, headers=once())
    assert answer.status_code == 200, answer.text
    await buyer.order(sku_id)


async def test_a_flash_sale_of_a_limited_product_counts_against_both(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    await market.limit(sku_id, 3)
    await market.flash_sale(sku_id, FLASH_MINOR, 5, limit=2)
    await buyer.orders([(sku_id, 2, FLASH_MINOR)])
    await buyer.order(sku_id)
    code, params = await problem(buyer, (sku_id, 1))
    assert (code, params["limit"]) == ("purchase_limit", 3)


async def line_of(market: Market, order: dict[str, Any]) -> tuple[str | None, int, int, str]:
    """Creator, commission, fee and category as they are kept with the order's one line."""
    async with market.ctx.database.connection() as connection:
        row = await connection.fetchrow(
            "SELECT creator_id, commission_bp, fee_bp, category FROM orders.line WHERE order_id = $1",
            UUID(order["order_id"]),
        )
    assert row is not None
    return row["creator_id"] and str(row["creator_id"]), row["commission_bp"], row["fee_bp"], row["category"]


async def test_a_creator_gets_the_commission_that_was_open_when_the_goods_were_bought(
    market: Market, sign_up: SignUp
) -> None:
    host = await open_market(market.ctx, sign_up)
    sku_id, buyer = await market.sku(), await market.buyer()
    await market.commission(sku_id, 1500)
    room_id = await room_with_foreign(host, market, sku_id)
    sold = (await buyer.orders([(sku_id, 1, PRICE_MINOR, room_id)]))[0]
    assert await line_of(market, sold) == (str(host.seller_id), 1500, 300, "other")
    await market.commission(sku_id, 500)
    assert (await line_of(market, sold))[1] == 1500
    later = (await buyer.orders([(sku_id, 1, PRICE_MINOR, room_id)]))[0]
    assert (await line_of(market, later))[1] == 500
    assert (await line_of(market, await buyer.order(sku_id)))[:2] == (None, 0)


async def room_with_foreign(host: Market, seller: Market, sku_id: SkuId) -> RoomId:
    """A room of one seller with a product of another's in its bag."""
    room_id = await host.room()
    await host.bag(room_id, await seller.product_id(sku_id))
    return room_id


async def test_nobody_earns_a_commission_on_goods_of_the_own_shop(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    await market.commission(sku_id, 1500)
    room_id = await room_with(market, sku_id)
    sold = (await buyer.orders([(sku_id, 1, PRICE_MINOR, room_id)]))[0]
    assert (await line_of(market, sold))[:2] == (None, 0)
