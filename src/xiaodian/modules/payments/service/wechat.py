"""WeChat Pay, APIv3: native (QR code), H5 (phone browsers) and JSAPI (inside WeChat).

Written from https://pay.weixin.qq.com/doc/v3/merchant/4012062524. Our charge id, as 32 hex digits, is the merchant's
order number there; asking for the same order or refund again gives the same.
"""

from collections.abc import AsyncGenerator, Mapping
from datetime import date, timedelta, timezone
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

import httpx
import msgspec

from xiaodian.contracts.base import InvalidInputError, UnavailableError
from xiaodian.contracts.payments import (
    BadCallbackError,
    Charge,
    ChargeId,
    ChargeState,
    PayAction,
    PayKind,
    PaymentNotice,
    Refund,
    RefundId,
    RefundNotice,
    RefundOutcome,
    RefundState,
    StatementLine,
)
from xiaodian.modules.payments.service import wechat_wire as wire
from xiaodian.modules.payments.service.provider_http import TIMEOUT_S, ProviderHttp, decode
from xiaodian.modules.payments.service.provider_settings import (
    is_set_up,
    read_methods,
    read_private_key,
    read_public_key,
    require,
)
from xiaodian.modules.payments.service.wechat_bill import check_hash, parse_bill
from xiaodian.modules.payments.service.wechat_keys import WechatKeys, unseal
from xiaodian.modules.payments.service.wechat_signing import WechatSigner
from xiaodian.settings import ENV_PREFIX, BadSettingError, Settings

NAME = "wechat"
METHODS = ("native", "h5", "jsapi")
CHINA = timezone(timedelta(hours=8))
_REFUNDS = "/v3/refund/domestic/refunds"
_CHARGE_STATES = {
    "SUCCESS": ChargeState.CAPTURED,
    "REFUND": ChargeState.CAPTURED,
    "CLOSED": ChargeState.FAILED,
    "REVOKED": ChargeState.FAILED,
    "PAYERROR": ChargeState.FAILED,
}
_REFUND_STATES = {
    "SUCCESS": RefundState.SUCCEEDED,
    "PROCESSING": RefundState.PENDING,
    "CLOSED": RefundState.FAILED,
    "ABNORMAL": RefundState.FAILED,
}
# Our own fault, or nobody's: it says nothing of what becomes of the refund.
_NO_WORD_OF_IT = frozenset({"SIGN_ERROR", "FREQUENCY_LIMITED", "RATELIMIT_EXCEED", "SYSTEM_ERROR", "BIZERR_NEED_RETRY"})

T = TypeVar("T")


