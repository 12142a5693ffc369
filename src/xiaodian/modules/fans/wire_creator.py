"""What a creator sees of fans: dealings with the creator's own rooms and films, and no more."""

from enum import StrEnum

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract


class CreatorFanSort(StrEnum):
    """Whom the list begins with."""

    LATEST = "latest"
    """Who was there, followed or bought last."""
    SPENT = "spent"
    WATCHED = "watched"


class CreatorFanGroup(StrEnum):
    """Ready groups of a creator's fans; somebody may be in several."""

    ALL = "all"
    NEW = "new"
    """First there, following or buying within the last 30 days."""
    FOLLOWERS = "followers"
    BUYERS = "buyers"
    WATCHERS = "watchers"
    """Were there, and never bought."""
    AWAY = "away"
    """Nothing of them for 60 days."""


class CreatorFan(Contract, frozen=True, kw_only=True):
    """A fan as a creator sees them in a list."""

    account_id: AccountId
    display_name: str
    avatar_url: str | None
    followed_at_ms: int | None
    """None: does not follow."""
    since_ms: int
    latest_at_ms: int
    views: int
    watch_s: int
    """In the creator's rooms and films, while signed in."""
    comments: int
    likes: int
    """Of films; likes in rooms name nobody."""
    orders: int
    """Paid, found in the creator's rooms and films, with a commission; not those bought quietly."""
    spent_minor: int
    """For those goods, less what went back."""


class CreatorFanPlace(Contract, frozen=True, kw_only=True):
    """A room or film of the creator, and what a fan did there."""

    place_id: str
    is_room: bool
    title: str
    """Empty: it is gone."""
    last_at_ms: int
    views: int
    watch_s: int
    comments: int
    likes: int
    orders: int
    spent_minor: int


class CreatorFanPage(Contract, frozen=True, kw_only=True):
    """A fan's page, as far as it is the creator's."""

    fan: CreatorFan
    bought_at_ms: int | None
    """The last time."""
    places: list[CreatorFanPlace]
    """Where they were last comes first; at most a hundred."""


class CreatorGroup(Contract, frozen=True, kw_only=True):
    """A ready group and how many are in it."""

    group: CreatorFanGroup
    fans: int


class CreatorGroups(Contract, frozen=True, kw_only=True):
    """All ready groups that tell something."""

    items: list[CreatorGroup]
    is_for_others: bool
    """The creator owns a shop: these bought others' goods in the creator's rooms and films, the rest are the shop's."""
