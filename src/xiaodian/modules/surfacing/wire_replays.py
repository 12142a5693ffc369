"""What the routes of what is learned in replays give."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.modules.surfacing.wire_videos import LearnedView


class TriedView(LearnedView, frozen=True, kw_only=True):
    """A moment of a replay at which a product's card may come up; `at_ms` from when the room went on air."""

    chapter: int
    """Ten minutes each, from 0. Of each product a viewing gets one of a chapter's moments, or none."""
    is_kept: bool
    """The host's choice; the other moments of its chapter have no `share` then."""


class TriedProduct(Contract, frozen=True, kw_only=True):
    """A product and its moments, by time."""

    product_id: UUID
    shop_id: UUID
    title: str
    picture_url: str | None
    moments: list[TriedView]


class ReplayMomentsView(Contract, frozen=True, kw_only=True):
    """When the platform's cards come up in a replay, as far as it was learned, in the order of the bag.

    `weighed_at`: null: nothing is known yet. `is_long`: it has more than one chapter.
    """

    room_id: UUID
    weighed_at: datetime | None
    is_long: bool
    products: list[TriedProduct]
