"""Caption files are read as tools write them; of a broken one it is said where."""

import time

import pytest

from xiaodian.contracts.base import InvalidInputError
from xiaodian.modules.surfacing.caption_files import read_captions
from xiaodian.modules.surfacing.room_rules import MAX_LINE_CHARS, MAX_LINES_AT_ONCE

FILM_MS = 60_000
READ = [(1000, 2500, "来看 一号链接"), (2600, 4000, "又甜又大 <3 折>")]
VTT = """WEBVTT - 草莓
Kind: captions

STYLE
::cue { color: red }

NOTE 00:00 不算
也不算

1
00:01.000 --> 00:00:02.500 align:start line:0
<v 阿月><i>来看</i>
一号<00:00:01.500>链接</v>

00:02.600 --> 00:04.000
又甜又大 &lt;3 折&gt;
"""
SRT = """1
00:00:01,000 --> 00:00:02,500
{\\an8}<font color="#fff">来看</font>
一号链接

2
00:00:02,6 --> 00:00:04,000
又甜又大 &lt;3 折&gt;

3
00:00:05,000 --> 00:00:06,000

"""


@pytest.mark.parametrize(
    "body",
    [
        VTT.encode(),
        VTT.encode("utf-8-sig"),
        VTT.replace("\n", "\r\n").encode(),
        VTT.replace("\n", "\r").encode("utf-16"),
        SRT.encode(),
        SRT.encode("gb18030"),
        SRT.replace("\n", "\r\n").encode("utf-16"),
        SRT.replace("1\n00:", "WEBVTT\n00:", 1).encode(),
    ],
)
def test_the_same_is_said_whatever_the_form_and_the_encoding(body: bytes) -> None:
    assert [tuple(each) for each in read_captions(body, FILM_MS)] == READ


@pytest.mark.parametrize(
    ("body", "reason", "line"),
    [
        ("", "not_captions", None),
        ("随便写写\n没有时间", "not_captions", None),
        ("WEBVTT\n\n", "no_lines", None),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "no_lines", None),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n好\n\n一点钟 --> 两点钟\n好\n", "caption_time", 6),
        ("1\n00:00:01,000 -> 00:00:02,000\n好\n\n2\n00:00:03,000 --> 00:00:04,000\n好\n", "caption_time", 1),
        ("1\n00:99:01,000 --> 00:99:02,000\n好\n", "caption_time", 2),
        ("1\n名\n字\n00:00:01,000 --> 00:00:02,000\n好\n", "caption_time", 4),
        ("1\n00:00:01,000 --> 00:00:02,000\n好\n2\n00:00:03,000 --> 00:00:04,000\n好\n", "caption_gap", 5),
        ("1\n00:00:03,000 --> 00:00:02,000\n好\n", "caption_backwards", 2),
        ("1\n00:00:01,000 --> 00:00:02,000\n好\n\n2\n00:01:00,000 --> 00:01:01,000\n晚\n", "caption_late", 6),
        ("1\n00:00:01,000 --> 00:20:00,000\n别的片子\n", "caption_late", 2),
        ("1\n99999999:00:01,000 --> 99999999:00:02,000\n好\n", "caption_time", 2),
    ],
)
def test_of_a_broken_file_it_is_said_what_is_wrong_and_on_which_line(body: str, reason: str, line: int | None) -> None:
    with pytest.raises(InvalidInputError) as raised:
        read_captions(body.encode(), FILM_MS)
    assert (raised.value.params["reason"], raised.value.params.get("line")) == (reason, line)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"\xff\xfe\x00", b"\x80\x81\x82\xff", b"GIF89a\x00\x01", b"\x00" * 4096])
def test_what_is_no_text_is_no_caption_file(body: bytes) -> None:
    with pytest.raises(InvalidInputError) as raised:
        read_captions(body, FILM_MS)
    assert raised.value.params["reason"] == "not_captions"


def test_the_last_line_may_hang_over_the_end_and_is_cut_there() -> None:
    [caption] = read_captions(b"WEBVTT\n\n00:58.000 --> 01:03.000\nbye\n", FILM_MS)
    assert (caption.start_ms, caption.end_ms) == (58_000, FILM_MS)


def test_markup_and_signs_that_nobody_sees_are_gone() -> None:
    body = "WEBVTT\n\n00:01.000 --> 00:02.000\n<script>alert(1)</script>\u0000\u200b甜 &amp; 大\n"
    [caption] = read_captions(body.encode(), FILM_MS)
    assert "script" not in caption.text
    assert "\x00" not in caption.text
    assert caption.text.endswith("甜 & 大")


def test_a_hostile_file_is_refused_quickly() -> None:
    many = "WEBVTT\n\n" + "00:01.000 --> 00:02.000\n好\n\n" * (MAX_LINES_AT_ONCE + 1)
    hostile = [
        many,
        "WEBVTT\n\n" + "00:01.000 " * 200_000 + "-->",
        "WEBVTT\n\n" + " " * 2_000_000 + "-->",
        "1\n" + "-->" * 600_000,
    ]
    began = time.process_time()
    for body in hostile:
        with pytest.raises(InvalidInputError):
            read_captions(body.encode(), FILM_MS)
    endless = "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<" * 1_000_000 + "莓" * 300_000
    [caption] = read_captions(endless.encode(), FILM_MS)
    assert len(caption.text) == MAX_LINE_CHARS
    assert time.process_time() - began < 5
