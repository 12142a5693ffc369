"""The door of surfacing."""

from xiaodian.modules.surfacing.engine.engine import Engine
from xiaodian.modules.surfacing.engine.policy import Limits
from xiaodian.modules.surfacing.reasons import explain
from xiaodian.modules.surfacing.recordings import RecordingError, read_cues, read_room, write_cue
from xiaodian.modules.surfacing.scoring import Score, score_cues

__all__ = [
    "Engine",
    "Limits",
    "RecordingError",
    "Score",
    "explain",
    "read_cues",
    "read_room",
    "score_cues",
    "write_cue",
]
