"""Alipay, against a small gateway written from its documents."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest
from aiohttp import web
from tests.modules.payments.alipay_server import APP_ID, AlipayServer
from tests.modules.payments.servers import a_charge, a_refund, private_pem, public_pem, read, serve

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import (
    BadCallbackError,
    Charge,
    ChargeState,
    PayAction,
    PaymentNotice,
    PaymentProvider,
    RefundState,
)
from xiaodian.modules.payments.service.alipay import AlipayProvider
from xiaodian.modules.payments.service.providers import make_real_providers
from xiaodian.modules.payments.service.yuan import to_minor, to_yuan
from xiaodian.settings import BadSettingError, Settings

RETURN_URL = "https://shop.example/?charge=1"


def _bare(pem: str) -> str:
    """As Alipay's own tool hands keys out: without the lines around them."""
    return "".join(line for line in pem.splitlines() if "-----" not in line)


def _settings(url: str = "http://127.0.0.1:1", **changes: Any) -> Settings:
    settings = Settings(
        public_url="https://shop.example",
        alipay_app_id=APP_ID,
        alipay_private_key=_bare(private_pem("app")),
        alipay_public_key=_bare(public_pem("alipay")),
        alipay_gateway=f"{url}/gateway.do",
    )
    return msgspec.structs.replace(settings, **changes)


@pytest.fixture
async def server() -> AsyncIterator[tuple[AlipayServer, str]]:
    """Alipay and its address."""
    alipay = AlipayServer()
    async with serve(alipay.app) as url:
        yield alipay, url


@pytest.fixture
async def alipay(server: tuple[AlipayServer, str]) -> AsyncIterator[AlipayProvider]:
    """Our side of it."""
    provider = AlipayProvider(_settings(server[1]))
    yield provider
    await provider.close()


async def _open(provider: AlipayProvider, charge: Charge) -> PayAction:
    return await provider.open_charge(charge, return_url=RETURN_URL, client_address="203.0.113.9")


async def _paid(provider: AlipayProvider, server: AlipayServer) -> Charge:
    charge = a_charge("alipay", "page")
    server.visit((await _open(provider, charge)).url)
    server.pay(charge.charge_id.hex)
    return charge


@pytest.mark.parametrize("method", ["page", "wap"])
async def test_a_buyer_pays_on_alipays_page_and_the_truth_can_be_asked_for(
    alipay: AlipayProvider, server: tuple[AlipayServer, str], method: str
) -> None:
    provider: PaymentProvider = alipay
    charge = a_charge("alipay", method)
    action = await _open(alipay, charge)
    assert await provider.find_charge(charge) is None
    trade = server[0].visit(action.url)
    assert (trade["total_amount"], trade["return_url"]) == ("29.90", RETURN_URL)
    assert trade["notify_url"] == "https://shop.example/api/payments/callbacks/alipay"
    assert await provider.find_charge(charge) is None
    server[0].pay(charge.charge_id.hex)
    told = await provider.find_charge(charge)
    assert told is not None
    assert (told.charge_id, told.outcome, told.amount_minor, told.currency, told.provider_ref) == (
        charge.charge_id,
        ChargeState.CAPTURED,
        2990,
        "CNY",
        trade["trade_no"],
    )


async def test_a_notice_is_believed_however_often_it_comes(
    alipay: AlipayProvider, server: tuple[AlipayServer, str]
) -> None:
    charge = await _paid(alipay, server[0])
    body = server[0].notice(charge.charge_id.hex)
    notices = [await alipay.verify_callback({}, body) for _ in range(3)]
    assert all(notice == notices[0] for notice in notices)
    told = notices[0]
    assert isinstance(told, PaymentNotice)
    assert (told.charge_id, told.outcome, told.amount_minor) == (charge.charge_id, ChargeState.CAPTURED, 2990)
    assert alipay.acknowledgement == (200, b"success", "text/plain")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("TRADE_FINISHED", ChargeState.CAPTURED),
        ("TRADE_CLOSED", ChargeState.FAILED),
        ("WAIT_BUYER_PAY", None),
    ],
)
async def test_each_state_of_a_trade_is_understood(
    alipay: AlipayProvider, server: tuple[AlipayServer, str], status: str, outcome: ChargeState | None
) -> None:
    charge = await _paid(alipay, server[0])
    told = await alipay.verify_callback({}, server[0].notice(charge.charge_id.hex, trade_status=status))
    assert (told.outcome if told is not None else None) is outcome


