"""What carrying a room's events to its viewers costs, over real sockets.

    python bench/fanout.py [--quick] [--viewers N] [--buyers-viewers N] [--asgi-viewers N] [--seconds N]

Starts embedded PostgreSQL and NATS, the platform's gateway and worker, and an audience of WebSocket clients in a
process of its own. Two comments are said in each tick; every viewer gets every tick. Then purchases are written as
orders are (OrderPaid into the outbox), and go the whole way: relay, event, the reaction of live, outbox, relay, room
log, tick, socket. Then an ASGI application on Granian sends as many bytes as often to its WebSockets.

viewers                    sockets connected to the one gateway process
fanout_cpu_us_per_frame    CPU time, user and system, of the gateway for one tick delivered to one viewer
viewer_memory_kib          growth of the gateway's memory for one viewer
purchase_to_socket_p50_ms, purchase_to_socket_p99_ms
                           from the commit of the paid order to a viewer's socket, over all viewers and purchases
asgi_cpu_us_per_frame      CPU time of an ASGI server for the same
audience_cpu_us_per_frame  CPU time of the audience itself for one frame, for judging the rest
"""

import argparse
import asyncio
import json
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psutil
import uvloop

from xiaodian.cli.platform import Platform
from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId, SkuId
from xiaodian.contracts.live import TICK_MS, CommentId, CommentMoment, RoomId
from xiaodian.contracts.orders import LineOfEvent, OrderId, OrderPaid
from xiaodian.contracts.shops import ShopId
from xiaodian.infra import outbox
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.logging import configure_logging
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.ids import new_id
from xiaodian.settings import Settings

COMMENTS_PER_TICK = 2
PURCHASES_PER_S = 3.0
SETTLE_S = 3.0
READY_TIMEOUT_S = 30.0
MARK = "sent-at-"
FOLDER = Path(__file__).parent

_encode = msgspec.json.Encoder().encode


class Audience:
    """The process of the clients, driven by lines of JSON on standard input and output."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.cpu = psutil.Process(process.pid)

    @classmethod
    async def start(cls) -> "Audience":
        """Start it."""
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                str(FOLDER / "fanout_audience.py"),
                MARK,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        )

    async def ask(self, **order: Any) -> dict[str, Any]:
        """Have it do something and answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise SystemExit("the audience died")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def stop(self) -> None:
        """All hang up."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


def cpu_s(process: psutil.Process) -> float:
    """CPU time of a process and its children, user and system."""
    times = process.cpu_times()
    own = times.user + times.system
    return own + sum(sum(child.cpu_times()[:2]) for child in process.children(recursive=True))


async def talk(broker: Broker, room_id: RoomId, seconds: float) -> None:
    """Comments in each tick, in its middle."""
    until = time.time() + seconds
    while time.time() < until:
        now_ms = time.time() * 1000
        await asyncio.sleep((TICK_MS * 1.5 - now_ms % TICK_MS) % TICK_MS / 1000)
        for _ in range(COMMENTS_PER_TICK):
            comment = CommentMoment(
                at_ms=int(time.time() * 1000),
                comment_id=CommentId(new_id()),
                account_id=AccountId(uuid4()),
                name="丹东的小王",
                text="这个草莓甜不甜？现在下单什么时候能到？",
                is_host=False,
            )
            await broker.publish(f"room.{room_id}.comment", _encode(comment))
        await asyncio.sleep(TICK_MS / 2000)


async def _until_seen(audience: Audience, expected: int) -> dict[str, Any]:
    """Wait until the purchases have reached everybody, however late; answers what the audience saw, and forgets it."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        seen = await audience.ask()
        if seen["purchases"] == expected:
            return await audience.ask(reset=True)
        if seen["purchases"] > expected or time.monotonic() > deadline:
            raise SystemExit(f"viewers saw {seen['purchases']} purchases instead of {expected}")
        await asyncio.sleep(0.5)


async def buy(database: Database, broker: Broker, room_id: RoomId, seconds: float) -> int:
    """Paid orders as the payment's transaction writes them, at moments that have nothing to do with ticks."""
    until, number = time.time() + seconds, 0
    while time.time() < until:
        await asyncio.sleep((0.5 + number * 0.618 % 1) / PURCHASES_PER_S)
        number += 1
        async with database.transaction() as connection:
            await outbox.emit(connection, _paid(room_id))
        await broker.poke(POKE)
    return number


def _paid(room_id: RoomId) -> OrderPaid:
    line = LineOfEvent(
        product_id=ProductId(uuid4()),
        sku_id=SkuId(uuid4()),
        product_title=f"{MARK}{time.time_ns()}",
        sku_name="3斤装",
        quantity=1,
        room_id=room_id,
        creator_id=None,
        amount_minor=2990,
    )
    return OrderPaid(
        order_id=OrderId(uuid4()),
        shop_id=ShopId(uuid4()),
        buyer_id=AccountId(uuid4()),
        buyer_name="小*",
        room_id=room_id,
        is_quiet=False,
        lines=[line],
        total_minor=2990,
        currency="CNY",
    )


