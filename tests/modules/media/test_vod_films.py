"""Films as phones, cameras and recorders make them all become films that play everywhere, as they were meant."""

import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from xiaodian.cli.show.film import find_ffmpeg
from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context
from xiaodian.modules.media.service.encode_vod import Encoded, encode
from xiaodian.modules.media.vod_rules import VodFault, sniff

from .tools import FFMPEG, watch
from .vods import make, make_film

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]

HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")
BT2020 = "setparams=color_primaries=bt2020:colorspace=bt2020nc"
HDR = (*HEVC, "-pix_fmt", "yuv420p10le", "-vf")
UNEVEN = ("-vf", "select='not(mod(n\\,7))+gt(mod(n\\,13)\\,8)'", "-fps_mode", "vfr")


class Film(NamedTuple):
    """How a film is made, and what it must become."""

    name: str
    size: str
    options: tuple[str, ...]
    shown: tuple[int, int]
    fps: float
    rate: int = 30


FILMS = [
    Film("phone upright", "1080x1920", (), (1080, 1920), 30),
    Film("iphone hdr", "640x360", (*HDR, f"{BT2020}:color_trc=arib-std-b67", "-tag:v", "hvc1"), (640, 360), 30),
    Film("hdr10", "640x360", (*HDR, f"{BT2020}:color_trc=smpte2084"), (640, 360), 30),
    Film("wide colours", "640x360", (*HDR, BT2020), (640, 360), 30),
    Film("ten bits", "640x360", ("-c:v", "libx264", "-pix_fmt", "yuv420p10le"), (640, 360), 30),
    Film("444", "640x360", ("-pix_fmt", "yuv444p"), (640, 360), 30),
    Film("no square pixels", "720x576", ("-vf", "setsar=64/45"), (1024, 576), 25, rate=25),
    Film("odd size", "321x241", ("-c:v", "mpeg4"), (320, 240), 30),
    Film("60 pictures a second", "640x360", (), (640, 360), 30, rate=60),
    Film("50 pictures a second", "640x360", (), (640, 360), 25, rate=50),
    Film("uneven", "640x360", UNEVEN, (640, 360), 30),
    Film("silent", "640x360", ("-an",), (640, 360), 30),
    Film("many channels", "640x360", ("-ac", "6"), (640, 360), 30),
    Film("4k", "3840x2160", HEVC, (1920, 1080), 30),
    Film("cinema", "2560x1080", (), (1920, 810), 30),
]


async def test_each_kind_of_film_is_shown_as_it_was_meant(tmp_path: Path) -> None:
    for film in FILMS:
        folder = tmp_path / film.name.replace(" ", "")
        folder.mkdir()
        source = make_film(folder / "film.mov", 1, film.size, *film.options, rate=film.rate)
        encoded = await encode(source, "mov", folder, 600, lambda _: None)
        assert isinstance(encoded, Encoded), film.name
        top = encoded.ladder[0]
        assert (top.width, top.height) == film.shown, film.name
        assert top.fps == pytest.approx(film.fps), film.name
        assert abs(encoded.duration_ms - 1000) <= 100, film.name
        assert ("mp4a" in top.codecs) is (film.name != "silent")
        assert top.codecs.startswith("avc1.64"), "H.264 High: eight bits, 4:2:0"
        whole = folder / "whole.mp4"
        parts = [folder / top.name / name for name in ("init.mp4", "0.m4s")]
        whole.write_bytes(b"".join(path.read_bytes() for path in parts))
        said = subprocess.run([FFMPEG, "-i", str(whole)], capture_output=True, text=True, check=False).stderr
        assert "yuv420p" in said, film.name
        assert "yuv420p10" not in said
        assert "bt2020" not in said
        assert [step.height for step in encoded.ladder] == sorted({s.height for s in encoded.ladder}, reverse=True)


