"""The door of club."""

from xiaodian.edge.messages import LANGUAGES
from xiaodian.modules.club.queries import LEVEL_OF_FAN
from xiaodian.modules.club.rules import MOST_LEVELS
from xiaodian.modules.club.service.catch_up import rebuild
from xiaodian.modules.club.service.list_members import list_members
from xiaodian.modules.club.service.personal_data import export
from xiaodian.modules.club.service.see_club import find_card
from xiaodian.modules.club.service.set_club import see_settings
from xiaodian.modules.club.wire import ClubMember, ClubSettings

DEFAULT_LANGUAGE = LANGUAGES[0]

__all__ = [
    "DEFAULT_LANGUAGE",
    "LEVEL_OF_FAN",
    "MOST_LEVELS",
    "ClubMember",
    "ClubSettings",
    "export",
    "find_card",
    "list_members",
    "rebuild",
    "see_settings",
]
