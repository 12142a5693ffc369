"""Speech as sound: espeak-ng says it."""

import ctypes
import wave
from pathlib import Path

import espeakng_loader

VOICE = b"English (America)+f5"
WORDS_PER_MINUTE = 130
SYNCHRONOUS, RATE_PARAMETER, UTF8 = 2, 1, 1

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def speak(text: str, path: Path) -> None:
    """espeak-ng says it into a WAV file."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    spoken = bytearray()

    def _take(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: object) -> int:
        if samples and count > 0:
            spoken.extend(ctypes.string_at(samples, count * 2))
        return 0

    rate = library.espeak_Initialize(SYNCHRONOUS - 1, 0, espeakng_loader.get_data_path().encode(), 0)
    assert rate > 0, "espeak-ng did not start"
    callback = _Callback(_take)
    library.espeak_SetSynthCallback(callback)
    assert library.espeak_SetVoiceByName(VOICE) == 0, "espeak-ng has no American English"
    library.espeak_SetParameter(RATE_PARAMETER, WORDS_PER_MINUTE, 0)
    words = text.encode()
    assert library.espeak_Synth(words, len(words) + 1, 0, 1, 0, UTF8, None, None) == 0
    library.espeak_Synchronize()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(spoken))
