"""Stripe, against the server of the package localstripe."""

import asyncio
import hashlib
import hmac
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any

import httpx
import msgspec
import pytest
from aiohttp import web
from tests.modules.payments.servers import a_charge, a_refund, read, serve

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import (
    BadCallbackError,
    Charge,
    ChargeState,
    PaymentNotice,
    PaymentProvider,
    RefundNotice,
    RefundState,
    StatementLine,
)
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments.service.stripe import StripeProvider
from xiaodian.settings import BadSettingError, Settings

SECRET = "whsec_test"
KEY = "sk_test_12345"
RETURN_URL = "https://shop.example/pay"


@pytest.fixture(scope="module")
def stripe_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the test's own."""
    with socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"],
        cwd=tmp_path_factory.mktemp("stripe"),
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            httpx.get(url + "/v1/balance", timeout=1)
            break
        except httpx.TransportError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.05)
    yield url
    server.terminate()
    server.wait(10)


def _settings(url: str) -> Settings:
    return Settings(
        stripe_secret_key=KEY, stripe_publishable_key="pk_test_1", stripe_webhook_secret=SECRET, stripe_api_base=url
    )


@pytest.fixture
async def stripe(stripe_url: str) -> AsyncIterator[StripeProvider]:
    """The provider, with nothing in the server's books."""
    await _post(stripe_url, "DELETE", "/_config/data")
    provider = StripeProvider(_settings(stripe_url))
    yield provider
    await provider.close()


async def _lines_since(stripe: StripeProvider, began: datetime) -> list[StatementLine]:
    """Of the statements of all days since a moment: while a test runs, the day may end."""
    days = sorted({began.date(), utc_now().date()})
    return [line for day in days for line in await read(stripe.get_statement(day))]


async def _post(url: str, method: str, path: str, data: Any = None) -> Any:
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {KEY}"}) as client:
        answer = await client.request(method, url + path, data=data)
    assert answer.status_code in (200, 402), answer.text
    return answer.json() if answer.content else None


async def _open(stripe: StripeProvider, charge: Charge) -> Charge:
    action = await stripe.open_charge(charge, return_url=RETURN_URL, client_address="203.0.113.1")
    return msgspec.structs.replace(charge, action=action)


async def _pay(url: str, charge: Charge, card: str = "4242424242424242") -> None:
    """What Stripe's script in the buyer's page does."""
    assert charge.action is not None
    form = {"type": "card", "card[number]": card, "card[exp_month]": "12", "card[exp_year]": "2030", "card[cvc]": "123"}
    method = await _post(url, "POST", "/v1/payment_methods", form)
    path = f"/v1/payment_intents/{charge.action.data['intent_id']}"
    await _post(url, "POST", path, {"payment_method": method["id"]})
    await _post(url, "POST", f"{path}/confirm")


def _sign(body: bytes, timestamp: int | None = None, secret: str = SECRET) -> dict[str, str]:
    at = int(time.time()) if timestamp is None else timestamp
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={at},v1={digest}"}


async def test_a_buyer_pays_by_card_and_the_truth_can_be_asked_for(stripe: StripeProvider, stripe_url: str) -> None:
    provider: PaymentProvider = stripe
    charge = await _open(stripe, a_charge("stripe", "card"))
    assert charge.action is not None
    assert charge.action.data["client_secret"].startswith(charge.action.data["intent_id"] + "_secret_")
    assert (charge.action.kind.value, charge.action.data["publishable_key"]) == ("client", "pk_test_1")
    assert await provider.find_charge(charge) is None
    await _pay(stripe_url, charge)
    told = await provider.find_charge(charge)
    assert told is not None
    assert (told.outcome, told.amount_minor, told.currency) == (ChargeState.CAPTURED, 2990, "CNY")
    assert told.provider_ref == charge.action.data["intent_id"]
    assert await provider.find_charge(a_charge("stripe", "card")) is None


