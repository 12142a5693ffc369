"""Content: short videos, their topics, likes and comments, and who follows whom."""

from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, Event
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.media import VodId

VideoId = NewType("VideoId", UUID)


class VideoState(StrEnum):
    """draft → published ⇄ hidden (by its creator) | taken_down (by an operator); deleted from any of them."""

    DRAFT = "draft"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    TAKEN_DOWN = "taken_down"


class VideoInfo(Contract, frozen=True, kw_only=True):
    """What other modules may know of a short video."""

    video_id: VideoId
    creator_id: AccountId
    state: VideoState
    title: str
    topics: list[str]
    """Without `#`, folded to lower case."""
    vod_id: VodId
    cover_url: str
    duration_ms: int
    width: int
    height: int
    product_ids: list[ProductId]
    """The video's bag, in order."""
    source_room_id: RoomId | None
    """The room of which it is a clip."""
    published_at: datetime | None


class VideoCounter(Contract, frozen=True, kw_only=True):
    """A published video as a place where things are bought: who sells there, and what is in its bag."""

    video_id: VideoId
    creator_id: AccountId
    product_ids: frozenset[ProductId]


class VideoCounts(Contract, frozen=True, kw_only=True):
    """A video's public counters, and whether one viewer likes it."""

    likes: int
    comments: int
    views: int
    is_liked: bool


class VideoPublished(Event, frozen=True, kw_only=True):
    """A short video can be watched: for the first time, or again."""

    event_key = "video_id"
    video_id: VideoId
    creator_id: AccountId
    title: str
    topics: list[str]
    product_ids: list[ProductId]
    duration_ms: int
    published_at_ms: int
    """The first time."""


class VideoChanged(Event, frozen=True, kw_only=True):
    """Title, topics, cover or products of a published video are others now."""

    event_key = "video_id"
    video_id: VideoId
    creator_id: AccountId
    title: str
    topics: list[str]
    product_ids: list[ProductId]


class VideoWithdrawn(Event, frozen=True, kw_only=True):
    """A video that was published cannot be watched any more: hidden, taken down or deleted."""

    event_key = "video_id"
    video_id: VideoId
    creator_id: AccountId
    reason: str
    """`hidden`, `taken_down`, `deleted`."""


class VideoLiked(Event, frozen=True, kw_only=True):
    """Somebody likes a video, or (`is_liked` false) does so no more."""

    event_key = "video_id"
    video_id: VideoId
    account_id: AccountId
    is_liked: bool


class VideoCommented(Event, frozen=True, kw_only=True):
    """Somebody commented on a video."""

    event_key = "video_id"
    video_id: VideoId
    account_id: AccountId
    comment_id: UUID


class VideoReported(Event, frozen=True, kw_only=True):
    """Somebody says that a video breaks the rules."""

    event_key = "video_id"
    video_id: VideoId
    account_id: AccountId
    reason: str


class VideoDismissed(Event, frozen=True, kw_only=True):
    """A viewer is not interested in this video and its like."""

    event_key = "video_id"
    video_id: VideoId
    creator_id: AccountId
    account_id: AccountId


class CreatorCard(Contract, frozen=True, kw_only=True):
    """A creator as a viewer sees it."""

    account_id: AccountId
    display_name: str
    avatar_url: str | None
    fans: int
    is_followed: bool
    """By the viewer who asks; false for who is not signed in."""


class CreatorFollowed(Event, frozen=True, kw_only=True):
    """Somebody became a fan."""

    event_key = "creator_id"
    creator_id: AccountId
    fan_id: AccountId


class CreatorUnfollowed(Event, frozen=True, kw_only=True):
    """Somebody is a fan no more."""

    event_key = "creator_id"
    creator_id: AccountId
    fan_id: AccountId
