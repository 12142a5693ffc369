"""Take webhooks only from who knows the secret."""

from collections.abc import Mapping

import msgspec
from standardwebhooks import Webhook, WebhookVerificationError

from xiaodian_client.models import Event

__all__ = ["WebhookVerificationError", "verify_webhook"]


def verify_webhook(secret: str, body: bytes, headers: Mapping[str, str]) -> Event:
    """The event that a delivery tells of. Raises WebhookVerificationError if it is forged or old.

    `body` is what came, byte for byte; `headers` has `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    """
    names = {name.lower(): value for name, value in headers.items()}
    Webhook(secret).verify(body, names)
    return msgspec.json.decode(body, type=Event)
