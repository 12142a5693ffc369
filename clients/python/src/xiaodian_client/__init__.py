"""A typed client of Xiaodian's open API."""

from xiaodian_client import models
from xiaodian_client.auth import Auth, BearerToken, ClientCredentials, RefreshToken
from xiaodian_client.client import Xiaodian
from xiaodian_client.errors import ApiError
from xiaodian_client.webhooks import verify_webhook

__all__ = [
    "ApiError",
    "Auth",
    "BearerToken",
    "ClientCredentials",
    "RefreshToken",
    "Xiaodian",
    "models",
    "verify_webhook",
]
