"""Files that are sent to harm: none leads anywhere, costs much, or comes out as it went in."""

import re
import struct
import subprocess
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from xiaodian.cli.show.film import find_ffmpeg
from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context
from xiaodian.modules.media.service.encode_vod import encode
from xiaodian.modules.media.service.make_vod import make_next
from xiaodian.modules.media.service.run_ffmpeg import FfmpegFailedError
from xiaodian.modules.media.service.vod_ffmpeg import Limits, describe, input_arguments, run
from xiaodian.modules.media.vod_rules import VodFault, read_source, sniff

from .vods import CHUNK, TUS, make, make_film, upload

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]


async def outcome(ctx: Context, sign_up: SignUp, content: bytes) -> dict[str, Any]:
    """What becomes of an upload."""
    creator, _ = await sign_up()
    return await make(ctx, creator, content)


def box(kind: bytes, content: bytes) -> bytes:
    """A box of an MP4 file."""
    return struct.pack(">I", len(content) + 8) + kind + content


LISTS = {
    "hls": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "hls to the network": b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n#EXT-X-ENDLIST\n",
    "concat": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "concat of urls": b"ffconcat version 1.0\nfile 'http://169.254.169.254/latest/meta-data'\n",
    "sdp": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n",
    "dash": b'<?xml version="1.0"?><MPD><Period><BaseURL>file:///etc/passwd</BaseURL></Period></MPD>',
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "zip": b"PK\x03\x04" + bytes(100),
    "gif": b"GIF89a" + bytes(100),
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(100),
    "wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(100),
    "elf": b"\x7fELF" + bytes(100),
    "subtitles": b"WEBVTT\n\n00:00.000 --> 00:01.000\nhi\n",
    "zeros": bytes(10_000),
    "one byte": b"x",
}


@pytest.mark.parametrize("kind", LISTS)
async def test_what_is_no_film_is_refused_unread(ctx: Context, sign_up: SignUp, kind: str) -> None:
    vod = await outcome(ctx, sign_up, LISTS[kind])
    assert (vod["state"], vod["refused_reason"], vod["playback_url"]) == ("refused", "not_a_video", None)
    assert [path async for path in ctx.storage.iterate("vods")] == []


async def test_a_list_that_poses_as_a_film_leads_nowhere(tmp_path: Path) -> None:
    """Even if its first bytes were those of a film, it is read as that, and from files of this name alone."""
    secret = tmp_path / "secret.mp4"
    make_film(secret, 1)
    playlist = tmp_path / "list"
    playlist.write_text(f"#EXTM3U\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n")
    for demuxer in ("mov", "matroska", "mpegts", "avi", "flv", "mpeg"):
        with pytest.raises(FfmpegFailedError):
            await run([*input_arguments(playlist, demuxer), "-f", "null", "-"], Limits(wall_s=30, cpu_s=10), tmp_path)
    network = input_arguments(Path("http://127.0.0.1:1/x.mp4"), "mov")
    with pytest.raises(FfmpegFailedError, match=r"(?i)whitelist|protocol"):
        await run([*network, "-f", "null", "-"], Limits(wall_s=30, cpu_s=10), tmp_path)


async def test_a_film_that_names_another_file_as_its_pictures_does_not_get_them(
    ctx: Context, sign_up: SignUp, tmp_path: Path
) -> None:
    content = make_film(tmp_path / "film.mp4", 1, "320x240", "-an").read_bytes()
    # An alias record of QuickTime in place of the reference to itself; lengths of the boxes around it are kept true.
    other = make_film(tmp_path / "other.mp4", 1, "320x240", "-an", "-vf", "negate")
    inside = box(b"url ", b"\0\0\0\1")
    record = bytearray(150)
    record[10 + 28 : 10 + 28 + 9] = b"other.mp4"
    where = str(other).encode()
    alias = box(b"alis", b"\0\0\0\0" + bytes(record) + b"\0\2" + struct.pack(">H", len(where)) + where)
    evil = content.replace(inside, alias)
    grown = len(alias) - len(inside)
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = evil.index(kind) - 4
        evil = evil[:at] + struct.pack(">I", struct.unpack(">I", evil[at : at + 4])[0] + grown) + evil[at + 4 :]
    (tmp_path / "evil.mp4").write_bytes(evil)
    said = await describe(tmp_path / "evil.mp4", "mov", Limits(wall_s=30, cpu_s=10))
    assert "Set enable_drefs to allow this" in said, "it is understood, and not followed"
    vod = await outcome(ctx, sign_up, evil)
    assert (vod["state"], vod["refused_reason"]) == ("refused", "unreadable")


