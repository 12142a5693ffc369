"""Playlists and segments as viewers' players fetch them."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from xiaodian.contracts.media import StreamId
from xiaodian.edge.context import Context
from xiaodian.modules.media import api
from xiaodian.modules.media.rules import stream_file_path

from .conftest import Ingest, Push
from .tools import Host

WaitForSegments = Callable[[StreamId, int], Awaitable[None]]


async def test_the_real_server_hands_out_segments_byte_for_byte(
    ingest: Ingest,
    host: Host,
    push: Push,
    films: Path,
    ctx: Context,
    http_port: int,
    wait_for_segments: WaitForSegments,
) -> None:
    await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await wait_for_segments(host.stream_id, 2)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http_port}") as viewer:
        live = await viewer.get(api.playback_path(host.stream_id))
        assert live.headers["cache-control"] == "public, max-age=1"
        assert live.headers["content-type"] == "application/vnd.apple.mpegurl"
        segment = await viewer.get(f"/media/streams/{host.stream_id}/0-1.m4s")
        assert segment.content == await ctx.storage.get(stream_file_path(host.stream_id, "0-1.m4s"))
        assert segment.headers["cache-control"].endswith("immutable")
        head = await viewer.head(f"/media/streams/{host.stream_id}/0-1.m4s")
        assert int(head.headers["content-length"]) == len(segment.content)
        await api.end_stream(ctx, host.stream_id)
        async with ctx.database.connection() as connection:
            count = await connection.fetchval("SELECT next_seq FROM media.stream")
        ended = live
        while "#EXT-X-ENDLIST" not in ended.text:
            ended = await viewer.get(api.playback_path(host.stream_id))
        assert ended.text.count("#EXTINF") == count
        assert "immutable" in ended.headers["cache-control"]


async def test_a_stream_that_has_not_begun_has_no_playlist(client: httpx.AsyncClient, host: Host) -> None:
    answer = await client.get(api.playback_path(host.stream_id))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await client.get(api.playback_path(uuid4()))).status_code == 404


@pytest.mark.parametrize("name", ["..%2f0-1.m4s", "%2e%2e/%2e%2e/secret", "0-1.m4s/x", "0-1.mp4", "0-9.m4s", ""])
async def test_nothing_but_stream_files_is_served(client: httpx.AsyncClient, host: Host, name: str) -> None:
    assert (await client.get(f"/media/streams/{host.stream_id}/{name}")).status_code == 404


async def test_files_cannot_be_written_over_http(client: httpx.AsyncClient, host: Host) -> None:
    assert (await client.put(f"/media/streams/{host.stream_id}/0-1.m4s", content=b"x")).status_code == 405
