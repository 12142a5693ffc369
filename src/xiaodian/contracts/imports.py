"""Imports: bulk jobs (a file in, a file out), products from elsewhere, results of sales made elsewhere."""

from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.shops import ShopId

JobId = NewType("JobId", UUID)
FileId = NewType("FileId", UUID)
SourceId = NewType("SourceId", UUID)


class JobState(StrEnum):
    """A job waits for a worker, runs, and ends in one of three ways."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RowOutcome(StrEnum):
    """What became of a row of a file, or would become of it in a dry run."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DONE = "done"
    """For kinds that neither create nor update: the row did what it says."""
    REFUSED = "refused"


class InputFile(Contract, frozen=True, kw_only=True):
    """A file that was sent for jobs to read."""

    file_id: FileId
    shop_id: ShopId
    name: str
    size_bytes: int


class JobFailure(Contract, frozen=True, kw_only=True):
    """Why a job failed as a whole: a refusal's code, the field, and what its text is about."""

    code: str
    field: str | None
    params: dict[str, Any]


class Job(Contract, frozen=True, kw_only=True):
    """A piece of long work and how far it has come."""

    job_id: JobId
    shop_id: ShopId
    kind: str
    state: JobState
    options: dict[str, Any]
    file_id: FileId | None
    file_name: str | None
    """Of the file that goes in; None where none does."""
    total: int | None
    """Rows in all; None while not known."""
    done: int
    """Rows decided so far, those refused among them."""
    refused: int
    counts: dict[str, int]
    """Rows by outcome."""
    result_name: str | None
    """Of the file that came out, once it can be fetched."""
    refusals_name: str | None
    """Of the file of the rows that were refused, each with the reason; None if there are none, or not yet."""
    failure: JobFailure | None
    created_by: AccountId
    created_at_ms: int
    started_at_ms: int | None
    ended_at_ms: int | None


class JobRow(Contract, frozen=True, kw_only=True):
    """What became of one row of the file; `row` counts as spreadsheets do, the heading being row 1."""

    row: int
    outcome: RowOutcome
    label: str
    """What the row is about, as people know it: a title, an order number."""
    reason: str | None
    """Why it was refused: a code with a text under `imports.row.<reason>`."""
    column: str | None
    """Which column is to blame."""
    params: dict[str, Any]
    """What the reason's text is about; for an update, what changes (`{"changes": {"price": [1000, 1200]}}`)."""


class ExternalOrderState(StrEnum):
    """What became of an order that was placed elsewhere."""

    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class ExternalOrderNoted(Event, frozen=True, kw_only=True):
    """Another platform told of an order, for the first time or because it is another now; as it is from now on."""

    event_key = "order_key"
    order_key: str
    """Of the source and the order there: the same for all that is told of one order."""
    shop_id: ShopId
    source_id: SourceId
    external_id: str
    state: ExternalOrderState
    state_before: ExternalOrderState | None
    """None: it was not known before."""
    product_id: UUID | None
    room_id: UUID | None
    """The room whose link the buyer followed."""
    creator_id: AccountId | None
    """The host of that room."""
    quantity: int
    amount_minor: int
    amount_before_minor: int
    currency: str
    placed_at_ms: int
    version: int = 1
    """Grows with each change of the order."""


class TooManyJobsError(DomainError):
    """As many jobs of this shop are waiting as may; try again when one has ended."""

    code = "too_many_jobs"
    status = 429


class JobEndedError(DomainError):
    """The job has ended, so it cannot be cancelled any more."""

    code = "job_ended"
    status = 409


class JobNotReadyError(DomainError):
    """The file that this job makes is not there (yet)."""

    code = "job_not_ready"
    status = 409
