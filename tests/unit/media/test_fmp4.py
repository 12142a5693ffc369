"""Fragments keep exact times, whatever way their bytes arrive."""

import struct
import subprocess
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[attr-defined]

from xiaodian.modules.media.ingest.ffmpeg import film_arguments
from xiaodian.modules.media.ingest.film import FilmPlan
from xiaodian.modules.media.ingest.fmp4 import Fmp4Error, Fmp4Splitter, Fragment, Init

FFMPEG = str(get_ffmpeg_exe())  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def film() -> bytes:
    """Three seconds of picture and sound, as the ingest's ffmpeg makes them of an encoder's."""
    source = ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=30000/1001", "-f", "lavfi", "-i", "sine"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "30", "-sc_threshold", "0", "-c:a", "aac"]
    encode = [FFMPEG, "-v", "error", *source, *codecs, "-t", "3.003", "-f", "flv", "pipe:1"]
    encoded = subprocess.run(encode, capture_output=True, check=True).stdout
    package = [FFMPEG, "-v", "error", *film_arguments(FilmPlan("avc1", "mp4a"), 1.0)]
    return subprocess.run(package, input=encoded, capture_output=True, check=True).stdout


@pytest.mark.parametrize("step", [1, 1000, 10_000_000])
def test_fragments_follow_each_other_without_gap(film: bytes, step: int) -> None:
    splitter = Fmp4Splitter()
    parts = [part for at in range(0, len(film), step) for part in splitter.feed(film[at : at + step])]
    assert isinstance(parts[0], Init)
    fragments = [part for part in parts if isinstance(part, Fragment)]
    assert len(fragments) == 3
    assert b"".join(part.content for part in parts) == film
    for earlier, later in pairwise(fragments):
        assert later.start_s == pytest.approx(earlier.start_s + earlier.duration_s, abs=0.0011)
    assert sum(fragment.duration_s for fragment in fragments) == pytest.approx(3.003, abs=0.04)


@given(st.data())
def test_damaged_fragments_are_an_error_of_ours(film: bytes, data: st.DataObject) -> None:
    damaged = bytearray(film)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, 3000))] = data.draw(st.integers(0, 255))
    try:
        Fmp4Splitter().feed(bytes(damaged))
    except Fmp4Error:
        return


def test_a_box_too_large_to_keep_is_refused() -> None:
    with pytest.raises(Fmp4Error):
        Fmp4Splitter().feed(struct.pack(">I", 0x7FFFFFFF) + b"mdat")
