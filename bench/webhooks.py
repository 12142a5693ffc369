"""Webhooks on this machine: from events in the outbox to signed messages in a receiver's hands, with durable commits.

    python bench/webhooks.py [--quick] [--messages N] [--each N] [--endpoints N]

Starts embedded PostgreSQL (fsync on), NATS and one worker process, makes endpoints that point at a receiver in this
process, and puts events of many orders into the outbox. The clock runs until the last message has arrived; all is in
it: relay, reading, numbering, writing, signing, HTTP, and the log of what was answered.

webhooks_per_s       messages that arrived a second
webhook_cpu_us       CPU time, user and system, of the worker and PostgreSQL, for one message
webhook_app_cpu_us, webhook_postgres_cpu_us: its two parts
receiver_cpu_us      CPU time of this receiver for one message, for judging the rest
webhook_lost, webhook_doubled, webhook_unordered, webhook_unsigned: over all (signatures: over a sample); must be 0
"""

import argparse
import asyncio
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import msgspec
import psutil
import uvloop
from standardwebhooks import Webhook, WebhookVerificationError

from xiaodian.cli.platform import Platform
from xiaodian.contracts.orders import OrderId, ParcelTracked, TrackingOfEvent
from xiaodian.contracts.shops import ShopId
from xiaodian.contracts.webhooks import EndpointId
from xiaodian.infra import outbox
from xiaodian.infra.logging import configure_logging
from xiaodian.modules.webhooks.signing import new_secret, seal_secret
from xiaodian.settings import Settings

ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
SAMPLE_EACH = 50
OUTBOX_BATCH = 200
PATIENCE_S = 300.0
_ENDPOINT = """
    INSERT INTO webhooks.endpoint (shop_id, endpoint_id, created_by, url, description, types, sealed_secret, created_at)
    VALUES ($1, $2, $2, $3, '', ARRAY ['shipment.tracked'], $4, now())
"""


class Seen(msgspec.Struct):
    """What this receiver reads of a message."""

    id: UUID
    shop_id: UUID
    sequence: int
    subject: dict[str, str]


class Receiver(asyncio.Protocol):
    """Takes everything at once; reads only as much HTTP as our own client speaks."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take whole requests out of what came so far."""
        self._buffer += data
        while (head_end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:head_end]
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self._buffer) < head_end + 4 + length:
                return
            self._desk.bodies.append((head, self._buffer[head_end + 4 : head_end + 4 + length]))
            self._buffer = self._buffer[head_end + 4 + length :]
            self._transport.write(ANSWER)
            if len(self._desk.bodies) == self._desk.wanted:
                self._desk.done.set()


class Desk:
    """What has arrived."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.bodies: list[tuple[bytes, bytes]] = []
        self.done = asyncio.Event()


def cpu_of(root: psutil.Process) -> float:
    """CPU seconds of a process and all below it."""
    return float(sum(sum(process.cpu_times()[:2]) for process in (root, *root.children(recursive=True))))


async def fill_outbox(database: "asyncpg.Connection[Any]", shops: list[ShopId], orders: int, each: int) -> None:
    """Events of so many orders of each shop, so many each, as a carrier would tell them."""
    event = TrackingOfEvent(kind="in_transit", happened_at_ms=1_760_000_000_000, place="丹东市", text="快件已到达")
    order_ids = [OrderId(uuid4()) for _ in range(orders)]
    for _ in range(each):
        for start in range(0, orders, OUTBOX_BATCH):
            events = [
                ParcelTracked(order_id=order_id, shop_id=shops[number % len(shops)], events=[event])
                for number, order_id in enumerate(order_ids[start : start + OUTBOX_BATCH])
            ]
            async with database.transaction():
                await outbox.emit(database, *events)


def check(desk: Desk, secret: str, expected: int) -> dict[str, int]:
    """Look at everything that arrived."""
    last: dict[tuple[UUID, str], int] = defaultdict(int)
    ids: set[UUID] = set()
    unordered = unsigned = 0
    for number, (head, body) in enumerate(desk.bodies):
        seen = msgspec.json.decode(body, type=Seen)
        key = (seen.shop_id, seen.subject["id"])
        unordered += seen.sequence < last[key]
        last[key] = max(last[key], seen.sequence)
        ids.add(seen.id)
        if number % SAMPLE_EACH == 0:
            lines = head.decode("latin-1").split("\r\n")[1:]
            try:
                Webhook(secret).verify(body, dict(line.split(": ", 1) for line in lines), json_parse=False)
            except WebhookVerificationError:
                unsigned += 1
    return {
        "webhook_lost": expected - len(ids),
        "webhook_doubled": len(desk.bodies) - len(ids),
        "webhook_unordered": unordered,
        "webhook_unsigned": unsigned,
    }


async def measure(platform: Platform, options: argparse.Namespace) -> dict[str, str | int]:
    """All figures."""
    orders = options.messages // options.each
    expected = orders * options.each
    desk, secret = Desk(expected), new_secret()
    server = await asyncio.get_running_loop().create_server(lambda: Receiver(desk), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    database = await asyncpg.connect(platform.settings.database_url)
    shops = [ShopId(uuid4()) for _ in range(options.endpoints)]
    for shop_id in shops:
        endpoint_id = EndpointId(uuid4())
        sealed = seal_secret(platform.settings, endpoint_id, secret)
        await database.execute(_ENDPOINT, shop_id, endpoint_id, f"http://127.0.0.1:{port}/", sealed)
    postmaster = int((platform.settings.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
    worker, postgres, mine = (
        psutil.Process(platform.children["worker"].pid),
        psutil.Process(postmaster),
        psutil.Process(),
    )
    before = [cpu_of(worker), cpu_of(postgres), sum(mine.cpu_times()[:2])]
    filling = time.process_time()
    started = time.perf_counter()
    await fill_outbox(database, shops, orders, options.each)
    filling = time.process_time() - filling
    await asyncio.wait_for(desk.done.wait(), PATIENCE_S)
    seconds = time.perf_counter() - started
    app, records, own = cpu_of(worker) - before[0], cpu_of(postgres) - before[1], sum(mine.cpu_times()[:2]) - before[2]
    server.close()
    await database.close()
    return {
        "webhooks_per_s": f"{expected / seconds:.0f} webhooks/s",
        "webhook_cpu_us": f"{(app + records) / expected * 1e6:.0f} us",
        "webhook_app_cpu_us": f"{app / expected * 1e6:.0f} us",
        "webhook_postgres_cpu_us": f"{records / expected * 1e6:.0f} us",
        "receiver_cpu_us": f"{(own - filling) / expected * 1e6:.0f} us",
        **check(desk, secret, expected),
    }


async def run(options: argparse.Namespace) -> dict[str, str | int]:
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
            outbound_private_addresses=True,
            log_level="warning",
        )
        async with Platform(settings, ("worker",)) as platform:
            return await measure(platform, options)


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="20,000 messages instead of 100,000")
    parser.add_argument("--messages", type=int, default=0)
    parser.add_argument("--each", type=int, default=4, help="messages about one order")
    parser.add_argument("--endpoints", type=int, default=4, help="each of a shop of its own")
    options = parser.parse_args()
    options.messages = options.messages or (20_000 if options.quick else 100_000)
    configure_logging(level="warning", log_format="console", process="bench")
    for name, value in uvloop.run(run(options)).items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
