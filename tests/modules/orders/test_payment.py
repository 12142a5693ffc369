"""Paying one or several orders, and what providers tell us."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from tests.conftest import SignUp
from tests.modules.orders.life import escrow, post, run_job, settle
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market, open_market

from xiaodian.contracts.payments import Charge, ChargeId, ChargeState
from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.service.cashier import Cashier
from xiaodian.modules.orders.service.run_clock import cancel_overdue_payments, handle_left_notices
from xiaodian.modules.payments import api as payments
from xiaodian.modules.payments.service.sandbox import SandboxProvider

CALLBACK = "/api/payments/callbacks/sandbox"


@pytest.fixture
async def buyer(market: Market) -> Buyer:
    """Somebody who buys."""
    return await market.buyer("小丹丹")


async def charge_of(market: Market, buyer: Buyer, charge: dict[str, Any]) -> Charge:
    """The charge as it stands."""
    async with market.ctx.database.connection() as connection:
        return await payments.get_charge_of_payer(connection, ChargeId(UUID(charge["charge_id"])), buyer.account_id)


async def notice(
    market: Market, charge: Charge, outcome: ChargeState = ChargeState.CAPTURED, notice_id: str = ""
) -> tuple[dict[str, str], bytes]:
    """A callback signed by the sandbox."""
    sandbox = SandboxProvider(market.ctx.database)
    headers, body = await sandbox.sign_notice(charge, outcome, notice_id or uuid4().hex)
    return {**headers, "content-type": "application/json"}, body


async def tell(market: Market, headers: dict[str, str], body: bytes) -> httpx.Response:
    """Send a callback, and wait until the process has handled it."""
    answer = await market.seller.post(CALLBACK, headers=headers, content=body)
    await settle(market.seller)
    return answer


async def pay_again(buyer: Buyer, order_ids: list[str], key: str, provider: str = "sandbox") -> httpx.Response:
    """Begin to pay, with a key of one's own."""
    body = {"order_ids": order_ids, "provider": provider}
    return await buyer.client.post("/api/payments", json=body, headers={"Idempotency-Key": key})


async def test_paying_moves_the_money_to_escrow_and_tells_the_room_who_bought(market: Market, buyer: Buyer) -> None:
    sku_id, room_id = await market.sku(stock=5), await market.room()
    await market.bag(room_id, await market.product_id(sku_id))
    [order] = await buyer.orders([(sku_id, 2, PRICE_MINOR, room_id)])
    charge = await buyer.start_payment(order["order_id"])
    assert charge["action"] == {"kind": "page", "url": f"/pay/sandbox/{charge['charge_id']}", "data": {}}
    assert (charge["state"], charge["order_ids"]) == ("pending", [order["order_id"]])
    page = await buyer.client.get(f"/api/sandbox/charges/{charge['charge_id']}")
    assert page.json()["amount_minor"] == 2 * PRICE_MINOR
    assert (await buyer.decide(charge["charge_id"], "succeed"))["state"] == "captured"
    paid = await buyer.see(order["order_id"])
    assert (paid["state"], paid["expires_at_ms"], paid["allowed"]) == ("paid", None, ["cancel"])
    assert [(step["state"], step["by"]) for step in paid["history"]] == [
        ("pending_payment", "buyer"),
        ("paid", "provider"),
    ]
    assert await market.stock(sku_id) == (3, 0, 2)
    assert await market.balances() == {"provider": -2 * PRICE_MINOR, "escrow": 2 * PRICE_MINOR}
    async with market.ctx.database.connection() as connection:
        told = await connection.fetchval("SELECT payload FROM infra.outbox WHERE subject = 'event.OrderPaid'")
    assert '"buyer_name":"小*"' in told.decode()
    assert str(room_id) in told.decode()
    sales = await market.seller.get(f"/api/rooms/{room_id}/sales")
    assert sales.json() == {"orders": 1, "paid_orders": 1, "sales_minor": 2 * PRICE_MINOR, "currency": "CNY"}
    assert (await buyer.client.get(f"/api/rooms/{room_id}/sales")).status_code == 404


async def test_orders_of_several_shops_are_paid_at_once_and_the_platform_pays_its_part_into_each(
    ctx: Context, sign_up: SignUp, market: Market, buyer: Buyer
) -> None:
    other = await open_market(ctx, sign_up)
    await market.platform_coupon()
    orders = await buyer.orders([(await market.sku(), 2), (await other.sku(), 1)], platform_coupon_code="PLAT10")
    charge = await buyer.pay(*(order["order_id"] for order in orders))
    assert charge["amount_minor"] == 3 * PRICE_MINOR - 1000
    for order in orders:
        assert order["platform_off_minor"] > 0
        seen = await buyer.see(order["order_id"])
        assert seen["state"] == "paid"
        assert await escrow(market, order["order_id"]) == seen["subtotal_minor"]
    expected = {"provider": 1000 - 3 * PRICE_MINOR, "platform": -1000, "escrow": 3 * PRICE_MINOR}
    assert await market.balances() == expected


