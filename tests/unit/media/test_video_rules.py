"""What ffmpeg says of films, what is made of it, and which bytes players ask for."""

import pytest

from xiaodian.modules.media.video_rules import Range, VideoFault, convert_arguments, find_fault, read_probe, read_range

SAID = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'a.mov':
  Duration: 00:00:12.34, start: 0.000000, bitrate: 1830 kb/s
  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709), 720x1280, 1700 kb/s, 30 fps
  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 127 kb/s (default)
"""


def test_what_plays_everywhere_already_is_copied() -> None:
    facts = read_probe(SAID)
    assert facts is not None
    assert (facts.duration_s, facts.width, facts.height, facts.audio_codec) == (12.34, 720, 1280, "aac")
    arguments = " ".join(convert_arguments(facts))
    assert "-c:v copy" in arguments
    assert "-c:a copy" in arguments


@pytest.mark.parametrize(("was", "now"), [("h264", "hevc"), ("yuv420p(", "yuv420p10le("), ("720x1280", "2160x3840")])
def test_what_does_not_is_made_anew(was: str, now: str) -> None:
    facts = read_probe(SAID.replace(was, now))
    assert facts is not None
    assert "libx264" in convert_arguments(facts)


def test_no_film_and_too_long_a_film_are_refused() -> None:
    assert find_fault(read_probe("a.gif: Invalid data found")) is VideoFault.NOT_A_VIDEO
    assert find_fault(read_probe(SAID.replace("00:00:12.34", "00:01:02.00"))) is VideoFault.TOO_LONG
    assert find_fault(read_probe(SAID.replace("00:00:12.34", "00:01:00.40"))) is None


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("bytes=0-", Range(0, 10)),
        ("bytes=2-4", Range(2, 5)),
        ("bytes=2-99", Range(2, 10)),
        ("bytes=-3", Range(7, 10)),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("lines=1-2", None),
    ],
)
def test_players_get_the_part_they_ask_for(header: str | None, part: Range | None) -> None:
    assert read_range(header, 10) == part


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=5-4", "bytes=-0"])
def test_parts_that_there_are_not_are_refused(header: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        read_range(header, 10)
