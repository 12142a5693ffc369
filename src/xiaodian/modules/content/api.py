"""The door of content."""

from xiaodian.modules.content.counters import open_counters
from xiaodian.modules.content.queries import count_fans, is_fan

__all__ = ["count_fans", "is_fan", "open_counters"]
