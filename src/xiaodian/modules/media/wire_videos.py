"""What the routes of films give."""

from enum import StrEnum
from uuid import UUID

from xiaodian.contracts.base import Contract


class VideoState(StrEnum):
    """`waiting` for the worker, then `ready` or `refused`."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"


class Video(Contract, frozen=True, kw_only=True):
    """A film that was uploaded, and how far it is."""

    video_id: UUID
    state: VideoState
    url: str | None
    """Once it is ready; its poster has the same address, but for the ending `.webp`."""
    refused_reason: str | None
    width: int | None
    height: int | None
    duration_ms: int | None
