"""The door of outreach."""

from xiaodian.modules.outreach.service.count_sales import rebuild

__all__ = ["rebuild"]
