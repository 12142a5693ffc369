"""A quiet plucked melody, so that the film has sound."""

import math
import random
import wave
from array import array
from pathlib import Path

RATE = 48_000
_BEAT_S = 0.375
# The five notes of the scale 宫商角徵羽 on D, over two octaves.
_NOTES_HZ = (293.66, 329.63, 369.99, 440.0, 493.88, 587.33, 659.26, 739.99)


def _pluck(frequency_hz: float, seconds: float) -> "array[float]":
    decay = 3.2 / seconds
    step = 2 * math.pi * frequency_hz / RATE
    return array(
        "f",
        (
            math.exp(-decay * n / RATE)
            * (math.sin(step * n) + 0.35 * math.sin(2 * step * n) + 0.12 * math.sin(3 * step * n))
            for n in range(int(seconds * RATE))
        ),
    )


def write_melody(path: Path, *, seconds: int, seed: int) -> None:
    """Write a mono WAV of just that length; the same seed gives the same melody."""
    chance = random.Random(seed)
    plucks = [_pluck(frequency, 1.1) for frequency in _NOTES_HZ]
    total = seconds * RATE
    mix = array("f", bytes(4 * total))
    note = 3
    for beat in range(int(seconds / _BEAT_S)):
        note = max(0, min(len(plucks) - 1, note + chance.choice((-2, -1, -1, 1, 1, 2))))
        if beat % 4 and chance.random() < 0.35:
            continue
        start, loudness = int(beat * _BEAT_S * RATE), 0.16 if beat % 4 == 0 else 0.11
        pluck = plucks[note][: max(0, total - start)]
        mix[start : start + len(pluck)] = array(
            "f", (old + loudness * new for old, new in zip(mix[start : start + len(pluck)], pluck, strict=True))
        )
    samples = array("h", (int(max(-1.0, min(1.0, sample)) * 32_000) for sample in mix))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
