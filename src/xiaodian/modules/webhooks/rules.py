"""When a message is tried again, and when an endpoint is given up. Pure."""

from datetime import datetime, timedelta

from xiaodian.modules.webhooks.models import Endpoint, Outcome

_MINUTE, _HOUR = 60, 3600
DELAYS_S = (5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 20 * _HOUR)
"""Pauses between the tries of a message; after the last it is dead, three days after the first."""
JITTER = 0.1
"""Pauses differ by up to so much, lest all that waited come at once."""
MAX_RETRY_AFTER_S = 24 * _HOUR

WARN_AFTER = timedelta(days=1)
DISABLE_AFTER = timedelta(days=3)
OLD_SECRET_FOR = timedelta(hours=24)
KEPT_FOR = timedelta(days=30)

GONE = 410


def next_try(attempts: int, outcome: Outcome, luck: float) -> datetime | None:
    """When a message that was not taken is tried again, after so many tries; None: never. `luck` is in [0, 1)."""
    if attempts > len(DELAYS_S):
        return None
    delay_s = DELAYS_S[attempts - 1] * (1 + JITTER * (2 * luck - 1))
    if outcome.retry_after_s is not None:
        delay_s = max(delay_s, min(outcome.retry_after_s, MAX_RETRY_AFTER_S))
    return outcome.at + timedelta(seconds=delay_s)


def switched_off_at(endpoint: Endpoint) -> datetime | None:
    """When a failing endpoint will be switched off, if it takes nothing until then."""
    return endpoint.failing_since + DISABLE_AFTER if endpoint.is_enabled and endpoint.failing_since else None
