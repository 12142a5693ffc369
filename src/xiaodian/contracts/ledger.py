"""Ledger: double entry, append only. It knows nobody: accounts are named by strings such as `escrow:<order>`."""

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


class UnbalancedTransferError(DomainError):
    """The entries do not sum to zero."""

    code = "unbalanced_transfer"
    status = 500
