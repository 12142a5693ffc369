"""Shops: who sells. A shop has an owner and staff; creators own rooms, shops own goods."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event

ShopId = NewType("ShopId", UUID)


class ShopRole(StrEnum):
    """What somebody on a shop's staff does there; what each role may do stands in the module's rules."""

    OWNER = "owner"
    MANAGER = "manager"
    HOST = "host"
    SERVICE = "service"
    WAREHOUSE = "warehouse"
    FINANCE = "finance"
    VIEWER = "viewer"
    """Reads only."""


class Shop(Contract, frozen=True, kw_only=True):
    """A shop as others see it."""

    shop_id: ShopId
    name: str
    owner_id: AccountId
    is_open: bool


class FreightRate(Contract, frozen=True, kw_only=True):
    """What carriage costs: the first so many grams, then each further so many begun; free from a spend on."""

    first_g: int
    first_minor: int
    more_g: int
    more_minor: int
    free_above_minor: int | None = None
    """Goods (after the shop's coupon) for at least this travel free; None: never."""


class RegionalRate(Contract, frozen=True, kw_only=True):
    """Regions (by the beginning of their names, `新疆`) where another rate holds, or that are not delivered to."""

    regions: list[str]
    rate: FreightRate | None
    """None: no delivery."""


class FreightTemplate(Contract, frozen=True, kw_only=True):
    """How a shop reckons freight for some of its products."""

    template_id: UUID
    shop_id: ShopId
    name: str
    is_default: bool
    rate: FreightRate
    exceptions: list[RegionalRate]


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


class FreightTemplateRemoved(Event, frozen=True, kw_only=True):
    """A template is no more; products that name it travel by the shop's default."""

    event_key = "template_id"
    shop_id: ShopId
    template_id: UUID


class ShopNameTakenError(DomainError):
    """Another shop has this name."""

    code = "shop_name_taken"
    status = 409


class HasShopError(DomainError):
    """This account owns a shop already; `shop_id` says which."""

    code = "has_shop"
    status = 409
