"""Rows of this module's tables, private to it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import ShopId
from xiaodian.contracts.webhooks import DeliveryState, DisabledReason, EndpointId


class SubjectKind(StrEnum):
    """What a message is about; messages of one subject are numbered and keep their order."""

    ORDER = "order"
    PRODUCT = "product"
    ROOM = "room"
    VIDEO = "video"
    PAYOUT = "payout"
    ENDPOINT = "endpoint"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is about."""

    kind: SubjectKind
    id: UUID


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message that has no numbers yet."""

    shop_id: ShopId
    event_id: UUID
    type: str
    subject: Subject
    occurred_at: datetime
    data: msgspec.Struct
    state: str | None = None
    """The subject's state, where the next message needs to know whether it changed."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent, and what can be fetched: the same for everybody who gets it, and each time."""

    id: UUID
    type: str
    timestamp: datetime
    shop_id: ShopId
    subject: Subject
    sequence: int
    """Counts up by one with each message about this subject."""
    data: msgspec.Raw


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A row of webhooks.endpoint, without its secrets."""

    shop_id: ShopId
    endpoint_id: EndpointId
    app_id: UUID | None
    created_by: AccountId
    url: str
    description: str
    types: list[str]
    previous_until: datetime | None
    is_enabled: bool
    disabled_reason: DisabledReason | None
    disabled_at: datetime | None
    failing_since: datetime | None
    """Nothing was taken since; None if the last message was."""
    last_success_at: datetime | None
    last_error: str | None
    created_at: datetime


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way to an endpoint: the first of its lane, leased by this process."""

    shop_id: ShopId
    endpoint_id: EndpointId
    subject_id: UUID
    lease: UUID
    position: int
    event_id: UUID
    attempts: int
    body: bytes
    url: str
    sealed_secret: bytes
    sealed_previous: bytes | None
    """Of the secret that signs too, if it is still valid."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How one try went."""

    at: datetime
    duration_ms: int
    status: int | None = None
    error: str | None = None
    """A code; None if the message was taken."""
    answer: str = ""
    """The beginning of what the receiver said."""
    retry_after_s: int | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has the message."""
        return self.error is None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A row of webhooks.delivery: what becomes of a message at an endpoint."""

    position: int
    event_id: UUID
    type: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    tried_at: datetime | None
    next_at: datetime | None
    status: int | None
    error: str | None
    duration_ms: int | None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A row of webhooks.attempt: one try."""

    at: datetime
    status: int | None
    error: str | None
    duration_ms: int
    answer: str
