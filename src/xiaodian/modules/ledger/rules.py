"""Pure rules of double entry."""

from collections.abc import Iterable

from xiaodian.contracts.ledger import Transfer, UnbalancedTransferError


def check_balanced(transfers: Iterable[Transfer]) -> None:
    """Raises UnbalancedTransferError if entries do not sum to zero, are missing, or one of them moves nothing."""
    for transfer in transfers:
        amounts = [entry.amount_minor for entry in transfer.entries]
        if not amounts or sum(amounts) != 0 or 0 in amounts:
            raise UnbalancedTransferError(transfer_id=str(transfer.transfer_id))
