"""Several shops at once: one order a shop, coupons of shop and platform, freight."""

from typing import Any

import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import PRICE_MINOR, Market, open_market

from xiaodian.contracts.promotion import PLATFORM


@pytest.fixture
async def other(market: Market, sign_up: SignUp) -> Market:
    """Another seller."""
    return await open_market(market.ctx, sign_up)


async def redeemed(market: Market, shop_id: object) -> list[tuple[str, int]]:
    """What was redeemed of a shop's (or the platform's) coupons: for which order (or checkout), how much."""
    async with market.ctx.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT order_id, off_minor FROM promotion.redemption WHERE shop_id = $1 AND released_at IS NULL", shop_id
        )
    return [(str(row["order_id"]), row["off_minor"]) for row in rows]


async def test_each_shop_gets_an_order_of_its_own_and_one_payment_pays_all(market: Market, other: Market) -> None:
    mine, theirs, also_mine, buyer = await market.sku(), await other.sku(), await market.sku(), await market.buyer()
    answer = await buyer.checkout(
        [(mine, 1), (theirs, 2), (also_mine, 1)], shops=market.said(note="轻放") + other.said(note="快点")
    )
    placed = answer.json()
    first, second = placed["orders"]
    assert (placed["total_minor"], placed["currency"]) == (4 * PRICE_MINOR, "CNY")
    assert [first["checkout_id"], second["checkout_id"]] == [placed["checkout_id"]] * 2
    assert [line["sku_id"] for line in first["lines"]] == [str(mine), str(also_mine)]
    assert [first["shop_id"], second["shop_id"]] == [str(market.shop_id), str(other.shop_id)]
    assert [first["note"], second["note"]] == ["轻放", "快点"]
    assert first["number"] != second["number"]
    charge = await buyer.pay(first["order_id"], second["order_id"])
    assert charge["amount_minor"] == placed["total_minor"]
    assert [(await buyer.see(order["order_id"]))["state"] for order in placed["orders"]] == ["paid", "paid"]


async def test_a_retry_of_a_checkout_of_several_shops_gets_all_of_its_orders_again(
    market: Market, other: Market
) -> None:
    mine, theirs, buyer = await market.sku(), await other.sku(), await market.buyer()
    first = await buyer.checkout([(theirs, 1), (mine, 1)], key="once")
    await buyer.pay(first.json()["orders"][0]["order_id"])
    again = await buyer.checkout([(theirs, 1), (mine, 1)], key="once")
    assert (again.status_code, again.content) == (201, first.content)
    assert await market.count("orders.order") == 2


async def test_what_one_shop_cannot_sell_keeps_all_others_from_selling(market: Market, other: Market) -> None:
    await market.coupon()
    await market.platform_coupon()
    mine, theirs, buyer = await market.sku(), await other.sku(stock=1), await market.buyer()
    await market.limit(mine, 5)
    answer = await buyer.checkout([(mine, 1), (theirs, 2)], shops=market.said("SAVE5"), platform_coupon_code="PLAT10")
    assert (answer.status_code, answer.json()["code"]) == (409, "sold_out")
    assert answer.json()["params"]["sku_id"] == str(theirs)
    assert await market.stock(mine) == (10, 0, 0)
    assert await market.count("orders.order") == 0
    assert await market.count("promotion.redemption") == 0
    assert await market.count("promotion.purchase_count WHERE quantity > 0") == 0


async def test_a_closed_shop_among_others_is_named(market: Market, other: Market) -> None:
    mine, theirs, buyer = await market.sku(), await other.sku(), await market.buyer()
    await other.seller.patch(f"/api/shops/{other.shop_id}", json={"is_open": False})
    answer = await buyer.checkout([(mine, 1), (theirs, 1)])
    assert (answer.json()["code"], answer.json()["params"]["shop_id"]) == ("shop_closed", str(other.shop_id))


async def test_what_is_said_to_a_shop_of_which_nothing_is_bought_or_twice_is_refused(
    market: Market, other: Market
) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    stranger = await buyer.checkout([(sku_id, 1)], shops=other.said("SAVE5"))
    assert (stranger.status_code, stranger.json()["params"]["reason"]) == (422, "unknown_shop")
    twice = await buyer.checkout([(sku_id, 1)], shops=market.said(note="a") + market.said(note="b"))
    assert (twice.status_code, twice.json()["params"]["reason"]) == (422, "shop_twice")


async def test_each_shops_coupon_counts_for_its_own_goods_and_is_spread_over_its_lines(
    market: Market, other: Market
) -> None:
    await market.coupon(off_minor=500)
    await other.coupon(off_minor=700, min_spend_minor=PRICE_MINOR)
    first, second = await market.product([5, 5], price_minor=1000)
    theirs, buyer = await other.sku(), await market.buyer()
    mine, others = await buyer.orders(
        [(first, 1, 1000), (second, 2, 1000), (theirs, 1)], shops=market.said("save5") + other.said("SAVE5")
    )
    assert (mine["off_minor"], mine["total_minor"]) == (500, 2500)
    assert [line["off_minor"] for line in mine["lines"]] == [167, 333]
    assert [line["paid_minor"] for line in mine["lines"]] == [833, 1667]
    assert (others["off_minor"], others["total_minor"]) == (700, PRICE_MINOR - 700)
    assert await redeemed(market, market.shop_id) == [(mine["order_id"], 500)]


