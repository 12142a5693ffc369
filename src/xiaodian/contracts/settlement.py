"""Settlement: what a completed order brings to whom, statements, payouts, freezes."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.base import DomainError, Event
from xiaodian.contracts.shops import ShopId

SettlementId = NewType("SettlementId", UUID)
PayoutId = NewType("PayoutId", UUID)
BatchId = NewType("BatchId", UUID)


class OwnerKind(StrEnum):
    """Whose balance it is."""

    SHOP = "shop"
    CREATOR = "creator"
    SERVICE = "service"


class PayoutState(StrEnum):
    """requested → released → in_batch → paid | failed; requested → rejected."""

    REQUESTED = "requested"
    RELEASED = "released"
    IN_BATCH = "in_batch"
    PAID = "paid"
    FAILED = "failed"
    REJECTED = "rejected"


class OrderSettled(Event, frozen=True, kw_only=True):
    """The money of a completed order was split; `shop_minor` is the shop's part."""

    event_key = "order_id"
    order_id: UUID
    shop_id: ShopId
    settlement_id: SettlementId
    shop_minor: int
    commission_minor: int
    fee_minor: int
    currency: str


class PayoutChanged(Event, frozen=True, kw_only=True):
    """A payout was asked for, released, rejected, paid or sent back by the bank."""

    event_key = "payout_id"
    payout_id: PayoutId
    owner_kind: OwnerKind
    owner_id: UUID
    state: PayoutState
    amount_minor: int


class BalanceTooLowError(DomainError):
    """Less is there than is asked for; `available_minor` says how much is."""

    code = "balance_too_low"
    status = 409


class MoneyFrozenError(DomainError):
    """The operator has frozen this money; `reason` says why."""

    code = "money_frozen"
    status = 409


class NoBankAccountError(DomainError):
    """Nobody has said yet where the money shall be paid to."""

    code = "no_bank_account"
    status = 409
