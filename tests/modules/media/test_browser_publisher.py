"""Going live from a browser's camera."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import picows

from xiaodian.contracts.media import StreamId
from xiaodian.modules.media.ingest.browser import CloseCode

from .conftest import Ingest
from .tools import Host, download, watch

WaitForSegments = Callable[[StreamId, int], Awaitable[None]]
WaitForState = Callable[[StreamId, str], Awaitable[None]]


class _Page(picows.WSListener):
    """The page's side of the WebSocket."""

    def __init__(self) -> None:
        self.transport: picows.WSTransport | None = None
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type is picows.WSMsgType.CLOSE and not self.closed.done():
            self.closed.set_result(int.from_bytes(frame.get_payload_as_bytes()[:2], "big"))

    def send(self, chunk: bytes) -> None:
        assert self.transport is not None
        self.transport.send(picows.WSMsgType.BINARY, chunk)

    async def leave(self) -> None:
        assert self.transport is not None
        self.transport.disconnect()
        await self.transport.wait_disconnected()


async def _open(ingest: Ingest, key: str) -> _Page:
    url = f"ws://127.0.0.1:{ingest.ports.publisher}/publish?key={key}"
    _, page = await picows.ws_connect(_Page, url)
    assert isinstance(page, _Page)
    return page


async def test_a_browsers_webm_becomes_a_film_for_everybody(
    ingest: Ingest,
    host: Host,
    films: Path,
    client: httpx.AsyncClient,
    tmp_path: Path,
    wait_for_segments: WaitForSegments,
    wait_for_state: WaitForState,
) -> None:
    page = await _open(ingest, host.key)
    recording = (films / "talk.webm").read_bytes()
    for at in range(0, len(recording), 20_000):
        page.send(recording[at : at + 20_000])
    await wait_for_segments(host.stream_id, 1)
    await page.leave()
    await wait_for_state(host.stream_id, "interrupted")
    playlist = await download(client, host.stream_id, tmp_path)
    seen = await watch(str(tmp_path / "index.m3u8"))
    assert seen.complaints == ""
    assert 7.5 < seen.picture_s < 8.5
    assert 7.5 < seen.sound_s < 8.5
    # The recording has one key frame in eight seconds; the film has one each second.
    assert playlist.count("#EXTINF") == 8
    assert b"avc1" in (tmp_path / "0-init.mp4").read_bytes()


async def test_a_wrong_key_and_a_second_publisher_are_told_why(
    ingest: Ingest, host: Host, films: Path, wait_for_segments: WaitForSegments
) -> None:
    stranger = await _open(ingest, "guessed")
    assert await asyncio.wait_for(stranger.closed, 60) == CloseCode.REFUSED
    first = await _open(ingest, host.key)
    first.send((films / "talk.webm").read_bytes())
    await wait_for_segments(host.stream_id, 1)
    second = await _open(ingest, host.key)
    assert await asyncio.wait_for(second.closed, 60) == CloseCode.ALREADY_PUBLISHING
    assert not first.closed.done()
    await first.leave()


async def test_what_is_no_film_is_refused_and_the_key_is_free_again(
    ingest: Ingest, host: Host, films: Path, wait_for_segments: WaitForSegments
) -> None:
    page = await _open(ingest, host.key)
    page.send(os.urandom(1000))
    assert await asyncio.wait_for(page.closed, 60) == CloseCode.OVER
    damaged = bytearray((films / "talk.webm").read_bytes())
    damaged[200:] = os.urandom(len(damaged) - 200)
    page = await _open(ingest, host.key)
    page.send(bytes(damaged))
    await page.leave()
    segments = asyncio.ensure_future(wait_for_segments(host.stream_id, 1))
    while not segments.done():
        page = await _open(ingest, host.key)
        page.send((films / "talk.webm").read_bytes())
        await asyncio.wait((segments, page.closed), return_when=asyncio.FIRST_COMPLETED)
    await segments
    await page.leave()


async def test_a_publisher_far_ahead_of_the_transcoder_is_dropped(ingest: Ingest, host: Host, films: Path) -> None:
    page = await _open(ingest, host.key)
    start = (films / "talk.webm").read_bytes()
    page.send(start)
    for _ in range(30):
        page.send(bytes(1_000_000))
    assert await asyncio.wait_for(page.closed, 60) in (CloseCode.TOO_SLOW, CloseCode.OVER)
