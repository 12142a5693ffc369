"""The door of apps."""

from xiaodian.modules.apps.queries import find_callers, get_apps

__all__ = ["find_callers", "get_apps"]
