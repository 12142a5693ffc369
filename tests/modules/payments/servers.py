"""Small HTTP servers that stand for payment providers."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.payments import (
    Charge,
    ChargeId,
    ChargePart,
    ChargeState,
    Refund,
    RefundId,
    RefundState,
    StatementLine,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import utc_now


@asynccontextmanager
async def serve(app: web.Application) -> AsyncIterator[str]:
    """Run a server on a free loopback port; its address."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address: Any = runner.addresses[0]
    yield f"http://127.0.0.1:{address[1]}"
    await runner.cleanup()


async def read(statement: AsyncGenerator[StatementLine, None]) -> list[StatementLine]:
    """All of a statement that is small."""
    return [line async for line in statement]


@cache
def key_pair(name: str) -> rsa.RSAPrivateKey:
    """A key of somebody, the same for each name in a run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(name: str) -> str:
    """PEM of somebody's private key."""
    return key_pair(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(name: str) -> str:
    """PEM of somebody's public key."""
    key = key_pair(name).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def a_charge(provider: str, method: str, amount_minor: int = 2990, currency: str = "CNY", **more: Any) -> Charge:
    """A pending charge as providers are asked about."""
    part = ChargePart(order_id=uuid4(), shop_id=ShopId(uuid4()), amount_minor=amount_minor)
    fields: dict[str, Any] = {
        "charge_id": ChargeId(uuid4()),
        "payer_id": AccountId(uuid4()),
        "provider": provider,
        "method": method,
        "amount_minor": amount_minor,
        "currency": currency,
        "state": ChargeState.PENDING,
        "action": None,
        "provider_ref": None,
        "created_at": utc_now(),
        "parts": [part],
    }
    return Charge(**{**fields, **more})


def a_refund(charge: Charge, amount_minor: int, refund_id: UUID | None = None, attempt: int = 1) -> Refund:
    """A refund of a charge."""
    return Refund(
        refund_id=RefundId(refund_id or uuid4()),
        charge_id=charge.charge_id,
        order_id=charge.parts[0].order_id,
        shop_id=charge.parts[0].shop_id,
        provider=charge.provider,
        amount_minor=amount_minor,
        currency=charge.currency,
        reason="after_sale",
        state=RefundState.PENDING,
        requested_at=utc_now(),
        settled_at=None,
        attempt=attempt,
    )
