"""Settlement: what a completed order brings to whom, statements, payouts, freezes."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.orders import IllegalMoveError
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


class DifferenceKind(StrEnum):
    """What reconciliation finds."""

    MISSING_HERE = "missing_here"
    """The provider's statement has it, we have not."""
    MISSING_THERE = "missing_there"
    """We have it, the provider's statement has not."""
    OTHER_AMOUNT = "other_amount"
    OTHER_CURRENCY = "other_currency"
    NO_STATEMENT = "no_statement"
    """The provider has not given its statement."""
    NOTICE_REFUSED = "notice_refused"
    """A provider told us, rightly signed, of a payment or refund that is none of ours, or of another amount."""
    PAYMENT_WITHOUT_LEDGER = "payment_without_ledger"
    """Payments and ledger do not say the same of an order's money."""
    CAPTURED_NOT_PAID = "captured_not_paid"
    """Money was taken for an order that is not paid, and it is not on its way back."""
    LEDGER_WITHOUT_ORDER = "ledger_without_order"
    PAID_WITHOUT_LEDGER = "paid_without_ledger"
    REFUND_OVERDUE = "refund_overdue"
    ESCROW_NOT_EMPTY = "escrow_not_empty"
    """Of a settled order."""
    CANCELLED_WITH_MONEY = "cancelled_with_money"
    """A cancelled order's escrow still holds what should have gone back."""
    NOT_SETTLED = "not_settled"
    """Completed, but its escrow is not what the order says; nobody gets the money until somebody looks."""
    STOCK_BROKEN = "stock_broken"
    """Pieces on hand and sold are not those that ever came."""
    LEDGER_BROKEN = "ledger_broken"


class Difference(Contract, frozen=True, kw_only=True):
    """Where two books do not say the same. Which of the ids are set depends on the kind."""

    kind: DifferenceKind
    provider: str | None = None
    order_id: UUID | None = None
    charge_id: UUID | None = None
    refund_id: UUID | None = None
    stock_id: UUID | None = None
    ours_minor: int | None = None
    """By our books; of stock, pieces."""
    theirs_minor: int | None = None
    """By the other side's: the provider's, or the book that it is compared with."""
    currency: str | None = None
    detail: str = ""


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
    currency: str = "CNY"


class BalanceTooLowError(DomainError):
    """Less is there than is asked for; `available_minor` says how much is."""

    code = "balance_too_low"
    status = 409


class MoneyFrozenError(DomainError):
    """The operator has frozen this money; `reason` says why."""

    code = "money_frozen"
    status = 409


class IllegalPayoutMoveError(IllegalMoveError):
    """The payout's state does not allow this; `state` and `allowed` say what is and what may follow."""

    code = "illegal_payout_move"


class NothingToPayError(DomainError):
    """No released payout waits to be put into a batch."""

    code = "nothing_to_pay"
    status = 409


class AlreadyFrozenError(DomainError):
    """This money is frozen already; `freeze_id` says by what."""

    code = "already_frozen"
    status = 409


class NotFrozenError(DomainError):
    """The freeze was lifted before."""

    code = "not_frozen"
    status = 409


class HasServiceShareError(DomainError):
    """A share of the shop's sales goes to a service provider already; `share_id` says which. End it first."""

    code = "has_service_share"
    status = 409


class DepositNeededError(DomainError):
    """A buyer may yet have a claim on the shop: after-sales are open."""

    code = "deposit_needed"
    status = 409


class NoBankAccountError(DomainError):
    """Nobody has said yet where the money shall be paid to."""

    code = "no_bank_account"
    status = 409
