"""Secrets and signatures by the Standard Webhooks specification (https://www.standardwebhooks.com)."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from standardwebhooks import Webhook

from xiaodian.contracts.webhooks import EndpointId
from xiaodian.infra.sealing import Sealer
from xiaodian.modules.webhooks.models import Parcel
from xiaodian.settings import Settings

PREFIX = "whsec_"
SECRET_BYTES = 32
USER_AGENT = "Xiaodian-Webhooks/1"


def new_secret() -> str:
    """A secret as receivers' libraries take it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def seal_secret(settings: Settings, endpoint_id: EndpointId, secret: str) -> bytes:
    """An endpoint's secret as it is kept."""
    return Sealer.of(settings).seal(secret, _purpose(endpoint_id))


def open_secrets(sealer: Sealer, parcel: Parcel) -> list[str]:
    """What signs a message: the secret, and the one before while it is valid. Raises BadSealError."""
    kept = [sealed for sealed in (parcel.sealed_secret, parcel.sealed_previous) if sealed is not None]
    return [sealer.open(sealed, _purpose(parcel.endpoint_id)) for sealed in kept]


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


def _purpose(endpoint_id: EndpointId) -> str:
    return f"webhooks.endpoint {endpoint_id}"


@lru_cache(maxsize=1024)
def _signer(secret: str) -> Webhook:
    return Webhook(secret)
