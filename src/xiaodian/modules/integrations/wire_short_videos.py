"""Short videos as the open API shows them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.contracts.media import VodState


class ShortVideoState(StrEnum):
    """draft → published ⇄ hidden (by its creator) | taken_down (by the operator)."""

    DRAFT = "draft"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    TAKEN_DOWN = "taken_down"


class ShortVideoProduct(Contract, frozen=True, kw_only=True):
    """A product in a video's bag."""

    product_id: UUID
    at_ms: int | None
    """When its card comes up, in ms from the film's start; null: the platform finds out."""
    show_ms: int | None


class ShortVideo(Contract, frozen=True, kw_only=True):
    """A short video of the shop's owner; what is not known before its film is ready is null."""

    id: UUID
    state: ShortVideoState
    film: VodState
    """How far the film is."""
    title: str
    topics: list[str]
    cover_url: str | None
    playback_url: str | None
    """HLS master playlist."""
    width: int | None
    height: int | None
    duration_ms: int | None
    source_room_id: UUID | None
    """The room of which it is a clip."""
    products: list[ShortVideoProduct]
    views: int
    likes: int
    comments: int
    shares: int
    created_at: datetime
    published_at: datetime | None


class ShortVideoPage(Contract, frozen=True, kw_only=True):
    """A page of videos, the newest first."""

    items: list[ShortVideo]
    next_cursor: str | None
