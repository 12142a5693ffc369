"""What one live picture costs the ingest, and how old it is when viewers see it.

    python bench/ingest.py [--quick]

A film (1280x720, 30 frames/s, H.264 2.5 Mbit/s with a key frame each second, AAC 128 kbit/s) is encoded once. A sender
in this process then publishes it by RTMP in real time, frame by frame, to the ingest process with embedded PostgreSQL
and NATS, so the moment at which each frame was sent is known.

ingest_core_percent   CPU time of the ingest process and its ffmpeg (which only remuxes), user and system, as a share of
                      one core, over the measured time. The sender, the engines and the viewer are not in it.
segment_available_s   From sending the last frame of a segment until a viewer could fetch it (it stands in the playlist
                      and its file is there), mean; checked every 20 ms.
glass_to_glass_s      Age of the frame on a viewer's screen, mean over viewers that open the room at any moment: at
                      opening, the end of the playlist is some age (from sending its last frame until now), and the
                      player starts LIVE_SYNC_SEGMENTS target durations before that end, as our web player does. What
                      a camera's encoder, the network and a decoder add is not in it.
"""

import argparse
import asyncio
import contextlib
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from uuid import UUID

import psutil
import uvloop
from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[attr-defined]

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.media import PublishGrant, StreamId
from xiaodian.edge.context import Context
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.embedded.engines import EmbeddedEngines
from xiaodian.infra.logging import configure_logging
from xiaodian.infra.migrations import upgrade_database
from xiaodian.infra.storage import Storage
from xiaodian.kit.ids import new_id
from xiaodian.modules.media import api
from xiaodian.modules.media.ingest.server import IngestPorts
from xiaodian.modules.media.queries import get_playlist, get_stream_version
from xiaodian.modules.media.rtmp.amf0 import Value, encode_values
from xiaodian.modules.media.rtmp.chunks import write_message
from xiaodian.modules.media.rules import stream_file_path
from xiaodian.modules.media.service.stream_keys import show_stream_key
from xiaodian.settings import Settings

FFMPEG = str(get_ffmpeg_exe())  # type: ignore[no-untyped-call]
FILM_S = 10
CHUNK_BYTES = 60_000
LIVE_SYNC_SEGMENTS = 2
"""`liveSyncDurationCount` of frontend/src/lib/player."""
WARM_UP_S = 4.0


class OneStream:
    """A gate that lets everybody with a key publish to one stream."""

    def __init__(self, stream_id: StreamId) -> None:
        self._stream_id = stream_id

    async def stream_for(self, owner_id: AccountId) -> PublishGrant:
        """The stream."""
        return PublishGrant(stream_id=self._stream_id)


async def open_context(settings: Settings, name: str) -> Context:
    """The engines, as every process opens them."""
    broker = await Broker.connect(settings.nats_url, prefix=settings.nats_prefix, name=name)
    await broker.ensure_streams()
    database = await Database.connect(settings.database_url, pool_size=4)
    storage = Storage.open(settings.media_url, settings.data_dir)
    return Context(settings=settings, database=database, broker=broker, storage=storage)


async def serve(stream_id: StreamId) -> None:
    """The ingest process: prints its RTMP port, runs until its standard input closes."""
    settings = Settings.from_env()
    configure_logging(level=settings.log_level, log_format=settings.log_format, process="ingest")
    ctx = await open_context(settings, "ingest")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)

    def _tell(ports: IngestPorts) -> None:
        print(json.dumps({"rtmp": ports.rtmp}), flush=True)

    await api.run_ingest(ctx, OneStream(stream_id), stop, _tell)


def make_film(folder: Path) -> list[tuple[int, int, bytes]]:
    """Tags (type, time in ms, payload) of the film."""
    path = folder / "film.flv"
    picture = "testsrc2=size=1280x720:rate=30,noise=alls=12:allf=t"
    rate = [
        "-b:v",
        "2400k",
        "-minrate",
        "2400k",
        "-maxrate",
        "2400k",
        "-bufsize",
        "2400k",
        "-x264-params",
        "nal-hrd=cbr",
    ]
    h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "30", "-sc_threshold", "0", *rate]
    source = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
    command = [FFMPEG, "-v", "error", *source, *h264, "-c:a", "aac", "-b:a", "128k", "-t", str(FILM_S), str(path)]
    subprocess.run(command, check=True)
    data, offset, tags = path.read_bytes(), 13, []
    while offset < len(data):
        size = int.from_bytes(data[offset + 1 : offset + 4], "big")
        at = int.from_bytes(data[offset + 4 : offset + 7], "big") | data[offset + 7] << 24
        tags.append((data[offset], at, data[offset + 11 : offset + 11 + size]))
        offset += size + 15
    return [tag for tag in tags if tag[0] != 18]


def repeat(tags: list[tuple[int, int, bytes]]) -> Iterator[tuple[int, int, bytes]]:
    """The film over and over; its configuration only once."""
    yield from (tag for tag in tags if tag[2][1] == 0)
    film = sorted((tag for tag in tags if tag[2][1] != 0), key=lambda tag: tag[1])
    start_ms = 0
    while True:
        yield from ((kind, at + start_ms, payload) for kind, at, payload in film)
        start_ms += FILM_S * 1000


