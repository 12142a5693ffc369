"""Payouts, bank accounts, freezes and contracts on the wire."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar.datastructures import UploadFile
from msgspec import Meta

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.contracts.settlement import OwnerKind, PayoutState
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.settlement.models import BankAccount, Batch, Freeze, Payout, PayoutDeed, ServiceShare
from xiaodian.modules.settlement.rules import list_allowed
from xiaodian.modules.settlement.service.operator_payouts import PayoutSeen

MOST_MINOR = 10**12
SHOWN_DIGITS = 4

Amount = Annotated[int, Meta(ge=1, le=MOST_MINOR)]
Reason = Annotated[Line, Meta(min_length=1, max_length=200)]


class BankAccountInput(Input, frozen=True, kw_only=True):
    """Where money is to be paid to."""

    holder: Annotated[Line, Meta(min_length=1, max_length=60)]
    bank: Annotated[Line, Meta(min_length=1, max_length=60)]
    number: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{6,34}\Z", description="Card number, account number or IBAN.")]


class AmountInput(Input, frozen=True, kw_only=True):
    """How much."""

    amount_minor: Amount


class ReasonInput(Input, frozen=True, kw_only=True):
    """Why."""

    reason: Reason


class FreezeInput(Input, frozen=True, kw_only=True):
    """Whose money to freeze, and why."""

    kind: OwnerKind
    owner_id: UUID
    reason: Reason


class ServiceShareInput(Input, frozen=True, kw_only=True):
    """Who gets which share of what is sold from now on."""

    provider_id: AccountId
    rate_bp: Annotated[int, Meta(ge=1, le=5000)]


@dataclass(frozen=True, kw_only=True)
class ResultsUpload:
    """A multipart form with one file. A dataclass, because Litestar fills no msgspec struct with uploads."""

    file: UploadFile


class FrozenView(Contract, frozen=True, kw_only=True):
    """Why nothing is paid out."""

    reason: str
    since_ms: int


class BankAccountView(Contract, frozen=True, kw_only=True):
    """Where money is paid to; of the number only the last digits are shown."""

    holder: str
    bank: str
    number: str


class BankAccountAnswer(Contract, frozen=True, kw_only=True):
    """Null if none was entered yet."""

    bank_account: BankAccountView | None


class PayoutView(Contract, frozen=True, kw_only=True):
    """Money on its way to a bank account."""

    payout_id: UUID
    amount_minor: int
    currency: str
    state: PayoutState
    bank_account: BankAccountView
    requested_at_ms: int
    changed_at_ms: int
    detail: str


class OperatorPayoutView(Contract, frozen=True, kw_only=True):
    """The same for operators: whose it is, and what may be done with it."""

    payout_id: UUID
    kind: OwnerKind
    owner_id: UUID
    owner_name: str
    amount_minor: int
    currency: str
    state: PayoutState
    bank_account: BankAccountView
    requested_at_ms: int
    changed_at_ms: int
    batch_id: UUID | None
    detail: str
    frozen: FrozenView | None
    allowed: list[PayoutDeed]


class BatchView(Contract, frozen=True, kw_only=True):
    """Payouts that go to the bank in one file."""

    batch_id: UUID
    count: int
    total_minor: int
    currency: str
    created_at_ms: int


class FreezeView(Contract, frozen=True, kw_only=True):
    """Who froze whose money when and why, and who let it go."""

    freeze_id: UUID
    kind: OwnerKind
    owner_id: UUID
    owner_name: str
    reason: str
    frozen_by: UUID
    frozen_at_ms: int
    lifted_by: UUID | None
    lifted_at_ms: int | None
    lift_reason: str | None


class ServiceShareView(Contract, frozen=True, kw_only=True):
    """A contract with a service provider."""

    share_id: UUID
    provider_id: AccountId
    provider_name: str
    rate_bp: int
    started_at_ms: int
    ended_at_ms: int | None


def to_bank_account_view(account: BankAccount) -> BankAccountView:
    """All but the last digits are hidden."""
    hidden = "*" * (len(account.number) - SHOWN_DIGITS)
    return BankAccountView(holder=account.holder, bank=account.bank, number=hidden + account.number[-SHOWN_DIGITS:])


def to_frozen_view(freeze: Freeze | None) -> FrozenView | None:
    """What its owner is told."""
    return FrozenView(reason=freeze.reason, since_ms=to_epoch_ms(freeze.frozen_at)) if freeze else None


def to_payout_view(payout: Payout) -> PayoutView:
    """A payout as its owner sees it."""
    return PayoutView(
        payout_id=payout.payout_id,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        state=payout.state,
        bank_account=_bank_account_of(payout),
        requested_at_ms=to_epoch_ms(payout.requested_at),
        changed_at_ms=to_epoch_ms(payout.changed_at),
        detail=payout.detail,
    )


def to_operator_payout_view(seen: PayoutSeen) -> OperatorPayoutView:
    """A payout as operators see it."""
    payout = seen.payout
    return OperatorPayoutView(
        payout_id=payout.payout_id,
        kind=payout.kind,
        owner_id=payout.owner_id,
        owner_name=seen.owner_name,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        state=payout.state,
        bank_account=_bank_account_of(payout),
        requested_at_ms=to_epoch_ms(payout.requested_at),
        changed_at_ms=to_epoch_ms(payout.changed_at),
        batch_id=payout.batch_id,
        detail=payout.detail,
        frozen=to_frozen_view(seen.freeze),
        allowed=list_allowed(payout.state),
    )


def _bank_account_of(payout: Payout) -> BankAccountView:
    return to_bank_account_view(BankAccount(holder=payout.holder, bank=payout.bank, number=payout.number))


def to_batch_view(batch: Batch) -> BatchView:
    """A batch."""
    return BatchView(
        batch_id=batch.batch_id,
        count=batch.count,
        total_minor=batch.total_minor,
        currency=batch.currency,
        created_at_ms=to_epoch_ms(batch.created_at),
    )


def to_freeze_view(freeze: Freeze, owner_name: str) -> FreezeView:
    """A freeze with its whole history."""
    return FreezeView(
        freeze_id=freeze.freeze_id,
        kind=freeze.kind,
        owner_id=freeze.owner_id,
        owner_name=owner_name,
        reason=freeze.reason,
        frozen_by=freeze.frozen_by,
        frozen_at_ms=to_epoch_ms(freeze.frozen_at),
        lifted_by=freeze.lifted_by,
        lifted_at_ms=to_epoch_ms(freeze.lifted_at) if freeze.lifted_at else None,
        lift_reason=freeze.lift_reason,
    )


def to_service_share_view(share: ServiceShare, provider: Account | None) -> ServiceShareView:
    """A contract with the provider's name."""
    return ServiceShareView(
        share_id=share.share_id,
        provider_id=share.provider_id,
        provider_name=provider.display_name if provider else "",
        rate_bp=share.rate_bp,
        started_at_ms=to_epoch_ms(share.started_at),
        ended_at_ms=to_epoch_ms(share.ended_at) if share.ended_at else None,
    )