async def test_after_a_failed_payment_the_buyer_may_pay_again(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    failed = await buyer.start_payment(order["order_id"])
    assert (await buyer.decide(failed["charge_id"], "fail"))["state"] == "failed"
    assert (await buyer.see(order["order_id"]))["allowed"] == ["pay", "cancel"]
    second = await buyer.start_payment(order["order_id"])
    assert second["charge_id"] != failed["charge_id"]
    await buyer.decide(second["charge_id"], "succeed")
    assert (await buyer.see(order["order_id"]))["state"] == "paid"


async def test_leaving_and_coming_back_takes_up_the_same_charge(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    first, second = [(await buyer.order(sku_id))["order_id"] for _ in range(2)]
    together = await buyer.start_payment(first, second)
    assert await buyer.start_payment(second, first) == together
    assert (await buyer.client.get(f"/api/payments/{together['charge_id']}")).json() == together
    alone = await buyer.start_payment(first)
    assert alone["charge_id"] != together["charge_id"]
    assert await market.count("payments.charge") == 2


async def test_an_unknown_provider_or_way_or_a_missing_key_is_refused(market: Market, buyer: Buyer) -> None:
    order_ids = [(await buyer.order(await market.sku()))["order_id"]]
    body = {"order_ids": order_ids, "provider": "sandbox"}
    no_key = await buyer.client.post("/api/payments", json=body)
    assert (no_key.status_code, no_key.json()["code"]) == (400, "malformed_request")
    assert "Idempotency-Key" in no_key.json()["title"]
    for more in ({"provider": "bitcoin"}, {"method": "barter"}):
        unknown = await buyer.client.post("/api/payments", json=body | more, headers={"Idempotency-Key": "k"})
        assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_provider")
    assert await market.count("payments.charge") == 0
    offered = (await buyer.client.get("/api/payment-methods")).json()["items"]
    assert {"provider": "sandbox", "methods": ["page"]} in offered


async def test_all_orders_of_a_payment_can_be_paid_or_none_is(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    first, second = await buyer.order(sku_id), await buyer.order(sku_id)
    await post(buyer.client, second, "cancel", {})
    both = [first["order_id"], second["order_id"]]
    refused = await pay_again(buyer, both, "k")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    assert (await pay_again(buyer, [first["order_id"], str(uuid4())], "k")).status_code == 404
    assert await market.count("payments.charge") == 0


async def test_a_notice_that_comes_twice_pays_once(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    order = await buyer.order(sku_id)
    charge = await charge_of(market, buyer, await buyer.start_payment(order["order_id"]))
    headers, body = await notice(market, charge)
    answers = await asyncio.gather(*(tell(market, headers, body) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [204] * 5
    assert (await tell(market, *await notice(market, charge))).status_code == 204
    assert (await tell(market, *await notice(market, charge, ChargeState.FAILED))).status_code == 204
    assert await market.balances() == {"provider": -PRICE_MINOR, "escrow": PRICE_MINOR}
    assert await market.events("OrderPaid") == ["OrderPaid"]
    assert await market.stock(sku_id) == (9, 0, 1)


@pytest.mark.parametrize("outcome", ["succeed_twice", "out_of_order"])
async def test_a_provider_that_stutters_or_tells_things_out_of_order_changes_nothing_for_the_buyer(
    market: Market, buyer: Buyer, outcome: str
) -> None:
    order = await buyer.order(await market.sku())
    charge = await buyer.start_payment(order["order_id"])
    assert (await buyer.decide(charge["charge_id"], outcome))["state"] == "captured"
    assert (await buyer.see(order["order_id"]))["state"] == "paid"
    assert await market.balances() == {"provider": -PRICE_MINOR, "escrow": PRICE_MINOR}


async def test_a_notice_that_a_killed_process_left_is_handled_by_any_worker_and_once(
    market: Market, buyer: Buyer
) -> None:
    sku_id = await market.sku()
    orders = [await buyer.order(sku_id) for _ in range(5)]
    for order in orders:
        charge = await charge_of(market, buyer, await buyer.start_payment(order["order_id"]))
        headers, body = await notice(market, charge)
        told = await SandboxProvider(market.ctx.database).verify_callback(headers, body)
        assert told is not None
        async with market.ctx.database.connection() as connection:
            await payments.keep_notices(connection, [told], utc_now())
    assert await market.balances() == {}
    await asyncio.gather(*(handle_left_notices(market.ctx.database, utc_now()) for _ in range(4)))
    assert await handle_left_notices(market.ctx.database, utc_now()) == 0
    assert await market.events("OrderPaid") == ["OrderPaid"] * 5
    assert await market.balances() == {"provider": -5 * PRICE_MINOR, "escrow": 5 * PRICE_MINOR}


async def test_a_forged_or_altered_or_unsigned_notice_changes_nothing(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    charge = await charge_of(market, buyer, await buyer.start_payment(order["order_id"]))
    headers, body = await notice(market, charge)
    for bad_headers, bad_body in (
        ({**headers, "webhook-signature": "v1,AAAA"}, body),
        ({**headers, "webhook-id": "another"}, body),
        ({**headers, "webhook-timestamp": "1"}, body),
        ({"content-type": "application/json"}, body),
        (headers, body.replace(b"captured", b"failed")),
        (headers, b"{}"),
    ):
        answer = await tell(market, bad_headers, bad_body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_callback")
    assert (await market.seller.post("/api/payments/callbacks/nobody", json={})).status_code == 422
    assert (await buyer.see(order["order_id"]))["state"] == "pending_payment"
    assert await market.count("payments.notice") == 0
    assert await market.balances() == {}


@pytest.mark.parametrize("change", [{"amount_minor": 1}, {"currency": "USD"}, {"charge_id": UUID(int=7)}])
async def test_a_signed_notice_about_another_amount_currency_or_charge_pays_nothing_and_is_kept(
    market: Market, buyer: Buyer, change: dict[str, object]
) -> None:
    order = await buyer.order(await market.sku())
    charge = await charge_of(market, buyer, await buyer.start_payment(order["order_id"]))
    headers, body = await notice(market, msgspec.structs.replace(charge, **change))
    for _ in range(2):
        answer = await tell(market, headers, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_callback")
    assert await handle_left_notices(market.ctx.database, utc_now()) == 0
    assert (await buyer.see(order["order_id"]))["state"] == "pending_payment"
    assert await market.balances() == {}
    async with market.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM payments.notice WHERE refused IS NOT NULL") == 1


async def test_money_that_comes_after_the_order_was_cancelled_goes_back_by_itself(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    order = await buyer.order(sku_id)
    charge = await charge_of(market, buyer, await buyer.start_payment(order["order_id"]))
    assert (await post(buyer.client, order, "cancel", {})).status_code == 200
    assert (await charge_of(market, buyer, {"charge_id": str(charge.charge_id)})).state is ChargeState.CLOSED
    assert (await tell(market, *await notice(market, charge))).status_code == 204
    assert await market.balances() == {"provider": -PRICE_MINOR, "refunds": PRICE_MINOR}
    # The sandbox gives back only what its own books say was paid.
    await SandboxProvider(market.ctx.database).books.decide(charge, ChargeState.CAPTURED)
    await run_job(market.ctx, "payments_carry_out_refunds")
    assert (await buyer.see(order["order_id"]))["state"] == "cancelled"
    assert await market.balances() == {}
    assert await market.events("PaymentRefunded", "OrderPaid") == ["PaymentRefunded"]
    assert await market.stock(sku_id) == (10, 0, 0)
    moved = (await buyer.client.get(f"/api/orders/{order['order_id']}/money")).json()["items"]
    assert [(one["kind"], one["amount_minor"], one["reason"]) for one in moved] == [
        ("paid", PRICE_MINOR, None),
        ("refund_requested", PRICE_MINOR, "late_payment"),
        ("refunded", PRICE_MINOR, "late_payment"),
    ]
    assert (await market.seller.get(f"/api/orders/{order['order_id']}/money")).json()["items"] == moved
    mine = (await buyer.client.get("/api/me/money")).json()
    assert [one["kind"] for one in mine["items"]] == ["refunded", "refund_requested", "paid"]
    assert {one["number"] for one in mine["items"]} == {order["number"]}
    assert mine["next_cursor"] is None


async def test_of_a_payment_for_two_orders_one_of_which_was_cancelled_meanwhile_half_goes_back(
    market: Market, buyer: Buyer
) -> None:
    await market.platform_coupon()
    wanted = await market.sku()
    first, second = await buyer.order(wanted, platform_coupon_code="PLAT10"), await buyer.order(wanted)
    charge = await charge_of(market, buyer, await buyer.start_payment(first["order_id"], second["order_id"]))
    await post(market.seller, first, "cancel", {})
    await tell(market, *await notice(market, charge))
    assert [(await buyer.see(one["order_id"]))["state"] for one in (first, second)] == ["cancelled", "paid"]
    assert (await escrow(market, first["order_id"]), await escrow(market, second["order_id"])) == (0, PRICE_MINOR)
    assert await market.balances() == {
        "provider": 1000 - 2 * PRICE_MINOR,
        "refunds": PRICE_MINOR - 1000,
        "escrow": PRICE_MINOR,
    }


async def test_an_order_paid_twice_at_once_by_two_charges_is_paid_once_and_the_rest_goes_back(
    market: Market, buyer: Buyer
) -> None:
    sku_id = await market.sku()
    first, second = [(await buyer.order(sku_id))["order_id"] for _ in range(2)]
    charges = [
        await charge_of(market, buyer, await buyer.start_payment(*order_ids))
        for order_ids in ((first, second), (first,), (second,))
    ]
    notices = [await notice(market, charge) for charge in charges]
    databases = [await Database.connect(market.ctx.settings.database_url, pool_size=2) for _ in notices]
    cashiers = [Cashier(msgspec.structs.replace(market.ctx, database=database)) for database in databases]
    await asyncio.gather(
        *(cashier.handle_callback("sandbox", *told) for cashier, told in zip(cashiers, notices, strict=True))
    )
    for database in databases:
        await database.close()
    assert await market.balances() == {
        "provider": -4 * PRICE_MINOR,
        "refunds": 2 * PRICE_MINOR,
        "escrow": 2 * PRICE_MINOR,
    }
    assert (await escrow(market, first), await escrow(market, second)) == (PRICE_MINOR, PRICE_MINOR)
    assert await market.stock(sku_id) == (8, 0, 2)
    assert await market.events("OrderPaid") == ["OrderPaid"] * 2
    async with market.ctx.database.connection() as connection:
        reasons = await connection.fetch("SELECT DISTINCT reason FROM payments.refund")
    assert [row["reason"] for row in reasons] == ["paid_twice"]


async def test_once_paid_other_attempts_to_pay_are_closed(market: Market, buyer: Buyer) -> None:
    order_ids = [(await buyer.order(await market.sku()))["order_id"] for _ in range(2)]
    abandoned = await buyer.start_payment(*order_ids)
    await buyer.pay(order_ids[0])
    assert (await buyer.client.get(f"/api/payments/{abandoned['charge_id']}")).json()["state"] == "closed"
    assert (await buyer.pay(order_ids[1]))["state"] == "captured"


async def test_cancelling_and_paying_at_the_same_moment_ends_one_way_or_the_other_with_all_money_accounted_for(
    market: Market, buyer: Buyer
) -> None:
    sku_id = await market.sku(stock=20)
    orders = [await buyer.order(sku_id) for _ in range(12)]
    charges = [await charge_of(market, buyer, await buyer.start_payment(order["order_id"])) for order in orders]
    notices = [await notice(market, charge) for charge in charges]
    late = utc_now() + timedelta(days=365)
    database = await Database.connect(market.ctx.settings.database_url, pool_size=4)
    cashier = Cashier(msgspec.structs.replace(market.ctx, database=database))
    await asyncio.gather(
        *(cashier.handle_callback("sandbox", *told) for told in notices),
        *(post(buyer.client, order, "cancel", {}) for order in orders[:6]),
        cancel_overdue_payments(market.ctx.database, late),
    )
    await database.close()
    seen = [await buyer.see(order["order_id"]) for order in orders]
    kept = [order for order in seen if order["state"] == "paid"]
    assert {order["state"] for order in seen} <= {"paid", "cancelled"}
    back = (12 - len(kept)) * PRICE_MINOR
    expected = {"provider": -12 * PRICE_MINOR, "refunds": back, "escrow": len(kept) * PRICE_MINOR}
    assert await market.balances() == {name: sum_minor for name, sum_minor in expected.items() if sum_minor}
    assert await market.stock(sku_id) == (20 - len(kept), 0, len(kept))


async def test_nobody_else_can_pay_see_or_end_a_payment(market: Market, buyer: Buyer) -> None:
    stranger = await market.buyer()
    order = await buyer.order(await market.sku())
    charge = await buyer.start_payment(order["order_id"])
    assert (await pay_again(stranger, [order["order_id"]], "k")).status_code == 404
    path = f"/api/sandbox/charges/{charge['charge_id']}"
    assert (await stranger.client.get(path)).status_code == 404
    assert (await stranger.client.get(f"/api/payments/{charge['charge_id']}")).status_code == 404
    assert (await stranger.client.get(f"/api/orders/{order['order_id']}/money")).status_code == 404
    assert (await stranger.client.post(f"{path}/decision", json={"outcome": "succeed"})).status_code == 404
    assert (await buyer.see(order["order_id"]))["state"] == "pending_payment"
    assert (await stranger.client.get("/api/me/money")).json() == {"items": [], "next_cursor": None}