async def test_a_closed_payment_cannot_be_paid_and_a_paid_one_not_closed(
    stripe: StripeProvider, stripe_url: str
) -> None:
    closed, paid = await _open(stripe, a_charge("stripe", "card")), await _open(stripe, a_charge("stripe", "card"))
    await stripe.close_charge(closed)
    await stripe.close_charge(closed)
    await _pay(stripe_url, paid)
    await stripe.close_charge(paid)
    outcomes = [told.outcome for charge in (closed, paid) if (told := await stripe.find_charge(charge))]
    assert outcomes == [ChargeState.FAILED, ChargeState.CAPTURED]


async def test_stripes_own_webhooks_are_believed_and_forged_ones_are_not(
    stripe: StripeProvider, stripe_url: str
) -> None:
    received: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()

    async def _take(request: web.Request) -> web.Response:
        received.put_nowait(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", _take)
    async with serve(app) as hook:
        await _post(stripe_url, "POST", "/_config/webhooks/1", {"url": f"{hook}/hook", "secret": SECRET})
        paid, declined = (
            await _open(stripe, a_charge("stripe", "card")),
            await _open(stripe, a_charge("stripe", "card")),
        )
        await _pay(stripe_url, paid)
        await _pay(stripe_url, declined, "4000000000000341")
        told: dict[Any, PaymentNotice] = {}
        # What the tests before have done may be told now too.
        while not {paid.charge_id, declined.charge_id} <= told.keys():
            headers, body = await asyncio.wait_for(received.get(), 60)
            notice = await stripe.verify_callback(headers, body)
            if isinstance(notice, PaymentNotice):
                told[notice.charge_id] = notice
                again = await stripe.verify_callback(headers, body)
                assert again == notice
    assert told[paid.charge_id].outcome is ChargeState.CAPTURED
    assert told[declined.charge_id].outcome is ChargeState.FAILED
    assert told[paid.charge_id].amount_minor == 2990
    for bad in (
        {},
        {"stripe-signature": ""},
        {"stripe-signature": headers["stripe-signature"][:-1] + "x"},
        {"stripe-signature": headers["stripe-signature"].replace("v1=", "v0=")},
        _sign(body, secret="whsec_other"),
        _sign(body + b" "),
        _sign(body, int(time.time()) - 3600),
        _sign(body, int(time.time()) + 3600),
        _sign(b"no json"),
    ):
        with pytest.raises(BadCallbackError):
            await stripe.verify_callback(bad, body if bad != _sign(b"no json") else b"no json")


def _event(kind: str, **fields: Any) -> bytes:
    return msgspec.json.encode({"id": "evt_1", "type": kind, "data": {"object": fields}})


async def test_events_that_are_not_about_us_are_let_go_and_malformed_ones_refused(stripe: StripeProvider) -> None:
    intent = {"id": "pi_1", "status": "succeeded", "amount": 1, "currency": "cny"}
    for body in (
        _event("customer.created", id="cus_1"),
        _event("payment_intent.succeeded", **intent),
        _event("payment_intent.created", **intent, metadata={"charge_id": str(a_charge("stripe", "card").charge_id)}),
    ):
        assert await stripe.verify_callback(_sign(body), body) is None
    for body in (b"no json", b"{}", _event("payment_intent.succeeded", **intent, metadata={"charge_id": "x"})):
        with pytest.raises(BadCallbackError):
            await stripe.verify_callback(_sign(body), body)


async def test_while_a_signing_secret_is_rolled_either_signature_counts(stripe: StripeProvider) -> None:
    body = _event("customer.created", id="cus_1")
    header = _sign(body)["stripe-signature"]
    assert await stripe.verify_callback({"stripe-signature": f"{header},v1=0000"}, body) is None


async def test_a_refund_told_by_webhook_is_about_our_refund(stripe: StripeProvider) -> None:
    refund = a_refund(a_charge("stripe", "card"), 500)
    fields = {"id": "re_1", "amount": 500, "currency": "cny", "metadata": {"refund_id": str(refund.refund_id)}}
    told = {}
    for status in ("pending", "succeeded", "failed"):
        body = _event("refund.updated", status=status, **fields)
        told[status] = await stripe.verify_callback(_sign(body), body)
    assert told["pending"] is None
    done = told["succeeded"]
    assert isinstance(done, RefundNotice)
    assert (done.refund_id, done.outcome, done.amount_minor) == (refund.refund_id, RefundState.SUCCEEDED, 500)
    failed = told["failed"]
    assert isinstance(failed, RefundNotice)
    assert failed.outcome is RefundState.FAILED


async def test_a_refund_asked_again_gives_back_once_and_the_statement_shows_it(
    stripe: StripeProvider, stripe_url: str
) -> None:
    charge = await _open(stripe, a_charge("stripe", "card"))
    await _pay(stripe_url, charge)
    refund = a_refund(charge, 990)
    outcomes = [await stripe.refund(refund, charge), await stripe.refund(refund, charge)]
    outcomes.append(await stripe.find_refund(refund, charge))
    assert [outcome.state for outcome in outcomes] == [RefundState.SUCCEEDED] * 3
    lines = await _lines_since(stripe, charge.created_at)
    assert sorted((line.amount_minor, line.currency) for line in lines) == [(-990, "CNY"), (2990, "CNY")]
    assert {line.charge_id for line in lines} == {charge.charge_id}
    assert [line.refund_id for line in lines if line.amount_minor < 0] == [refund.refund_id]


async def test_money_that_never_came_cannot_go_back(stripe: StripeProvider) -> None:
    charge = await _open(stripe, a_charge("stripe", "card"))
    unopened = a_charge("stripe", "card")
    for one in (charge, unopened):
        try:
            outcome = await stripe.refund(a_refund(one, 990), one)
        except UnavailableError:
            continue  # The server breaks on a payment that was never tried.
        assert outcome.state is RefundState.FAILED
    assert await _lines_since(stripe, charge.created_at) == []


async def test_a_statement_of_many_pages_is_read_to_its_end(stripe: StripeProvider, stripe_url: str) -> None:
    import xiaodian.modules.payments.service.stripe as module

    charges = [await _open(stripe, a_charge("stripe", "card", amount_minor=100 + n)) for n in range(3)]
    for charge in charges:
        await _pay(stripe_url, charge)
    page, module.PAGE = module.PAGE, 1
    try:
        lines = await _lines_since(stripe, charges[0].created_at)
    finally:
        module.PAGE = page
    assert {line.charge_id for line in lines} == {charge.charge_id for charge in charges}


@pytest.mark.parametrize("how", ["hangs", "breaks", "refuses", "babbles"])
async def test_a_provider_that_hangs_or_breaks_is_away_and_nothing_is_known(how: str) -> None:
    async def _answer(request: web.Request) -> web.Response:
        if how == "hangs":
            await asyncio.sleep(30)
        return web.Response(status={"breaks": 500, "refuses": 429}.get(how, 200), body=b"<html>")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", _answer)
    async with serve(app) as url:
        provider = StripeProvider(_settings(url), timeout_s=0.3)
        charge = a_charge("stripe", "card", provider_ref="pi_1")
        calls = (
            provider.open_charge(charge, return_url=RETURN_URL, client_address=""),
            provider.find_charge(charge),
            provider.refund(a_refund(charge, 1), charge),
            read(provider.get_statement(utc_now().date())),
        )
        for call in calls:
            with pytest.raises(UnavailableError):
                await call
        await provider.close()


def test_a_provider_set_up_halfway_is_named_with_what_is_missing() -> None:
    assert not StripeProvider.is_set_up(Settings())
    assert StripeProvider.is_set_up(_settings(""))
    with pytest.raises(BadSettingError, match="XIAODIAN_STRIPE_PUBLISHABLE_KEY, XIAODIAN_STRIPE_WEBHOOK_SECRET"):
        StripeProvider.is_set_up(Settings(stripe_secret_key="sk_live_1"))