async def test_a_film_turned_by_the_phone_is_upright_for_everybody(tmp_path: Path) -> None:
    lying = make_film(tmp_path / "lying.mp4", 1, "640x360")
    turned = tmp_path / "turned.mp4"
    command = [find_ffmpeg(), "-loglevel", "error", "-display_rotation", "90", "-i", str(lying), "-c", "copy"]
    subprocess.run([*command, str(turned)], check=True)
    encoded = await encode(turned, "mov", tmp_path, 600, lambda _: None)
    assert isinstance(encoded, Encoded)
    assert (encoded.ladder[0].width, encoded.ladder[0].height) == (360, 640)
    whole = tmp_path / "whole.mp4"
    whole.write_bytes(b"".join((tmp_path / "360" / name).read_bytes() for name in ("init.mp4", "0.m4s")))
    assert "rotation" not in subprocess.run([FFMPEG, "-i", str(whole)], capture_output=True, text=True).stderr


@pytest.mark.parametrize(
    ("ending", "options"),
    [
        ("webm", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")),
        ("mkv", ()),
        ("ts", ()),
        ("avi", ("-c:v", "mpeg4", "-c:a", "mp3")),
        ("flv", ()),
        ("mpg", ("-c:v", "mpeg2video", "-c:a", "mp2")),
        ("3gp", ("-c:v", "h263", "-s", "352x288", "-an")),
    ],
)
async def test_films_in_other_wrappings_are_taken_by_what_they_are(
    tmp_path: Path, ending: str, options: tuple[str, ...]
) -> None:
    source = make_film(tmp_path / f"film.{ending}", 2, "640x360", *options, rate=25)
    with source.open("rb") as file:
        demuxer = sniff(file.read(4096))
    assert demuxer is not None
    encoded = await encode(source, demuxer, tmp_path, 600, lambda _: None)
    assert isinstance(encoded, Encoded)
    assert abs(encoded.duration_ms - 2000) <= 120


async def test_progress_is_told_and_only_grows(tmp_path: Path) -> None:
    source = make_film(tmp_path / "film.mp4", 20, "640x360")
    told: list[float] = []
    await encode(source, "mov", tmp_path, 600, told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1, abs=0.05)


async def test_a_film_that_is_too_long_is_refused_whether_it_says_so_or_not(tmp_path: Path) -> None:
    honest = make_film(tmp_path / "film.mp4", 8, "160x120")
    assert await encode(honest, "mov", tmp_path, 5, lambda _: None) is VodFault.TOO_LONG
    # Recorders in browsers do not say how long their films are.
    silent = make_film(tmp_path / "film.mkv", 8, "160x120", "-f", "matroska", "-live", "1")
    assert await encode(silent, "matroska", tmp_path, 5, lambda _: None) is VodFault.TOO_LONG


async def test_where_a_film_was_taken_is_told_to_nobody(
    ctx: Context, sign_up: SignUp, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    creator, _ = await sign_up()
    tags = ("-metadata", "location=+31.2304+121.4737/", "-metadata", "title=SECRET", "-movflags", "use_metadata_tags")
    film = make_film(tmp_path / "film.mp4", 1, "320x240", *tags, "-metadata", "com.apple.quicktime.make=SECRET")
    assert b"+31.2304" in film.read_bytes()
    vod = await make(ctx, creator, film.read_bytes())
    assert vod["state"] == "ready"
    stored = [await ctx.storage.get(path) async for path in ctx.storage.iterate("vods")]
    assert len(stored) >= 4
    assert not any(b"31.2304" in content or b"SECRET" in content for content in stored)


async def test_sound_stays_with_the_picture(tmp_path: Path) -> None:
    """Ladders are cut where pictures are; nothing of the sound may be lost at the cuts."""
    source = make_film(tmp_path / "film.mp4", 9, "320x240")
    encoded = await encode(source, "mov", tmp_path, 600, lambda _: None)
    assert isinstance(encoded, Encoded)
    assert encoded.ladder[0].segments_ms == [4000, 4000, 1000]
    whole = tmp_path / "whole.mp4"
    names = ("init.mp4", "0.m4s", "1.m4s", "2.m4s")
    whole.write_bytes(b"".join((tmp_path / "240" / name).read_bytes() for name in names))
    seen = await watch(str(whole))
    assert abs(seen.sound_s - seen.picture_s) < 0.1
    assert seen.complaints == ""
