"""What the routes of the feed take and give."""

from enum import StrEnum
from uuid import UUID

from xiaodian.contracts.accounts import Account
from xiaodian.contracts.base import Contract

MAX_SIZE = 30
PAGE_SIZE = 10


class Tab(StrEnum):
    """Which feed: what the platform finds for the viewer, or the newest of whom the viewer follows."""

    DISCOVER = "discover"
    FOLLOWING = "following"


class Kind(StrEnum):
    """What an item is."""

    VIDEO = "video"
    ROOM = "room"


class Why(Contract, frozen=True, kw_only=True):
    """Why this viewer is shown an item: a code, what it speaks of, and the same as a sentence in the reader's language.

    It tells nothing but what the viewer did or anybody can see.
    """

    code: str
    params: dict[str, str | int]
    text: str


class FeedVideo(Contract, frozen=True, kw_only=True):
    """A video, with all that it takes to play it at once; its bag and cues come with `GET /api/videos/{id}`."""

    video_id: UUID
    creator: Account
    is_followed: bool
    title: str
    topics: list[str]
    cover_url: str
    playback_url: str
    width: int
    height: int
    duration_ms: int
    published_at_ms: int
    likes: int
    comments: int
    views: int
    is_liked: bool
    product_count: int
    """How many products are in its bag."""


class FeedRoom(Contract, frozen=True, kw_only=True):
    """A room on air, with all that it takes to show its picture."""

    room_id: UUID
    host: Account
    is_followed: bool
    title: str
    cover_url: str | None
    playback_url: str
    online: int
    started_at_ms: int | None


class FeedItem(Contract, frozen=True, kw_only=True):
    """A video or a room, by `kind`; the other one is null."""

    kind: Kind
    video: FeedVideo | None
    room: FeedRoom | None
    why: Why