async def open_room(database: Database) -> RoomId:
    """A room on air."""
    room_id = RoomId(new_id())
    async with database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO live.room (room_id, host_id, stream_id, title, state, started_at)
            VALUES ($1, $2, $3, '草莓专场', 'on_air', now())
            """,
            room_id,
            UUID(int=1),
            UUID(int=2),
        )
    return room_id


async def measure_gateway(platform: Platform, options: argparse.Namespace) -> dict[str, str]:
    """Memory, fan-out and the way of a purchase."""
    settings = platform.settings
    database = await Database.connect(settings.database_url, pool_size=2)
    broker = await Broker.connect(settings.nats_url, prefix=settings.nats_prefix, name="bench")
    room_id = await open_room(database)
    url = f"ws://127.0.0.1:{settings.gateway_port}/live/{room_id}"
    gateway, audience = psutil.Process(platform.children["gateway"].pid), await Audience.start()
    await audience.ask(url=url, connect=100)
    await talk(broker, room_id, 1)
    memory = gateway.memory_info().rss
    await audience.ask(url=url, connect=options.viewers - 100)
    await talk(broker, room_id, SETTLE_S)
    memory = gateway.memory_info().rss - memory

    await audience.ask(reset=True)
    before, clients_before = cpu_s(gateway), cpu_s(audience.cpu)
    await talk(broker, room_id, options.seconds)
    await asyncio.sleep(1)
    told = await audience.ask(reset=True)
    spent, clients_spent = cpu_s(gateway) - before, cpu_s(audience.cpu) - clients_before
    if told["closed"]:
        raise SystemExit(f"{told['closed']} viewers were sent away")

    watching = min(options.buyers_viewers, options.viewers)
    await audience.ask(keep=watching)
    await _until_seen(audience, await buy(database, broker, room_id, 2) * watching)
    bought = await buy(database, broker, room_id, options.seconds)
    seen = await _until_seen(audience, bought * watching)
    await audience.stop()
    await broker.close()
    await database.close()
    return {
        "viewers": f"{options.viewers} count",
        "fanout_cpu_us_per_frame": f"{spent / told['frames'] * 1e6:.1f} us",
        "viewer_memory_kib": f"{memory / (options.viewers - 100) / 1024:.1f} KiB",
        "purchase_to_socket_p50_ms": f"{seen['p50_ms']:.0f} ms",
        "purchase_to_socket_p99_ms": f"{seen['p99_ms']:.0f} ms",
        "audience_cpu_us_per_frame": f"{clients_spent / told['frames'] * 1e6:.1f} us",
    }


async def measure_asgi(options: argparse.Namespace) -> dict[str, str]:
    """The same by an ASGI server."""
    # Below the range that the system takes for the clients' ends, one of which could have the port.
    port = next(port for port in range(20_000, 30_000) if _is_free(port))
    server = await asyncio.create_subprocess_exec(sys.executable, str(FOLDER / "fanout_asgi.py"), str(port))
    audience = await Audience.start()
    try:
        await _wait_for(port)
        process = psutil.Process(server.pid)
        await audience.ask(url=f"ws://127.0.0.1:{port}/", connect=options.asgi_viewers)
        await asyncio.sleep(SETTLE_S)
        await audience.ask(reset=True)
        before = cpu_s(process)
        await asyncio.sleep(options.seconds)
        told = await audience.ask()
        spent = cpu_s(process) - before
    finally:
        await audience.stop()
        with suppress(ProcessLookupError):
            server.terminate()
        await server.wait()
    return {"asgi_cpu_us_per_frame": f"{spent / told['frames'] * 1e6:.1f} us"}


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


async def _wait_for(port: int) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise SystemExit("the ASGI server did not start")


async def run(options: argparse.Namespace) -> None:
    """Start everything, measure, stop everything."""
    with tempfile.TemporaryDirectory(prefix="xd") as folder:
        settings = Settings(
            data_dir=Path(folder),
            host="127.0.0.1",
            http_port=0,
            worker_port=0,
            gateway_port=0,
            rtmp_port=0,
            publisher_port=0,
            log_level="warning",
        )
        async with Platform(settings, ("gateway", "worker")) as platform:
            _print(await measure_gateway(platform, options))
        _print(await measure_asgi(options))


def _print(figures: dict[str, str]) -> None:
    for name, value in figures.items():
        print(f"{name}: {value}", flush=True)


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="fewer viewers, shorter; within a minute")
    parser.add_argument("--viewers", type=int, default=0, help="viewers of the fan-out; 10,000 by default")
    parser.add_argument("--buyers-viewers", type=int, default=0, help="viewers of the purchases; 5,000 by default")
    parser.add_argument("--asgi-viewers", type=int, default=0, help="WebSockets of the ASGI server")
    parser.add_argument("--seconds", type=float, default=0, help="measure each load for so long")
    options = parser.parse_args()
    options.viewers = options.viewers or (3_000 if options.quick else 10_000)
    options.buyers_viewers = options.buyers_viewers or (3_000 if options.quick else 5_000)
    options.asgi_viewers = options.asgi_viewers or (500 if options.quick else 2_000)
    options.seconds = options.seconds or (6.0 if options.quick else 20.0)
    configure_logging(level="warning", log_format="console", process="bench")
    uvloop.run(run(options))


if __name__ == "__main__":
    main()
