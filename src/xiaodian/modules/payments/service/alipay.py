"""Alipay: pages for computers and phones. RSA2 (SHA-256 with RSA), keys rather than certificates.

Written from https://opendocs.alipay.com/open/270/105898. Our charge id, as 32 hex digits, is the merchant's order
number there, the refund's id the number of the refund: with the same number Alipay gives back once.
"""

from collections.abc import AsyncGenerator, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import msgspec

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import (
    BadCallbackError,
    Charge,
    ChargeId,
    ChargeState,
    PayAction,
    PayKind,
    PaymentNotice,
    Refund,
    RefundOutcome,
    RefundState,
    StatementLine,
)
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments.service.alipay_bill import parse_bill
from xiaodian.modules.payments.service.alipay_wire import DONE, NO_WORD, Answer, text_to_sign
from xiaodian.modules.payments.service.provider_http import TIMEOUT_S, ProviderHttp, decode
from xiaodian.modules.payments.service.provider_settings import (
    is_set_up,
    read_methods,
    read_private_key,
    read_public_key,
    require,
)
from xiaodian.modules.payments.service.signing import is_signed, sign
from xiaodian.modules.payments.service.yuan import to_minor, to_yuan
from xiaodian.settings import Settings

NAME = "alipay"
METHODS = ("page", "wap")
CURRENCY = "CNY"
CHINA = timezone(timedelta(hours=8))
OLDEST_NOTICE = timedelta(hours=26)
"""Alipay repeats a notice for 25 hours; each time it is signed anew, with the time of this telling."""
_PAGES = {
    "page": ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    "wap": ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
}
_CHARGE_STATES = {
    "TRADE_SUCCESS": ChargeState.CAPTURED,
    "TRADE_FINISHED": ChargeState.CAPTURED,
    "TRADE_CLOSED": ChargeState.FAILED,
}
_NOBODY_CAME = "ACQ.TRADE_NOT_EXIST"
_TRY_AGAIN = frozenset({"ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "ACQ.REFUND_CHARGE_ERROR", "isp.unknow-error"})
_NO_BILL = frozenset({"BILL_NOT_EXIST", "isv.bill_not_exist", "isp.bill_not_exist"})


class AlipayProvider:
    """Implements PaymentProvider."""

    name = NAME
    acknowledgement = (200, b"success", "text/plain")

    def __init__(self, settings: Settings, timeout_s: float = TIMEOUT_S) -> None:
        self._settings = settings
        self.methods = read_methods(settings, "alipay_methods", METHODS)
        require(settings, "public_url", why="Alipay")
        self._own_key = read_private_key(settings, "alipay_private_key")
        self._their_key = read_public_key(settings, "alipay_public_key")
        self._http = ProviderHttp(NAME, timeout_s)

    @staticmethod
    def is_set_up(settings: Settings) -> bool:
        """Whether there shall be payments through Alipay. Raises BadSettingError."""
        return is_set_up(settings, "alipay_app_id", "alipay_private_key", "alipay_public_key")

    async def open_charge(
        self, charge: Charge, *, return_url: str, client_address: str, payer_code: str = ""
    ) -> PayAction:
        """A page of Alipay's. Nothing is asked of Alipay: it learns of the order when the buyer comes."""
        method, product_code = _PAGES[charge.method]
        order = {
            "out_trade_no": charge.charge_id.hex,
            "total_amount": to_yuan(charge.amount_minor),
            "subject": f"订单 {charge.charge_id.hex[-12:]}",
            "product_code": product_code,
            "time_expire": self._expiry_of(charge),
        }
        if charge.method == "wap":
            order["quit_url"] = return_url
        fields = self._sign_request(method, order, notify_url=self._notify_url(), return_url=return_url)
        return PayAction(kind=PayKind.PAGE, url=f"{self._settings.alipay_gateway}?{urlencode(fields)}")

    async def verify_callback(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice | None:
        """The word of a notice. Raises BadCallbackError if it was not signed by Alipay, or is about another app.

        What Alipay tells of refunds is no news: it has said so when it was asked for them.
        """
        try:
            fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200))
        except (UnicodeDecodeError, ValueError) as error:
            raise BadCallbackError(reason="malformed") from error
        signature = fields.pop("sign", "")
        fields.pop("sign_type", "")
        if not is_signed(self._their_key, text_to_sign(fields), signature):
            raise BadCallbackError(reason="bad_signature")
        try:
            told_at = datetime.strptime(fields["notify_time"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
            if abs(utc_now() - told_at) > OLDEST_NOTICE:
                raise BadCallbackError(reason="too_old")
            if fields["app_id"] != self._settings.alipay_app_id or "refund_fee" in fields:
                return None
            return _to_notice(fields["notify_id"], fields)
        except (KeyError, ValueError) as error:
            raise BadCallbackError(reason="malformed") from error

    async def find_charge(self, charge: Charge) -> PaymentNotice | None:
        """Asks by our number. Alipay does not know an order until its buyer has come."""
        answer = await self._call("alipay.trade.query", {"out_trade_no": charge.charge_id.hex})
        if answer.code != DONE:
            if answer.sub_code == _NOBODY_CAME:
                return None
            raise UnavailableError(retry_after_s=1)
        told = {
            "trade_status": answer.trade_status,
            "out_trade_no": answer.out_trade_no,
            "total_amount": answer.total_amount,
            "trade_no": answer.trade_no,
        }
        return _to_notice(f"asked-{answer.out_trade_no}-{answer.trade_status}", told)

    async def close_charge(self, charge: Charge) -> None:
        """Closes the order. One that was paid meanwhile cannot be closed; whoever asks for it next will see.

        An order that Alipay does not know yet ends by the time limit in its page's address.
        """
        answer = await self._call("alipay.trade.close", {"out_trade_no": charge.charge_id.hex})
        if answer.code in NO_WORD or answer.sub_code in _TRY_AGAIN:
            raise UnavailableError(retry_after_s=1)

    async def refund(self, refund: Refund, charge: Charge) -> RefundOutcome:
        """Asks for the refund by our number; if Alipay does not say that money moved, it is asked what became of it."""
        answer = await self._call(
            "alipay.trade.refund",
            {
                "out_trade_no": charge.charge_id.hex,
                "out_request_no": refund.refund_id.hex,
                "refund_amount": to_yuan(refund.amount_minor),
                "refund_reason": refund.reason[:80],
            },
        )
        if answer.code == DONE:
            if answer.fund_change == "Y":
                return RefundOutcome(state=RefundState.SUCCEEDED, detail=answer.trade_no)
            return await self._ask_about(refund, charge)
        if answer.code in NO_WORD or answer.sub_code in _TRY_AGAIN:
            raise UnavailableError(retry_after_s=1)
        return RefundOutcome(state=RefundState.FAILED, detail=f"{answer.sub_code}: {answer.sub_msg}"[:500])

    async def find_refund(self, refund: Refund, charge: Charge) -> RefundOutcome:
        """What became of it. One that is not done is asked for again with the same number, as Alipay wants it."""
        found = await self._ask_about(refund, charge)
        return found if found.state is not RefundState.PENDING else await self.refund(refund, charge)

    async def get_statement(self, day: date) -> AsyncGenerator[StatementLine, None]:
        """The trade bill of a day in China, which is made up in the morning of the next."""
        answer = await self._call(
            "alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": day.isoformat()}
        )
        if answer.code != DONE:
            if answer.sub_code in _NO_BILL:
                return
            raise UnavailableError(retry_after_s=1)
        async with self._http.download(answer.bill_download_url) as bill:
            for line in parse_bill(bill, CHINA):
                yield line

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    async def _ask_about(self, refund: Refund, charge: Charge) -> RefundOutcome:
        answer = await self._call(
            "alipay.trade.fastpay.refund.query",
            {"out_trade_no": charge.charge_id.hex, "out_request_no": refund.refund_id.hex},
        )
        if answer.code in NO_WORD:
            raise UnavailableError(retry_after_s=1)
        is_done = answer.code == DONE and answer.refund_status == "REFUND_SUCCESS"
        return RefundOutcome(
            state=RefundState.SUCCEEDED if is_done else RefundState.PENDING,
            detail=answer.trade_no if is_done else answer.sub_code,
        )

    async def _call(self, method: str, content: Mapping[str, Any]) -> Answer:
        """An answer that Alipay has signed. Raises UnavailableError."""
        fields = self._sign_request(method, content)
        response = await self._http.send(
            "POST",
            self._settings.alipay_gateway,
            headers={"content-type": "application/x-www-form-urlencoded;charset=utf-8"},
            content=urlencode(fields).encode(),
        )
        parts = decode(response.content, dict[str, msgspec.Raw])
        # It signs its words as they stand, so they must not be read and written again first.
        words = bytes(parts.get(method.replace(".", "_") + "_response", b""))
        signature = decode(bytes(parts["sign"]), str) if "sign" in parts else ""
        if not words or not is_signed(self._their_key, words, signature):
            raise UnavailableError(retry_after_s=1)
        return decode(words, Answer)

    def _sign_request(self, method: str, content: Mapping[str, Any], **more: str) -> dict[str, str]:
        fields = {
            "app_id": self._settings.alipay_app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": utc_now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "biz_content": msgspec.json.encode(content).decode(),
            **more,
        }
        return {**fields, "sign": sign(self._own_key, text_to_sign(fields))}

    def _notify_url(self) -> str:
        return f"{self._settings.public_url.rstrip('/')}/api/payments/callbacks/{NAME}"

    def _expiry_of(self, charge: Charge) -> str:
        expiry = charge.created_at + timedelta(minutes=self._settings.payment_minutes + 1)
        return expiry.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _to_notice(notice_id: str, told: Mapping[str, str]) -> PaymentNotice | None:
    outcome = _CHARGE_STATES.get(told["trade_status"])
    if outcome is None:
        return None
    return PaymentNotice(
        provider=NAME,
        notice_id=notice_id,
        charge_id=ChargeId(UUID(hex=told["out_trade_no"])),
        outcome=outcome,
        amount_minor=to_minor(told["total_amount"]),
        currency=CURRENCY,
        provider_ref=told.get("trade_no") or None,
    )
