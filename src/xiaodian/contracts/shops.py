"""Shops: who sells. A shop has an owner and staff; creators own rooms, shops own goods."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Scope
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
    is_sandbox: bool = False
    """For programs to be tried in: only its made-up owner buys there, and its money is none."""


class MyShop(Contract, frozen=True, kw_only=True):
    """A shop as somebody on its staff sees it, and what they may do in it."""

    shop_id: ShopId
    name: str
    owner_id: AccountId
    is_open: bool
    role: ShopRole
    rights: list[Scope]
    avatar_url: str | None
    is_sandbox: bool
    """For programs to be tried in."""


class ShopPage(Contract, frozen=True, kw_only=True):
    """What a shop tells its buyers of itself."""

    shop_id: ShopId
    name: str
    is_open: bool
    avatar_url: str | None
    description: str
    contact: str
    """How buyers reach it, in its own words."""


class PostalAddress(Contract, frozen=True, kw_only=True):
    """Where parcels go back to."""

    recipient: str
    phone: str
    region: str
    detail: str


class NoticeKind(StrEnum):
    """What somebody on the staff may want to be told of."""

    TO_SHIP = "to_ship"
    AFTER_SALE = "after_sale"
    LOW_STOCK = "low_stock"
    RULE = "rule"


class RuleKind(StrEnum):
    """What a notice of the platform is about."""

    GOODS = "goods"
    PROMISES = "promises"
    """What was said of the goods."""
    SHIPPING = "shipping"
    SERVICE = "service"
    OTHER = "other"
    WEBHOOK_FAILING = "webhook_failing"
    """Made by the platform itself; `text` is the address that takes nothing for a day."""
    WEBHOOK_OFF = "webhook_off"
    """Made by the platform itself; `text` is the address that nothing is sent to any more."""


OWN_KINDS = frozenset({RuleKind.WEBHOOK_FAILING, RuleKind.WEBHOOK_OFF})
"""Of notices that the platform makes by itself, and takes back when all is well again."""


class RuleNotice(Contract, frozen=True, kw_only=True):
    """What the platform has to say to a shop, and whether the shop has confirmed having read it."""

    notice_id: UUID
    shop_id: ShopId
    kind: RuleKind
    text: str
    measure: str
    """What the platform does or will do; empty if nothing."""
    deadline_ms: int | None
    written_at_ms: int
    read_at_ms: int | None
    read_by: str | None
    """The name of who confirmed."""


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


class StaffChanged(Event, frozen=True, kw_only=True):
    """Somebody has come onto a shop's staff, has another role, or has left it."""

    event_key = "shop_id"
    shop_id: ShopId
    account_id: AccountId
    role: ShopRole | None
    """None: no longer on the staff."""


class FreightTemplateRemoved(Event, frozen=True, kw_only=True):
    """A template is no more; products that name it travel by the shop's default."""

    event_key = "template_id"
    shop_id: ShopId
    template_id: UUID


class ShopNameTakenError(DomainError):
    """Another shop has this name."""

    code = "shop_name_taken"
    status = 409


class SandboxShopError(DomainError):
    """A sandbox shop does not do this: no real money or person may come of what is played there."""

    code = "sandbox_shop"
    status = 409


class HasShopError(DomainError):
    """This account owns a shop already; `shop_id` says which."""

    code = "has_shop"
    status = 409


class AlreadyStaffError(DomainError):
    """This account is on the shop's staff already; `shop_id` says of which."""

    code = "already_staff"
    status = 409


class InvitationGoneError(DomainError):
    """The invitation was used, declined, taken back, or is too old; `reason` says which."""

    code = "invitation_gone"
    status = 410


class OwnerStaysError(DomainError):
    """The owner's role cannot be taken, given or left."""

    code = "owner_stays"
    status = 409


class StaffLimitError(DomainError):
    """A shop has as many staff, or open invitations, as it may have (`limit`)."""

    code = "staff_limit"
    status = 409
