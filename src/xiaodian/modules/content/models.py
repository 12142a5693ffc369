"""Rows of this module's tables, private to it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import ReportReason, RoomMeasure, VideoId, VideoState
from xiaodian.contracts.live import CommentId, RoomId
from xiaodian.contracts.media import VodId


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """A row of content.video."""

    video_id: VideoId
    creator_id: AccountId
    vod_id: VodId
    state: VideoState
    title: str
    topics: list[str]
    cover_url: str | None
    width: int | None
    height: int | None
    duration_ms: int | None
    source_room_id: RoomId | None
    created_at: datetime
    published_at: datetime | None
    taken_down_reason: str | None


class VideoProduct(NamedTuple):
    """A row of content.video_product: a product in a video's bag, and the moment that the creator suggests."""

    video_id: VideoId
    number: int
    product_id: ProductId
    at_ms: int | None
    show_ms: int | None


class Counts(NamedTuple):
    """A video's counters, all slots together."""

    views: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0


class VideoComment(NamedTuple):
    """A row of content.video_comment."""

    comment_id: CommentId
    video_id: VideoId
    account_id: AccountId
    text: str


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """A row of content.room_ruling."""

    ruling_id: UUID
    room_id: RoomId
    operator_id: AccountId
    measure: RoomMeasure
    rule: ReportReason
    note: str


class OpenReport(NamedTuple):
    """What is reported of one video, comment or room, all reports together."""

    video_id: VideoId | None
    room_id: RoomId | None
    comment_id: UUID | None
    reports: int
    reasons: list[str]
    notes: list[str]
    first_id: UUID
