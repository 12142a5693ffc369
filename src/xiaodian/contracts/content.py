"""Content: short videos, their topics, likes and comments, and who follows whom."""

from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import CommentId, RoomId
from xiaodian.contracts.media import VodId
from xiaodian.contracts.shops import ShopId

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


class ReportReason(StrEnum):
    """The rules: why somebody reports a video, a comment or a room, and why an operator ends a room."""

    FRAUD = "fraud"
    FAKE_GOODS = "fake_goods"
    FALSE_CLAIMS = "false_claims"
    VULGAR = "vulgar"
    VIOLENCE = "violence"
    MINORS = "minors"
    INFRINGEMENT = "infringement"
    SPAM = "spam"
    OTHER = "other"


class RoomMeasure(StrEnum):
    """What an operator did about a room that broke the rules."""

    ENDED = "ended"
    WARNED = "warned"
    """It was over already."""


class LearnedMoment(Contract, frozen=True, kw_only=True):
    """A moment of a video at which a product's card may come up, found by who learns from viewers.

    Of the moments of one product, each viewing gets one, drawn by their weights.
    """

    product_id: ProductId
    at_ms: int
    show_ms: int
    weight: int
    reason: str
    """A code; in words in the catalogue under `viewer`."""


class VideoCue(Contract, frozen=True, kw_only=True):
    """From `at_ms` on, for `show_ms`, a product's card is on the picture, in ms from the film's start."""

    product_id: ProductId
    at_ms: int
    show_ms: int
    reason: str
    """`creator` (suggested by them), `spread` (nothing is known yet), or what was learned."""


class VideoCard(Contract, frozen=True, kw_only=True):
    """A short video in a list."""

    video_id: VideoId
    creator: Account
    title: str
    topics: list[str]
    cover_url: str
    playback_url: str
    duration_ms: int
    width: int
    height: int
    views: int
    likes: int
    comments: int
    product_count: int
    """How many products are in its bag."""
    published_at: datetime


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


class VideoLikesCounted(Event, frozen=True, kw_only=True):
    """The counters of likes of these videos are others now; told once for all that were counted together. Of each like
    VideoLiked is told before the counter has it.
    """

    event_key = "count_id"
    count_id: UUID
    video_ids: list[VideoId]


class VideoCommented(Event, frozen=True, kw_only=True):
    """Somebody commented on a video."""

    event_key = "video_id"
    video_id: VideoId
    account_id: AccountId
    comment_id: CommentId


class ReactionsRemoved(Event, frozen=True, kw_only=True):
    """What somebody said under a video was taken away, or all that people said and liked, as the video is gone."""

    event_key = "video_id"
    video_id: VideoId
    account_id: AccountId | None
    """Whose; None: everybody's."""


class VideoReported(Event, frozen=True, kw_only=True):
    """Somebody says that a video breaks the rules."""

    event_key = "video_id"
    video_id: VideoId
    account_id: AccountId
    reason: str


class RoomReported(Event, frozen=True, kw_only=True):
    """Somebody says that a room breaks the rules."""

    event_key = "room_id"
    room_id: RoomId
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


class CreatorView(CreatorCard, frozen=True, kw_only=True):
    """A creator's own page."""

    shop_id: ShopId | None
    """The creator's own shop."""
    videos: int
    following: int
    """How many creators this one follows."""


class VideoView(Contract, frozen=True, kw_only=True):
    """A short video as a viewer plays it; its bag is like a room's, with the prices and stock of this moment."""

    video_id: VideoId
    creator: CreatorCard
    title: str
    topics: list[str]
    cover_url: str
    playback_url: str
    width: int
    height: int
    duration_ms: int
    sprite_url: str | None
    sprite_columns: int | None
    sprite_every_ms: int | None
    source_room_id: RoomId | None
    published_at: datetime
    views: int
    likes: int
    comments: int
    shares: int
    is_liked: bool
    """By the viewer who asks; false for who is not signed in."""
    bag: list[BagItem]
    cues: list[VideoCue]


class ReminderCame(Event, frozen=True, kw_only=True):
    """These accounts asked to be reminded of a room, and found it in their inboxes now."""

    event_key = "room_id"
    room_id: RoomId
    is_on_air: bool
    """False: it is planned to begin in some minutes."""
    account_ids: list[AccountId]


class VideoNotReadyError(DomainError):
    """The film is still being worked on, or was refused; `reason` says which."""

    code = "video_not_ready"
    status = 409


class VideoStateError(DomainError):
    """This cannot be done with a video in this state (`state`)."""

    code = "video_state"
    status = 409


class TooManyDraftsError(DomainError):
    """So many drafts (`most`) wait to be published or thrown away."""

    code = "too_many_drafts"
    status = 409


class MutedByCreatorError(DomainError):
    """The creator (`name`) does not let this account comment on their videos."""

    code = "muted_by_creator"
    status = 403


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
