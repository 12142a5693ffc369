"""What an engine of speech recognition is to us, and which one the settings choose."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from xiaodian.settings import BadSettingError, Settings

SAMPLE_RATE = 16_000
BYTES_PER_S = SAMPLE_RATE * 2
"""Sound is mono, 16 bits a sample, little-endian."""
MAX_LINE_S = 6.0
"""Who talks without a pause is cut after so long: a card must not wait for the end of a long sentence."""


class SpokenLine(NamedTuple):
    """What was said, in seconds from the first sample that the engine was fed."""

    start_s: float
    end_s: float
    text: str


class SpeechRecognizer(Protocol):
    """One stream of sound. Called from one thread at a time; may take long, so never from an event loop."""

    def feed(self, sound: bytes) -> list[SpokenLine]:
        """More sound; answers the lines that are whole now."""

    def finish(self) -> list[SpokenLine]:
        """The sound is over; answers what was still open."""


MakeRecognizer = Callable[[], SpeechRecognizer]


def choose_recognizer(settings: Settings) -> MakeRecognizer:
    """How to make the engine that the settings name. Raises BadSettingError, which says what is missing."""
    try:
        if settings.speech_engine == "sherpa-onnx":
            from xiaodian.modules.surfacing.speech.sherpa import open_model

            return open_model(settings.speech_model, settings.speech_threads)
        if settings.speech_engine == "pocketsphinx":
            from xiaodian.modules.surfacing.speech.pocket import PocketRecognizer

            return PocketRecognizer
    except ImportError as error:
        raise BadSettingError(
            f"XIAODIAN_SPEECH_ENGINE is {settings.speech_engine}, which is not installed: "
            f"pip install 'xiaodian[speech]' ({error})"
        ) from error
    raise BadSettingError(f"XIAODIAN_SPEECH_ENGINE is {settings.speech_engine!r}; known are sherpa-onnx, pocketsphinx")
