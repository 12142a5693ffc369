"""Shipping, receiving, cancelling, and what happens by time alone."""

from datetime import timedelta
from typing import Any

import pytest
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market

from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.modules.orders.service.run_clock import (
    cancel_overdue_payments,
    complete_overdue_receipts,
    forget_old_answers,
)

SHIPMENT = {"carrier": "顺丰速运", "tracking_number": "SF1234567890"}


@pytest.fixture
async def buyer(market: Market) -> Buyer:
    """Somebody who buys."""
    return await market.buyer()


async def post(client: Any, order: dict[str, Any], deed: str, body: dict[str, Any] | None = None) -> Any:
    """Do something with an order."""
    return await client.post(f"/api/orders/{order['order_id']}/{deed}", json=body)


async def test_a_confirmed_receipt_pays_the_shop(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    await buyer.pay(order["order_id"])
    shipped = await post(market.seller, order, "shipment", SHIPMENT)
    assert (shipped.status_code, shipped.json()["state"]) == (200, "shipped")
    assert shipped.json()["shipment"]["tracking_number"] == "SF1234567890"
    assert (await buyer.see(order["order_id"]))["allowed"] == ["confirm_receipt"]
    received = await post(buyer.client, order, "receipt")
    assert (received.json()["state"], received.json()["allowed"]) == ("completed", [])
    assert await market.balances() == {"provider": -PRICE_MINOR, "shop": PRICE_MINOR}
    assert [step["by"] for step in received.json()["history"]] == ["buyer", "provider", "seller", "buyer"]
    kinds = ("OrderPlaced", "OrderPaid", "OrderShipped", "OrderCompleted")
    assert await market.events(*kinds) == list(kinds)


async def test_a_buyer_who_cancels_before_paying_frees_goods_and_coupon(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    await market.coupon(per_account=1)
    order = await buyer.order(sku_id, coupon_code="SAVE5")
    assert (order["off_minor"], order["total_minor"]) == (500, PRICE_MINOR - 500)
    used = await buyer.checkout([(sku_id, 1)], coupon_code="SAVE5")
    assert (used.status_code, used.json()["params"]) == (409, {"reason": "already_used"})
    cancelled = await post(buyer.client, order, "cancel", {"reason": "不想要了"})
    assert cancelled.json()["history"][-1] == {
        "state": "cancelled",
        "at_ms": cancelled.json()["history"][-1]["at_ms"],
        "by": "buyer",
        "reason": "不想要了",
    }
    assert await market.stock(sku_id) == (10, 0, 0)
    await buyer.order(sku_id, coupon_code="SAVE5")


@pytest.mark.parametrize("who", ["buyer", "seller"])
async def test_cancelling_a_paid_order_refunds_it_and_puts_the_goods_back(
    market: Market, buyer: Buyer, who: str
) -> None:
    sku_id = await market.sku()
    order = await buyer.order(sku_id, 3)
    charge = await buyer.pay(order["order_id"])
    client = buyer.client if who == "buyer" else market.seller
    cancelled = await post(client, order, "cancel", {"reason": None})
    assert cancelled.json()["state"] == "cancelled"
    assert await market.balances() == {}
    assert await market.stock(sku_id) == (10, 0, 0)
    page = await buyer.client.get(f"/api/sandbox/charges/{charge['charge_id']}")
    assert page.json()["state"] == "refunded"
    assert await market.events("OrderCancelled", "PaymentRefunded") == ["OrderCancelled", "PaymentRefunded"]


async def test_what_the_state_does_not_allow_is_refused_with_what_it_does(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    early = await post(market.seller, order, "shipment", SHIPMENT)
    assert (early.status_code, early.json()["code"]) == (409, "illegal_move")
    assert early.json()["params"] == {"state": "pending_payment", "allowed": ["cancel"]}
    assert (await post(buyer.client, order, "receipt")).json()["params"]["allowed"] == ["pay", "cancel"]
    await buyer.pay(order["order_id"])
    again = await buyer.client.post(
        f"/api/orders/{order['order_id']}/payment", json={"provider": "sandbox"}, headers={"Idempotency-Key": "again"}
    )
    assert again.json()["params"] == {"state": "paid", "allowed": ["cancel"]}
    await post(market.seller, order, "shipment", SHIPMENT)
    for client in (buyer.client, market.seller):
        assert (await post(client, order, "cancel", {})).status_code == 409
    assert (await post(market.seller, order, "shipment", SHIPMENT)).status_code == 409


@pytest.mark.parametrize(
    ("carrier", "number"), [(" ", "SF1234567890"), ("顺丰", "12345"), ("顺丰", "SF 123 456"), ("顺丰", "x" * 33)]
)
async def test_a_shipment_without_a_proper_number_is_refused(
    market: Market, buyer: Buyer, carrier: str, number: str
) -> None:
    order = await buyer.order(await market.sku())
    await buyer.pay(order["order_id"])
    answer = await post(market.seller, order, "shipment", {"carrier": carrier, "tracking_number": number})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert (await buyer.see(order["order_id"]))["state"] == "paid"


async def test_an_order_nobody_paid_in_time_frees_goods_and_coupon(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    await market.coupon(quota=1)
    order = await buyer.order(sku_id, coupon_code="SAVE5")
    expires_at = from_epoch_ms(order["expires_at_ms"])
    assert await cancel_overdue_payments(market.ctx.database, expires_at - timedelta(seconds=1)) == 0
    late = expires_at + timedelta(seconds=1)
    assert await cancel_overdue_payments(market.ctx.database, late) == 1
    assert await cancel_overdue_payments(market.ctx.database, late) == 0
    seen = await buyer.see(order["order_id"])
    assert (seen["state"], seen["history"][-1]["by"], seen["allowed"]) == ("cancelled", "clock", [])
    assert await market.stock(sku_id) == (10, 0, 0)
    await buyer.order(sku_id, coupon_code="SAVE5")


async def test_a_paid_order_is_never_timed_out(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    await buyer.pay(order["order_id"])
    assert await cancel_overdue_payments(market.ctx.database, utc_now() + timedelta(days=1)) == 0
    assert (await buyer.see(order["order_id"]))["state"] == "paid"


async def test_a_shop_gets_its_money_though_the_buyer_never_says_that_the_goods_came(
    market: Market, buyer: Buyer
) -> None:
    order = await buyer.order(await market.sku())
    await buyer.pay(order["order_id"])
    await post(market.seller, order, "shipment", SHIPMENT)
    assert await complete_overdue_receipts(market.ctx.database, utc_now() + timedelta(days=6)) == 0
    assert await complete_overdue_receipts(market.ctx.database, utc_now() + timedelta(days=8)) == 1
    assert await complete_overdue_receipts(market.ctx.database, utc_now() + timedelta(days=8)) == 0
    assert (await buyer.see(order["order_id"]))["state"] == "completed"
    assert (await market.balances())["shop"] == PRICE_MINOR


async def test_answers_for_retries_are_kept_a_day_and_no_longer(market: Market, buyer: Buyer) -> None:
    await buyer.order(await market.sku())
    assert await forget_old_answers(market.ctx.database, utc_now() + timedelta(hours=23)) == 0
    assert await forget_old_answers(market.ctx.database, utc_now() + timedelta(hours=25)) == 1


async def test_orders_are_seen_by_their_buyer_and_their_shop_and_nobody_else(market: Market, buyer: Buyer) -> None:
    stranger = await market.buyer()
    order = await buyer.order(await market.sku())
    assert (await market.seller.get(f"/api/orders/{order['order_id']}")).json()["allowed"] == ["cancel"]
    assert (await stranger.client.get(f"/api/orders/{order['order_id']}")).status_code == 404
    for deed, body in (("cancel", {}), ("shipment", SHIPMENT), ("receipt", None)):
        assert (await post(stranger.client, order, deed, body)).status_code == 404
    assert (await post(buyer.client, order, "shipment", SHIPMENT)).status_code == 404
    assert (await post(market.seller, order, "receipt")).status_code == 404
    assert (await stranger.client.get(f"/api/shops/{market.shop_id}/orders")).status_code == 404
    assert (await stranger.client.get("/api/me/orders")).json() == {"items": [], "next_cursor": None}
    assert (await buyer.see(order["order_id"]))["state"] == "pending_payment"


async def test_lists_page_through_all_orders_the_newest_first(market: Market, buyer: Buyer) -> None:
    sku_id, room_id = await market.sku(stock=10), await market.room()
    placed = [(await buyer.order(sku_id, room_id=str(room_id)))["order_id"] for _ in range(5)]
    await buyer.order(sku_id)
    await buyer.pay(placed[0])
    lists: tuple[tuple[Any, str, dict[str, str]], ...] = (
        (buyer.client, "/api/me/orders", {"state": "pending_payment"}),
        (market.seller, f"/api/shops/{market.shop_id}/orders", {"room_id": str(room_id), "state": "pending_payment"}),
    )
    for client, path, query in lists:
        found: list[str] = []
        cursor: str | None = None
        while True:
            page = (
                await client.get(path, params={**query, "limit": 2} | ({"cursor": cursor} if cursor else {}))
            ).json()
            found += [order["order_id"] for order in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert [order_id for order_id in found if order_id in placed] == placed[:0:-1]
    assert (await buyer.client.get("/api/me/orders", params={"cursor": "nonsense!"})).status_code == 422
