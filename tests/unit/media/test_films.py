"""Films out of tags: what would stop, stall or go out of step for viewers."""

import pytest

from xiaodian.modules.media.ingest import flv
from xiaodian.modules.media.ingest.film import CLOCK_START_MS, Clock, Film, FilmPlan
from xiaodian.modules.media.rtmp.session import Media

AVC_CONFIG = b"\x17\x00\x00\x00\x00config"
AVC_KEY = b"\x17\x01\x00\x00\x00key"
AVC_OTHER = b"\x27\x01\x00\x00\x00other"
AAC_CONFIG = b"\xaf\x00\x12\x10"
AAC = b"\xaf\x01sound"
HEVC_CONFIG = b"\x90hvc1config"
HEVC_KEY = b"\x91hvc1\x00\x00\x00key"


def _run(film: Film, *tags: tuple[int, int, bytes]) -> bytes:
    return b"".join(film.take(Media(kind, at, payload), at) for kind, at, payload in tags)


def _tags(data: bytes) -> list[tuple[int, int, bytes]]:
    assert data.startswith(b"FLV\x01")
    offset, tags = 13, []
    while offset < len(data):
        size = int.from_bytes(data[offset + 1 : offset + 4], "big")
        at = int.from_bytes(data[offset + 4 : offset + 7], "big") | data[offset + 7] << 24
        tags.append((data[offset], at, data[offset + 11 : offset + 11 + size]))
        offset += size + 15
    return tags


def test_a_film_begins_with_configurations_and_a_key_frame() -> None:
    film = Film()
    data = _run(
        film, (9, 0, AVC_CONFIG), (8, 0, AAC_CONFIG), (8, 1, AAC), (9, 5, AVC_OTHER), (9, 40, AVC_KEY), (8, 41, AAC)
    )
    assert film.plan == FilmPlan("avc1", "mp4a")
    assert data[4] == 0b101
    assert _tags(data) == [(9, 40, AVC_CONFIG), (8, 40, AAC_CONFIG), (9, 40, AVC_KEY), (8, 41, AAC)]


def test_a_film_without_sound_does_not_wait_for_ever() -> None:
    film = Film()
    data = _run(film, (9, 0, AVC_CONFIG), (9, 0, AVC_KEY), *((9, at, AVC_OTHER) for at in range(40, 680, 40)))
    assert film.plan == FilmPlan("avc1", None)
    assert data[4] == 0b001


def test_sound_alone_is_a_film_too() -> None:
    film = Film()
    data = _run(film, (8, 0, AAC_CONFIG), *((8, at, AAC) for at in range(0, 5000, 23)))
    assert film.plan == FilmPlan(None, "mp4a")
    assert data[4] == 0b100


def test_sound_that_comes_late_begins_a_new_film() -> None:
    film = Film()
    _run(film, (9, 0, AVC_CONFIG), (9, 0, AVC_KEY), *((9, at, AVC_OTHER) for at in range(40, 680, 40)))
    _run(film, (8, 700, AAC_CONFIG))
    assert film.is_over
    later = film.successor()
    _run(later, (8, 700, AAC), (9, 720, AVC_OTHER), (9, 760, AVC_KEY), (8, 765, AAC))
    assert later.plan == FilmPlan("avc1", "mp4a")


def test_an_encoder_that_changes_its_picture_begins_a_new_film() -> None:
    film = Film()
    _run(film, (9, 0, AVC_CONFIG), (8, 0, AAC_CONFIG), (9, 0, AVC_KEY), (8, 0, AAC))
    _run(film, (9, 100, AVC_CONFIG))
    assert not film.is_over
    _run(film, (9, 100, AVC_CONFIG + b"other size"))
    assert film.is_over


def test_enhanced_rtmp_names_its_codecs() -> None:
    film = Film()
    _run(film, (9, 0, HEVC_CONFIG), (8, 0, AAC_CONFIG), (9, 0, HEVC_KEY), (8, 0, AAC))
    assert film.plan == FilmPlan("hvc1", "mp4a")
    assert not film.plan.copies_video
    assert film.plan.copies_audio


@pytest.mark.parametrize("first", range(256))
def test_no_first_byte_of_a_tag_raises(first: int) -> None:
    for rest in (b"", b"\x00", b"\x01abcd", b"av01xyz"):
        flv.describe_video(bytes([first]) + rest)
        flv.describe_audio(bytes([first]) + rest)


def test_the_clock_runs_on_over_wraps_and_jumps() -> None:
    clock = Clock()
    assert clock.at(0xFFFFFFF0) == CLOCK_START_MS
    assert clock.at(0x10) == CLOCK_START_MS + 32
    assert clock.at(0x08) == CLOCK_START_MS + 24
    assert clock.at(99_000_000) == CLOCK_START_MS + 57
    assert clock.at(99_000_040) == CLOCK_START_MS + 97
    assert clock.at(0) == CLOCK_START_MS + 130
