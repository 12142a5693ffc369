"""Quotes: the same sums as the checkout, and all problems at once."""

from typing import Any

from tests.conftest import SignUp
from tests.modules.orders.market import PRICE_MINOR, Market, open_market


async def test_a_quote_tells_the_sums_without_reserving_and_the_checkout_comes_to_the_same(
    market: Market, sign_up: SignUp
) -> None:
    other = await open_market(market.ctx, sign_up)
    await market.coupon()
    await market.platform_coupon()
    await market.freight(600)
    mine, theirs, buyer = await market.sku(), await other.sku(), await market.buyer()
    wanted: list[Any] = [(mine, 2), (theirs, 1)]
    more: dict[str, Any] = {"shops": market.said("save5"), "platform_coupon_code": "PLAT10"}
    quote = await buyer.quote(wanted, **more)
    first, second = quote["shops"]
    assert first["lines"] == [
        {
            "sku_id": str(mine),
            "price_minor": PRICE_MINOR,
            "amount_minor": 2 * PRICE_MINOR,
            "available": 10,
            "problem": None,
            "limit": None,
            "left": None,
        }
    ]
    assert (first["subtotal_minor"], first["off_minor"], first["freight_minor"]) == (2 * PRICE_MINOR, 500, 600)
    assert (first["coupon_refused"], quote["platform_coupon_refused"]) == (None, None)
    assert (first["is_open"], second["shop_id"]) == (True, str(other.shop_id))
    assert quote["total_minor"] == 3 * PRICE_MINOR - 500 - 1000 + 600
    assert await market.stock(mine) == (10, 0, 0)
    assert await market.count("promotion.redemption") == 0
    placed = (await buyer.checkout(wanted, **more)).json()
    sums = ("subtotal_minor", "off_minor", "platform_off_minor", "freight_minor", "total_minor")
    for quoted, order in zip(quote["shops"], placed["orders"], strict=True):
        assert {name: quoted[name] for name in sums} == {name: order[name] for name in sums}
    assert placed["total_minor"] == quote["total_minor"]


async def test_a_quote_names_all_problems_at_once(market: Market, sign_up: SignUp) -> None:
    other = await open_market(market.ctx, sign_up)
    off, gone, dearer, limited = (
        await market.sku(state="off"),
        await market.sku(stock=1),
        await market.sku(),
        await market.sku(),
    )
    await market.limit(limited, 1)
    far = await other.sku()
    await other.freight(500, no=["辽宁"])
    await other.seller.patch(f"/api/shops/{other.shop_id}", json={"is_open": False})
    buyer = await market.buyer()
    quote = await buyer.quote(
        [(off, 1), (gone, 2), (dearer, 1, 1), (limited, 2), (far, 1)],
        shops=market.said("NONE"),
        platform_coupon_code="NONE",
    )
    mine, others = quote["shops"]
    assert [line["problem"] for line in mine["lines"]] == ["not_on_sale", "sold_out", "price_changed", "purchase_limit"]
    assert [line["price_minor"] for line in mine["lines"]] == [PRICE_MINOR] * 4
    assert (mine["lines"][1]["available"], mine["coupon_refused"]) == (1, "unknown")
    assert [(line["limit"], line["left"]) for line in mine["lines"]] == [(None, None)] * 3 + [(1, 1)]
    assert ([line["problem"] for line in others["lines"]], others["is_open"]) == (["no_delivery"], False)
    assert quote["platform_coupon_refused"] == "unknown"


async def test_without_an_address_the_usual_freight_is_quoted(market: Market) -> None:
    await market.freight(600, no=["辽宁"])
    sku_id, buyer = await market.sku(), await market.buyer()
    quote = await buyer.quote([(sku_id, 1)], address_id=None)
    assert (quote["shops"][0]["freight_minor"], quote["shops"][0]["lines"][0]["problem"]) == (600, None)
    assert (await buyer.quote([(sku_id, 1)]))["shops"][0]["lines"][0]["problem"] == "no_delivery"


async def test_nobody_learns_freight_to_an_address_of_somebody_else(market: Market) -> None:
    sku_id, buyer, other = await market.sku(), await market.buyer(), await market.buyer()
    body = {
        "lines": [{"sku_id": str(sku_id), "quantity": 1, "price_minor": 1}],
        "address_id": str(other.address_id),
    }
    answer = await buyer.client.post("/api/checkout/quote", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "address_id")


async def test_a_flash_price_is_quoted_as_long_as_its_pieces_suffice(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    await market.flash_sale(sku_id, 990, 3)
    one = (await buyer.quote([(sku_id, 3, 990)]))["shops"][0]["lines"][0]
    assert (one["price_minor"], one["available"], one["problem"]) == (990, 3, None)
    more = (await buyer.quote([(sku_id, 4, 990)]))["shops"][0]["lines"][0]
    assert (more["price_minor"], more["available"], more["problem"]) == (PRICE_MINOR, 7, "price_changed")


async def test_a_quote_says_how_many_a_buyer_may_still_have_before_too_many_are_asked_for(market: Market) -> None:
    first, second = await market.product([10, 10])
    await market.limit(first, 4)
    buyer = await market.buyer()
    await buyer.order(first)
    lines = (await buyer.quote([(first, 2), (second, 2)]))["shops"][0]["lines"]
    told = [(line["problem"], line["limit"], line["left"]) for line in lines]
    assert told == [(None, 4, 3), ("purchase_limit", 4, 1)]


async def test_of_two_limits_a_quote_tells_the_one_that_leaves_fewer(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    await market.limit(sku_id, 3)
    await market.flash_sale(sku_id, 990, 5, limit=2)
    told = (await buyer.quote([(sku_id, 1, 990)]))["shops"][0]["lines"][0]
    assert (told["limit"], told["left"]) == (2, 2)
    await buyer.orders([(sku_id, 2, 990)])
    told = (await buyer.quote([(sku_id, 1, 990)]))["shops"][0]["lines"][0]
    assert (told["problem"], told["limit"], told["left"]) == ("purchase_limit", 2, 0)
    told = (await buyer.quote([(sku_id, 2)]))["shops"][0]["lines"][0]
    assert (told["problem"], told["limit"], told["left"]) == ("purchase_limit", 3, 1)
