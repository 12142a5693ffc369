"""Stripe: cards, by PaymentIntents. Plain HTTP: of its library we would use four calls.

Written from https://docs.stripe.com/api and https://docs.stripe.com/webhooks. Each write carries an idempotency key;
because Stripe forgets those after a day, a refund is looked for before it is made.
"""

import hashlib
import hmac
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from urllib.parse import quote, urlencode
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
    RefundId,
    RefundNotice,
    RefundOutcome,
    RefundState,
    StatementLine,
)
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments.service.provider_http import TIMEOUT_S, ProviderHttp, decode
from xiaodian.modules.payments.service.provider_settings import is_set_up
from xiaodian.modules.payments.service.stripe_wire import (
    BalancePage,
    BalanceTransaction,
    FaultAnswer,
    Intent,
    RefundPage,
    StripeEvent,
    StripeRefund,
)
from xiaodian.settings import Settings

NAME = "stripe"
TOLERANCE_S = 300
PAGE = 100
_BALANCE_TYPES = frozenset(
    {"charge", "payment", "refund", "payment_refund", "refund_failure", "payment_failure_refund"}
)
_REFUND_STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
# Our own fault or nobody's: it says nothing of what becomes of the refund.
_NO_WORD_OF_IT = frozenset({401, 403, 404, 408, 409})

T = TypeVar("T")


class StripeProvider:
    """Implements PaymentProvider."""

    name = NAME
    methods = ("card",)
    acknowledgement = (200, b"{}", "application/json")

    def __init__(self, settings: Settings, timeout_s: float = TIMEOUT_S) -> None:
        self._settings = settings
        self._base = settings.stripe_api_base.rstrip("/")
        self._http = ProviderHttp(NAME, timeout_s)

    @staticmethod
    def is_set_up(settings: Settings) -> bool:
        """Whether there shall be payments through Stripe. Raises BadSettingError."""
        return is_set_up(settings, "stripe_secret_key", "stripe_publishable_key", "stripe_webhook_secret")

    async def open_charge(
        self, charge: Charge, *, return_url: str, client_address: str, payer_code: str = ""
    ) -> PayAction:
        """A PaymentIntent, whose secret Stripe's script in the page needs."""
        intent = await self._call(
            "POST",
            "/v1/payment_intents",
            Intent,
            {
                "amount": str(charge.amount_minor),
                "currency": charge.currency.lower(),
                "payment_method_types[]": charge.method,
                "metadata[charge_id]": str(charge.charge_id),
            },
            idempotency_key=f"charge-{charge.charge_id}",
        )
        return PayAction(
            kind=PayKind.CLIENT,
            data={
                "intent_id": intent.id,
                "client_secret": intent.client_secret or "",
                "publishable_key": self._settings.stripe_publishable_key,
                "return_url": return_url,
            },
        )

    async def verify_callback(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice | RefundNotice | None:
        """The word of a webhook. Raises BadCallbackError if Stripe did not sign it, or long ago."""
        check_signature(headers.get("stripe-signature", ""), body, self._settings.stripe_webhook_secret)
        try:
            event = msgspec.json.decode(body, type=StripeEvent)
            if event.type.startswith("payment_intent."):
                return _to_payment_notice(event, msgspec.json.decode(event.data.object, type=Intent))
            if event.type.startswith("refund.") or event.type == "charge.refund.updated":
                return _to_refund_notice(event, msgspec.json.decode(event.data.object, type=StripeRefund))
        except (msgspec.DecodeError, ValueError) as error:
            raise BadCallbackError(reason="malformed") from error
        return None

    async def find_charge(self, charge: Charge) -> PaymentNotice | None:
        """Asks for the PaymentIntent; nobody can have paid one whose secret we never gave to the buyer."""
        intent_id = _intent_id_of(charge)
        if intent_id is None:
            return None
        intent = await self._call("GET", f"/v1/payment_intents/{quote(intent_id)}", Intent)
        states = {"succeeded": ChargeState.CAPTURED, "canceled": ChargeState.FAILED}
        if intent.status not in states:
            return None
        return PaymentNotice(
            provider=NAME,
            notice_id=f"asked-{intent.id}-{intent.status}",
            charge_id=charge.charge_id,
            outcome=states[intent.status],
            amount_minor=_amount_of(intent),
            currency=intent.currency.upper(),
            provider_ref=intent.id,
        )

    async def close_charge(self, charge: Charge) -> None:
        """Cancels the PaymentIntent. One that was paid, or is cancelled already, cannot be: then it stays as it is."""
        intent_id = _intent_id_of(charge)
        if intent_id is not None:
            status, _ = await self._send("POST", f"/v1/payment_intents/{quote(intent_id)}/cancel", {})
            if status in _NO_WORD_OF_IT:
                raise UnavailableError(retry_after_s=1)

    async def refund(self, refund: Refund, charge: Charge) -> RefundOutcome:
        """Looks for the refund, and makes it if it is not there."""
        intent_id = _intent_id_of(charge)
        if intent_id is None:
            return RefundOutcome(state=RefundState.FAILED, detail="the payment is not known at Stripe")
        number = f"{refund.refund_id}-{refund.attempt}"
        if (found := await self._find_refund(intent_id, number)) is not None:
            return _to_outcome(found)
        status, body = await self._send(
            "POST",
            "/v1/refunds",
            {
                "payment_intent": intent_id,
                "amount": str(refund.amount_minor),
                "metadata[refund_id]": str(refund.refund_id),
                "metadata[number]": number,
            },
            idempotency_key=f"refund-{number}",
        )
        if status == 200:
            return _to_outcome(decode(body, StripeRefund))
        if status in _NO_WORD_OF_IT:
            raise UnavailableError(retry_after_s=1)
        return RefundOutcome(state=RefundState.FAILED, detail=_fault_text(body))

    async def find_refund(self, refund: Refund, charge: Charge) -> RefundOutcome:
        """What became of it; one that is not there is made."""
        return await self.refund(refund, charge)

    async def get_statement(self, day: date) -> AsyncGenerator[StatementLine, None]:
        """The day's balance transactions (UTC), before fees, in the currencies in which buyers paid."""
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        end = start + timedelta(days=1)
        after = ""
        while True:
            query = {"limit": str(PAGE), "expand[]": "data.source.payment_intent", **_after(after)}
            page = await self._call("GET", f"/v1/balance_transactions?{urlencode(query)}", BalancePage)
            for one in page.data:
                if start.timestamp() <= one.created < end.timestamp() and one.type in _BALANCE_TYPES:
                    yield _to_line(one)
            # The latest come first.
            if not page.has_more or not page.data or page.data[-1].created < start.timestamp():
                return
            after = page.data[-1].id

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    async def _find_refund(self, intent_id: str, number: str) -> StripeRefund | None:
        after = ""
        while True:
            query = {"payment_intent": intent_id, "limit": str(PAGE), **_after(after)}
            page = await self._call("GET", f"/v1/refunds?{urlencode(query)}", RefundPage)
            for one in page.data:
                if one.metadata.get("number") == number:
                    return one
            if not page.has_more or not page.data:
                return None
            after = page.data[-1].id

    async def _call(
        self, method: str, path: str, kind: type[T], form: Mapping[str, str] | None = None, idempotency_key: str = ""
    ) -> T:
        status, body = await self._send(method, path, form, idempotency_key)
        if status != 200:
            raise UnavailableError(retry_after_s=1)
        return decode(body, kind)

    async def _send(
        self, method: str, path: str, form: Mapping[str, str] | None, idempotency_key: str = ""
    ) -> tuple[int, bytes]:
        headers = {"authorization": f"Bearer {self._settings.stripe_secret_key}"}
        if idempotency_key:
            headers["idempotency-key"] = idempotency_key
        if form is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        content = urlencode(form).encode() if form is not None else None
        response = await self._http.send(method, self._base + path, headers=headers, content=content)
        return response.status_code, response.content


def check_signature(header: str, body: bytes, secret: str) -> None:
    """Check `t=…,v1=…` (there may be several v1 while a secret is rolled). Raises BadCallbackError."""
    parts = [part.partition("=") for part in header.split(",")]
    timestamp = next((value for name, _, value in parts if name.strip() == "t"), "")
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    given = [value.strip() for name, _, value in parts if name.strip() == "v1"]
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in given):
        raise BadCallbackError(reason="bad_signature")
    if abs(int(timestamp) - utc_now().timestamp()) > TOLERANCE_S:
        raise BadCallbackError(reason="too_old")