class WechatProvider:
    """Implements PaymentProvider."""

    name = NAME
    acknowledgement = (204, b"", "application/json")

    def __init__(self, settings: Settings, timeout_s: float = TIMEOUT_S) -> None:
        self._settings = settings
        self._base = settings.wechat_api_base.rstrip("/")
        self.methods = read_methods(settings, "wechat_methods", METHODS)
        require(settings, "public_url", why="WeChat Pay")
        if "jsapi" in self.methods:
            require(settings, "wechat_app_secret", why="WeChat Pay's way jsapi")
        if len(settings.wechat_api_v3_key.encode()) != 32:
            raise BadSettingError(f"{ENV_PREFIX}WECHAT_API_V3_KEY must have 32 characters")
        self._signer = WechatSigner(settings, read_private_key(settings, "wechat_private_key"))
        public_keys = {}
        if is_set_up(settings, "wechat_public_key_id", "wechat_public_key"):
            public_keys[settings.wechat_public_key_id] = read_public_key(settings, "wechat_public_key")
        self._keys = WechatKeys(
            api_v3_key=settings.wechat_api_v3_key, public_keys=public_keys, fetch=self._fetch_certificates
        )
        self._http = ProviderHttp(NAME, timeout_s)

    @staticmethod
    def is_set_up(settings: Settings) -> bool:
        """Whether there shall be payments through WeChat. Raises BadSettingError."""
        return is_set_up(
            settings,
            "wechat_app_id",
            "wechat_merchant_id",
            "wechat_merchant_serial",
            "wechat_private_key",
            "wechat_api_v3_key",
        )

    async def open_charge(
        self, charge: Charge, *, return_url: str, client_address: str, payer_code: str = ""
    ) -> PayAction:
        """A QR code, a page of WeChat's, or what the script inside WeChat needs.

        For jsapi WeChat must say first who pays: without a code from its sign-in page the action is to go there.
        """
        if charge.method == "jsapi" and not payer_code:
            return PayAction(kind=PayKind.PAGE, url=self._sign_in_url(return_url))
        order: dict[str, Any] = {
            "appid": self._settings.wechat_app_id,
            "mchid": self._settings.wechat_merchant_id,
            "description": f"订单 {charge.charge_id.hex[-12:]}",
            "out_trade_no": charge.charge_id.hex,
            "time_expire": self._expiry_of(charge),
            "notify_url": self._notify_url(),
            "amount": {"total": charge.amount_minor, "currency": charge.currency},
        }
        if charge.method == "h5":
            order["scene_info"] = {"payer_client_ip": client_address, "h5_info": {"type": "Wap"}}
        if charge.method == "jsapi":
            order["payer"] = {"openid": await self._find_openid(payer_code)}
        opened = await self._call("POST", f"/v3/pay/transactions/{charge.method}", wire.Opened, order)
        if charge.method == "h5":
            return PayAction(kind=PayKind.PAGE, url=f"{opened.h5_url}&redirect_url={quote(return_url, safe='')}")
        if charge.method == "jsapi":
            return PayAction(kind=PayKind.CLIENT, data=self._signer.sign_for_script(opened.prepay_id))
        return PayAction(kind=PayKind.QR, url=opened.code_url)

    async def verify_callback(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice | RefundNotice | None:
        """The word of a callback. Raises BadCallbackError if it was not signed by WeChat Pay, or is old."""
        await self._keys.check(headers, body)
        try:
            told = msgspec.json.decode(body, type=wire.Notification)
            content = unseal(told.resource, self._settings.wechat_api_v3_key)
            if told.event_type.startswith("TRANSACTION."):
                transaction = msgspec.json.decode(content, type=wire.Transaction)
                return self._to_notice(transaction, told.id) if transaction.mchid == self._merchant_id else None
            if told.event_type.startswith("REFUND."):
                refund = msgspec.json.decode(content, type=wire.WechatRefund)
                return self._to_refund_notice(refund, told.id) if refund.mchid == self._merchant_id else None
        except (msgspec.DecodeError, ValueError) as error:
            raise BadCallbackError(reason="malformed") from error
        return None

    async def find_charge(self, charge: Charge) -> PaymentNotice | None:
        """Asks by our number; an order that was never made there cannot have been paid."""
        query = urlencode({"mchid": self._merchant_id})
        path = f"/v3/pay/transactions/out-trade-no/{charge.charge_id.hex}?{query}"
        response = await self._send("GET", path)
        if response.status_code == 404:
            return None
        transaction = self._read(response, wire.Transaction)
        return self._to_notice(transaction, f"asked-{transaction.out_trade_no}-{transaction.trade_state}", charge)

    async def close_charge(self, charge: Charge) -> None:
        """Closes the order. One that was paid meanwhile cannot be closed; whoever asks for it next will see."""
        path = f"/v3/pay/transactions/out-trade-no/{charge.charge_id.hex}/close"
        response = await self._send("POST", path, {"mchid": self._merchant_id})
        if response.status_code not in (204, 404) and _fault_of(response).code in _NO_WORD_OF_IT:
            raise UnavailableError(retry_after_s=1)

    async def refund(self, refund: Refund, charge: Charge) -> RefundOutcome:
        """Asks for the refund by our number, with which WeChat Pay gives back once."""
        if refund.attempt > 1 and (earlier := await self._find_any_attempt(refund)) is not None:
            return earlier
        response = await self._send(
            "POST",
            _REFUNDS,
            {
                "out_trade_no": charge.charge_id.hex,
                "out_refund_no": _refund_number(refund, refund.attempt),
                "reason": refund.reason[:80],
                "notify_url": self._notify_url(),
                "amount": {"refund": refund.amount_minor, "total": charge.amount_minor, "currency": charge.currency},
            },
        )
        if response.status_code == 200:
            return _to_outcome(self._read(response, wire.WechatRefund))
        fault = _fault_of(response)
        if fault.code in _NO_WORD_OF_IT or response.status_code == 401:
            raise UnavailableError(retry_after_s=1)
        return RefundOutcome(state=RefundState.FAILED, detail=f"{fault.code}: {fault.message}"[:500])

    async def find_refund(self, refund: Refund, charge: Charge) -> RefundOutcome:
        """What became of it; one that is not known there is asked for."""
        found = await self._find_any_attempt(refund)
        return found if found is not None else await self.refund(refund, charge)

    async def get_statement(self, day: date) -> AsyncGenerator[StatementLine, None]:
        """The trade bill of a day in China, which is made up in the morning of the next."""
        query = urlencode({"bill_date": day.isoformat(), "bill_type": "ALL"})
        response = await self._send("GET", f"/v3/bill/tradebill?{query}")
        if response.status_code != 200 and _fault_of(response).code == "NO_STATEMENT_EXIST":
            return
        bill = self._read(response, wire.Bill)
        # The file itself is not signed; its hash was.
        url = httpx.URL(bill.download_url)
        path = url.raw_path.decode()
        async with self._http.download(bill.download_url, headers=self._signer.headers("GET", path, b"")) as file:
            check_hash(bill, file)
            for line in parse_bill(file, CHINA):
                yield line

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    @property
    def _merchant_id(self) -> str:
        return self._settings.wechat_merchant_id

    async def _find_any_attempt(self, refund: Refund) -> RefundOutcome | None:
        """What became of the latest attempt that WeChat Pay knows and has not closed: a closed one gave nothing back.

        One that is abnormal (the buyer's card is gone) still holds the money: it is put right on the merchant's pages,
        and must not be asked for anew.
        """
        for attempt in range(refund.attempt, 0, -1):
            response = await self._send("GET", f"{_REFUNDS}/{_refund_number(refund, attempt)}")
            if response.status_code == 404:
                continue
            found = self._read(response, wire.WechatRefund)
            if found.status != "CLOSED" or attempt == refund.attempt:
                return _to_outcome(found)
        return None

    async def _find_openid(self, payer_code: str) -> str:
        query = urlencode(
            {
                "appid": self._settings.wechat_app_id,
                "secret": self._settings.wechat_app_secret,
                "code": payer_code,
                "grant_type": "authorization_code",
            }
        )
        base = self._settings.wechat_login_base.rstrip("/")
        who = decode((await self._http.send("GET", f"{base}/sns/oauth2/access_token?{query}")).content, wire.Who)
        if not who.openid:
            raise InvalidInputError(field="payer_code", reason="bad_payer_code")
        return who.openid

    def _sign_in_url(self, return_url: str) -> str:
        query = urlencode(
            {
                "appid": self._settings.wechat_app_id,
                "redirect_uri": return_url,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": "pay",
            }
        )
        return f"https://open.weixin.qq.com/connect/oauth2/authorize?{query}#wechat_redirect"

    def _notify_url(self) -> str:
        return f"{self._settings.public_url.rstrip('/')}/api/payments/callbacks/{NAME}"

    def _expiry_of(self, charge: Charge) -> str:
        # The same each time: an order asked for again must be the same in everything.
        expiry = charge.created_at + timedelta(minutes=self._settings.payment_minutes + 1)
        return expiry.astimezone(CHINA).isoformat(timespec="seconds")

    def _to_notice(self, told: wire.Transaction, notice_id: str, charge: Charge | None = None) -> PaymentNotice | None:
        outcome = _CHARGE_STATES.get(told.trade_state)
        if outcome is None:
            return None
        if told.amount is None and charge is None:
            raise ValueError("no amount")
        return PaymentNotice(
            provider=NAME,
            notice_id=notice_id,
            charge_id=ChargeId(UUID(hex=told.out_trade_no)),
            outcome=outcome,
            amount_minor=told.amount.total if told.amount else charge.amount_minor if charge else 0,
            currency=told.amount.currency if told.amount else charge.currency if charge else "",
            provider_ref=told.transaction_id or None,
        )

    def _to_refund_notice(self, told: wire.WechatRefund, notice_id: str) -> RefundNotice | None:
        outcome = _REFUND_STATES.get(told.refund_status)
        if outcome is None or outcome is RefundState.PENDING:
            return None
        return RefundNotice(
            provider=NAME,
            notice_id=notice_id,
            refund_id=RefundId(UUID(hex=told.out_refund_no.partition("-")[0])),
            outcome=outcome,
            amount_minor=told.amount.refund,
            currency=told.amount.currency,
        )

    async def _call(self, method: str, path: str, kind: type[T], body: object = None) -> T:
        return self._read(await self._send(method, path, body), kind)

    @staticmethod
    def _read(response: httpx.Response, kind: type[T]) -> T:
        if response.status_code != 200:
            raise UnavailableError(retry_after_s=1)
        return decode(response.content, kind)

    async def _send(self, method: str, path: str, body: object = None) -> httpx.Response:
        """An answer that WeChat Pay has signed. Raises UnavailableError."""
        response = await self._send_unchecked(method, path, body)
        try:
            await self._keys.check(response.headers, response.content)
        except BadCallbackError as error:
            raise UnavailableError(retry_after_s=1) from error
        return response

    async def _send_unchecked(self, method: str, path: str, body: object = None) -> httpx.Response:
        content = msgspec.json.encode(body) if body is not None else b""
        return await self._http.send(
            method, self._base + path, headers=self._signer.headers(method, path, content), content=content or None
        )

    async def _fetch_certificates(self) -> tuple[Mapping[str, str], bytes]:
        response = await self._send_unchecked("GET", "/v3/certificates")
        if response.status_code != 200:
            raise UnavailableError(retry_after_s=1)
        return response.headers, response.content


def _refund_number(refund: Refund, attempt: int) -> str:
    return refund.refund_id.hex if attempt == 1 else f"{refund.refund_id.hex}-{attempt}"


def _to_outcome(refund: wire.WechatRefund) -> RefundOutcome:
    state = _REFUND_STATES.get(refund.status, RefundState.PENDING)
    return RefundOutcome(state=state, detail=refund.status if state is RefundState.FAILED else refund.refund_id)


def _fault_of(response: httpx.Response) -> wire.Fault:
    return decode(response.content, wire.Fault) if response.content else wire.Fault()
