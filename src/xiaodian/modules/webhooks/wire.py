"""Webhooks on the wire, for the console and for the open API."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.contracts.webhooks import DeliveryState, DisabledReason, EndpointId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.webhooks.models import Attempt, Delivery, Endpoint, Subject
from xiaodian.modules.webhooks.queries import Health
from xiaodian.modules.webhooks.rules import switched_off_at

MAX_TYPES = 100
MAX_DESCRIPTION_CHARS = 100
MAX_URL_CHARS = 2048

TypeName = Annotated[str, Meta(max_length=60)]
Types = Annotated[list[TypeName], Meta(min_length=1, max_length=MAX_TYPES)]
Url = Annotated[Line, Meta(min_length=1, max_length=MAX_URL_CHARS)]
Description = Annotated[Line, Meta(max_length=MAX_DESCRIPTION_CHARS)]


class EndpointInput(Input, frozen=True, kw_only=True):
    """Where to send what."""

    url: Url
    types: Types
    description: Description = ""


class EndpointPatch(Input, frozen=True, kw_only=True):
    """What changes of an endpoint; what is left out stays."""

    url: Url | UnsetType = UNSET
    types: Types | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    """Enabled again, what waited goes on; to have also sent what came meanwhile, ask for a redelivery."""


class RedeliveryInput(Input, frozen=True, kw_only=True):
    """What shall be sent again of what came since a moment."""

    since_ms: Annotated[int, Meta(ge=0, le=4_102_444_800_000)]
    only_failed: bool = True
    """False: also what was taken, and what came while the endpoint was off."""


class WebhookTypeView(Contract, frozen=True, kw_only=True):
    """A type of message; `meaning` in plain English, for programmers."""

    type: str
    area: str
    right: str
    meaning: str


class WebhookTypeList(Contract, frozen=True, kw_only=True):
    """The types that the caller may be told of."""

    items: list[WebhookTypeView]


class EndpointView(Contract, frozen=True, kw_only=True):
    """An endpoint, and how it is doing."""

    endpoint_id: EndpointId
    app_id: str | None
    url: str
    description: str
    types: list[str]
    is_enabled: bool
    disabled_reason: DisabledReason | None
    disabled_at_ms: int | None
    failing_since_ms: int | None
    switched_off_at_ms: int | None
    """When it will be switched off if it takes nothing until then."""
    last_success_at_ms: int | None
    last_error: str | None
    waiting: int
    dead: int
    old_secret_until_ms: int | None
    created_at_ms: int


class EndpointList(Contract, frozen=True, kw_only=True):
    """All endpoints of a shop."""

    items: list[EndpointView]


class EndpointSecretView(Contract, frozen=True, kw_only=True):
    """An endpoint and its secret, which is told this once."""

    endpoint: EndpointView
    secret: str


class DeliveryView(Contract, frozen=True, kw_only=True):
    """What becomes of a message at an endpoint."""

    event_id: str
    type: str
    state: DeliveryState
    attempts: int
    created_at_ms: int
    tried_at_ms: int | None
    next_at_ms: int | None
    status: int | None
    error: str | None
    duration_ms: int | None


class AttemptView(Contract, frozen=True, kw_only=True):
    """One try."""

    at_ms: int
    status: int | None
    error: str | None
    duration_ms: int
    answer: str
    """The beginning of what the receiver said."""


class MessageView(Contract, frozen=True, kw_only=True):
    """A message as it is sent; what `data` has depends on the type: see the catalogue."""

    id: UUID
    type: str
    timestamp: datetime
    shop_id: UUID
    subject: Subject
    sequence: int
    data: dict[str, Any]


class DeliveryDetail(Contract, frozen=True, kw_only=True):
    """A delivery, what is sent and what was answered. Signatures are not shown."""

    delivery: DeliveryView
    url: str
    headers: dict[str, str]
    message: MessageView
    attempts: list[AttemptView]


class Redelivered(Contract, frozen=True, kw_only=True):
    """How many messages will be sent again."""

    count: int


class MessagePage(Contract, frozen=True, kw_only=True):
    """Messages as they are also sent, the oldest first. Ask with `next_cursor` again, also if there is no more now."""

    items: list[MessageView]
    next_cursor: str
    has_more: bool


decode_message = msgspec.json.Decoder(MessageView).decode
"""From the bytes that are kept and sent."""


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_epoch_ms(moment)


def to_view(endpoint: Endpoint, health: Health) -> EndpointView:
    """An endpoint as it is shown."""
    return EndpointView(
        endpoint_id=endpoint.endpoint_id,
        app_id=str(endpoint.app_id) if endpoint.app_id else None,
        url=endpoint.url,
        description=endpoint.description,
        types=endpoint.types,
        is_enabled=endpoint.is_enabled,
        disabled_reason=endpoint.disabled_reason,
        disabled_at_ms=_ms(endpoint.disabled_at),
        failing_since_ms=_ms(endpoint.failing_since),
        switched_off_at_ms=_ms(switched_off_at(endpoint)),
        last_success_at_ms=_ms(endpoint.last_success_at),
        last_error=endpoint.last_error,
        waiting=health.waiting,
        dead=health.dead,
        old_secret_until_ms=_ms(endpoint.previous_until),
        created_at_ms=to_epoch_ms(endpoint.created_at),
    )


def to_delivery_view(delivery: Delivery) -> DeliveryView:
    """A delivery as it is shown."""
    return DeliveryView(
        event_id=str(delivery.event_id),
        type=delivery.type,
        state=delivery.state,
        attempts=delivery.attempts,
        created_at_ms=to_epoch_ms(delivery.created_at),
        tried_at_ms=_ms(delivery.tried_at),
        next_at_ms=_ms(delivery.next_at) if delivery.state is DeliveryState.WAITING else None,
        status=delivery.status,
        error=delivery.error,
        duration_ms=delivery.duration_ms,
    )


def to_attempt_view(attempt: Attempt) -> AttemptView:
    """A try as it is shown."""
    return AttemptView(
        at_ms=to_epoch_ms(attempt.at),
        status=attempt.status,
        error=attempt.error,
        duration_ms=attempt.duration_ms,
        answer=attempt.answer,
    )
