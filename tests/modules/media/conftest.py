"""A real ingest on free ports, and real encoders that push to it."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from tests.outbox import list_envelopes

from xiaodian.app import create_app
from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.media import PublishGrant, PublishRefusedError, StreamId
from xiaodian.edge.context import Context
from xiaodian.infra.patience import patiently
from xiaodian.infra.ports import find_free_ports
from xiaodian.modules.media import api
from xiaodian.modules.media.ingest.server import IngestPorts
from xiaodian.modules.media.service.stream_keys import show_stream_key

from .tools import FFMPEG, Host

WAIT_S = 30.0
NEXT_SEQ = "SELECT next_seq FROM media.stream WHERE stream_id = $1"


class OwnersStream:
    """A gate as live has it, without rooms: an owner may publish to the stream that has not ended."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def stream_for(self, owner_id: AccountId) -> PublishGrant:
        """The owner's open stream."""
        async with self._ctx.database.connection() as connection:
            stream_id = await connection.fetchval(
                "SELECT stream_id FROM media.stream WHERE owner_id = $1 AND state <> 'ended'", owner_id
            )
        if stream_id is None:
            raise PublishRefusedError
        return PublishGrant(stream_id=stream_id)


class Ingest:
    """An ingest that can be stopped and started again, as a process can."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.ports = IngestPorts(0, 0)

    async def start(self) -> None:
        """Listen on free ports."""
        bound: asyncio.Future[IngestPorts] = asyncio.get_running_loop().create_future()
        self._stop = asyncio.Event()
        gate = OwnersStream(self._ctx)
        self._task = asyncio.create_task(api.run_ingest(self._ctx, gate, self._stop, bound.set_result))
        await asyncio.wait((self._task, bound), return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            self._task.result()
        self.ports = bound.result()

    async def stop(self) -> None:
        """Stop as on SIGTERM."""
        if self._task is not None:
            self._stop.set()
            await asyncio.wait_for(self._task, WAIT_S)
            self._task = None

    def rtmp_url(self, key: str) -> str:
        """Where an encoder publishes to."""
        return f"rtmp://127.0.0.1:{self.ports.rtmp}/live/{key}"


Push = Callable[..., Awaitable["asyncio.subprocess.Process"]]


@pytest.fixture
async def ingest(ctx: Context) -> AsyncIterator[Ingest]:
    """A running ingest."""
    running = Ingest(ctx)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def make_host(ctx: Context) -> Callable[[], Awaitable[Host]]:
    """Makes hosts: an owner with a key and a stream that waits."""

    async def _make() -> Host:
        owner_id = AccountId(uuid4())
        key = await show_stream_key(ctx, owner_id)
        async with ctx.database.transaction() as connection:
            stream_id = await api.create_stream(connection, owner_id)
        return Host(owner_id, key, stream_id)

    return _make


@pytest.fixture
async def host(make_host: Callable[[], Awaitable[Host]]) -> Host:
    """One host."""
    return await make_host()


@pytest.fixture
async def push() -> AsyncIterator[Push]:
    """Starts ffmpeg with arguments; what still runs at the end of the test is killed."""
    running: list[asyncio.subprocess.Process] = []

    async def _push(*arguments: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            FFMPEG,
            *("-hide_banner", "-nostdin", "-loglevel", "info", *arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        running.append(process)
        return process

    yield _push
    for process in running:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
def events(ctx: Context) -> Callable[[StreamId], Awaitable[list[dict[str, Any]]]]:
    """The events of a stream, in order, as they wait in the outbox."""

    async def _events(stream_id: StreamId) -> list[dict[str, Any]]:
        async with ctx.database.connection() as connection:
            envelopes = await list_envelopes(connection)
        return [msgspec.json.decode(e.data) for e in envelopes if e.key == str(stream_id)]

    return _events


async def _count_segments(ctx: Context, stream_id: StreamId) -> int:
    async with ctx.database.connection() as connection:
        count: int = await connection.fetchval(NEXT_SEQ, stream_id)
    return count


@pytest.fixture
def wait_for_segments(ctx: Context) -> Callable[[StreamId, int], Awaitable[None]]:
    """Waits until a stream has so many segments."""

    async def _wait(stream_id: StreamId, count: int) -> None:
        async with asyncio.timeout(WAIT_S):
            while True:
                if await patiently(lambda: _count_segments(ctx, stream_id)) >= count:
                    return
                await asyncio.sleep(0.05)

    return _wait


@pytest.fixture
def wait_for_state(ctx: Context) -> Callable[[StreamId, str], Awaitable[None]]:
    """Waits until a stream is in a state and nobody publishes to it."""

    async def _wait(stream_id: StreamId, state: str) -> None:
        async with asyncio.timeout(WAIT_S):
            while True:
                async with ctx.database.connection() as connection:
                    row = await connection.fetchrow(
                        "SELECT state, publication_id FROM media.stream WHERE stream_id = $1", stream_id
                    )
                assert row is not None
                if row["state"] == state and row["publication_id"] is None:
                    return
                await asyncio.sleep(0.05)

    return _wait


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small films: `talk.flv` (H.264, AAC), `silent.flv`, `talk.hevc.mp4`, `talk.webm`; eight seconds each."""
    folder = tmp_path_factory.mktemp("films")
    picture = ["-f", "lavfi", "-i", "testsrc2=size=180x320:rate=25"]
    sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"]
    h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-sc_threshold", "0"]
    hevc = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "keyint=25:log-level=none", "-tag:v", "hvc1"]
    vp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "200", "-b:v", "300k"]
    for name, arguments in {
        "talk.flv": [*picture, *sound, *h264, "-c:a", "aac"],
        "silent.flv": [*picture, *h264],
        "talk.hevc.mp4": [*picture, *sound, *hevc, "-c:a", "aac"],
        "talk.webm": [*picture, *sound, *vp8, "-c:a", "libopus", "-cluster_time_limit", "200"],
    }.items():
        command = [FFMPEG, "-hide_banner", "-loglevel", "error", *arguments, "-t", "8", str(folder / name)]
        subprocess.run(command, check=True)
    return folder


async def until_listening(port: int) -> None:
    """Wait until somebody listens there."""
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return


@pytest.fixture
async def http_port(ctx: Context) -> AsyncIterator[int]:
    """The HTTP application on a real port."""
    app: Any = create_app(context=ctx)
    app.state.publish_gate = OwnersStream(ctx)
    [port] = find_free_ports(1)
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI)
    serving = asyncio.create_task(server.serve())
    await until_listening(port)
    yield port
    server.stop()  # type: ignore[no-untyped-call]
    await serving