async def test_a_coupon_refused_by_one_shop_is_named(market: Market, other: Market) -> None:
    mine, theirs, buyer = await market.sku(), await other.sku(), await market.buyer()
    answer = await buyer.checkout([(mine, 1), (theirs, 1)], shops=other.said("NONE"))
    assert (answer.json()["code"], answer.json()["params"]["reason"]) == ("coupon_refused", "unknown")
    assert answer.json()["params"]["shop_id"] == str(other.shop_id)


async def test_the_platforms_coupon_is_spread_over_all_orders_after_the_shops_own(
    market: Market, other: Market
) -> None:
    await market.coupon(off_minor=990)
    await market.platform_coupon(off_minor=1000, min_spend_minor=7000)
    mine, theirs, buyer = await market.sku(), await other.sku(), await market.buyer()
    wanted: list[Any] = [(mine, 1), (theirs, 2)]
    placed = (await buyer.checkout(wanted, shops=market.said("SAVE5"), platform_coupon_code="plat10")).json()
    first, second = placed["orders"]
    assert (first["off_minor"], second["off_minor"]) == (990, 0)
    assert [first["platform_off_minor"], second["platform_off_minor"]] == [251, 749]
    assert placed["total_minor"] == 3 * PRICE_MINOR - 990 - 1000
    assert second["lines"][0]["platform_off_minor"] == 749
    assert await redeemed(market, PLATFORM) == [(placed["checkout_id"], 1000)]


async def test_the_platforms_coupon_asks_for_its_spend_after_the_shops_coupons(market: Market) -> None:
    await market.coupon(off_minor=100)
    await market.platform_coupon(min_spend_minor=PRICE_MINOR)
    sku_id, buyer = await market.sku(), await market.buyer()
    answer = await buyer.checkout([(sku_id, 1)], shops=market.said("SAVE5"), platform_coupon_code="PLAT10")
    assert (answer.json()["code"], answer.json()["field"]) == ("coupon_refused", "platform_coupon_code")
    assert answer.json()["params"]["reason"] == "min_spend"
    assert (await buyer.order(sku_id, platform_coupon_code="PLAT10"))["platform_off_minor"] == 1000


async def test_however_large_a_coupon_is_a_cent_is_left_to_pay_in_each_order(market: Market, other: Market) -> None:
    await market.platform_coupon(off_minor=1_000_000)
    mine, theirs, buyer = await market.sku(), await other.sku(price_minor=1), await market.buyer()
    orders = await buyer.orders([(mine, 1), (theirs, 1, 1)], platform_coupon_code="PLAT10")
    assert [order["total_minor"] for order in orders] == [1, 1]
    assert [amount for _, amount in await redeemed(market, PLATFORM)] == [PRICE_MINOR - 1]


async def test_a_coupon_that_can_take_nothing_off_is_refused_instead_of_used_up(market: Market, other: Market) -> None:
    await market.platform_coupon()
    mine, theirs = await market.sku(price_minor=1), await other.sku(price_minor=1)
    buyer = await market.buyer()
    answer = await buyer.checkout([(mine, 1, 1), (theirs, 1, 1)], platform_coupon_code="PLAT10")
    assert (answer.json()["code"], answer.json()["params"]["reason"]) == ("coupon_refused", "min_spend")


async def test_freight_is_by_weight_of_each_shops_goods_and_free_from_a_spend_on(market: Market, other: Market) -> None:
    await market.freight(600, free_above_minor=3 * PRICE_MINOR)
    await market.coupon(off_minor=1)
    mine, theirs, buyer = await market.sku(weight_g=900), await other.sku(), await market.buyer()
    one, two = await buyer.orders([(mine, 1), (theirs, 1)])
    assert (one["freight_minor"], one["total_minor"]) == (600, PRICE_MINOR + 600)
    assert (two["freight_minor"], two["total_minor"]) == (0, PRICE_MINOR)
    assert (await buyer.order(mine, 2))["freight_minor"] == 800
    assert (await buyer.order(mine, 3))["freight_minor"] == 0
    # The shop's coupon brings the goods below what travels free.
    assert (await buyer.order(mine, 3, shops=market.said("SAVE5")))["freight_minor"] == 1000


async def test_what_is_not_delivered_to_the_buyers_region_is_named_and_not_sold(market: Market) -> None:
    await market.freight(600, no=["新疆", "辽宁省丹东"])
    sku_id, buyer = await market.sku(), await market.buyer()
    answer = await buyer.checkout([(sku_id, 1)])
    assert (answer.status_code, answer.json()["code"]) == (409, "no_delivery")
    assert answer.json()["params"]["sku_id"] == str(sku_id)
    assert answer.json()["params"]["region"] == "辽宁省 丹东市 振兴区"
    assert await market.stock(sku_id) == (10, 0, 0)
