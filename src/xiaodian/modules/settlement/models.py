"""What settlement keeps."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.settlement import BatchId, OwnerKind, PayoutId, PayoutState, SettlementId
from xiaodian.contracts.shops import ShopId

FREIGHT_LINE = -1
"""Stands for the freight among an order's lines."""


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Basis points of what a line brings; what is left of 10,000 is the shop's."""

    fee_bp: int
    commission_bp: int
    service_bp: int


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets how much of a sum."""

    fee_minor: int = 0
    commission_minor: int = 0
    service_minor: int = 0
    shop_minor: int = 0

    @property
    def total_minor(self) -> int:
        """The sum."""
        return self.fee_minor + self.commission_minor + self.service_minor + self.shop_minor

    def __add__(self, other: "Parts") -> "Parts":
        return Parts(
            fee_minor=self.fee_minor + other.fee_minor,
            commission_minor=self.commission_minor + other.commission_minor,
            service_minor=self.service_minor + other.service_minor,
            shop_minor=self.shop_minor + other.shop_minor,
        )

    def __sub__(self, other: "Parts") -> "Parts":
        return Parts(
            fee_minor=self.fee_minor - other.fee_minor,
            commission_minor=self.commission_minor - other.commission_minor,
            service_minor=self.service_minor - other.service_minor,
            shop_minor=self.shop_minor - other.shop_minor,
        )


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How what one line brought (or the freight) was split, and what of it went back since."""

    line_no: int
    rates: Rates
    creator_id: AccountId | None
    provider_id: AccountId | None
    parts: Parts
    back: Parts = Parts()


class ServiceShare(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop gives a service provider of what it sells while their contract runs."""

    shop_id: ShopId
    share_id: UUID
    provider_id: AccountId
    rate_bp: int
    started_at: datetime
    ended_at: datetime | None


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What an order brought and how it was split. `goods_minor` is before refunds."""

    shop_id: ShopId
    order_id: OrderId
    settlement_id: SettlementId
    number: str
    currency: str
    goods_minor: int
    freight_minor: int
    refunded_minor: int
    parts: Parts
    back: Parts = Parts()
    transfer_id: UUID | None
    settled_at: datetime


class ClawBack(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken back from those who had got it, for a refund after settlement."""

    order_id: OrderId
    refund_id: UUID
    transfer_id: UUID
    parts: Parts
    deposit_minor: int
    clawed_at: datetime


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A completed order that is not settled yet."""

    shop_id: ShopId
    order_id: OrderId
    completed_at: datetime
    is_held: bool


class Owner(msgspec.Struct, frozen=True):
    """Whose balance it is."""

    kind: OwnerKind
    owner_id: UUID


class BankAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody's money is paid to."""

    holder: str
    bank: str
    number: str


class Freeze(msgspec.Struct, frozen=True, kw_only=True):
    """Money that an operator has frozen, and perhaps let go again."""

    freeze_id: UUID
    kind: OwnerKind
    owner_id: UUID
    reason: str
    frozen_by: AccountId
    frozen_at: datetime
    lifted_by: AccountId | None
    lifted_at: datetime | None
    lift_reason: str | None


class PayoutDeed(StrEnum):
    """What can be done with a payout."""

    REQUEST = "request"
    RELEASE = "release"
    REJECT = "reject"
    PUT_IN_BATCH = "put_in_batch"
    REPORT_PAID = "report_paid"
    REPORT_FAILED = "report_failed"


class Payout(msgspec.Struct, frozen=True, kw_only=True):
    """Money on its way from a balance to a bank account."""

    payout_id: PayoutId
    kind: OwnerKind
    owner_id: UUID
    amount_minor: int
    currency: str
    state: PayoutState
    holder: str
    bank: str
    number: str
    requested_at: datetime
    changed_at: datetime
    batch_id: BatchId | None = None
    detail: str = ""

    @property
    def owner(self) -> Owner:
        """Whose money it is."""
        return Owner(self.kind, self.owner_id)


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Payouts that go to the bank in one file."""

    batch_id: BatchId
    created_by: AccountId
    created_at: datetime
    count: int
    total_minor: int
    currency: str


class FeeInvoice(msgspec.Struct, frozen=True, kw_only=True):
    """The platform's fees of one shop and month, less those given back."""

    invoice_id: UUID
    month: date
    currency: str
    number: int
    fee_minor: int
    back_minor: int
    total_minor: int
    made_at: datetime
