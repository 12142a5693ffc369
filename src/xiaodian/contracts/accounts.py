"""Accounts: people, sessions, access tokens, addresses."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.base import Contract, DomainError, Event

AccountId = NewType("AccountId", UUID)
AddressId = NewType("AddressId", UUID)


class Scope(StrEnum):
    """What an access token may do; a browser session may do everything its account may."""

    EVERYTHING = "everything"
    ROOM_CONTROL = "room:control"
    SHIPPING = "orders:shipping"
    """Ship a shop's orders and tell how their parcels travel, for a warehouse's or carrier's program."""


class Caller(Contract, frozen=True, kw_only=True):
    """Who is asking. Every use case that is not public takes one."""

    account_id: AccountId
    display_name: str
    is_operator: bool
    scopes: frozenset[Scope]


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


class AccountCreated(Event, frozen=True, kw_only=True):
    """Somebody signed up."""

    event_key = "account_id"
    account_id: AccountId
    display_name: str


class SignInTakenError(DomainError):
    """Another account has this phone number or e-mail."""

    code = "sign_in_taken"
    status = 409


class WrongPasswordError(DomainError):
    """No account with this name and password. Says the same for both, so that accounts cannot be guessed."""

    code = "wrong_password"
    status = 401
