"""Paying, and what providers tell us."""

import asyncio
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market

from xiaodian.contracts.payments import Charge, ChargeState
from xiaodian.modules.payments import queries
from xiaodian.modules.payments.service.sandbox import SandboxProvider

CALLBACK = "/api/payments/callbacks/sandbox"


@pytest.fixture
async def buyer(market: Market) -> Buyer:
    """Somebody who buys."""
    return await market.buyer("小丹丹")


async def charge_of(market: Market, charge: dict[str, str]) -> Charge:
    """The charge as it stands."""
    async with market.ctx.database.connection() as connection:
        row = await connection.fetchrow(
            """
            SELECT charge_id, order_id, shop_id, payer_id, provider, amount_minor, currency, state, pay_url
            FROM payments.charge WHERE charge_id = $1
            """,
            UUID(charge["charge_id"]),
        )
    assert row is not None
    return queries.to_charge(row)


async def notice(
    market: Market, charge: Charge, outcome: ChargeState = ChargeState.CAPTURED, notice_id: str = ""
) -> tuple[dict[str, str], bytes]:
    """A callback signed by the sandbox."""
    sandbox = SandboxProvider(market.ctx.database)
    headers, body = await sandbox.sign_notice(charge, outcome, notice_id or uuid4().hex)
    return {**headers, "content-type": "application/json"}, body


async def test_paying_moves_the_money_to_escrow_and_tells_the_room_who_bought(market: Market, buyer: Buyer) -> None:
    sku_id, room_id = await market.sku(stock=5), await market.room()
    order = await buyer.order(sku_id, 2, room_id=str(room_id))
    charge = await buyer.start_payment(order["order_id"])
    assert charge["pay_url"] == f"/pay/sandbox/{charge['charge_id']}"
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
    order = await buyer.order(await market.sku())
    assert await buyer.start_payment(order["order_id"]) == await buyer.start_payment(order["order_id"])
    assert await market.count("payments.charge") == 1


async def test_a_repeated_key_gets_the_same_charge_even_after_it_failed(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    path, key = f"/api/orders/{order['order_id']}/payment", {"Idempotency-Key": "pay-once"}
    answers = await asyncio.gather(
        *(buyer.client.post(path, json={"provider": "sandbox"}, headers=key) for _ in range(3))
    )
    assert len({answer.content for answer in answers}) == 1
    await buyer.decide(answers[0].json()["charge_id"], "fail")
    again = await buyer.client.post(path, json={"provider": "sandbox"}, headers=key)
    assert again.content == answers[0].content
    other = await buyer.order(await market.sku())
    mismatch = await buyer.client.post(
        f"/api/orders/{other['order_id']}/payment", json={"provider": "sandbox"}, headers=key
    )
    assert (mismatch.status_code, mismatch.json()["code"]) == (422, "idempotency_mismatch")


async def test_an_unknown_provider_or_a_missing_key_is_refused(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    path = f"/api/orders/{order['order_id']}/payment"
    no_key = await buyer.client.post(path, json={"provider": "sandbox"})
    assert (no_key.status_code, no_key.json()["code"]) == (400, "malformed_request")
    assert "Idempotency-Key" in no_key.json()["title"]
    unknown = await buyer.client.post(path, json={"provider": "bitcoin"}, headers={"Idempotency-Key": "k"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_provider")


async def test_a_notice_that_comes_twice_pays_once(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    order = await buyer.order(sku_id)
    charge = await charge_of(market, await buyer.start_payment(order["order_id"]))
    headers, body = await notice(market, charge)
    answers = await asyncio.gather(*(market.seller.post(CALLBACK, headers=headers, content=body) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [204] * 5
    other_headers, other_body = await notice(market, charge)
    assert (await market.seller.post(CALLBACK, headers=other_headers, content=other_body)).status_code == 204
    assert await market.balances() == {"provider": -PRICE_MINOR, "escrow": PRICE_MINOR}
    assert await market.events("OrderPaid") == ["OrderPaid"]
    assert await market.stock(sku_id) == (9, 0, 1)


async def test_a_forged_or_altered_or_unsigned_notice_changes_nothing(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    charge = await charge_of(market, await buyer.start_payment(order["order_id"]))
    headers, body = await notice(market, charge)
    for bad_headers, bad_body in (
        ({**headers, "webhook-signature": "v1,AAAA"}, body),
        ({**headers, "webhook-id": "another"}, body),
        ({**headers, "webhook-timestamp": "1"}, body),
        ({"content-type": "application/json"}, body),
        (headers, body.replace(b"captured", b"failed")),
        (headers, b"{}"),
    ):
        answer = await market.seller.post(CALLBACK, headers=bad_headers, content=bad_body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_callback")
    assert (await market.seller.post("/api/payments/callbacks/nobody", json={})).status_code == 422
    assert (await buyer.see(order["order_id"]))["state"] == "pending_payment"
    assert await market.count("payments.notice") == 0
    assert await market.balances() == {}


@pytest.mark.parametrize("change", [{"amount_minor": 1}, {"currency": "USD"}, {"charge_id": UUID(int=7)}])
async def test_a_signed_notice_about_another_amount_currency_or_charge_pays_nothing(
    market: Market, buyer: Buyer, change: dict[str, object]
) -> None:
    order = await buyer.order(await market.sku())
    charge = await charge_of(market, await buyer.start_payment(order["order_id"]))
    headers, body = await notice(market, msgspec.structs.replace(charge, **change))
    answer = await market.seller.post(CALLBACK, headers=headers, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_callback")
    assert (await buyer.see(order["order_id"]))["state"] == "pending_payment"
    assert await market.count("payments.notice") == 0


async def test_money_that_comes_after_the_order_was_cancelled_goes_back_by_itself(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    order = await buyer.order(sku_id)
    charge = await buyer.start_payment(order["order_id"])
    assert (await buyer.client.post(f"/api/orders/{order['order_id']}/cancel", json={})).status_code == 200
    assert (await buyer.decide(charge["charge_id"], "succeed"))["state"] == "refunded"
    assert (await buyer.see(order["order_id"]))["state"] == "cancelled"
    assert await market.balances() == {}
    assert await market.events("PaymentRefunded", "OrderPaid") == ["PaymentRefunded"]
    assert await market.stock(sku_id) == (10, 0, 0)


async def test_nobody_else_can_pay_or_end_a_payment(market: Market, buyer: Buyer) -> None:
    stranger = await market.buyer()
    order = await buyer.order(await market.sku())
    charge = await buyer.start_payment(order["order_id"])
    started = await stranger.client.post(
        f"/api/orders/{order['order_id']}/payment", json={"provider": "sandbox"}, headers={"Idempotency-Key": "k"}
    )
    assert started.status_code == 404
    path = f"/api/sandbox/charges/{charge['charge_id']}"
    assert (await stranger.client.get(path)).status_code == 404
    assert (await stranger.client.post(f"{path}/decision", json={"outcome": "succeed"})).status_code == 404
    assert (await buyer.see(order["order_id"]))["state"] == "pending_payment"
