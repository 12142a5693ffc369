"""The door of ledger."""

from xiaodian.modules.ledger.queries import get_balance
from xiaodian.modules.ledger.service.post_many import post_many

__all__ = ["get_balance", "post_many"]
