"""The door of ledger."""

from xiaodian.modules.ledger.queries import (
    get_balance,
    get_balances,
    list_entries,
    list_transfers,
    list_transfers_of,
    sum_by_kind,
)
from xiaodian.modules.ledger.service.find_faults import find_faults
from xiaodian.modules.ledger.service.post_many import post_many

__all__ = [
    "find_faults",
    "get_balance",
    "get_balances",
    "list_entries",
    "list_transfers",
    "list_transfers_of",
    "post_many",
    "sum_by_kind",
]
