"""The door of apps."""

from xiaodian.modules.apps.gate import OpenDesk, OpenGate
from xiaodian.modules.apps.queries import find_callers, get_apps
from xiaodian.modules.apps.service.sandbox import (
    MOST_ADVANCE_S,
    MOST_LINES,
    SandboxLine,
    advance_time,
    place_sandbox_order,
)

__all__ = [
    "MOST_ADVANCE_S",
    "MOST_LINES",
    "OpenDesk",
    "OpenGate",
    "SandboxLine",
    "advance_time",
    "find_callers",
    "get_apps",
    "place_sandbox_order",
]