class Sender:
    """An encoder that knows when it sent what."""

    def __init__(self) -> None:
        self.started_at = 0.0
        self.sent_bytes = 0

    async def run(self, port: int, key: str, tags: Iterator[tuple[int, int, bytes]]) -> None:
        """Publish in real time until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x03" + bytes(1536))
        await reader.readexactly(1 + 2 * 1536)
        writer.write(bytes(1536) + write_message(2, 1, 0, CHUNK_BYTES.to_bytes(4, "big")))
        self._command(writer, "connect", 1.0, {"app": "live"})
        self._command(writer, "createStream", 2.0, None)
        self._command(writer, "publish", 3.0, None, key, "live")
        await reader.readuntil(b"NetStream.Publish.Start")
        drain = asyncio.create_task(reader.read(-1))
        self.started_at = time.time()
        try:
            for kind, at_ms, payload in tags:
                wait_s = self.started_at + at_ms / 1000 - time.time()
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                writer.write(_media(kind, at_ms, payload))
                self.sent_bytes += len(payload)
        finally:
            drain.cancel()
            writer.close()

    def _command(self, writer: asyncio.StreamWriter, *values: Value) -> None:
        writer.write(write_message(3, 20, 0, encode_values(*values), chunk_bytes=CHUNK_BYTES))


def _media(kind: int, at_ms: int, payload: bytes) -> bytes:
    stream = 4 if kind == 9 else 6
    head = bytes([stream]) + at_ms.to_bytes(3, "big") + len(payload).to_bytes(3, "big") + bytes([kind])
    parts = [payload[at : at + CHUNK_BYTES] for at in range(0, len(payload), CHUNK_BYTES)]
    return head + (1).to_bytes(4, "little") + bytes([0xC0 | stream]).join(parts)


def cpu_s(process: psutil.Process) -> float:
    """CPU time of a process and its children so far."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        times = one.cpu_times()
        total += times.user + times.system
    return total


class Viewer:
    """Looks every 20 ms at what a viewer could get."""

    def __init__(self, ctx: Context, stream_id: StreamId, sender: Sender) -> None:
        self._ctx = ctx
        self._stream_id = stream_id
        self._sender = sender
        self.available_s: list[float] = []
        self.age_s: list[float] = []

    async def run(self) -> None:
        """Until cancelled."""
        first_ms: int | None = None
        last_seq, end_sent_at, target_s = -1, 0.0, 1
        while True:
            await asyncio.sleep(0.02)
            async with self._ctx.database.connection() as connection:
                try:
                    version = await get_stream_version(connection, self._stream_id)
                except NotFoundError:
                    continue
                if version.next_seq - 1 != last_seq:
                    playlist = await get_playlist(connection, self._stream_id, version)
                    last = playlist.segments[-1]
                    await self._ctx.storage.get(stream_file_path(self._stream_id, last.name))
                    first_ms = playlist.segments[0].start_ms if first_ms is None else first_ms
                    # The film begins with a key frame, so the first segment begins with the first frame sent.
                    end_sent_at = self._sender.started_at + (last.start_ms + last.duration_ms - first_ms) / 1000
                    last_seq, target_s = last.seq, playlist.target_s
                    self.available_s.append(time.time() - end_sent_at)
            self.age_s.append(time.time() - end_sent_at + LIVE_SYNC_SEGMENTS * target_s)


async def measure(settings: Settings, tags: list[tuple[int, int, bytes]], measured_s: float) -> None:
    """Run it and print the results."""
    ctx = await open_context(settings, "bench")
    owner_id = AccountId(new_id())
    key = await show_stream_key(ctx, owner_id)
    async with ctx.database.transaction() as connection:
        stream_id = await api.create_stream(connection, owner_id)
    ingest = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        "--serve",
        str(stream_id),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=settings.to_env(),
    )
    assert ingest.stdin is not None
    assert ingest.stdout is not None
    port = json.loads(await ingest.stdout.readline())["rtmp"]
    sender = Sender()
    viewer = Viewer(ctx, stream_id, sender)
    sending = asyncio.create_task(sender.run(port, key, repeat(tags)))
    watching = asyncio.create_task(viewer.run())
    try:
        await asyncio.sleep(WARM_UP_S)
        viewer.available_s.clear()
        viewer.age_s.clear()
        process, began, before_bytes = psutil.Process(ingest.pid), time.time(), sender.sent_bytes
        before_s = cpu_s(process)
        await asyncio.wait((sending, watching), timeout=measured_s, return_when=asyncio.FIRST_COMPLETED)
        for task in (sending, watching):
            if task.done():
                task.result()
        elapsed_s, used_s = time.time() - began, cpu_s(process) - before_s
        bitrate_kbps = (sender.sent_bytes - before_bytes) * 8 / elapsed_s / 1000
    finally:
        sending.cancel()
        watching.cancel()
        await asyncio.wait((sending, watching))
        ingest.stdin.close()
        await ingest.wait()
        await ctx.database.close()
        await ctx.broker.close()
    print(f"bitrate_kbps: {bitrate_kbps:.0f} kbit/s")
    print(f"segments: {len(viewer.available_s)} segments")
    print(f"segment_available_s: {mean(viewer.available_s):.3f} s")
    print(f"ingest_core_percent: {100 * used_s / elapsed_s:.2f} percent")
    print(f"glass_to_glass_s: {mean(viewer.age_s):.2f} s")


def main() -> None:
    """Parse arguments, start the engines, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="at most a minute")
    parser.add_argument("--serve", metavar="STREAM", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(serve(StreamId(UUID(arguments.serve))))
        return
    with tempfile.TemporaryDirectory(prefix="xdb", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        tags = make_film(folder)
        with EmbeddedEngines(folder) as engines:
            upgrade_database(engines.database_url)
            settings = Settings(
                data_dir=folder,
                host="127.0.0.1",
                rtmp_port=0,
                publisher_port=0,
                database_url=engines.database_url,
                nats_url=engines.nats_url,
                nats_prefix=f"bench{secrets.token_hex(4)}",
                log_level="warning",
            )
            uvloop.run(measure(settings, tags, 20.0 if arguments.quick else 90.0))


if __name__ == "__main__":
    main()
