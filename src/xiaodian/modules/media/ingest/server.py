"""The ingest process: RTMP and browser publishers in, streams out."""

import asyncio
import socket
from collections.abc import Callable
from typing import NamedTuple

from picows import ws_create_server

from xiaodian.contracts.media import PublishGate
from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.infra.patience import patiently
from xiaodian.modules.media.ingest.browser import MAX_FRAME_BYTES, route_publisher
from xiaodian.modules.media.ingest.encoder import EncoderPublisher
from xiaodian.modules.media.ingest.registry import Registry
from xiaodian.modules.media.rtmp.protocol import RtmpConnection
from xiaodian.modules.media.service.notify import END_SUBJECT
from xiaodian.modules.media.service.sweep_streams import recover_streams

log = get_logger(__name__)


class IngestPorts(NamedTuple):
    """Where the ingest listens; the same as in the settings unless they say 0 (any free port)."""

    rtmp: int
    publisher: int


async def serve_ingest(
    ctx: Context, gate: PublishGate, stop: asyncio.Event, bound: Callable[[IngestPorts], None] | None
) -> None:
    """Take publishers until `stop` is set; then let them finish and return. Raises OSError if a port is taken."""
    registry = Registry(ctx, gate)
    loop = asyncio.get_running_loop()
    settings = ctx.settings
    rtmp = await loop.create_server(
        lambda: RtmpConnection(EncoderPublisher(registry)), settings.host, settings.rtmp_port, start_serving=False
    )
    browser: asyncio.Server | None = None
    renewal: asyncio.Task[None] | None = None
    subscription = await ctx.broker.client.subscribe(ctx.broker.subject(f"{END_SUBJECT}.*"), cb=registry.on_end_told)
    try:
        browser = await ws_create_server(
            lambda request: route_publisher(registry, request),
            settings.host,
            settings.publisher_port,
            max_frame_size=MAX_FRAME_BYTES,
            enable_auto_ping=True,
            start_serving=False,
        )
        ports = IngestPorts(_port(rtmp), _port(browser))
        registry.name = f"{socket.gethostname()}:{ports.rtmp}"
        await patiently(lambda: recover_streams(ctx, registry.name))
        await rtmp.start_serving()
        await browser.start_serving()
        renewal = asyncio.create_task(registry.renew_leases_for_ever())
        log.info("ingest_listens", rtmp_port=ports.rtmp, publisher_port=ports.publisher)
        if bound is not None:
            bound(ports)
        await stop.wait()
    finally:
        rtmp.close()
        if browser is not None:
            browser.close()
        await registry.stop()
        if renewal is not None:
            renewal.cancel()
        await subscription.unsubscribe()


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port
