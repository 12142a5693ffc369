"""Webhooks, events, bulk jobs and media as the open API takes and shows them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.contracts.imports import JobState, RowOutcome
from xiaodian.contracts.webhooks import DeliveryState, DisabledReason
from xiaodian.modules.apps.api import MOST_ADVANCE_S, MOST_LINES, SandboxLine
from xiaodian.modules.media.api import VideoState

Types = Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(min_length=1, max_length=100)]
Url = Annotated[Line, Meta(min_length=1, max_length=2048)]
Description = Annotated[Line, Meta(max_length=100)]


class Picture(Contract, frozen=True, kw_only=True):
    """An uploaded picture: upright, without metadata, at most 1600 pixels wide and high."""

    url: str
    """What `picture_urls` take."""
    width: int
    height: int


class WebhookType(Contract, frozen=True, kw_only=True):
    """Something that can be told of."""

    type: str
    area: str
    right: str
    """The scope that the token needs to be told of it."""
    meaning: str


class WebhookTypes(Contract, frozen=True, kw_only=True):
    """What the token may be told of."""

    items: list[WebhookType]


class Video(Contract, frozen=True, kw_only=True):
    """A film that was sent, and how far it is."""

    id: UUID
    state: VideoState
    url: str | None
    """Once it is ready, what `video_url` takes."""
    refused_reason: str | None
    width: int | None
    height: int | None
    duration_ms: int | None


class Webhook(Contract, frozen=True, kw_only=True):
    """Where messages are sent, and how that is going."""

    id: UUID
    url: str
    description: str
    types: list[str]
    is_enabled: bool
    disabled_reason: DisabledReason | None
    failing_since: datetime | None
    switched_off_at: datetime | None
    """When it will be switched off if it takes nothing until then."""
    last_success_at: datetime | None
    last_error: str | None
    waiting: int
    """Messages that wait to be sent."""
    dead: int
    """Messages that were given up after three days."""
    created_at: datetime


class Webhooks(Contract, frozen=True, kw_only=True):
    """All webhooks of the shop."""

    items: list[Webhook]


class NewWebhook(Input, frozen=True, kw_only=True):
    """Where to send what."""

    url: Url
    types: Types
    description: Description = ""


class WebhookEdit(Input, frozen=True, kw_only=True):
    """What shall change of a webhook; what is left out stays."""

    url: Url | UnsetType = UNSET
    types: Types | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


class WebhookSecret(Contract, frozen=True, kw_only=True):
    """A webhook and its secret, which is told this once."""

    webhook: Webhook
    secret: str
    """`whsec_…`, as the Standard Webhooks libraries take it."""


class Delivery(Contract, frozen=True, kw_only=True):
    """What becomes of a message at a webhook."""

    event_id: UUID
    type: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    tried_at: datetime | None
    next_at: datetime | None
    status: int | None
    """The HTTP status of the last answer."""
    error: str | None


class DeliveryPage(Contract, frozen=True, kw_only=True):
    """A page of deliveries, the newest first."""

    items: list[Delivery]
    next_cursor: str | None


class NewRedelivery(Input, frozen=True, kw_only=True):
    """What shall be sent again of what came since a moment."""

    since: Annotated[datetime, Meta(tz=True)]
    only_failed: bool = True
    """False: also what was taken, and what came while the webhook was off."""


class Redelivery(Contract, frozen=True, kw_only=True):
    """How many messages will be sent again."""

    count: int


class EventSubject(Contract, frozen=True, kw_only=True):
    """What an event is about."""

    kind: str
    id: UUID


class Event(Contract, frozen=True, kw_only=True):
    """Something that happened, as webhooks are told it."""

    id: UUID
    """The `webhook-id` of its delivery."""
    type: str
    timestamp: datetime
    subject: EventSubject
    sequence: int
    """Grows by one with each event of the subject."""
    data: dict[str, Any]


class EventPage(Contract, frozen=True, kw_only=True):
    """Events, the oldest first. Ask with `next_cursor` again later, also if there is no more now."""

    items: list[Event]
    next_cursor: str
    has_more: bool


class JobFile(Contract, frozen=True, kw_only=True):
    """A file that was sent for a job to read."""

    id: UUID
    name: str
    size_bytes: int


class JobFailure(Contract, frozen=True, kw_only=True):
    """Why a job failed as a whole."""

    code: str
    field: str | None
    params: dict[str, Any]


class Job(Contract, frozen=True, kw_only=True):
    """A piece of long work and how far it has come."""

    id: UUID
    kind: str
    state: JobState
    options: dict[str, Any]
    file_name: str | None
    total: int | None
    """Rows in all; null while not known."""
    done: int
    refused: int
    counts: dict[str, int]
    """Rows by outcome."""
    result_name: str | None
    """Of the file that came out, once it can be fetched."""
    refusals_name: str | None
    """Of the file of refused rows, each with the reason."""
    failure: JobFailure | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class JobPage(Contract, frozen=True, kw_only=True):
    """A page of jobs, the newest first."""

    items: list[Job]
    next_cursor: str | None


class NewJob(Input, frozen=True, kw_only=True):
    """Work to be done. `options` are those of the kind."""

    kind: Annotated[Line, Meta(min_length=1, max_length=64)]
    file_id: UUID | None = None
    """The file to read, sent before."""
    options: dict[str, Any] = msgspec.field(default_factory=dict)


class JobRow(Contract, frozen=True, kw_only=True):
    """What became of one row of the file; `row` counts as spreadsheets do."""

    row: int
    outcome: RowOutcome
    label: str
    reason: str | None
    column: str | None
    params: dict[str, Any]


class JobRowPage(Contract, frozen=True, kw_only=True):
    """A page of rows, in the order of the file."""

    items: list[JobRow]
    next_cursor: str | None


class NewSandboxOrder(Input, frozen=True, kw_only=True):
    """What somebody made up buys."""

    lines: Annotated[list[SandboxLine], Meta(min_length=1, max_length=MOST_LINES)]
    is_paid: bool = True


class SandboxOrder(Contract, frozen=True, kw_only=True):
    """The order that was placed."""

    order_id: UUID


class Advance(Input, frozen=True, kw_only=True):
    """How much time shall have passed."""

    advance_s: Annotated[int, Meta(ge=1, le=MOST_ADVANCE_S)]


class Advanced(Contract, frozen=True, kw_only=True):
    """How much has."""

    advanced_s: int
