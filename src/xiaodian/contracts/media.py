"""Media: ingest, HLS, pictures. A stream is what one room's publisher sends, over all its reconnections."""

from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event

StreamId = NewType("StreamId", UUID)
VodId = NewType("VodId", UUID)
"""A short video's media (video on demand): what was uploaded or cut, and what became of it."""


class StreamState(StrEnum):
    """`interrupted`: the encoder is gone and may come back within the grace time."""

    WAITING = "waiting"
    ON_AIR = "on_air"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


class VodState(StrEnum):
    """`waiting` for the worker, `working`, then `ready` or `refused`."""

    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    REFUSED = "refused"


class VodInfo(Contract, frozen=True, kw_only=True):
    """Media of a short video, and how far it is. What is not known before it is ready is None."""

    vod_id: VodId
    owner_id: AccountId
    state: VodState
    progress: int
    """Percent of the work that is done."""
    refused_reason: str | None
    """`not_a_video`, `too_long`, `too_large`, `unreadable`."""
    width: int | None
    height: int | None
    duration_ms: int | None
    playback_url: str | None
    """HLS master playlist."""
    poster_url: str | None
    sprite_url: str | None
    """One picture of stills: `sprite_columns` in a row, one each `sprite_every_ms`, all of one size."""
    sprite_columns: int | None
    sprite_every_ms: int | None


class Stretch(Contract, frozen=True, kw_only=True):
    """A stretch of a stream's film, in ms from its start."""

    stream_id: StreamId
    from_ms: int
    to_ms: int


class VodReady(Event, frozen=True, kw_only=True):
    """A short video's media can be played."""

    event_key = "vod_id"
    vod_id: VodId
    owner_id: AccountId
    duration_ms: int


class VodRefused(Event, frozen=True, kw_only=True):
    """What was uploaded is no film that can be taken; `reason` as in VodInfo."""

    event_key = "vod_id"
    vod_id: VodId
    owner_id: AccountId
    reason: str


class PublishGrant(Contract, frozen=True, kw_only=True):
    """A publisher was recognised: what it sends belongs to this stream."""

    stream_id: StreamId


class PublishGate(Protocol):
    """Decides what an account may publish to. Implemented above media (live knows the rooms), wired in app.py."""

    async def stream_for(self, owner_id: AccountId) -> PublishGrant:
        """The stream this account may publish to now. Raises PublishRefusedError."""


class PublishRefusedError(DomainError):
    """The stream key is wrong, or its owner has no room to publish to."""

    code = "publish_refused"
    status = 403


class AlreadyPublishingError(DomainError):
    """Another encoder is publishing with this key right now."""

    code = "already_publishing"
    status = 409


class NotAPictureError(DomainError):
    """The uploaded file is not a picture we can read, or is too large."""

    code = "not_a_picture"
    status = 422


class NotAVideoError(DomainError):
    """The upload is empty, or larger than allowed; `reason` says which."""

    code = "not_a_video"
    status = 422


class UploadConflictError(DomainError):
    """The upload has another offset than the caller thinks (`offset`), or is finished and belongs to its vod."""

    code = "upload_conflict"
    status = 409


class UploadTooLargeError(DomainError):
    """A film larger than `max_bytes`, or more bytes than the upload was announced with."""

    code = "upload_too_large"
    status = 413


class UploadDamagedError(DomainError):
    """What arrived is not what its checksum says; nothing of it was kept."""

    code = "upload_damaged"
    status = 460


class UploadVersionError(DomainError):
    """Not the version of the tus protocol that is spoken here."""

    code = "upload_version"
    status = 412


class TooManyUploadsError(DomainError):
    """So many uploads and films of this account are still under way."""

    code = "too_many_uploads"
    status = 429


class VodNotReadyError(DomainError):
    """The film cannot be played yet."""

    code = "vod_not_ready"
    status = 409


class VodRefusedError(DomainError):
    """What was uploaded is no film that can be taken; `reason` as in VodInfo. The catalogue has a text for each."""

    code = "vod_refused"
    status = 422


class TooManyVideosError(DomainError):
    """So many films of this account are still being worked on."""

    code = "too_many_videos"
    status = 429


class StreamStarted(Event, frozen=True, kw_only=True):
    """The first picture of a publication arrived. `is_return` if the stream was on air before."""

    event_key = "stream_id"
    stream_id: StreamId
    at_ms: int
    is_return: bool


class StreamInterrupted(Event, frozen=True, kw_only=True):
    """The encoder vanished; the stream ends after the grace time unless it returns."""

    event_key = "stream_id"
    stream_id: StreamId
    at_ms: int


class StreamEnded(Event, frozen=True, kw_only=True):
    """The stream is over for good; its segments are the replay."""

    event_key = "stream_id"
    stream_id: StreamId
    at_ms: int
    duration_ms: int


class StreamSegment(Contract, frozen=True, kw_only=True):
    """A piece of a stream's film; `discontinuity`: another publication begins with it, with an init of its own."""

    seq: int
    start_ms: int
    name: str
    init_name: str
    discontinuity: bool


class DateRange(Contract, frozen=True, kw_only=True):
    """A cue in the playlist itself (RFC 8216, EXT-X-DATERANGE)."""

    range_id: str
    range_class: str
    start_ms: int
    end_ms: int | None
    attributes: dict[str, str]
    """Client attributes; names are written with the prefix `X-` in capitals."""
