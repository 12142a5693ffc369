"""The door of risk."""

from xiaodian.modules.risk.service.pace import Pace
from xiaodian.modules.risk.service.shared_pace import Left, SharedPace
from xiaodian.modules.risk.service.take_tokens import take

__all__ = ["Left", "Pace", "SharedPace", "take"]
