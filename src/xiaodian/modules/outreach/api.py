"""The door of outreach."""

from xiaodian.modules.outreach.service.count_sales import rebuild
from xiaodian.modules.outreach.service.personal_data import export

__all__ = ["export", "rebuild"]
