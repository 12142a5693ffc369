"""The door of surfacing."""

from xiaodian.modules.surfacing.engine.engine import Engine
from xiaodian.modules.surfacing.engine.policy import Limits
from xiaodian.modules.surfacing.reasons import explain
from xiaodian.modules.surfacing.recordings import RecordingError, read_cues, read_room, write_cue
from xiaodian.modules.surfacing.room_rules import MAX_LINE_CHARS, MAX_LINES_AT_ONCE, Mode
from xiaodian.modules.surfacing.scoring import Score, score_cues
from xiaodian.modules.surfacing.service.listen_rooms import listen
from xiaodian.modules.surfacing.service.rebuild import Rebuilt, rebuild
from xiaodian.modules.surfacing.service.see_surfacing import see_surfacing
from xiaodian.modules.surfacing.service.set_mode import set_mode
from xiaodian.modules.surfacing.service.take_transcript import take_lines, take_webvtt
from xiaodian.modules.surfacing.wire_rooms import (
    MAX_EPOCH_MS,
    MAX_TRANSCRIPT_BYTES,
    SurfacingView,
    TranscriptInput,
    TranscriptLine,
    TranscriptTaken,
)

__all__ = [
    "MAX_EPOCH_MS",
    "MAX_LINES_AT_ONCE",
    "MAX_LINE_CHARS",
    "MAX_TRANSCRIPT_BYTES",
    "Engine",
    "Limits",
    "Mode",
    "Rebuilt",
    "RecordingError",
    "Score",
    "SurfacingView",
    "TranscriptInput",
    "TranscriptLine",
    "TranscriptTaken",
    "explain",
    "listen",
    "read_cues",
    "read_room",
    "rebuild",
    "score_cues",
    "see_surfacing",
    "set_mode",
    "take_lines",
    "take_webvtt",
    "write_cue",
]
