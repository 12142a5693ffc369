"""sherpa-onnx with a streaming model that the operator supplies: Chinese, English, or both, as the model is."""

from array import array
from pathlib import Path
from typing import Any

from xiaodian.modules.surfacing.speech.recognizer import (
    BYTES_PER_S,
    MAX_LINE_S,
    SAMPLE_RATE,
    MakeRecognizer,
    SpokenLine,
)
from xiaodian.settings import BadSettingError

PAUSE_S = 0.6
FULL_SCALE = 32768.0


def open_model(folder: Path, threads: int) -> MakeRecognizer:
    """The model in this folder, loaded once for all rooms of the process. Raises BadSettingError, ImportError."""
    import sherpa_onnx

    parts = {"tokens": str(folder / "tokens.txt")}
    if not (folder / "tokens.txt").is_file():
        raise BadSettingError(
            f"XIAODIAN_SPEECH_MODEL: {folder} has no tokens.txt; it must be a streaming model's folder"
        )
    parts |= {name: _find(folder, name) for name in ("encoder", "decoder")}
    shared: dict[str, Any] = {
        **parts,
        "num_threads": threads,
        "enable_endpoint_detection": True,
        "rule1_min_trailing_silence": 2 * PAUSE_S,
        "rule2_min_trailing_silence": PAUSE_S,
        "rule3_min_utterance_length": MAX_LINE_S,
    }
    if list(folder.glob("joiner*.onnx")):
        model = sherpa_onnx.OnlineRecognizer.from_transducer(joiner=_find(folder, "joiner"), **shared)
    else:
        model = sherpa_onnx.OnlineRecognizer.from_paraformer(**shared)
    return lambda: SherpaRecognizer(model)


def _find(folder: Path, part: str) -> str:
    """The part's file; the smaller (int8) one if there are several."""
    found = sorted(folder.glob(f"{part}*.onnx"), key=lambda path: path.stat().st_size)
    if not found:
        raise BadSettingError(f"XIAODIAN_SPEECH_MODEL: {folder} has no {part}*.onnx")
    return str(found[0])


class SherpaRecognizer:
    """One stream of a shared model. A SpeechRecognizer."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._stream = model.create_stream()
        self._fed_bytes = 0
        self._line_start_s = 0.0
        self._rest = b""

    def feed(self, sound: bytes) -> list[SpokenLine]:
        """More sound; answers the lines that are whole now."""
        self._rest += sound
        whole, self._rest = self._rest[: len(self._rest) // 2 * 2], self._rest[len(self._rest) // 2 * 2 :]
        samples = array("h", whole)
        self._stream.accept_waveform(SAMPLE_RATE, [sample / FULL_SCALE for sample in samples])
        self._fed_bytes += len(whole)
        while self._model.is_ready(self._stream):
            self._model.decode_stream(self._stream)
        return self._take_line() if self._model.is_endpoint(self._stream) else []

    def finish(self) -> list[SpokenLine]:
        """The sound is over; answers what was still open."""
        self._stream.input_finished()
        while self._model.is_ready(self._stream):
            self._model.decode_stream(self._stream)
        return self._take_line()

    def _take_line(self) -> list[SpokenLine]:
        heard_s = self._fed_bytes / BYTES_PER_S
        text = str(self._model.get_result(self._stream)).strip()
        times = [float(each) for each in self._model.timestamps(self._stream)]
        start_s, self._line_start_s = self._line_start_s, heard_s
        self._model.reset(self._stream)
        if not text:
            return []
        if times:
            return [SpokenLine(start_s + times[0], min(heard_s, start_s + times[-1] + 0.2), text)]
        return [SpokenLine(start_s, heard_s, text)]