@pytest.mark.parametrize("place", ["before", "within", "behind"])
async def test_of_a_film_that_is_also_a_page_or_an_archive_only_the_film_is_left(
    ctx: Context, sign_up: SignUp, client: httpx.AsyncClient, tmp_path: Path, place: str
) -> None:
    # In pieces, whose places are told from where each begins: whatever stands in front does not matter.
    pieces = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof")
    film = make_film(tmp_path / "film.mp4", 1, "320x240", *pieces).read_bytes()
    page = b"<!doctype html><script>alert('POLYGLOT')</script>"
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("POLYGLOT", "POLYGLOT" * 100)
    content = {
        "before": box(b"free", page) + film,
        "within": film.replace(b"isom", b"<svg", 1) + box(b"free", page),
        "behind": film + page + archive.read_bytes(),
    }[place]
    vod = await outcome(ctx, sign_up, content)
    assert vod["state"] == "ready"
    stored = {path: await ctx.storage.get(path) async for path in ctx.storage.iterate("vods")}
    assert not any(b"POLYGLOT" in one or b"<script" in one or b"PK\x03\x04" in one for one in stored.values())
    base = vod["playback_url"].rpartition("/")[0]
    for name, kind in {
        "master.m3u8": "application/vnd.apple.mpegurl",
        "240/init.mp4": "video/mp4",
        "240/0.m4s": "video/iso.segment",
        "poster.webp": "image/webp",
    }.items():
        answer = await client.get(f"{base}/{name}")
        assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == (kind, "nosniff")


async def test_a_small_file_that_claims_a_huge_picture_is_refused(tmp_path: Path) -> None:
    film = bytearray(make_film(tmp_path / "film.mp4", 1, "320x240", "-an", "-c:v", "mpeg4").read_bytes())
    at = film.index(b"mp4v") + 4 + 24
    assert struct.unpack(">HH", film[at : at + 4]) == (320, 240)
    film[at : at + 4] = struct.pack(">HH", 65000, 65000)
    (tmp_path / "huge.mp4").write_bytes(film)
    # What the wrapping says and what the pictures say may differ; either is refused or made as small as it is.
    try:
        made: Any = await encode(tmp_path / "huge.mp4", "mov", tmp_path, 600, lambda _: None)
    except FfmpegFailedError:
        return
    assert made in (VodFault.TOO_LARGE, VodFault.UNREADABLE) or made.ladder[0].width == 320


@pytest.mark.parametrize(("size", "reason"), [("8192x4320", "too_large"), ("5000x64", "too_large")])
async def test_a_picture_larger_than_4k_is_refused(
    ctx: Context, sign_up: SignUp, tmp_path: Path, size: str, reason: str
) -> None:
    film = make_film(tmp_path / "film.mp4", 0.1, size, "-an", rate=10)
    assert (await outcome(ctx, sign_up, film.read_bytes()))["refused_reason"] == reason


