"""The gateway process: WebSocket /live/{room}, /live/bell, and /healthz and /metrics on the same port."""

import asyncio
import resource
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from picows import WSUpgradeRequest, WSUpgradeResponseWithListener, ws_create_server

from xiaodian.contracts.live import RoomId
from xiaodian.edge.context import Context
from xiaodian.infra.garbage import calm_garbage_collector
from xiaodian.infra.logging import get_logger
from xiaodian.infra.probes import answer_probe
from xiaodian.kit.ids import new_id
from xiaodian.modules.live.gateway import metrics
from xiaodian.modules.live.gateway.audience import Audience
from xiaodian.modules.live.gateway.bells import Bells
from xiaodian.modules.live.gateway.hubs import Hubs
from xiaodian.modules.live.gateway.viewer import CLOSE_FULL, CLOSE_GOING_AWAY, CLOSE_NO_ROOM, Viewer
from xiaodian.modules.live.likes import Likes
from xiaodian.modules.live.room_logs import RoomLogs

PING_EVERY_S = 25
MAX_FRAME_BYTES = 1024
MAX_AFTER = 2**53
HANDSHAKE_TIMEOUT_S = 10
BACKLOG = 4096
SPARE_FILES = 200

log = get_logger(__name__)


class Gateway:
    """The sockets of one process."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.max_buffer_bytes = ctx.settings.gateway_max_buffer_bytes
        self._max_connections = ctx.settings.gateway_max_connections
        self._viewers: dict[Viewer, None] = {}
        self._logs = RoomLogs(ctx)
        self._likes = Likes(ctx.broker)
        self._audience = Audience(ctx, new_id().hex)
        self._hubs = Hubs(
            self._logs,
            self._likes,
            on_open=self._audience.watch,
            on_close=self._audience.unwatch,
        )
        self._bells = Bells(ctx)
        self._server: asyncio.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen."""
        _allow_files(self._max_connections + SPARE_FILES)
        self._server = await ws_create_server(
            self.route,
            self._ctx.settings.host,
            self._ctx.settings.gateway_port,
            websocket_handshake_timeout=HANDSHAKE_TIMEOUT_S,
            enable_auto_ping=False,
            max_frame_size=MAX_FRAME_BYTES,
            read_buffer_init_size=2048,
            backlog=BACKLOG,
        )
        await self._bells.start()
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._audience.run()), loop.create_task(self._ping())]

    async def close(self) -> None:
        """Send everybody away and stop."""
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        viewers = list(self._viewers)
        for viewer in viewers:
            viewer.close(CLOSE_GOING_AWAY)
        await self._hubs.close()
        await self._audience.close()
        await self._bells.close()
        await self._likes.close()
        await self._logs.close()

    def route(self, request: WSUpgradeRequest) -> Viewer | WSUpgradeResponseWithListener | None:
        """Who asks for what."""
        url = urlsplit(request.path.decode("latin-1"))
        if not url.path.startswith("/live/"):
            return answer_probe(url.path, self._ctx.broker)
        # Firefox says `keep-alive, Upgrade`, as it may; picows wants the one word.
        if "upgrade" in [word.strip().lower() for word in request.headers.get("connection", "").split(",")]:
            request.headers["Connection"] = "Upgrade"
        if url.path == "/live/bell":
            return Viewer(self, None, None, hears_only=True)
        return Viewer(self, _room_id(url.path), _after(url.query), is_host=_is_host(url.query))

    def arrived(self, viewer: Viewer) -> None:
        """A connection is open."""
        # Pages that only want to hear a bell leave half of the places to viewers of rooms.
        places = self._max_connections // 2 if viewer.hears_only else self._max_connections
        is_full = len(self._viewers) >= places
        self._viewers[viewer] = None
        metrics.connections.set(len(self._viewers))
        if is_full:
            viewer.close(CLOSE_FULL)
        elif viewer.hears_only:
            pass
        elif viewer.room_id is None:
            viewer.close(CLOSE_NO_ROOM)
        else:
            self._hubs.join(viewer.room_id, viewer)

    def hang_bell(self, viewer: Viewer, key: bytes) -> None:
        """A viewer wants to hear of messages to an account."""
        if viewer in self._viewers:
            self._bells.hang(viewer, key)

    def gone(self, viewer: Viewer) -> None:
        """A connection is closed."""
        self._bells.take_down(viewer)
        self._viewers.pop(viewer, None)
        metrics.connections.set(len(self._viewers))

    async def _ping(self) -> None:
        """Ping everybody in turn, a part of them each second."""
        while True:
            viewers = list(self._viewers)
            for part in range(PING_EVERY_S):
                await asyncio.sleep(1)
                for viewer in viewers[part::PING_EVERY_S]:
                    viewer.ping()


async def run_gateway(ctx: Context, stop: asyncio.Event) -> None:
    """Serve viewers until `stop` is set, then send them away, to come back to another process."""
    gateway = Gateway(ctx)
    await gateway.start()
    calm_garbage_collector()
    log.info("gateway_listens", port=gateway.port)
    try:
        await stop.wait()
    finally:
        await gateway.close()


def _room_id(path: str) -> RoomId | None:
    with suppress(ValueError):
        return RoomId(UUID(path.removeprefix("/live/")))
    return None


def _after(query: str) -> int | None:
    text = parse_qs(query).get("after", [""])[0]
    return min(int(text), MAX_AFTER) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _is_host(query: str) -> bool:
    """Needs no proof: who says so only goes uncounted."""
    return parse_qs(query).get("role") == ["host"]


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
