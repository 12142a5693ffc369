"""PocketSphinx, with the English model that comes with it: small and old; it lets the whole way be tested anywhere."""

from pocketsphinx import Decoder, Endpointer

from xiaodian.modules.surfacing.speech.recognizer import BYTES_PER_S, MAX_LINE_S, SAMPLE_RATE, SpokenLine


class PocketRecognizer:
    """Finds where somebody speaks, and takes each stretch for a line. A SpeechRecognizer."""

    def __init__(self) -> None:
        self._endpointer = Endpointer(sample_rate=SAMPLE_RATE)
        self._decoder = Decoder(samprate=float(SAMPLE_RATE), loglevel="FATAL")
        self._rest = b""
        self._fed_bytes = 0
        self._line_start_s: float | None = None
        self._last_end_s = 0.0

    def feed(self, sound: bytes) -> list[SpokenLine]:
        """More sound; answers the lines that are whole now."""
        self._rest += sound
        lines: list[SpokenLine] = []
        frame_bytes: int = self._endpointer.frame_bytes
        while len(self._rest) > frame_bytes:
            frame, self._rest = self._rest[:frame_bytes], self._rest[frame_bytes:]
            self._fed_bytes += frame_bytes
            lines += self._hear(self._endpointer.process(frame))
        return lines

    def finish(self) -> list[SpokenLine]:
        """The sound is over; answers what was still open."""
        lines = self._hear(self._endpointer.end_stream(self._rest)) if self._rest else []
        return lines + self._end_line(self._heard_s)

    @property
    def _heard_s(self) -> float:
        return self._fed_bytes / BYTES_PER_S

    def _hear(self, speech: bytes | None) -> list[SpokenLine]:
        if speech is None:
            return []
        if self._line_start_s is None:
            # Of a line that was cut in the middle of speech, here.
            self._line_start_s = max(self._endpointer.speech_start, self._last_end_s)
            self._decoder.start_utt()
        self._decoder.process_raw(speech)
        if not self._endpointer.in_speech:
            return self._end_line(self._endpointer.speech_end)
        if self._heard_s - self._line_start_s > MAX_LINE_S:
            return self._end_line(self._heard_s)
        return []

    def _end_line(self, end_s: float) -> list[SpokenLine]:
        if self._line_start_s is None:
            return []
        start_s, self._line_start_s = self._line_start_s, None
        self._last_end_s = end_s
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return [SpokenLine(start_s, max(start_s, end_s), found.hypstr)] if found and found.hypstr else []
