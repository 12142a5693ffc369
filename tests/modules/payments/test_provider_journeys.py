"""Orders paid through a real kind of provider, by the public interface: silent, late, twice, at once, forged, down."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.conftest import SignUp, once
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market, open_market
from tests.modules.payments.alipay_server import APP_ID, AlipayServer
from tests.modules.payments.servers import private_pem, public_pem, serve
from tests.modules.payments.wechat_server import API_V3_KEY, APPID, MCHID, MERCHANT_SERIAL, WechatServer

from xiaodian.app import create_app
from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.orders import jobs as orders_jobs
from xiaodian.modules.payments import api as payments
from xiaodian.modules.payments import jobs as payments_jobs
from xiaodian.modules.payments.service import provider_http
from xiaodian.settings import Settings

CALLBACK = "/api/payments/callbacks/wechat"


@pytest.fixture
async def wechat() -> AsyncIterator[tuple[WechatServer, str]]:
    """WeChat Pay and its address."""
    server = WechatServer()
    async with serve(server.app) as url:
        yield server, url


@pytest.fixture
async def alipay() -> AsyncIterator[tuple[AlipayServer, str]]:
    """Alipay and its address."""
    server = AlipayServer()
    async with serve(server.app) as url:
        yield server, url


@pytest.fixture
def settings(settings: Settings, wechat: tuple[WechatServer, str], alipay: tuple[AlipayServer, str]) -> Settings:
    """An installation with WeChat Pay and Alipay."""
    return msgspec.structs.replace(
        settings,
        public_url="http://test",
        wechat_app_id=APPID,
        wechat_merchant_id=MCHID,
        wechat_merchant_serial=MERCHANT_SERIAL,
        wechat_private_key=private_pem("merchant"),
        wechat_api_v3_key=API_V3_KEY,
        wechat_api_base=wechat[1],
        alipay_app_id=APP_ID,
        alipay_private_key=private_pem("app"),
        alipay_public_key=public_pem("alipay"),
        alipay_gateway=f"{alipay[1]}/gateway.do",
    )


@pytest.fixture
async def market(ctx: Context, sign_up: SignUp) -> AsyncIterator[Market]:
    """A seller with an open shop."""
    market = await open_market(ctx, sign_up)
    yield market
    await _close(_app_of(market.seller))


def _app_of(client: httpx.AsyncClient) -> Any:
    transport: Any = client._transport
    return transport.app


async def _close(app: Any) -> None:
    """What a process does when it ends."""
    await app.state.order_desk.cashier.settle()
    await app.state.order_desk.cashier.providers.close()


@pytest.fixture
async def buyer(market: Market) -> Buyer:
    """Somebody with an address."""
    return await market.buyer()


class Worker:
    """Does what a worker process does, when told to."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.providers = payments.Providers(ctx)
        own_jobs = payments_jobs.jobs_with(ctx, self.providers)
        self._jobs: dict[str, Job] = {job.name: job for job in [*orders_jobs.jobs(ctx), *own_jobs]}

    async def run(self, *names: str) -> None:
        """Run jobs as if their time had come."""
        async with self._ctx.database.transaction() as connection:
            await connection.execute("UPDATE payments.charge SET ask_at = now() WHERE ask_at IS NOT NULL")
            await connection.execute("UPDATE payments.charge SET close_at = now() WHERE close_at IS NOT NULL")
            await connection.execute("UPDATE payments.refund SET try_at = now() WHERE try_at IS NOT NULL")
            await connection.execute("UPDATE payments.notice SET received_at = received_at - interval '1 minute'")
        for name in names:
            await self._jobs[name].run()


@pytest.fixture
async def worker(ctx: Context) -> AsyncIterator[Worker]:
    """A worker."""
    worker = Worker(ctx)
    yield worker
    await worker.providers.close()


async def _begin(market: Market, buyer: Buyer) -> tuple[str, str]:
    """An order that is to be paid through WeChat; its id and the number there."""
    order = await buyer.order(await market.sku())
    charge = await buyer.start_payment(order["order_id"], provider="wechat")
    assert charge["action"]["kind"] == "qr"
    return order["order_id"], charge["charge_id"].replace("-", "")


async def _tell(client: httpx.AsyncClient, callback: tuple[dict[str, str], bytes]) -> httpx.Response:
    return await client.post(CALLBACK, headers={**callback[0], "content-type": "application/json"}, content=callback[1])


