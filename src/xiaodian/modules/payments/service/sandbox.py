"""The sandbox: a payment provider for demos and tests, whose buyers decide themselves how it ends.

Its callbacks are signed as Standard Webhooks says (HMAC-SHA256 over `id.timestamp.body`), with a key that is made on
first use and kept in the database. They pass the same verification as anybody's. What it was told stands in books of
its own, so that it answers questions, refunds and statements as a real provider does, whatever we believe.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec

from xiaodian.contracts.base import Input
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
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments.service.sandbox_books import SandboxBooks

NAME = "sandbox"
TOLERANCE_S = 300
KEY_BYTES = 32


class SandboxMessage(Input, frozen=True, kw_only=True):
    """Body of the sandbox's callback: about a charge, or about a refund if it names one."""

    charge_id: ChargeId | None = None
    refund_id: RefundId | None = None
    outcome: str
    amount_minor: int
    currency: str


_decode = msgspec.json.Decoder(SandboxMessage).decode


class SandboxProvider:
    """Takes no money. Implements PaymentProvider."""

    name = NAME
    methods = ("page",)
    acknowledgement = (204, b"", "text/plain")

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key: bytes | None = None
        self._asking_for_key = asyncio.Lock()
        self.books = SandboxBooks(database)

    async def open_charge(
        self, charge: Charge, *, return_url: str, client_address: str, payer_code: str = ""
    ) -> PayAction:
        """Our own cashier page."""
        return PayAction(kind=PayKind.PAGE, url=f"/pay/sandbox/{charge.charge_id}")

    async def sign_notice(self, charge: Charge, outcome: ChargeState, notice_id: str) -> tuple[dict[str, str], bytes]:
        """Headers and body of the callback by which the sandbox tells how a charge ended."""
        message = SandboxMessage(
            charge_id=charge.charge_id, outcome=outcome, amount_minor=charge.amount_minor, currency=charge.currency
        )
        return await self.sign(msgspec.json.encode(message), notice_id)

    async def sign_refund_notice(
        self, refund: Refund, outcome: RefundState, notice_id: str
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of the callback by which the sandbox tells how a refund ended."""
        message = SandboxMessage(
            refund_id=refund.refund_id, outcome=outcome, amount_minor=refund.amount_minor, currency=refund.currency
        )
        return await self.sign(msgspec.json.encode(message), notice_id)

    async def sign(self, body: bytes, notice_id: str) -> tuple[dict[str, str], bytes]:
        """Headers for a callback that leaves now, and its body."""
        timestamp = str(int(utc_now().timestamp()))
        signature = _sign(await self._get_key(), notice_id, timestamp, body)
        return {"webhook-id": notice_id, "webhook-timestamp": timestamp, "webhook-signature": signature}, body

    async def verify_callback(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice | RefundNotice | None:
        """The notice in a callback. Raises BadCallbackError if it was not signed by the sandbox, or is old."""
        notice_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        expected = _sign(await self._get_key(), notice_id, timestamp, body)
        given = headers.get("webhook-signature", "").split(" ")
        if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in given):
            raise BadCallbackError(reason="bad_signature")
        # What follows was signed by us, and still must be of use.
        if abs(int(timestamp) - utc_now().timestamp()) > TOLERANCE_S:
            raise BadCallbackError(reason="too_old")
        return _to_notice(_decode(body), notice_id)

    async def find_charge(self, charge: Charge) -> PaymentNotice | None:
        """The truth, whatever the sandbox was told to say or not to say in its callbacks."""
        state = await self.books.find_state(charge.charge_id)
        if state not in (ChargeState.CAPTURED, ChargeState.FAILED):
            return None
        return PaymentNotice(
            provider=NAME,
            notice_id=f"asked-{charge.charge_id}-{state}",
            charge_id=charge.charge_id,
            outcome=state,
            amount_minor=charge.amount_minor,
            currency=charge.currency,
        )

    async def close_charge(self, charge: Charge) -> None:
        """From now on the cashier refuses; what was paid stays paid."""
        await self.books.decide(charge, ChargeState.CLOSED)

    async def refund(self, refund: Refund, charge: Charge) -> RefundOutcome:
        """Give back at once, unless the sandbox was told otherwise for this charge; more than was paid is refused."""
        return await self.books.refund(refund)

    async def find_refund(self, refund: Refund, charge: Charge) -> RefundOutcome:
        """What the books say."""
        return await self.books.find_refund(refund.refund_id)

    def get_statement(self, day: date) -> AsyncGenerator[StatementLine, None]:
        """What the books say of a day in UTC."""
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return self.books.list_lines(start, start + timedelta(days=1))

    async def close(self) -> None:
        """It has nothing of its own."""

    async def _get_key(self) -> bytes:
        if self._key is None:
            async with self._asking_for_key:
                self._key = self._key or await self._make_key()
        return self._key

    async def _make_key(self) -> bytes:
        async with self._database.connection() as connection:
            key: bytes = await connection.fetchval(
                """
                INSERT INTO payments.provider_key (provider, key) VALUES ($1, $2)
                ON CONFLICT (provider) DO UPDATE SET key = provider_key.key RETURNING key
                """,
                NAME,
                secrets.token_bytes(KEY_BYTES),
            )
        return key


def _to_notice(message: SandboxMessage, notice_id: str) -> PaymentNotice | RefundNotice:
    if message.refund_id is not None:
        return RefundNotice(
            provider=NAME,
            notice_id=notice_id,
            refund_id=message.refund_id,
            outcome=RefundState(message.outcome),
            amount_minor=message.amount_minor,
            currency=message.currency,
        )
    return PaymentNotice(
        provider=NAME,
        notice_id=notice_id,
        charge_id=message.charge_id or ChargeId(UUID(int=0)),
        outcome=ChargeState(message.outcome),
        amount_minor=message.amount_minor,
        currency=message.currency,
    )


def _sign(key: bytes, notice_id: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(key, f"{notice_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
