"""The sandbox: a payment provider for demos and tests, whose buyers decide themselves how it ends.

Its callbacks are signed as Standard Webhooks says (HMAC-SHA256 over `id.timestamp.body`), with a key that is made on
first use and kept in the database. They pass the same verification as anybody's.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

import msgspec

from xiaodian.contracts.base import Input
from xiaodian.contracts.payments import BadCallbackError, Charge, ChargeId, ChargeState, PaymentNotice
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now

NAME = "sandbox"
TOLERANCE_S = 300
KEY_BYTES = 32


class SandboxMessage(Input, frozen=True, kw_only=True):
    """Body of the sandbox's callback."""

    charge_id: ChargeId
    outcome: ChargeState
    amount_minor: int
    currency: str


_decode = msgspec.json.Decoder(SandboxMessage).decode


class SandboxProvider:
    """Takes no money. Implements PaymentProvider."""

    name = NAME

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key: bytes | None = None

    async def open_charge(self, charge: Charge) -> str:
        """Our own cashier page."""
        return f"/pay/sandbox/{charge.charge_id}"

    async def sign_notice(self, charge: Charge, outcome: ChargeState, notice_id: str) -> tuple[dict[str, str], bytes]:
        """Headers and body of the callback by which the sandbox tells how a charge ended."""
        body = msgspec.json.encode(
            SandboxMessage(
                charge_id=charge.charge_id,
                outcome=outcome,
                amount_minor=charge.amount_minor,
                currency=charge.currency,
            )
        )
        timestamp = str(int(utc_now().timestamp()))
        signature = _sign(await self._get_key(), notice_id, timestamp, body)
        return {"webhook-id": notice_id, "webhook-timestamp": timestamp, "webhook-signature": signature}, body

    async def verify_callback(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice:
        """The notice in a callback. Raises BadCallbackError if it was not signed by the sandbox, or is old."""
        notice_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        expected = _sign(await self._get_key(), notice_id, timestamp, body)
        given = headers.get("webhook-signature", "").split(" ")
        if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in given):
            raise BadCallbackError(reason="bad_signature")
        # What follows was signed by us, and still must be of use.
        if abs(int(timestamp) - utc_now().timestamp()) > TOLERANCE_S:
            raise BadCallbackError(reason="too_old")
        message = _decode(body)
        return PaymentNotice(
            provider=NAME,
            notice_id=notice_id,
            charge_id=message.charge_id,
            outcome=message.outcome,
            amount_minor=message.amount_minor,
            currency=message.currency,
        )

    async def _get_key(self) -> bytes:
        if self._key is None:
            async with self._database.connection() as connection:
                self._key = await connection.fetchval(
                    """
                    INSERT INTO payments.provider_key (provider, key) VALUES ($1, $2)
                    ON CONFLICT (provider) DO UPDATE SET key = provider_key.key RETURNING key
                    """,
                    NAME,
                    secrets.token_bytes(KEY_BYTES),
                )
        assert self._key is not None
        return self._key


def _sign(key: bytes, notice_id: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(key, f"{notice_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
