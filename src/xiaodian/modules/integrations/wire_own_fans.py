"""A creator's own fans as the open API shows them."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.modules.fans.api import CreatorFanGroup


class OwnFan(Contract, frozen=True, kw_only=True):
    """Somebody who follows the creator, was in the creator's rooms and videos, or bought there.

    Of a creator who owns a shop: who bought others' goods there; the rest are the shop's fans.
    """

    id: UUID
    """The account's."""
    name: str
    """Its first character."""
    followed_at: datetime | None
    since: datetime
    """First there, following or buying."""
    latest_at: datetime
    """The last time."""
    views: int
    watched_s: int
    comments: int
    likes: int
    orders: int
    """Paid, with a commission for the creator; not those bought quietly."""
    spent_minor: int
    """For those goods, less what went back."""
    currency: str


class OwnFanPage(Contract, frozen=True, kw_only=True):
    """A page of them."""

    items: list[OwnFan]
    next_cursor: str | None


class OwnFanPlace(Contract, frozen=True, kw_only=True):
    """A room or video of the creator, and what the fan did there."""

    id: UUID
    is_room: bool
    title: str
    """Empty: it is gone."""
    last_at: datetime
    views: int
    watched_s: int
    comments: int
    likes: int
    orders: int
    spent_minor: int


class OwnFanDetail(Contract, frozen=True, kw_only=True):
    """A fan, and where they were and bought."""

    fan: OwnFan
    last_order_at: datetime | None
    places: list[OwnFanPlace]
    """Where they were last comes first; at most a hundred."""


class OwnFanGroup(Contract, frozen=True, kw_only=True):
    """A ready group and how many are in it; somebody may be in several."""

    code: CreatorFanGroup
    fans: int


class OwnFanGroups(Contract, frozen=True, kw_only=True):
    """All ready groups that tell something."""

    items: list[OwnFanGroup]
    is_for_others: bool
    """The creator owns a shop: these are whom the creator brings to others."""
