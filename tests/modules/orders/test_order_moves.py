"""Shipping, receiving, cancelling, and what happens by time alone."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import SignUp
from tests.modules.orders.life import paid, post, run_job, shipment, shipped, track
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market, open_market

from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.modules.orders import jobs
from xiaodian.modules.orders.service import run_clock
from xiaodian.modules.orders.service.run_clock import (
    cancel_overdue_payments,
    complete_overdue_receipts,
    forget_old_answers,
)

YEAR = timedelta(days=365)


@pytest.fixture
async def buyer(market: Market) -> Buyer:
    """Somebody who buys."""
    return await market.buyer()


async def test_a_confirmed_receipt_completes_the_order_and_leaves_its_money_to_settlement(
    market: Market, buyer: Buyer
) -> None:
    order = await paid(market, buyer)
    parcel = shipment()
    sent = await post(market.seller, order, "shipment", parcel)
    assert (sent.status_code, sent.json()["state"]) == (200, "shipped")
    assert sent.json()["shipment"] == {
        **parcel,
        "events": [],
        "shipped_at_ms": sent.json()["shipment"]["shipped_at_ms"],
    }
    assert (await buyer.see(order["order_id"]))["allowed"] == ["confirm_receipt"]
    received = await post(buyer.client, order, "receipt")
    assert (received.json()["state"], received.json()["allowed"]) == ("completed", [])
    assert await market.balances() == {"provider": -PRICE_MINOR, "escrow": PRICE_MINOR}
    assert [step["by"] for step in received.json()["history"]] == ["buyer", "provider", "seller", "buyer"]
    kinds = ("OrderPlaced", "OrderPaid", "OrderShipped", "OrderCompleted")
    assert await market.events(*kinds) == list(kinds)


async def test_a_buyer_who_cancels_before_paying_frees_goods_coupon_and_limit(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    await market.limit(sku_id, 1)
    await market.coupon(per_account=1)
    order = await buyer.order(sku_id, shops=market.said("SAVE5"))
    assert (order["off_minor"], order["total_minor"]) == (500, PRICE_MINOR - 500)
    for code, refusal in (("SAVE5", "coupon_refused"), (None, "purchase_limit")):
        again = await buyer.checkout([(sku_id, 1)], shops=market.said(code))
        assert again.status_code == 409, again.text
        assert again.json()["code"] in (refusal, "purchase_limit")
    cancelled = await post(buyer.client, order, "cancel", {"reason": "不想要了"})
    assert cancelled.json()["history"][-1] == {
        "state": "cancelled",
        "at_ms": cancelled.json()["history"][-1]["at_ms"],
        "by": "buyer",
        "reason": "不想要了",
    }
    assert await market.stock(sku_id) == (10, 0, 0)
    await buyer.order(sku_id, shops=market.said("SAVE5"))


@pytest.mark.parametrize("who", ["buyer", "seller"])
async def test_cancelling_a_paid_order_refunds_it_and_puts_goods_coupon_and_limit_back(
    market: Market, buyer: Buyer, who: str
) -> None:
    sku_id = await market.sku()
    await market.limit(sku_id, 3)
    await market.coupon(per_account=1)
    order = await buyer.order(sku_id, 3, shops=market.said("SAVE5"))
    await buyer.pay(order["order_id"])
    client = buyer.client if who == "buyer" else market.seller
    cancelled = await post(client, order, "cancel", {"reason": None})
    assert cancelled.json()["state"] == "cancelled"
    assert cancelled.json()["refunded_minor"] == order["total_minor"]
    assert await market.balances() == {"provider": -order["total_minor"], "refunds": order["total_minor"]}
    assert await market.stock(sku_id) == (10, 0, 0)
    await run_job(market.ctx, "payments_carry_out_refunds")
    assert await market.balances() == {}
    assert await market.events("OrderCancelled", "PaymentRefunded") == ["OrderCancelled", "PaymentRefunded"]
    await buyer.order(sku_id, 3, shops=market.said("SAVE5"))


async def test_what_the_state_does_not_allow_is_refused_with_what_it_does(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    early = await post(market.seller, order, "shipment", shipment())
    assert (early.status_code, early.json()["code"]) == (409, "illegal_move")
    assert early.json()["params"] == {"state": "pending_payment", "allowed": ["cancel"]}
    assert (await post(buyer.client, order, "receipt")).json()["params"]["allowed"] == ["pay", "cancel"]
    await buyer.pay(order["order_id"])
    again = await buyer.client.post(
        "/api/payments",
        json={"order_ids": [order["order_id"]], "provider": "sandbox"},
        headers={"Idempotency-Key": "again"},
    )
    assert again.json()["params"] == {"state": "paid", "allowed": ["cancel"]}
    await post(market.seller, order, "shipment", shipment())
    for client in (buyer.client, market.seller):
        assert (await post(client, order, "cancel", {})).status_code == 409
    assert (await post(market.seller, order, "shipment", shipment())).status_code == 409


async def test_an_order_nobody_paid_in_time_frees_goods_and_coupon(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    await market.coupon(quota=1)
    order = await buyer.order(sku_id, shops=market.said("SAVE5"))
    expires_at = from_epoch_ms(order["expires_at_ms"])
    assert await cancel_overdue_payments(market.ctx.database, expires_at - timedelta(seconds=1)) == 0
    late = expires_at + timedelta(seconds=1)
    assert await cancel_overdue_payments(market.ctx.database, late) == 1
    assert await cancel_overdue_payments(market.ctx.database, late) == 0
    seen = await buyer.see(order["order_id"])
    assert (seen["state"], seen["history"][-1]["by"], seen["allowed"]) == ("cancelled", "clock", [])
    assert await market.stock(sku_id) == (10, 0, 0)
    await buyer.order(sku_id, shops=market.said("SAVE5"))


async def test_a_paid_order_is_never_timed_out(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    await buyer.pay(order["order_id"])
    assert await cancel_overdue_payments(market.ctx.database, utc_now() + timedelta(days=1)) == 0
    assert (await buyer.see(order["order_id"]))["state"] == "paid"


async def test_an_order_counts_as_received_though_the_buyer_never_says_so(market: Market, buyer: Buyer) -> None:
    order = await shipped(market, buyer)
    database, now = market.ctx.database, utc_now()
    assert await complete_overdue_receipts(database, now + timedelta(days=14)) == 0
    assert await complete_overdue_receipts(database, now + timedelta(days=16)) == 1
    assert await complete_overdue_receipts(database, now + timedelta(days=16)) == 0
    seen = await buyer.see(order["order_id"])
    assert (seen["state"], seen["history"][-1]["by"]) == ("completed", "clock")


async def test_once_delivered_the_buyer_has_seven_days_to_look(market: Market, buyer: Buyer) -> None:
    order = await shipped(market, buyer)
    told = await track(market.seller, order, {"kind": "delivered"})
    assert (told.status_code, told.json()["state"]) == (200, "delivered")
    seen = await buyer.see(order["order_id"])
    assert (seen["allowed"], seen["history"][-1]["by"]) == (["confirm_receipt"], "carrier")
    assert seen["delivered_at_ms"] is not None
    database, now = market.ctx.database, utc_now()
    assert await complete_overdue_receipts(database, now + timedelta(days=6)) == 0
    assert await complete_overdue_receipts(database, now + timedelta(days=8)) == 1
    assert (await buyer.see(order["order_id"]))["state"] == "completed"
    assert await market.events("OrderDelivered", "OrderCompleted") == ["OrderDelivered", "OrderCompleted"]


async def test_a_delivery_told_late_does_not_shorten_the_buyers_days(market: Market, buyer: Buyer) -> None:
    order = await shipped(market, buyer)
    async with market.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE orders.order SET paid_at = paid_at - interval '9 days', shipped_at = shipped_at - interval '9 days'"
        )
    eight_days_ago = int((utc_now() - timedelta(days=8)).timestamp() * 1000)
    assert (await track(market.seller, order, {"kind": "delivered", "at_ms": eight_days_ago})).status_code == 200
    assert (await buyer.see(order["order_id"]))["delivered_at_ms"] == eight_days_ago
    assert await complete_overdue_receipts(market.ctx.database, utc_now() + timedelta(days=6)) == 0
    assert await complete_overdue_receipts(market.ctx.database, utc_now() + timedelta(days=8)) == 1


async def test_several_workers_complete_each_order_once(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku(stock=12)
    orders = [await buyer.order(sku_id) for _ in range(12)]
    await buyer.pay(*(order["order_id"] for order in orders))
    for order in orders:
        assert (await post(market.seller, order, "shipment", shipment())).status_code == 200
    later = utc_now() + timedelta(days=16)
    counts = await asyncio.gather(*(complete_overdue_receipts(market.ctx.database, later) for _ in range(4)))
    assert sum(counts) == 12
    assert await market.events("OrderCompleted") == ["OrderCompleted"] * 12
    assert await market.count("orders.move") == 36


async def test_a_clock_that_jumps_back_or_years_ahead_does_no_harm(market: Market, buyer: Buyer) -> None:
    database, now = market.ctx.database, utc_now()
    sku_id = await market.sku()
    pending, kept = await buyer.order(sku_id), await buyer.order(sku_id)
    await buyer.pay(kept["order_id"])
    on_its_way = await shipped(market, buyer)
    charge = await buyer.start_payment(pending["order_id"])
    for years in (-30, -1):
        then = now + years * YEAR
        assert await cancel_overdue_payments(database, then) == 0
        assert await complete_overdue_receipts(database, then) == 0
    assert (await buyer.see(pending["order_id"]))["state"] == "pending_payment"
    ahead = now + 50 * YEAR
    assert await cancel_overdue_payments(database, ahead) == 1
    assert await complete_overdue_receipts(database, ahead) == 1
    # Nobody loses anything by it: what is paid waits to be shipped, and money that comes in vain goes back.
    assert (await buyer.see(kept["order_id"]))["state"] == "paid"
    assert (await buyer.see(on_its_way["order_id"]))["state"] == "completed"
    await buyer.client.post(f"/api/sandbox/charges/{charge['charge_id']}/decision", json={"outcome": "succeed"})
    await run_job(market.ctx, "payments_carry_out_refunds")
    assert await market.balances() == {"provider": -2 * PRICE_MINOR, "escrow": 2 * PRICE_MINOR}
    assert await market.stock(sku_id) == (9, 0, 1)


async def test_a_platform_coupon_comes_back_when_the_last_order_of_its_checkout_was_cancelled_unpaid(
    ctx: Context, sign_up: SignUp, market: Market, buyer: Buyer
) -> None:
    other = await open_market(ctx, sign_up)
    await market.platform_coupon(quota=1)
    wanted = [(await market.sku(), 1), (await other.sku(), 1)]

    async def redeemed() -> int:
        async with ctx.database.connection() as connection:
            return int(await connection.fetchval("SELECT redeemed FROM promotion.coupon"))

    first = await buyer.orders(wanted, platform_coupon_code="PLAT10")
    assert sum(order["platform_off_minor"] for order in first) == 1000
    await post(buyer.client, first[0], "cancel", {})
    assert await redeemed() == 1
    await post(buyer.client, first[1], "cancel", {})
    assert await redeemed() == 0
    for _ in range(5):
        # Both at once: neither sees what the other is doing, and still one of them is the last.
        orders = await buyer.orders(wanted, platform_coupon_code="PLAT10")
        await asyncio.gather(*(post(buyer.client, order, "cancel", {}) for order in orders))
        assert await redeemed() == 0
    orders = await buyer.orders(wanted, platform_coupon_code="PLAT10")
    await buyer.pay(orders[0]["order_id"])
    await post(buyer.client, orders[0], "cancel", {})
    await cancel_overdue_payments(ctx.database, utc_now() + timedelta(hours=1))
    assert await redeemed() == 1, "one of its orders was paid"


async def test_answers_for_retries_are_kept_a_day_and_no_longer(market: Market, buyer: Buyer) -> None:
    await buyer.order(await market.sku())
    for hours, forgotten in ((23, 0), (2, 1)):
        async with market.ctx.database.connection() as connection:
            await connection.execute(
                "UPDATE orders.idempotency SET created_at = created_at - make_interval(hours => $1)", hours
            )
        assert await forget_old_answers(market.ctx.database) == forgotten


async def test_a_worker_whose_clock_jumped_ahead_forgets_no_answer_early(
    market: Market, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await buyer.order(await market.sku())
    for module in (jobs, run_clock):
        monkeypatch.setattr(module, "utc_now", lambda: utc_now() + timedelta(days=2000), raising=False)
    await run_job(market.ctx, "orders_forget_old_answers")
    assert await market.count("orders.idempotency") == 1


async def test_a_deadlock_with_another_transaction_does_not_keep_overdue_orders_from_being_cancelled(
    market: Market, buyer: Buyer
) -> None:
    sku_id = await market.sku(stock=5)
    order = await buyer.order(sku_id, 2)
    async with market.ctx.database.transaction() as other:
        # It has more patience, so that it is the job which has to begin again.
        await other.execute("SET LOCAL deadlock_timeout = '60s'")
        await other.execute("SELECT FROM catalog.stock WHERE stock_id = $1 FOR UPDATE", sku_id)
        later = utc_now() + timedelta(hours=1)
        job = asyncio.create_task(cancel_overdue_payments(market.ctx.database, later))
        await until_one_waits(market.ctx.database)
        await other.execute("SELECT FROM orders.order WHERE order_id = $1 FOR UPDATE", UUID(order["order_id"]))
    # Begun again, the job passes over what the other one still held by then.
    assert await job + await cancel_overdue_payments(market.ctx.database, later) == 1
    assert (await buyer.see(order["order_id"]))["state"] == "cancelled"
    assert await market.stock(sku_id) == (5, 0, 0)


async def until_one_waits(database: Database) -> None:
    """Until a statement waits for a lock that another transaction holds."""
    async with database.connection() as connection:
        while not await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ):
            pass


async def test_orders_are_seen_by_their_buyer_and_their_shop_and_nobody_else(market: Market, buyer: Buyer) -> None:
    stranger = await market.buyer()
    order = await buyer.order(await market.sku())
    assert (await market.seller.get(f"/api/orders/{order['order_id']}")).json()["allowed"] == ["cancel"]
    assert (await stranger.client.get(f"/api/orders/{order['order_id']}")).status_code == 404
    for deed, body in (("cancel", {}), ("shipment", shipment()), ("receipt", None)):
        assert (await post(stranger.client, order, deed, body)).status_code == 404
    assert (await post(buyer.client, order, "shipment", shipment())).status_code == 404
    assert (await post(market.seller, order, "receipt")).status_code == 404
    assert (await stranger.client.get(f"/api/shops/{market.shop_id}/orders")).status_code == 404
    assert (await stranger.client.get("/api/me/orders")).json() == {"items": [], "next_cursor": None}
    assert (await buyer.see(order["order_id"]))["state"] == "pending_payment"


async def test_lists_page_through_all_orders_the_newest_first(market: Market, buyer: Buyer) -> None:
    sku_id, room_id = await market.sku(stock=10), await market.room()
    await market.bag(room_id, await market.product_id(sku_id))
    placed = [(await buyer.orders([(sku_id, 1, PRICE_MINOR, room_id)]))[0]["order_id"] for _ in range(5)]
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


async def test_staff_find_an_order_by_the_number_that_a_buyer_reads_out(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    order, *_ = [await buyer.order(sku_id) for _ in range(3)]
    path = f"/api/shops/{market.shop_id}/orders"
    for number in (order["number"], order["number"].lower().replace("-", " ")):
        found = (await market.seller.get(path, params={"q": number})).json()["items"]
        assert [one["order_id"] for one in found] == [order["order_id"]]
    for number in ("0000-0000", "草莓"):
        assert (await market.seller.get(path, params={"q": number})).json()["items"] == []


async def test_sellers_see_rates_and_who_sold_it_and_buyers_do_not(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    [to_buyer] = (await buyer.see(order["order_id"]))["lines"]
    [to_seller] = (await market.seller.get(f"/api/orders/{order['order_id']}")).json()["lines"]
    assert (to_buyer["fee_bp"], to_buyer["commission_bp"]) == (None, None)
    assert (to_seller["fee_bp"], to_seller["commission_bp"]) == (300, 0)
    assert to_buyer["paid_minor"] == to_seller["paid_minor"] == PRICE_MINOR