def _to_payment_notice(event: StripeEvent, intent: Intent) -> PaymentNotice | None:
    outcomes = {
        "payment_intent.succeeded": ChargeState.CAPTURED,
        "payment_intent.payment_failed": ChargeState.FAILED,
        "payment_intent.canceled": ChargeState.FAILED,
    }
    if event.type not in outcomes or "charge_id" not in intent.metadata:
        return None
    return PaymentNotice(
        provider=NAME,
        notice_id=event.id,
        charge_id=ChargeId(UUID(intent.metadata["charge_id"])),
        outcome=outcomes[event.type],
        amount_minor=_amount_of(intent) if event.type == "payment_intent.succeeded" else intent.amount,
        currency=intent.currency.upper(),
        provider_ref=intent.id,
    )


def _to_refund_notice(event: StripeEvent, refund: StripeRefund) -> RefundNotice | None:
    if refund.status not in _REFUND_STATES or "refund_id" not in refund.metadata:
        return None
    return RefundNotice(
        provider=NAME,
        notice_id=event.id,
        refund_id=RefundId(UUID(refund.metadata["refund_id"])),
        outcome=_REFUND_STATES[refund.status],
        amount_minor=refund.amount,
        currency=refund.currency.upper(),
    )


def _to_line(one: BalanceTransaction) -> StatementLine:
    source = one.source if not isinstance(one.source, str) else None
    intent = source.payment_intent if source is not None and isinstance(source.payment_intent, Intent) else None
    amount_minor = abs(source.amount) if source is not None else abs(one.amount)
    return StatementLine(
        charge_id=ChargeId(UUID(intent.metadata["charge_id"])) if intent and "charge_id" in intent.metadata else None,
        refund_id=RefundId(UUID(source.metadata["refund_id"])) if source and "refund_id" in source.metadata else None,
        amount_minor=amount_minor if one.amount >= 0 else -amount_minor,
        currency=(source.currency if source is not None else "").upper(),
        at=datetime.fromtimestamp(one.created, UTC),
        provider_ref=source.id if source is not None else one.id,
    )


def _to_outcome(refund: StripeRefund) -> RefundOutcome:
    return RefundOutcome(
        state=_REFUND_STATES.get(refund.status, RefundState.PENDING), detail=refund.failure_reason or refund.id
    )


def _after(last_id: str) -> dict[str, str]:
    return {"starting_after": last_id} if last_id else {}


def _intent_id_of(charge: Charge) -> str | None:
    if charge.provider_ref:
        return charge.provider_ref
    return charge.action.data.get("intent_id") if charge.action is not None else None


def _amount_of(intent: Intent) -> int:
    return intent.amount if intent.amount_received is None else intent.amount_received


def _fault_text(body: bytes) -> str:
    fault = decode(body, FaultAnswer).error
    return f"{fault.code or fault.type}: {fault.message}"[:500]
