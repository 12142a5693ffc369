"""What the routes of content take and give."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.accounts import Account
from xiaodian.contracts.base import Contract, Input, Text
from xiaodian.contracts.content import ReportReason, RoomMeasure, VideoCard, VideoState
from xiaodian.contracts.live import RoomState
from xiaodian.contracts.media import VodInfo
from xiaodian.modules.content.video_rules import MAX_SHOW_MS, MIN_SHOW_MS

MAX_NOTE_CHARS = 500
MAX_FILM_MS = 24 * 3600 * 1000

# Only pictures that were uploaded here: a foreign address could spy on viewers, and our pages would not show it.
CoverUrl = Annotated[
    str,
    Meta(pattern=r"^/media/(pictures/[A-Za-z0-9._-]{1,200}|vods/[0-9a-f-]{36}/cover-[0-9a-f]{32}[.]webp)(?![\s\S])"),
]
FilmMs = Annotated[int, Meta(ge=0, le=MAX_FILM_MS)]
ShowMs = Annotated[int, Meta(ge=MIN_SHOW_MS, le=MAX_SHOW_MS)]
Note = Annotated[Text, Meta(max_length=MAX_NOTE_CHARS)]


class VideoInput(Input, frozen=True, kw_only=True):
    """The uploaded film that a short video is to be made of."""

    vod_id: UUID


class ClipInput(Input, frozen=True, kw_only=True):
    """A stretch of a room's film, in ms from its start."""

    room_id: UUID
    from_ms: FilmMs
    to_ms: FilmMs


class VideoProductInput(Input, frozen=True, kw_only=True):
    """A product of the video's bag; without `at_ms` the platform finds out when its card comes up best."""

    product_id: UUID
    at_ms: FilmMs | None = None
    show_ms: ShowMs | None = None


class VideoPatch(Input, frozen=True, kw_only=True):
    """What to change of a video. The cover is a picture that was uploaded, or a still of the film."""

    title: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    cover_url: CoverUrl | UnsetType = UNSET
    cover_at_ms: FilmMs | UnsetType = UNSET
    products: Annotated[list[VideoProductInput], Meta(max_length=100)] | UnsetType = UNSET


class OwnProduct(Contract, frozen=True, kw_only=True):
    """A product of one's own video."""

    number: int
    product_id: UUID
    title: str
    picture_url: str | None
    is_on_sale: bool
    at_ms: int | None
    show_ms: int | None


class OwnVideo(Contract, frozen=True, kw_only=True):
    """A short video as its creator sees it; what is not known before its film is ready is null."""

    video_id: UUID
    state: VideoState
    title: str
    topics: list[str]
    cover_url: str | None
    duration_ms: int | None
    width: int | None
    height: int | None
    vod: VodInfo
    source_room_id: UUID | None
    products: list[OwnProduct]
    views: int
    likes: int
    comments: int
    shares: int
    created_at: datetime
    published_at: datetime | None
    taken_down_reason: str | None


class TopicView(Contract, frozen=True, kw_only=True):
    """A topic."""

    topic: str
    videos: int


class VideoCommentInput(Input, frozen=True, kw_only=True):
    """A comment. Its length is checked after control characters are gone."""

    text: Annotated[str, Meta(max_length=10_000)]


class VideoCommentView(Contract, frozen=True, kw_only=True):
    """A comment on a video."""

    comment_id: UUID
    account: Account
    text: str
    is_creator: bool
    created_at: datetime
    may_delete: bool
    """Whether who asks may take it away."""
    may_mute: bool
    """Whether who asks may silence its author under the creator's videos."""


class ReportInput(Input, frozen=True, kw_only=True):
    """What is wrong with a video or a comment."""

    reason: ReportReason
    note: Note = ""


class ReportReasons(Contract, frozen=True, kw_only=True):
    """What a report may name as its reason, in words in the catalogue under `viewer`."""

    items: list[ReportReason]


class ReportedRoom(Contract, frozen=True, kw_only=True):
    """A room that was reported."""

    room_id: UUID
    host: Account
    title: str
    cover_url: str | None
    state: RoomState


class ReportedItem(Contract, frozen=True, kw_only=True):
    """A video, or a comment on it, or a room, with all that is reported of it and not decided yet."""

    video: VideoCard | None
    room: ReportedRoom | None
    comment: VideoCommentView | None
    reports: int
    reasons: list[str]
    notes: list[str]
    first_reported_at: datetime


class RulingInput(Input, frozen=True, kw_only=True):
    """Why an operator decides so; the creator reads it."""

    reason: Annotated[Text, Meta(min_length=1, max_length=MAX_NOTE_CHARS)]


class RoomRulingInput(Input, frozen=True, kw_only=True):
    """Which rule a room broke; its host reads it. What `other` means is said in `note`."""

    rule: ReportReason
    note: Note = ""


class RoomRuling(Contract, frozen=True, kw_only=True):
    """What the platform did about a room, and why."""

    ruling_id: UUID
    measure: RoomMeasure
    rule: ReportReason
    note: str
    ruled_at: datetime


class RoomRulings(Contract, frozen=True, kw_only=True):
    """What the platform did about one room, the latest first."""

    items: list[RoomRuling]


class LoggedRuling(Contract, frozen=True, kw_only=True):
    """A line of the operators' log: what was done about a room, and by whom."""

    ruling: RoomRuling
    room: ReportedRoom
    operator: Account | None
    """None: this account is no more."""


class DismissalInput(Input, frozen=True, kw_only=True):
    """Reports that are no breach of the rules: of a video, or of one comment on it."""

    comment_id: UUID | None = None


class MutedAccounts(Contract, frozen=True, kw_only=True):
    """Who may not comment on a creator's videos, the latest first."""

    items: list[Account]


class CreatorRoom(Contract, frozen=True, kw_only=True):
    """A room on its creator's page."""

    room_id: UUID
    title: str
    cover_url: str | None
    state: RoomState
    online: int
    planned_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    is_reminded: bool
    """Whether the viewer who asks will be told when it goes on air."""
