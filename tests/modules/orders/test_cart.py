"""The cart: over shops and rooms, at the prices of now."""

from typing import Any
from uuid import uuid4

import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market, open_market

from xiaodian.contracts.catalog import SkuId
from xiaodian.modules.orders.service import cart as carts
from xiaodian.modules.promotion import api as promotion


async def put(buyer: Buyer, sku_id: SkuId, quantity: int = 1, **more: Any) -> None:
    """Put a SKU into the cart."""
    answer = await buyer.client.put(f"/api/me/cart/items/{sku_id}", json={"quantity": quantity, **more})
    assert answer.status_code == 204, answer.text


async def get(buyer: Buyer) -> dict[str, Any]:
    """The cart."""
    answer = await buyer.client.get("/api/me/cart")
    assert answer.status_code == 200, answer.text
    cart: dict[str, Any] = answer.json()
    return cart


async def items(buyer: Buyer) -> list[dict[str, Any]]:
    """All items, of whatever shop."""
    return [item for shop in (await get(buyer))["shops"] for item in shop["items"]]


async def test_the_cart_shows_what_was_put_in_by_shop(market: Market, sign_up: SignUp) -> None:
    other = await open_market(market.ctx, sign_up)
    mine, theirs, buyer = await market.sku(stock=5), await other.sku(), await market.buyer()
    assert await get(buyer) == {"shops": [], "count": 0}
    await put(buyer, theirs)
    await put(buyer, mine, 2)
    cart = await get(buyer)
    assert cart["count"] == 2
    assert [shop["shop_id"] for shop in cart["shops"]] == [str(market.shop_id), str(other.shop_id)]
    assert cart["shops"][0]["items"] == [
        {
            "sku_id": str(mine),
            "product_id": await market.product_id(mine),
            "room_id": None,
            "video_id": None,
            "video_at_ms": None,
            "title": "丹东草莓",
            "sku_name": "1斤装",
            "picture_url": "/media/pictures/a.webp",
            "quantity": 2,
            "price_minor": PRICE_MINOR,
            "added_price_minor": PRICE_MINOR,
            "available": 5,
            "on_sale": True,
            "limit_per_buyer": None,
            "is_external": False,
        }
    ]


async def test_a_price_that_has_changed_since_shows_beside_the_one_of_then(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    await put(buyer, sku_id)
    product_id = await market.product_id(sku_id)
    edit = {"state": "off", "skus": [{"sku_id": str(sku_id), "name": "1斤装", "price_minor": 1990}]}
    assert (await market.seller.patch(f"/api/products/{product_id}", json=edit)).status_code == 200
    await put(buyer, sku_id, 3)
    item = (await items(buyer))[0]
    assert (item["price_minor"], item["added_price_minor"], item["quantity"]) == (1990, PRICE_MINOR, 3)
    assert item["on_sale"] is False


async def test_the_room_where_it_was_put_in_is_remembered_with_its_price(market: Market) -> None:
    sku_id, buyer, room_id = await market.sku(), await market.buyer(), await market.room()
    await market.bag(room_id, await market.product_id(sku_id))
    async with market.ctx.database.transaction() as connection:
        await promotion.set_live_price(connection, room_id, sku_id, 1500)
    await put(buyer, sku_id, room_id=str(room_id))
    await put(buyer, sku_id, 2)
    item = (await items(buyer))[0]
    assert (item["room_id"], item["price_minor"], item["added_price_minor"]) == (str(room_id), 1500, 1500)
    order = (await buyer.orders([(sku_id, 2, 1500, room_id)], from_cart=True))[0]
    assert order["total_minor"] == 3000
    assert await items(buyer) == []


async def test_a_flash_price_and_its_limit_show_in_the_cart(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    await market.limit(sku_id, 5)
    await market.flash_sale(sku_id, 990, 3, limit=2)
    await put(buyer, sku_id)
    item = (await items(buyer))[0]
    assert (item["price_minor"], item["available"], item["limit_per_buyer"]) == (990, 3, 2)


async def test_what_is_taken_out_is_gone_and_taking_it_out_twice_is_no_fault(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    await put(buyer, sku_id)
    for _ in range(2):
        assert (await buyer.client.delete(f"/api/me/cart/items/{sku_id}")).status_code == 204
    assert await items(buyer) == []


async def test_only_what_was_ordered_from_the_cart_leaves_it_and_only_if_it_was_ordered(market: Market) -> None:
    bought, kept, scarce = await market.sku(), await market.sku(), await market.sku(stock=1)
    buyer, other = await market.buyer(), await market.buyer()
    for sku_id in (bought, kept, scarce):
        await put(buyer, sku_id, 2)
        await put(other, sku_id, 2)
    refused = await buyer.checkout([(bought, 2), (scarce, 2)], from_cart=True)
    assert refused.status_code == 409
    assert len(await items(buyer)) == 3
    await buyer.orders([(kept, 2)])
    assert len(await items(buyer)) == 3
    await buyer.orders([(bought, 2)], from_cart=True)
    assert {item["sku_id"] for item in await items(buyer)} == {str(kept), str(scarce)}
    assert len(await items(other)) == 3


async def test_what_does_not_exist_cannot_be_put_in(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    path = "/api/me/cart/items"
    assert (await buyer.client.put(f"{path}/{uuid4()}", json={"quantity": 1})).status_code == 404
    sale_id = await market.flash_sale(sku_id, 990, 3)
    assert (await buyer.client.put(f"{path}/{sale_id}", json={"quantity": 1})).status_code == 404
    nowhere = await buyer.client.put(f"{path}/{sku_id}", json={"quantity": 1, "room_id": str(uuid4())})
    assert (nowhere.status_code, nowhere.json()["field"]) == (422, "room_id")
    for quantity in (0, 1000, -1):
        answer = await buyer.client.put(f"{path}/{sku_id}", json={"quantity": quantity})
        assert (answer.status_code, answer.json()["field"]) == (400, "quantity")
    assert await items(buyer) == []


async def test_a_full_cart_takes_nothing_more_but_lets_quantities_change(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carts, "MAX_CART_ITEMS", 2)
    sku_ids, buyer = await market.product([5, 5, 5]), await market.buyer()
    for sku_id in sku_ids[:2]:
        await put(buyer, sku_id)
    answer = await buyer.client.put(f"/api/me/cart/items/{sku_ids[2]}", json={"quantity": 1})
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, "cart_full")
    await put(buyer, sku_ids[0], 3)
    assert [item["quantity"] for item in await items(buyer)] == [1, 3]