async def test_a_payment_told_twice_to_two_processes_pays_once(
    market: Market, buyer: Buyer, wechat: tuple[WechatServer, str], ctx: Context
) -> None:
    order_id, number = await _begin(market, buyer)
    wechat[0].pay(number)
    callback = wechat[0].payment_callback(number)
    apps: list[Any] = [create_app(context=ctx) for _ in range(2)]
    clients = [httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") for app in apps]
    answers = await asyncio.gather(*(_tell(client, callback) for client in clients * 3))
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 6
    for app in apps:
        await _close(app)
    assert (await buyer.see(order_id))["state"] == "paid"
    assert await market.balances() == {"provider": -PRICE_MINOR, "escrow": PRICE_MINOR}
    assert await market.events("OrderPaid") == ["OrderPaid"]
    for client in clients:
        await client.aclose()


async def test_a_process_that_dies_after_its_acknowledgement_loses_no_payment(
    market: Market, buyer: Buyer, wechat: tuple[WechatServer, str], worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xiaodian.modules.orders.service.cashier import Cashier

    monkeypatch.setattr(Cashier, "_follow", lambda self, notice: None)
    order_id, number = await _begin(market, buyer)
    wechat[0].pay(number)
    assert (await _tell(buyer.client, wechat[0].payment_callback(number))).status_code == 204
    assert (await buyer.see(order_id))["state"] == "pending_payment"
    await worker.run("orders_handle_left_notices")
    assert (await buyer.see(order_id))["state"] == "paid"


async def test_a_silent_provider_is_asked_and_the_order_is_paid(
    market: Market, buyer: Buyer, wechat: tuple[WechatServer, str], worker: Worker
) -> None:
    order_id, number = await _begin(market, buyer)
    wechat[0].pay(number)
    await worker.run("payments_ask_about_charges")
    await worker.run("orders_handle_left_notices")
    assert (await buyer.see(order_id))["state"] == "paid"
    late = await _tell(buyer.client, wechat[0].payment_callback(number))
    assert late.status_code == 204
    assert await market.balances() == {"provider": -PRICE_MINOR, "escrow": PRICE_MINOR}


async def test_who_pays_a_cancelled_order_gets_the_money_back_from_the_provider(
    market: Market, buyer: Buyer, wechat: tuple[WechatServer, str], worker: Worker
) -> None:
    order_id, number = await _begin(market, buyer)
    wechat[0].pay(number)
    assert (await buyer.client.post(f"/api/orders/{order_id}/cancel", json={}, headers=once())).is_success
    await worker.run("payments_close_charges", "payments_ask_about_charges")
    await worker.run("orders_handle_left_notices", "payments_carry_out_refunds", "payments_carry_out_refunds")
    assert [refund["amount"]["refund"] for refund in wechat[0].refunds.values()] == [PRICE_MINOR]
    assert (await buyer.see(order_id))["state"] == "cancelled"
    assert await market.balances() == {}
    money = (await buyer.client.get(f"/api/orders/{order_id}/money")).json()["items"]
    assert [(one["kind"], one["amount_minor"], one["reason"]) for one in money] == [
        ("paid", PRICE_MINOR, None),
        ("refund_requested", PRICE_MINOR, "late_payment"),
        ("refunded", PRICE_MINOR, "late_payment"),
    ]


REFUNDING = """
import asyncio
from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments.service.ask_providers import carry_out_refunds
from xiaodian.modules.payments.service.providers import Providers
from xiaodian.settings import Settings

async def main():
    settings = Settings.from_env()
    database = await Database.connect(settings.database_url, pool_size=2)
    providers = Providers(Context(settings=settings, database=database, broker=None, storage=None))
    await carry_out_refunds(database, providers, utc_now())

asyncio.run(main())
"""


async def test_a_worker_killed_while_the_provider_gives_back_leaves_one_refund_not_two(
    market: Market, buyer: Buyer, wechat: tuple[WechatServer, str], worker: Worker, settings: Settings
) -> None:
    order_id, number = await _begin(market, buyer)
    wechat[0].pay(number)
    assert (await buyer.client.post(f"/api/orders/{order_id}/cancel", json={}, headers=once())).is_success
    await worker.run("payments_ask_about_charges")
    await worker.run("orders_handle_left_notices")
    wechat[0].slow_s = 60.0
    doomed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", REFUNDING, env={**os.environ, **settings.to_env()}
    )
    await asyncio.wait_for(wechat[0].refund_arrived.wait(), 60)
    doomed.kill()
    await doomed.wait()
    wechat[0].slow_s = 0.0
    assert await market.events("PaymentRefunded") == []
    await worker.run("payments_carry_out_refunds")
    assert len(wechat[0].refunds) == 1
    assert await market.events("PaymentRefunded") == ["PaymentRefunded"]
    assert await market.balances() == {}


async def test_an_order_nobody_will_pay_is_closed_at_the_provider(
    market: Market, buyer: Buyer, wechat: tuple[WechatServer, str], worker: Worker
) -> None:
    order_id, number = await _begin(market, buyer)
    assert (await buyer.client.post(f"/api/orders/{order_id}/cancel", json={}, headers=once())).is_success
    await worker.run("payments_close_charges")
    assert wechat[0].orders[number]["trade_state"] == "CLOSED"


@pytest.mark.parametrize(
    "change",
    [
        lambda number: {"amount": {"total": 1, "currency": "CNY"}},
        lambda number: {"amount": {"total": PRICE_MINOR, "currency": "USD"}},
        lambda number: {"out_trade_no": uuid4().hex},
    ],
    ids=["amount", "currency", "order"],
)
async def test_a_signed_word_about_something_else_is_refused_and_kept_for_the_books(
    market: Market,
    buyer: Buyer,
    wechat: tuple[WechatServer, str],
    change: Callable[[str], dict[str, Any]],
) -> None:
    order_id, number = await _begin(market, buyer)
    wechat[0].pay(number)
    answer = await _tell(buyer.client, wechat[0].payment_callback(number, content=change(number)))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_callback")
    assert (await buyer.see(order_id))["state"] == "pending_payment"
    assert await market.count("payments.notice") == 1
    assert await market.balances() == {}


async def test_a_forged_word_is_refused_and_leaves_no_trace(
    market: Market, buyer: Buyer, wechat: tuple[WechatServer, str]
) -> None:
    _, number = await _begin(market, buyer)
    wechat[0].pay(number)
    headers, body = wechat[0].payment_callback(number)
    answer = await _tell(buyer.client, ({**headers, "wechatpay-nonce": "x"}, body))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_callback")
    assert await market.count("payments.notice") == 0


async def test_a_provider_that_answers_after_the_time_out_is_asked_again_for_the_same_payment(
    market: Market, buyer: Buyer, wechat: tuple[WechatServer, str]
) -> None:
    order = await buyer.order(await market.sku())
    app = _app_of(buyer.client)
    provider = app.state.order_desk.cashier.providers.get("wechat")
    quick = provider_http.ProviderHttp("wechat", timeout_s=0.2)
    patient, provider._http = provider._http, quick
    wechat[0].slow_s = 1.0
    call: dict[str, Any] = {
        "json": {"order_ids": [order["order_id"]], "provider": "wechat"},
        "headers": {"Idempotency-Key": "pay-once"},
    }
    away = await buyer.client.post("/api/payments", **call)
    assert (away.status_code, away.json()["code"]) == (503, "unavailable")
    wechat[0].slow_s = 0.0
    provider._http = patient
    begun = await buyer.client.post("/api/payments", **call)
    assert begun.status_code == 201
    assert await market.count("payments.charge") == 1
    assert list(wechat[0].orders) == [begun.json()["charge_id"].replace("-", "")]
    await quick.close()


async def test_alipay_tells_by_a_form_and_is_answered_with_the_word_it_wants(
    market: Market, buyer: Buyer, alipay: tuple[AlipayServer, str]
) -> None:
    order = await buyer.order(await market.sku())
    charge = await buyer.start_payment(order["order_id"], provider="alipay")
    number = alipay[0].visit(charge["action"]["url"])["out_trade_no"]
    alipay[0].pay(number)
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    body = alipay[0].notice(number)
    for _ in range(2):
        answer = await market.seller.post("/api/payments/callbacks/alipay", headers=form, content=body)
        assert (answer.status_code, answer.text) == (200, "success")
        await _app_of(market.seller).state.order_desk.cashier.settle()
    assert (await buyer.see(order["order_id"]))["state"] == "paid"
    assert await market.balances() == {"provider": -PRICE_MINOR, "escrow": PRICE_MINOR}
    forged = await market.seller.post("/api/payments/callbacks/alipay", headers=form, content=body + b"1")
    assert (forged.status_code, forged.json()["code"]) == (400, "bad_callback")


async def test_the_ways_to_pay_are_offered(buyer: Buyer) -> None:
    items = (await buyer.client.get("/api/payment-methods")).json()["items"]
    assert items == [
        {"provider": "wechat", "methods": ["native"]},
        {"provider": "alipay", "methods": ["page", "wap"]},
        {"provider": "sandbox", "methods": ["page"]},
    ]
