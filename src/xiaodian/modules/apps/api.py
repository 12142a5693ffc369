"""The door of apps."""

from xiaodian.modules.apps.gate import OpenDesk, OpenGate
from xiaodian.modules.apps.queries import find_callers, get_apps

__all__ = ["OpenDesk", "OpenGate", "find_callers", "get_apps"]
