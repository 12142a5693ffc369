"""What a host with an encoder, and the viewers, would lose if RTMP ingest broke."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil
import pytest

from xiaodian.contracts.media import StreamId
from xiaodian.edge.context import Context
from xiaodian.modules.media.rtmp import protocol

from .conftest import Ingest, Push
from .tools import Host, download, watch

Events = Callable[[StreamId], Awaitable[list[dict[str, Any]]]]
WaitForSegments = Callable[[StreamId, int], Awaitable[None]]
WaitForState = Callable[[StreamId, str], Awaitable[None]]


async def _said(process: asyncio.subprocess.Process) -> str:
    _, said = await asyncio.wait_for(process.communicate(), 60)
    return said.decode()


async def test_viewers_see_and_hear_what_the_encoder_sends(
    ingest: Ingest,
    host: Host,
    push: Push,
    films: Path,
    client: httpx.AsyncClient,
    tmp_path: Path,
    wait_for_state: WaitForState,
    events: Events,
) -> None:
    pushing = await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await pushing.communicate()
    await wait_for_state(host.stream_id, "interrupted")
    playlist = await download(client, host.stream_id, tmp_path)
    seen = await watch(str(tmp_path / "index.m3u8"))
    assert seen.complaints == ""
    assert 7.5 < seen.picture_s < 8.5
    assert 7.5 < seen.sound_s < 8.5
    assert playlist.count("#EXTINF:1.000,") == 8
    assert playlist.count("#EXT-X-PROGRAM-DATE-TIME") == 1
    told = await events(host.stream_id)
    assert [event["type"] for event in told] == ["StreamStarted", "StreamInterrupted"]
    assert told[0]["is_return"] is False


async def test_program_date_time_is_the_moment_the_picture_arrived(
    ingest: Ingest, host: Host, push: Push, films: Path, events: Events, wait_for_segments: WaitForSegments
) -> None:
    earliest_ms = time.time() * 1000
    pace = ("-readrate", "1", "-readrate_initial_burst", "0.001")
    await push(*pace, "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await wait_for_segments(host.stream_id, 1)
    latest_ms = time.time() * 1000 - 900
    # The segment is one second long, so its first picture arrived about that long before the next key frame.
    assert earliest_ms < (await events(host.stream_id))[0]["at_ms"] <= latest_ms


async def test_a_film_without_sound_plays(
    ingest: Ingest,
    host: Host,
    push: Push,
    films: Path,
    client: httpx.AsyncClient,
    tmp_path: Path,
    wait_for_state: WaitForState,
) -> None:
    pushing = await push("-re", "-i", str(films / "silent.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await pushing.communicate()
    await wait_for_state(host.stream_id, "interrupted")
    await download(client, host.stream_id, tmp_path)
    seen = await watch(str(tmp_path / "index.m3u8"))
    assert seen.complaints == ""
    assert 7.5 < seen.picture_s < 8.5
    assert seen.sound_s == 0


async def test_hevc_by_enhanced_rtmp_is_made_playable_everywhere(
    ingest: Ingest,
    host: Host,
    push: Push,
    films: Path,
    client: httpx.AsyncClient,
    tmp_path: Path,
    wait_for_state: WaitForState,
) -> None:
    source = str(films / "talk.hevc.mp4")
    pushing = await push(
        "-re", "-i", source, "-c", "copy", "-rtmp_enhanced_codecs", "hvc1", "-f", "flv", ingest.rtmp_url(host.key)
    )
    await pushing.communicate()
    await wait_for_state(host.stream_id, "interrupted")
    await download(client, host.stream_id, tmp_path)
    assert b"avc1" in (tmp_path / "0-init.mp4").read_bytes()
    seen = await watch(str(tmp_path / "index.m3u8"))
    assert seen.complaints == ""
    assert 7.0 < seen.picture_s < 8.6
    assert 7.0 < seen.sound_s < 8.6


async def test_a_wrong_key_is_refused_with_a_reason(
    ingest: Ingest, host: Host, push: Push, films: Path, ctx: Context
) -> None:
    pushing = await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url("guessed"))
    said = await _said(pushing)
    assert pushing.returncode != 0
    assert "Wrong stream key" in said
    async with ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM media.segment") == 0
        assert await connection.fetchval("SELECT publication_id FROM media.stream") is None


async def test_a_second_encoder_is_refused_while_the_first_goes_on(
    ingest: Ingest, host: Host, push: Push, films: Path, wait_for_segments: WaitForSegments, ctx: Context
) -> None:
    arguments = ("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    first = await push(*arguments)
    await wait_for_segments(host.stream_id, 1)
    second = await push(*arguments)
    assert "AlreadyPublishing" in await _said(second)
    await wait_for_segments(host.stream_id, 4)
    assert first.returncode is None
    async with ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM media.segment WHERE discontinuity") == 0


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", bytes(5000), b"\x03" + os.urandom(20_000)])
async def test_garbage_on_the_port_harms_nobody(
    ingest: Ingest, host: Host, push: Push, films: Path, wait_for_segments: WaitForSegments, garbage: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", ingest.ports.rtmp)
    writer.write(garbage)
    async with asyncio.timeout(60):
        while await reader.read(65536):
            pass
    writer.close()
    await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await wait_for_segments(host.stream_id, 1)


async def test_no_ffmpeg_outlives_the_ingest(
    ctx: Context, host: Host, push: Push, films: Path, wait_for_segments: WaitForSegments
) -> None:
    ingest = Ingest(ctx)
    await ingest.start()
    pushing = await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await wait_for_segments(host.stream_id, 2)
    ours = [child for child in psutil.Process().children() if child.pid != pushing.pid and "pipe:0" in child.cmdline()]
    assert len(ours) == 1
    await ingest.stop()
    assert not ours[0].is_running()


async def test_a_full_ingest_says_so(
    ctx: Context,
    make_host: Callable[[], Awaitable[Host]],
    push: Push,
    films: Path,
    wait_for_segments: WaitForSegments,
) -> None:
    settings = msgspec.structs.replace(ctx.settings, ingest_max_publishers=1)
    ingest = Ingest(msgspec.structs.replace(ctx, settings=settings))
    await ingest.start()
    first, second = await make_host(), await make_host()
    await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(first.key))
    await wait_for_segments(first.stream_id, 1)
    refused = await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(second.key))
    assert "No room for another publisher" in await _said(refused)
    await ingest.stop()


async def test_who_connects_and_says_nothing_is_let_go(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SETUP_TIMEOUT_S", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", ingest.ports.rtmp)
    assert await asyncio.wait_for(reader.read(), 60) == b""
    writer.close()
