"""WeChat Pay, against a small server written from its documents."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from tests.modules.payments.servers import a_charge, a_refund, key_pair, private_pem, public_pem, read, serve
from tests.modules.payments.wechat_server import API_V3_KEY, APPID, MCHID, MERCHANT_SERIAL, WechatServer

from xiaodian.contracts.base import InvalidInputError, UnavailableError
from xiaodian.contracts.payments import (
    BadCallbackError,
    Charge,
    ChargeState,
    PayAction,
    PayKind,
    PaymentNotice,
    PaymentProvider,
    RefundNotice,
    RefundState,
)
from xiaodian.modules.payments.service import wechat_keys
from xiaodian.modules.payments.service.providers import make_real_providers
from xiaodian.modules.payments.service.wechat import WechatProvider
from xiaodian.settings import BadSettingError, Settings

RETURN_URL = "https://shop.example/?charge=1"


def _settings(url: str = "http://127.0.0.1:1", **changes: Any) -> Settings:
    settings = Settings(
        public_url="https://shop.example",
        wechat_app_id=APPID,
        wechat_merchant_id=MCHID,
        wechat_merchant_serial=MERCHANT_SERIAL,
        wechat_private_key=private_pem("merchant"),
        wechat_api_v3_key=API_V3_KEY,
        wechat_app_secret="app-secret",
        wechat_methods="native, h5, jsapi",
        wechat_api_base=url,
        wechat_login_base=url,
    )
    return msgspec.structs.replace(settings, **changes)


@pytest.fixture
async def server() -> AsyncIterator[tuple[WechatServer, str]]:
    """WeChat Pay and its address."""
    wechat = WechatServer()
    async with serve(wechat.app) as url:
        yield wechat, url


@pytest.fixture
async def wechat(server: tuple[WechatServer, str]) -> AsyncIterator[WechatProvider]:
    """Our side of it."""
    provider = WechatProvider(_settings(server[1]))
    yield provider
    await provider.close()


async def _open(provider: WechatProvider, charge: Charge, payer_code: str = "") -> PayAction:
    return await provider.open_charge(
        charge, return_url=RETURN_URL, client_address="203.0.113.9", payer_code=payer_code
    )


async def _paid(wechat: WechatProvider, server: WechatServer) -> Charge:
    charge = a_charge("wechat", "native")
    await _open(wechat, charge)
    server.pay(charge.charge_id.hex)
    return charge


async def test_a_buyer_scans_a_code_and_the_truth_can_be_asked_for(
    wechat: WechatProvider, server: tuple[WechatServer, str]
) -> None:
    provider: PaymentProvider = wechat
    charge = a_charge("wechat", "native")
    assert await provider.find_charge(charge) is None
    action = await _open(wechat, charge)
    assert (action.kind, action.url[:9]) == (PayKind.QR, "weixin://")
    assert await _open(wechat, charge) == action
    order = server[0].orders[charge.charge_id.hex]["wish"]
    assert order["amount"] == {"total": 2990, "currency": "CNY"}
    assert order["notify_url"] == "https://shop.example/api/payments/callbacks/wechat"
    assert await provider.find_charge(charge) is None
    server[0].pay(charge.charge_id.hex)
    told = await provider.find_charge(charge)
    assert told is not None
    assert (told.charge_id, told.outcome, told.amount_minor, told.currency) == (
        charge.charge_id,
        ChargeState.CAPTURED,
        2990,
        "CNY",
    )
    assert told.provider_ref == server[0].orders[charge.charge_id.hex]["transaction_id"]


async def test_in_a_phones_browser_the_buyer_goes_to_wechats_page_and_comes_back(wechat: WechatProvider) -> None:
    action = await _open(wechat, a_charge("wechat", "h5"))
    assert action.kind is PayKind.PAGE
    assert parse_qs(urlsplit(action.url).query)["redirect_url"] == [RETURN_URL]


async def test_inside_wechat_the_buyer_signs_in_first_and_gets_what_the_script_needs(
    wechat: WechatProvider, server: tuple[WechatServer, str]
) -> None:
    charge = a_charge("wechat", "jsapi")
    first = await _open(wechat, charge)
    assert first.kind is PayKind.PAGE
    assert parse_qs(urlsplit(first.url).query)["redirect_uri"] == [RETURN_URL]
    assert first.url.endswith("#wechat_redirect")
    assert server[0].orders == {}
    with pytest.raises(InvalidInputError):
        await _open(wechat, charge, payer_code="bad")
    action = await _open(wechat, charge, payer_code="good")
    data = action.data
    assert (action.kind, data["package"]) == (PayKind.CLIENT, f"prepay_id=wx{charge.charge_id.hex}")
    assert server[0].orders[charge.charge_id.hex]["wish"]["payer"] == {"openid": "oUpF8uMuAJO"}
    message = f"{APPID}\n{data['timeStamp']}\n{data['nonceStr']}\n{data['package']}\n".encode()
    key_pair("merchant").public_key().verify(
        base64.b64decode(data["paySign"]), message, padding.PKCS1v15(), hashes.SHA256()
    )


async def test_a_callback_is_believed_however_often_late_or_out_of_order_it_comes(
    wechat: WechatProvider, server: tuple[WechatServer, str]
) -> None:
    charge = await _paid(wechat, server[0])
    headers, body = server[0].payment_callback(charge.charge_id.hex, notice_id="EV-1")
    notices = [await wechat.verify_callback(headers, body) for _ in range(3)]
    assert all(notice == notices[0] for notice in notices)
    told = notices[0]
    assert isinstance(told, PaymentNotice)
    assert (told.notice_id, told.charge_id, told.outcome, told.amount_minor) == (
        "EV-1",
        charge.charge_id,
        ChargeState.CAPTURED,
        2990,
    )
    closed = server[0].payment_callback(charge.charge_id.hex, content={"trade_state": "CLOSED"})
    late = await wechat.verify_callback(*closed)
    assert isinstance(late, PaymentNotice)
    assert late.outcome is ChargeState.FAILED
    paying = server[0].payment_callback(charge.charge_id.hex, content={"trade_state": "USERPAYING"})
    assert await wechat.verify_callback(*paying) is None


async def test_forged_old_and_foreign_callbacks_are_refused(
    wechat: WechatProvider, server: tuple[WechatServer, str]
) -> None:
    charge = await _paid(wechat, server[0])
    number, now = charge.charge_id.hex, int(time.time())
    headers, body = server[0].payment_callback(number)
    bad = [
        ({}, body),
        (headers, body + b" "),
        (headers, body.replace(b"SUCCESS", b"CLOSED!")),
        ({**headers, "wechatpay-signature": "WECHATPAY/SIGNTEST/" + headers["wechatpay-signature"]}, body),
        ({**headers, "wechatpay-nonce": "other"}, body),
        ({**headers, "wechatpay-timestamp": "soon"}, body),
        ({**headers, "wechatpay-serial": "0000"}, body),
        server[0].payment_callback(number, at=now - 3600),
        server[0].payment_callback(number, at=now + 3600),
        server[0].payment_callback(number, signer=key_pair("stranger")),
        server[0].payment_callback(number, key="x" * 32),
        server[0].payment_callback(number, content={"out_trade_no": "no number of ours"}),
        (server[0].sign(b"no json"), b"no json"),
        (server[0].sign(b"{}"), b"{}"),
    ]
    for bad_headers, bad_body in bad:
        with pytest.raises(BadCallbackError):
            await wechat.verify_callback(bad_headers, bad_body)
    assert await wechat.verify_callback(*server[0].payment_callback(number, content={"mchid": "other"})) is None
    assert await wechat.verify_callback(*server[0].callback("COUPON.USE", {})) is None


async def test_a_new_certificate_is_fetched_when_it_is_first_met_and_not_for_every_stranger(
    wechat: WechatProvider, server: tuple[WechatServer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    charge = await _paid(wechat, server[0])
    assert server[0].requests.count("GET /v3/certificates") == 1
    server[0].rotate("6A6A6A6A6A6A", keep=True)
    headers, body = server[0].payment_callback(charge.charge_id.hex)
    with pytest.raises(BadCallbackError):
        await wechat.verify_callback(headers, body)
    assert server[0].requests.count("GET /v3/certificates") == 1
    monkeypatch.setattr(wechat_keys, "ASK_AGAIN_AFTER_S", 0.0)
    found = await asyncio.gather(*(wechat.verify_callback(headers, body) for _ in range(5)))
    assert all(isinstance(notice, PaymentNotice) for notice in found)
    assert server[0].requests.count("GET /v3/certificates") == 2
    with pytest.raises(BadCallbackError):
        await wechat.verify_callback({**headers, "wechatpay-serial": "1234"}, body)


async def test_with_wechats_public_key_no_certificate_is_needed(server: tuple[WechatServer, str]) -> None:
    server[0].serial = "PUB_KEY_ID_0001"
    server[0].platform[server[0].serial] = key_pair("wechat-public"), b""
    provider = WechatProvider(
        _settings(server[1], wechat_public_key_id="PUB_KEY_ID_0001", wechat_public_key=public_pem("wechat-public"))
    )
    charge = await _paid(provider, server[0])
    assert await provider.find_charge(charge) is not None
    assert "GET /v3/certificates" not in server[0].requests
    headers, body = server[0].payment_callback(charge.charge_id.hex)
    assert isinstance(await provider.verify_callback(headers, body), PaymentNotice)
    server[0].tamper = True
    for _ in range(2):
        with pytest.raises(BadCallbackError):
            await provider.verify_callback({**headers, "wechatpay-serial": "unknown"}, body)
    assert server[0].requests.count("GET /v3/certificates") == 1
    await provider.close()


async def test_an_answer_that_wechat_did_not_sign_says_nothing(
    wechat: WechatProvider, server: tuple[WechatServer, str]
) -> None:
    charge = await _paid(wechat, server[0])
    server[0].tamper = True
    for call in (
        wechat.find_charge(charge),
        wechat.refund(a_refund(charge, 100), charge),
        wechat.close_charge(charge),
        _open(wechat, charge),
    ):
        with pytest.raises(UnavailableError):
            await call


async def test_requests_signed_by_somebody_else_are_refused_there(server: tuple[WechatServer, str]) -> None:
    provider = WechatProvider(_settings(server[1], wechat_private_key=private_pem("stranger")))
    with pytest.raises(UnavailableError):
        await _open(provider, a_charge("wechat", "native"))
    assert server[0].orders == {}
    await provider.close()


async def test_a_closed_order_is_told_as_failed_and_a_paid_one_stays_paid(
    wechat: WechatProvider, server: tuple[WechatServer, str]
) -> None:
    closed = a_charge("wechat", "native")
    await _open(wechat, closed)
    paid = await _paid(wechat, server[0])
    for charge in (closed, paid, a_charge("wechat", "native")):
        await wechat.close_charge(charge)
    outcomes = [told.outcome for charge in (closed, paid) if (told := await wechat.find_charge(charge))]
    assert outcomes == [ChargeState.FAILED, ChargeState.CAPTURED]


async def test_a_refund_asked_again_gives_back_once_and_more_than_was_paid_is_refused(
    wechat: WechatProvider, server: tuple[WechatServer, str]
) -> None:
    charge = await _paid(wechat, server[0])
    refund = a_refund(charge, 1990)
    outcomes = [await wechat.refund(refund, charge), await wechat.refund(refund, charge)]
    outcomes.append(await wechat.find_refund(refund, charge))
    assert [outcome.state for outcome in outcomes] == [RefundState.SUCCEEDED] * 3
    assert len(server[0].refunds) == 1
    too_large = await wechat.refund(a_refund(charge, 1001), charge)
    assert (too_large.state, too_large.detail.partition(":")[0]) == (RefundState.FAILED, "NOT_ENOUGH")
    unpaid = a_charge("wechat", "native")
    assert (await wechat.refund(a_refund(unpaid, 1), unpaid)).state is RefundState.FAILED


async def test_a_refund_under_way_is_told_later_by_asking_or_by_callback(
    wechat: WechatProvider, server: tuple[WechatServer, str]
) -> None:
    charge = await _paid(wechat, server[0])
    server[0].refund_status = "PROCESSING"
    refund = a_refund(charge, 1990)
    assert (await wechat.refund(refund, charge)).state is RefundState.PENDING
    assert (await wechat.find_refund(refund, charge)).state is RefundState.PENDING
    assert await wechat.verify_callback(*server[0].refund_callback(refund.refund_id.hex, "PROCESSING")) is None
    told = await wechat.verify_callback(*server[0].refund_callback(refund.refund_id.hex, "SUCCESS"))
    assert isinstance(told, RefundNotice)
    assert (told.refund_id, told.outcome, told.amount_minor, told.currency) == (
        refund.refund_id,
        RefundState.SUCCEEDED,
        1990,
        "CNY",
    )
    server[0].refunds[refund.refund_id.hex]["status"] = "SUCCESS"
    assert (await wechat.find_refund(refund, charge)).state is RefundState.SUCCEEDED


async def test_a_closed_refund_is_tried_again_under_a_new_number_and_an_abnormal_one_is_not(
    wechat: WechatProvider, server: tuple[WechatServer, str]
) -> None:
    charge = await _paid(wechat, server[0])
    server[0].refund_status = "CLOSED"
    refund = a_refund(charge, 1990)
    assert (await wechat.refund(refund, charge)).state is RefundState.FAILED
    server[0].refund_status = "ABNORMAL"
    second = msgspec.structs.replace(refund, attempt=2)
    assert (await wechat.refund(second, charge)).state is RefundState.FAILED
    assert (await wechat.find_refund(second, charge)).state is RefundState.FAILED
    server[0].refund_status = "SUCCESS"
    third = msgspec.structs.replace(refund, attempt=3)
    assert (await wechat.refund(third, charge)).detail == "ABNORMAL"
    numbers = list(server[0].refunds)
    assert numbers == [refund.refund_id.hex, f"{refund.refund_id.hex}-2"]
    told = await wechat.verify_callback(*server[0].refund_callback(numbers[1], "SUCCESS"))
    assert isinstance(told, RefundNotice)
    assert told.refund_id == refund.refund_id


async def test_the_days_bill_names_what_came_in_and_what_went_back(
    wechat: WechatProvider, server: tuple[WechatServer, str]
) -> None:
    charge = await _paid(wechat, server[0])
    refund = a_refund(charge, 1990)
    await wechat.refund(refund, charge)
    lines = await read(wechat.get_statement(date(2026, 11, 11)))
    assert [(line.charge_id, line.refund_id, line.amount_minor, line.currency) for line in lines] == [
        (charge.charge_id, None, 2990, "CNY"),
        (charge.charge_id, refund.refund_id, -1990, "CNY"),
    ]
    assert lines[0].at.isoformat() == "2026-11-11T10:00:00+08:00"
    assert await read(wechat.get_statement(date(2025, 11, 11))) == []


async def test_a_bill_that_was_changed_on_its_way_is_not_read(
    wechat: WechatProvider, server: tuple[WechatServer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await _paid(wechat, server[0])
    bill = server[0].bill
    monkeypatch.setattr(server[0], "bill", lambda: bill() if server[0].requests[-1].endswith("tradebill") else b"other")
    with pytest.raises(UnavailableError):
        await read(wechat.get_statement(date(2026, 11, 11)))


@pytest.mark.parametrize("how", ["hangs", "breaks", "babbles", "gone"])
async def test_a_wechat_that_hangs_breaks_or_is_gone_is_away_and_nothing_is_known(how: str) -> None:
    async def _answer(request: web.Request) -> web.Response:
        if how == "hangs":
            await asyncio.sleep(30)
        return web.Response(status=500 if how == "breaks" else 200, body=b"<html>")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", _answer)
    async with serve(app) as url:
        provider = WechatProvider(_settings(url if how != "gone" else "http://127.0.0.1:1"), timeout_s=0.3)
        charge = a_charge("wechat", "native")
        for call in (
            _open(provider, charge),
            provider.find_charge(charge),
            provider.close_charge(charge),
            provider.refund(a_refund(charge, 1), charge),
            read(provider.get_statement(date(2026, 11, 11))),
            provider.verify_callback({"wechatpay-timestamp": str(int(time.time())), "wechatpay-serial": "1"}, b"{}"),
        ):
            with pytest.raises(UnavailableError):
                await call
        await provider.close()


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"wechat_merchant_serial": ""}, "XIAODIAN_WECHAT_MERCHANT_SERIAL"),
        ({"wechat_private_key": "/nowhere/apiclient_key.pem"}, "names a file that is not there"),
        ({"wechat_private_key": "nonsense"}, "XIAODIAN_WECHAT_PRIVATE_KEY"),
        ({"wechat_api_v3_key": "short"}, "32 characters"),
        ({"wechat_public_key_id": "PUB_KEY_ID_1"}, "XIAODIAN_WECHAT_PUBLIC_KEY"),
        ({"wechat_methods": "native,app"}, "XIAODIAN_WECHAT_METHODS"),
        ({"wechat_app_secret": ""}, "XIAODIAN_WECHAT_APP_SECRET"),
        ({"public_url": ""}, "XIAODIAN_PUBLIC_URL"),
    ],
)
def test_a_setting_that_is_wrong_or_missing_is_named(changes: dict[str, Any], names: str) -> None:
    with pytest.raises(BadSettingError, match=names):
        make_real_providers(_settings(**changes))


def test_a_key_may_stand_in_a_file_or_in_the_setting_itself(tmp_path: Any) -> None:
    path = tmp_path / "apiclient_key.pem"
    path.write_text(private_pem("merchant"))
    for text in (str(path), private_pem("merchant"), private_pem("merchant").replace("\n", "\\n")):
        WechatProvider(_settings(wechat_private_key=text))
