"""Ledger: double entry, append only. It knows nobody: accounts are named by strings such as `escrow:<order>`."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.base import Contract, DomainError


class Entry(Contract, frozen=True, kw_only=True):
    """One side of a transfer: positive into the account, negative out of it."""

    account: str
    amount_minor: int


class Transfer(Contract, frozen=True, kw_only=True):
    """Entries that sum to zero. The id is the idempotency key: posting it twice posts it once."""

    transfer_id: UUID
    kind: str
    currency: str
    entries: list[Entry]
    reference: str
    """What it belongs to, for example an order id."""
    reverses_id: UUID | None = None
    """The transfer that this one takes back, in whole or in part; it must have been posted."""


class AccountEntry(Contract, frozen=True, kw_only=True):
    """One side of a transfer as the statement of its account shows it."""

    entry_id: int
    """Grows; the place in the statement."""
    transfer_id: UUID
    kind: str
    reference: str
    amount_minor: int
    currency: str
    posted_at: datetime


class PostedTransfer(Contract, frozen=True, kw_only=True):
    """A transfer as it stands in the books."""

    transfer_id: UUID
    kind: str
    currency: str
    reference: str
    reverses_id: UUID | None
    posted_at: datetime
    amounts: dict[str, int]
    """What it brought to each account, in minor units."""


class LedgerFault(Contract, frozen=True, kw_only=True):
    """Something that must never be: `kind` is `unbalanced`, `mixed_currency`, `checkpoint` or `balance`."""

    kind: str
    name: str
    """The transfer's id, or the account."""
    found_minor: int
    wanted_minor: int


class UnbalancedTransferError(DomainError):
    """The entries do not sum to zero."""

    code = "unbalanced_transfer"
    status = 500