async def test_what_is_told_of_a_refund_does_not_count_as_a_failed_payment(
    alipay: AlipayProvider, server: tuple[AlipayServer, str]
) -> None:
    charge = await _paid(alipay, server[0])
    body = server[0].notice(charge.charge_id.hex, trade_status="TRADE_CLOSED", refund_fee="29.90", gmt_refund="x")
    assert await alipay.verify_callback({}, body) is None
    assert await alipay.verify_callback({}, server[0].notice(charge.charge_id.hex, app_id="2021999")) is None


async def test_forged_altered_and_old_notices_are_refused(
    alipay: AlipayProvider, server: tuple[AlipayServer, str]
) -> None:
    charge = await _paid(alipay, server[0])
    number = charge.charge_id.hex
    fields = dict(parse_qsl(server[0].notice(number).decode()))
    old = server[0].notice(number, notify_time="2020-01-01 00:00:00")
    strange = [
        server[0].notice(number, total_amount="lots"),
        server[0].notice(number, out_trade_no="not ours"),
        server[0].notice(number, notify_time="soon"),
    ]
    server[0].signer = "stranger"
    for body in (
        old,
        *strange,
        server[0].notice(number),
        b"",
        b"\xff\xfe",
        b"a=" * 1000,
        urlencode({**fields, "total_amount": "0.01"}).encode(),
        urlencode({**fields, "sign": ""}).encode(),
        urlencode({**fields, "sign": "####"}).encode(),
        urlencode({**fields, "more": "1"}).encode(),
        urlencode({name: value for name, value in fields.items() if name != "sign"}).encode(),
    ):
        with pytest.raises(BadCallbackError):
            await alipay.verify_callback({}, body)


async def test_an_answer_that_alipay_did_not_sign_says_nothing(
    alipay: AlipayProvider, server: tuple[AlipayServer, str]
) -> None:
    charge = await _paid(alipay, server[0])
    server[0].signer = "stranger"
    for call in (
        alipay.find_charge(charge),
        alipay.close_charge(charge),
        alipay.refund(a_refund(charge, 1), charge),
        read(alipay.get_statement(date(2026, 11, 11))),
    ):
        with pytest.raises(UnavailableError):
            await call


async def test_requests_signed_by_somebody_else_move_no_money(server: tuple[AlipayServer, str]) -> None:
    right = AlipayProvider(_settings(server[1]))
    wrong = AlipayProvider(_settings(server[1], alipay_private_key=private_pem("stranger")))
    charge = await _paid(right, server[0])
    for call in (
        wrong.find_charge(charge),
        wrong.close_charge(charge),
        wrong.refund(a_refund(charge, 1), charge),
        wrong.find_refund(a_refund(charge, 1), charge),
    ):
        with pytest.raises(UnavailableError):
            await call
    assert server[0].refunds == {}
    for provider in (right, wrong):
        await provider.close()


async def test_a_closed_trade_is_told_as_failed_and_a_paid_one_stays_paid(
    alipay: AlipayProvider, server: tuple[AlipayServer, str]
) -> None:
    closed, unknown = a_charge("alipay", "page"), a_charge("alipay", "page")
    server[0].visit((await _open(alipay, closed)).url)
    paid = await _paid(alipay, server[0])
    for charge in (closed, paid, unknown):
        await alipay.close_charge(charge)
    outcomes = [told.outcome for charge in (closed, paid, unknown) if (told := await alipay.find_charge(charge))]
    assert outcomes == [ChargeState.FAILED, ChargeState.CAPTURED]


