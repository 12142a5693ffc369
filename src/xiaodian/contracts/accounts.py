"""Accounts: people, sessions, access tokens, addresses."""

from collections.abc import Mapping, Set
from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.base import Contract, DomainError, Event

AccountId = NewType("AccountId", UUID)
AddressId = NewType("AddressId", UUID)


class Scope(StrEnum):
    """One vocabulary for what a role lets a shop's staff do and what a token lets a program do.

    A browser session may do everything its account may.
    """

    EVERYTHING = "everything"
    ROOM_CONTROL = "room:control"
    SHIPPING = "orders:shipping"
    """Ship a shop's orders and tell how their parcels travel, for a warehouse's or carrier's program."""
    SHOP_READ = "shop:read"
    SHOP_WRITE = "shop:write"
    STAFF_READ = "staff:read"
    STAFF_WRITE = "staff:write"
    PRODUCTS_READ = "products:read"
    PRODUCTS_WRITE = "products:write"
    STOCK_READ = "stock:read"
    STOCK_WRITE = "stock:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    """Whatever a seller does with orders; includes shipping them."""
    AFTERSALES_READ = "aftersales:read"
    AFTERSALES_WRITE = "aftersales:write"
    PROMOTION_READ = "promotion:read"
    PROMOTION_WRITE = "promotion:write"
    ROOMS_READ = "rooms:read"
    ROOMS_WRITE = "rooms:write"
    CUSTOMERS_READ = "customers:read"
    FANS_READ = "fans:read"
    FANS_WRITE = "fans:write"
    """Notes, tags and segments of fans; writing to fans also takes the right to what is sent."""
    AUDIENCE_READ = "audience:read"
    """One's own fans as a creator, for one's own programs; of a shop's app, those of the account that let it in."""
    FINANCE_READ = "finance:read"
    FINANCE_WRITE = "finance:write"
    """Move the shop's money: payouts, deposit, bank account, contracts that share its sales."""
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    BULK_READ = "bulk:read"
    BULK_WRITE = "bulk:write"


_WIDER: Mapping[Scope, Scope] = {Scope.SHIPPING: Scope.ORDERS_WRITE}


def has_right(held: Set[Scope], right: Scope) -> bool:
    """Whether who holds these may do this; a wider right includes a narrower one."""
    return right in held or _WIDER.get(right) in held


PERSONAL_SCOPES = frozenset({Scope.EVERYTHING, Scope.ROOM_CONTROL, Scope.SHIPPING, Scope.AUDIENCE_READ})
"""What a token that somebody makes for their own programs may have; the rest is for apps that a shop lets in."""


class Caller(Contract, frozen=True, kw_only=True):
    """Who is asking. Every use case that is not public takes one."""

    account_id: AccountId
    display_name: str
    is_operator: bool
    scopes: frozenset[Scope]
    shop_id: UUID | None = None
    """The only shop that an app's token may touch; None for sessions and personal tokens."""
    app_id: UUID | None = None
    """The app that acts for the account."""
    app_name: str | None = None
    """Its name now, for logs that must still be read when the app is gone."""


class Account(Contract, frozen=True, kw_only=True):
    """An account as other modules see it; no contact data."""

    account_id: AccountId
    display_name: str
    avatar_url: str | None


class Address(Contract, frozen=True, kw_only=True):
    """Where an order goes. A copy is frozen on each order."""

    address_id: AddressId
    recipient: str
    phone: str
    region: str
    """Province, city, district, as the buyer reads it: `辽宁省 丹东市 振兴区`."""
    detail: str
    is_default: bool


class NoticeKind(StrEnum):
    """What a notice is about; its words are in the catalogue under `notices`."""

    ROOM_SOON = "room_soon"
    """A room that one asked to be reminded of begins in some minutes; `params` say when (`planned_at_ms`)."""
    ROOM_ON_AIR = "room_on_air"
    VIDEO_READY = "video_ready"
    VIDEO_REFUSED = "video_refused"
    VIDEO_TAKEN_DOWN = "video_taken_down"
    VIDEO_RESTORED = "video_restored"
    ROOM_STOPPED = "room_stopped"
    """The platform ended one's room; `params` also say the rule that it broke (`rule`) and more in words (`note`)."""
    ROOM_WARNED = "room_warned"
    """The same of a room that was over already."""
    SHOP_MESSAGE = "shop_message"
    """A shop speaks to its fan; `params` also say the shop (`shop_id`), and a picture, or a coupon and its terms."""


class Notice(Contract, frozen=True, kw_only=True):
    """Something that an account should know; it waits in the account's inbox."""

    account_id: AccountId
    kind: NoticeKind
    params: dict[str, str]
    """What the words leave open."""
    link: str
    """The page that it leads to, of ours."""


class AccountCreated(Event, frozen=True, kw_only=True):
    """Somebody signed up."""

    event_key = "account_id"
    account_id: AccountId
    display_name: str


class Ghost(Contract, frozen=True, kw_only=True):
    """Who stands in a shop's books where somebody stood who is no more; another one in each shop."""

    shop_id: UUID
    account_id: AccountId


class AccountErased(Event, frozen=True, kw_only=True):
    """Somebody's account is gone: whoever knows it forgets it, and keeps of orders what the law wants, under `ghosts`.

    It is told twice, the second time an hour later, for what was on its way meanwhile.
    """

    event_key = "account_id"
    account_id: AccountId
    ghosts: list[Ghost]


class AccountBusyError(DomainError):
    """The account cannot be erased yet; `reason` says what stands in the way."""

    code = "account_busy"
    status = 409


class SignInTakenError(DomainError):
    """Another account has this phone number or e-mail."""

    code = "sign_in_taken"
    status = 409


class WrongPasswordError(DomainError):
    """No account with this name and password. Says the same for both, so that accounts cannot be guessed."""

    code = "wrong_password"
    status = 401
