"""The door of surfacing."""

from xiaodian.modules.surfacing.engine.engine import Engine
from xiaodian.modules.surfacing.engine.policy import Limits
from xiaodian.modules.surfacing.reasons import explain
from xiaodian.modules.surfacing.recordings import RecordingError, read_cues, read_room, write_cue
from xiaodian.modules.surfacing.scoring import Score, score_cues
from xiaodian.modules.surfacing.service.listen_rooms import listen
from xiaodian.modules.surfacing.service.take_transcript import take_lines
from xiaodian.modules.surfacing.wire_rooms import TranscriptInput, TranscriptLine, TranscriptTaken

__all__ = [
    "Engine",
    "Limits",
    "RecordingError",
    "Score",
    "TranscriptInput",
    "TranscriptLine",
    "TranscriptTaken",
    "explain",
    "listen",
    "read_cues",
    "read_room",
    "score_cues",
    "take_lines",
    "write_cue",
]
