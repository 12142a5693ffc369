"""Secrets and signatures by the Standard Webhooks specification (https://www.standardwebhooks.com)."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from standardwebhooks import Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32
USER_AGENT = "Xiaodian-Webhooks/1"


def new_secret() -> str:
    """A secret as receivers' libraries take it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers_of(event_id: UUID, body: bytes, signing: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of a delivery, with a signature by each of the secrets."""
    # The library reads the clock's face without its zone.
    moment, text = now.astimezone(UTC), body.decode()
    return {
        "accept": "*/*",
        "accept-encoding": "identity",
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "webhook-id": str(event_id),
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(_signer(secret).sign(str(event_id), moment, text) for secret in signing),
    }


@lru_cache(maxsize=1024)
def _signer(secret: str) -> Webhook:
    return Webhook(secret)
