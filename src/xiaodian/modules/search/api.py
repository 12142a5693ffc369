"""The door of search."""

from xiaodian.modules.search.service.rebuild import Rebuilt, rebuild
from xiaodian.modules.search.service.search import SearchDesk

__all__ = ["Rebuilt", "SearchDesk", "rebuild"]
