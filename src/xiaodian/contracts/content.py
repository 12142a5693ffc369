"""Content: who follows whom."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, Event


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