async def test_a_refund_asked_again_gives_back_once_and_more_than_was_paid_is_refused(
    alipay: AlipayProvider, server: tuple[AlipayServer, str]
) -> None:
    charge = await _paid(alipay, server[0])
    refund = a_refund(charge, 1990)
    outcomes = [await alipay.refund(refund, charge), await alipay.refund(refund, charge)]
    outcomes.append(await alipay.find_refund(refund, charge))
    assert [outcome.state for outcome in outcomes] == [RefundState.SUCCEEDED] * 3
    assert list(server[0].refunds) == [refund.refund_id.hex]
    too_large = await alipay.refund(a_refund(charge, 1001), charge)
    assert (too_large.state, too_large.detail.partition(":")[0]) == (
        RefundState.FAILED,
        "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    )
    unpaid = a_charge("alipay", "page")
    assert (await alipay.refund(a_refund(unpaid, 1), unpaid)).state is RefundState.FAILED


async def test_a_refund_that_never_arrived_there_is_made_when_it_is_asked_for(
    alipay: AlipayProvider, server: tuple[AlipayServer, str]
) -> None:
    charge = await _paid(alipay, server[0])
    refund = a_refund(charge, 1990)
    server[0].business_fault = "ACQ.SYSTEM_ERROR"
    with pytest.raises(UnavailableError):
        await alipay.refund(refund, charge)
    server[0].business_fault = ""
    assert (await alipay.find_refund(refund, charge)).state is RefundState.SUCCEEDED
    assert list(server[0].refunds) == [refund.refund_id.hex]


async def test_the_days_bill_names_what_came_in_and_what_went_back(
    alipay: AlipayProvider, server: tuple[AlipayServer, str]
) -> None:
    charge = await _paid(alipay, server[0])
    refund = a_refund(charge, 1990)
    await alipay.refund(refund, charge)
    lines = await read(alipay.get_statement(date(2026, 11, 11)))
    assert [(line.charge_id, line.refund_id, line.amount_minor, line.currency) for line in lines] == [
        (charge.charge_id, None, 2990, "CNY"),
        (charge.charge_id, refund.refund_id, -1990, "CNY"),
    ]
    assert lines[0].at.isoformat() == "2026-11-11T10:00:00+08:00"
    assert await read(alipay.get_statement(date(2025, 11, 11))) == []


async def test_a_bill_of_many_trades_is_read_in_little_memory(
    alipay: AlipayProvider, server: tuple[AlipayServer, str]
) -> None:
    paid = await _paid(alipay, server[0])
    trade = server[0].trades[paid.charge_id.hex]
    server[0].trades.update({f"{number:032x}": {**trade, "out_trade_no": f"{number:032x}"} for number in range(4_999)})
    tracemalloc.start()
    try:
        # The server is in this process too, with the file of 600 KB; its lines alone would be 3 MB.
        lines = alipay.get_statement(date(2026, 11, 11))
        first = await anext(lines)
        tracemalloc.reset_peak()
        count = 1 + len([None async for _ in lines])
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (first.charge_id, count) == (paid.charge_id, 5_000)
    assert most < 1.5 * 2**20


@pytest.mark.parametrize("how", ["hangs", "breaks", "babbles", "gone"])
async def test_an_alipay_that_hangs_breaks_or_is_gone_is_away_and_nothing_is_known(how: str) -> None:
    async def _answer(request: web.Request) -> web.Response:
        if how == "hangs":
            await asyncio.sleep(30)
        return web.Response(status=500 if how == "breaks" else 200, body=b"<html>")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", _answer)
    async with serve(app) as url:
        provider = AlipayProvider(_settings(url if how != "gone" else "http://127.0.0.1:1"), timeout_s=0.3)
        charge = a_charge("alipay", "page")
        for call in (
            provider.find_charge(charge),
            provider.close_charge(charge),
            provider.refund(a_refund(charge, 1), charge),
            read(provider.get_statement(date(2026, 11, 11))),
        ):
            with pytest.raises(UnavailableError):
                await call
        await provider.close()


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"alipay_public_key": ""}, "XIAODIAN_ALIPAY_PUBLIC_KEY"),
        ({"alipay_public_key": "bm9uc2Vuc2U="}, "XIAODIAN_ALIPAY_PUBLIC_KEY"),
        ({"alipay_private_key": "./nowhere.pem"}, "names a file that is not there"),
        ({"alipay_methods": ""}, "XIAODIAN_ALIPAY_METHODS"),
        ({"public_url": ""}, "XIAODIAN_PUBLIC_URL"),
    ],
)
def test_a_setting_that_is_wrong_or_missing_is_named(changes: dict[str, Any], names: str) -> None:
    with pytest.raises(BadSettingError, match=names):
        make_real_providers(_settings(**changes))


def test_a_bare_key_longer_than_any_file_name_is_no_path(tmp_path: Path) -> None:
    unbroken = "A" * 300  # Whether a key has a slash in its first 255 letters is chance.
    with pytest.raises(BadSettingError, match="XIAODIAN_ALIPAY_PUBLIC_KEY is no public key"):
        make_real_providers(_settings(alipay_public_key=unbroken))
    (tmp_path / "key.pem").write_text(public_pem("alipay"))
    assert make_real_providers(_settings(alipay_public_key=str(tmp_path / "key.pem")))


def test_what_is_set_up_is_offered() -> None:
    assert make_real_providers(Settings()) == []
    assert [provider.name for provider in make_real_providers(_settings())] == ["alipay"]
    assert make_real_providers(_settings(alipay_methods="wap"))[0].methods == ("wap",)


@pytest.mark.parametrize(("text", "minor"), [("29.9", 2990), ("0.01", 1), ("-5", -500), ("100", 10000), ("-0.50", -50)])
def test_yuan_become_fen_without_a_float(text: str, minor: int) -> None:
    assert to_minor(text) == minor
    assert to_minor(to_yuan(minor)) == minor


@pytest.mark.parametrize("text", ["", "1.005", "1e3", "NaN", "1,000.00", "１", ".5", "9" * 20])
def test_what_is_no_amount_in_yuan_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        to_minor(text)
