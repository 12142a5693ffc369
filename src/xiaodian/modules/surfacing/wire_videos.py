"""What the routes of surfacing in videos, and of the bag for each viewer, give."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.contracts.orders import OrderBehind


class LearnedView(Contract, frozen=True, kw_only=True):
    """A moment at which a product's card may come up; counts of long ago are less by now."""

    at_ms: int
    show_ms: int
    reason: str
    """Why it is tried: `said`, `bought`, `clicked`, `stayed`, `before_leaving`, `near_best`, `tried`."""
    text: str
    """The reason in the reader's language."""
    shown: int
    clicked: int
    ordered: int
    left: int
    """Who went on within five seconds, and had not clicked."""
    orders: int
    """Paid orders of the product whose buyer's card came up here before they bought it; old ones count as any."""
    share: float
    """Of the viewings from now on, between 0 and 1."""


class LearnedProduct(Contract, frozen=True, kw_only=True):
    """The moments of one product; they count only where the creator leaves the moment open."""

    product_id: UUID
    shop_id: UUID | None
    moments: list[LearnedView]


class MomentOrders(Contract, frozen=True, kw_only=True):
    """The paid orders of a product that came of a moment of a film, the newest first; `orders`: how many in all."""

    product_id: UUID
    shop_id: UUID
    title: str
    """Of the product."""
    at_ms: int
    orders: int
    currency: str
    items: list[OrderBehind]
    next_cursor: str | None


class MomentsView(Contract, frozen=True, kw_only=True):
    """When the cards of a video come up, as far as it was learned; `weighed_at`: null: nothing is known yet."""

    video_id: UUID
    weighed_at: datetime | None
    products: list[LearnedProduct]


class PlacingView(Contract, frozen=True, kw_only=True):
    """A product's place, and why: `bought`, `size`, `viewed`, or null; `text` in the reader's language."""

    product_id: UUID
    code: str | None
    text: str | None


class BagOrder(Contract, frozen=True, kw_only=True):
    """The bag's products in the order for this viewer. Numbers, prices and stock are those of the bag."""

    items: list[PlacingView]
