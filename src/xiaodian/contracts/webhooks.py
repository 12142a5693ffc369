"""Webhooks: what a shop's own systems and apps are told, where to, and what became of it."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.base import DomainError, Event
from xiaodian.contracts.shops import ShopId

EndpointId = NewType("EndpointId", UUID)


class DisabledReason(StrEnum):
    """Why nothing is sent to an endpoint."""

    BY_HAND = "by_hand"
    FAILING = "failing"
    """It took nothing for three days."""
    GONE = "gone"
    """It answered 410."""


class DeliveryState(StrEnum):
    """waiting → delivered | dead; dead or delivered → waiting (somebody has it sent again)."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    """It was tried for three days in vain."""


class WebhookTrouble(StrEnum):
    """What happened to an endpoint that somebody should look after."""

    FAILING = "failing"
    """It has taken nothing for a day; in two more days it will be switched off."""
    SWITCHED_OFF = "switched_off"


class WebhookTroubled(Event, frozen=True, kw_only=True):
    """An endpoint fails, or was switched off because it failed."""

    event_key = "endpoint_id"
    endpoint_id: EndpointId
    shop_id: ShopId
    app_id: UUID | None
    """The app that made it."""
    url: str
    trouble: WebhookTrouble
    reason: str
    """The last error, or why it was switched off."""


class EndpointDisabledError(DomainError):
    """Nothing is sent to a disabled endpoint; enable it first."""

    code = "webhook_disabled"
    status = 409


class TooManyWebhooksError(DomainError):
    """A shop has at most `limit` endpoints."""

    code = "too_many_webhooks"
    status = 409


class EventsForgottenError(DomainError):
    """What came after this cursor is no longer kept; begin again without one, or at `oldest_cursor`."""

    code = "events_forgotten"
    status = 410
