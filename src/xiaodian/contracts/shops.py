"""Shops: who sells. A shop has an owner and staff; creators own rooms, shops own goods."""

from typing import NewType
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event

ShopId = NewType("ShopId", UUID)


class Shop(Contract, frozen=True, kw_only=True):
    """A shop as others see it."""

    shop_id: ShopId
    name: str
    owner_id: AccountId
    is_open: bool


class ShopOpened(Event, frozen=True, kw_only=True):
    """A shop was opened."""

    event_key = "shop_id"
    shop_id: ShopId
    owner_id: AccountId
    name: str


class ShopChanged(Event, frozen=True, kw_only=True):
    """A shop has another name, was opened or closed."""

    event_key = "shop_id"
    shop_id: ShopId
    name: str
    is_open: bool


class ShopNameTakenError(DomainError):
    """Another shop has this name."""

    code = "shop_name_taken"
    status = 409


class HasShopError(DomainError):
    """This account owns a shop already; `shop_id` says which."""

    code = "has_shop"
    status = 409
