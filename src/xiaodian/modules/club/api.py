"""The door of club."""

from xiaodian.modules.club.queries import LEVEL_OF_FAN
from xiaodian.modules.club.service.catch_up import rebuild
from xiaodian.modules.club.service.personal_data import export
from xiaodian.modules.club.service.see_club import find_card

__all__ = ["LEVEL_OF_FAN", "export", "find_card", "rebuild"]
