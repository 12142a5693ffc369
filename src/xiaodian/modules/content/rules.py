"""Rules of following and of reminders. Pure."""

from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.risk import Limit

FOLLOWS_PER_MINUTE = Limit(name="follow", burst=60, period_s=60.0)
REMINDERS_PER_MINUTE = Limit(name="reminders", burst=60, period_s=60.0)
MAX_REMINDERS = 500
"""By one account at once."""
FAN_COUNT_SLOTS = 16


def refuse_oneself(creator_id: AccountId, fan_id: AccountId) -> None:
    """Nobody follows themself. Raises InvalidInputError."""
    if creator_id == fan_id:
        raise InvalidInputError(field="account_id", reason="oneself")


def fan_count_slot(fan_id: UUID) -> int:
    """Which of a creator's counters counts this fan; always the same one, so that none goes below zero."""
    return fan_id.int % FAN_COUNT_SLOTS