async def test_a_film_that_claims_to_last_for_years_is_refused(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    film = bytearray(make_film(tmp_path / "film.mp4", 1, "320x240", "-an").read_bytes())
    for kind, offset in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24)):
        at = film.index(kind) + offset
        film[at : at + 4] = b"\x7f\xff\xff\xff"
    # Each picture is shown for hours.
    at = film.index(b"stts") + 16
    film[at : at + 4] = b"\x00\xff\xff\xff"
    vod = await outcome(ctx, sign_up, bytes(film))
    assert vod["refused_reason"] in ("too_long", "unreadable")


async def test_a_film_of_a_million_pictures_a_second_costs_no_more_than_any_other(
    ctx: Context, sign_up: SignUp, tmp_path: Path
) -> None:
    film = make_film(tmp_path / "film.mov", 1, "160x120", "-an", "-vf", "setpts=N/(1000000*TB)", "-r", "1000000")
    vod = await outcome(ctx, sign_up, film.read_bytes())
    assert (vod["state"], vod["refused_reason"]) in (("ready", None), ("refused", "unreadable"))
    assert (vod["duration_ms"] or 0) < 1000


async def test_a_film_of_thousands_of_streams_is_refused(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    one = make_film(tmp_path / "one.mp4", 0.2, "160x120", "-an")
    many = tmp_path / "many.mp4"
    command = [find_ffmpeg(), "-loglevel", "error", "-i", str(one), *(["-map", "0:v"] * 300), "-c", "copy", str(many)]
    subprocess.run(command, check=True)
    vod = await outcome(ctx, sign_up, many.read_bytes())
    assert (vod["state"], vod["refused_reason"]) == ("refused", "unreadable")


@pytest.mark.parametrize("cut", [0.3, 0.97])
async def test_a_film_whose_index_is_cut_off_is_refused(
    ctx: Context, sign_up: SignUp, tmp_path: Path, cut: float
) -> None:
    film = make_film(tmp_path / "film.mp4", 3, "320x240").read_bytes()
    assert film.index(b"moov") > len(film) / 2
    vod = await outcome(ctx, sign_up, film[: round(len(film) * cut)])
    assert (vod["state"], vod["refused_reason"]) == ("refused", "unreadable")


async def test_a_film_of_which_most_is_missing_is_refused(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", 8, "320x240", "-movflags", "+faststart").read_bytes()
    vod = await outcome(ctx, sign_up, film[: len(film) // 4])
    assert (vod["state"], vod["refused_reason"]) == ("refused", "unreadable")


async def test_a_film_full_of_rubbish_is_refused(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    film = bytearray(make_film(tmp_path / "film.mp4", 2, "320x240", "-an", "-movflags", "+faststart").read_bytes())
    at = film.index(b"mdat") + 4
    film[at:] = bytes((i * 7 + 13) % 251 for i in range(len(film) - at))
    vod = await outcome(ctx, sign_up, bytes(film))
    assert (vod["state"], vod["refused_reason"]) == ("refused", "unreadable")


async def test_sound_with_a_cover_is_no_film(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    cover = tmp_path / "cover.png"
    ffmpeg = [find_ffmpeg(), "-loglevel", "error"]
    subprocess.run([*ffmpeg, "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", str(cover)], check=True)
    song = tmp_path / "song.m4a"
    tone = ("-f", "lavfi", "-i", "sine=d=2", "-i", str(cover), "-map", "0", "-map", "1", "-c:a", "aac")
    subprocess.run([*ffmpeg, *tone, "-c:v", "copy", "-disposition:v", "attached_pic", str(song)], check=True)
    assert (await outcome(ctx, sign_up, song.read_bytes()))["refused_reason"] == "not_a_video"


async def test_subtitles_attachments_and_chapters_do_not_come_along(
    ctx: Context, sign_up: SignUp, tmp_path: Path
) -> None:
    (tmp_path / "s.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\n<script>ATTACHED</script>\n")
    (tmp_path / "a.html").write_text("<script>ATTACHED</script>")
    (tmp_path / "c.txt").write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle=ATTACHED\n")
    film = tmp_path / "film.mkv"
    subprocess.run(
        [
            *(find_ffmpeg(), "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=d=1:s=320x240"),
            *("-i", str(tmp_path / "s.srt"), "-i", str(tmp_path / "c.txt"), "-map", "0", "-map", "1"),
            *("-map_metadata", "2", "-attach", str(tmp_path / "a.html")),
            *("-metadata:s:t", "mimetype=text/html", "-c:v", "libx264", str(film)),
        ],
        check=True,
    )
    assert b"ATTACHED" in film.read_bytes()
    vod = await outcome(ctx, sign_up, film.read_bytes())
    assert vod["state"] == "ready"
    assert not any([b"ATTACHED" in await ctx.storage.get(path) async for path in ctx.storage.iterate("vods")])


async def test_a_tag_of_a_film_cannot_pose_as_its_pictures() -> None:
    said = (
        "Input #0, matroska,webm, from 'source':\n  Metadata:\n"
        "    Stream #0:0: Video: h264, yuv420p, 1x1, 30 fps\n    title           : x\n"
        "                    :   Duration: 00:00:01.00\n"
        "  Duration: 00:20:00.00, start: 0.000000, bitrate: 1 kb/s\n"
        "  Stream #0:0: Audio: aac (LC), 48000 Hz, stereo, fltp (default)\n"
    )
    assert read_source(said) is VodFault.NOT_A_VIDEO


async def test_names_that_lead_elsewhere_are_kept_as_texts_alone(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    creator, _ = await sign_up()
    film = make_film(tmp_path / "film.mp4", 1).read_bytes()
    # filename ../../../../etc/cron.d/x, filetype text/html
    metadata = "filename Li4vLi4vLi4vLi4vZXRjL2Nyb24uZC94,filetype dGV4dC9odG1s"
    headers = {**CHUNK, "Upload-Length": str(len(film)), "Upload-Metadata": metadata}
    created = await creator.post("/api/uploads", content=film, headers=headers)
    assert created.status_code == 201
    assert (await creator.head(created.headers["location"], headers=TUS)).headers["upload-metadata"] == metadata
    [path] = [path async for path in ctx.storage.iterate("uploads")]
    assert re.fullmatch(r"uploads/vods/[0-9a-f-]{36}/0-[0-9a-f]{32}", path)
    assert await make_next(ctx)
    vod = (await creator.get(f"/api/vods/{created.headers['location'].rpartition('/')[2]}")).json()
    assert vod["state"] == "ready"


async def test_ffmpeg_gets_no_more_than_its_share(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", 5, "640x360")
    out = tmp_path / "out.mkv"
    work = [*input_arguments(film, "mov", "-stream_loop", "-1"), "-c:v", "libx264", "-preset", "veryslow", str(out)]
    with pytest.raises(FfmpegFailedError):
        await run(work, Limits(wall_s=120, cpu_s=1), tmp_path)
    with pytest.raises(FfmpegFailedError, match="took too long"):
        await run(work, Limits(wall_s=0.5, cpu_s=60), tmp_path)
    with pytest.raises(FfmpegFailedError):
        await run([*input_arguments(film, "mov"), str(out)], Limits(wall_s=60, cpu_s=30, file_bytes=10_000), tmp_path)
    assert out.stat().st_size <= 10_000


def test_a_film_is_known_by_its_first_bytes() -> None:
    assert sniff(b"\0\0\0\x20ftypisom") == "mov"
    assert sniff(b"") is None
    assert sniff(b"G" * 3) is None


async def test_nothing_of_the_servers_environment_reaches_ffmpeg(
    ctx: Context, sign_up: SignUp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FFREPORT", f"file={tmp_path / 'report.log'}")
    creator, _ = await sign_up()
    await upload(creator, make_film(tmp_path / "film.mp4", 1).read_bytes())
    (tmp_path / "report.log").unlink(missing_ok=True)
    assert await make_next(ctx)
    assert not (tmp_path / "report.log").exists()
