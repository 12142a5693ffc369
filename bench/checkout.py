"""What placing an order costs, over real HTTP, with durable commits.

    python bench/checkout.py [--quick] [--seconds N] [--connections N] [--buyers N] [--http-workers N] [--with-worker]

Starts embedded PostgreSQL (fsync on) and NATS and the platform's HTTP process, seeds buyers with sessions and
addresses, and lets so many connections place orders for one SKU, each as fast as it gets its answers: session,
Idempotency-Key, stock, order, line and outbox are all in it. Then the same over 1,000 SKUs of one shop, then 2,000
buyers for 500 pieces.

checkout_orders_per_s            orders placed a second, all buyers wanting the one SKU
checkout_spread_orders_per_s     the same, spread evenly over 1,000 SKUs
checkout_cpu_us_per_order        CPU time, user and system, of HTTP process and PostgreSQL, for one order (hot SKU)
checkout_app_cpu_us_per_order, checkout_postgres_cpu_us_per_order: its two parts
checkout_p99_ms                  time to the answer (hot SKU)
load_cpu_us_per_order            CPU time of this load generator for one order, for judging the rest
oversold                         pieces sold beyond the stock, over all SKUs; must be 0
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import msgspec
import psutil
import uvloop

from xiaodian.cli.platform import Platform
from xiaodian.infra.logging import configure_logging
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts.tokens import hash_token, new_session_token
from xiaodian.settings import Settings

PRICE_MINOR = 2990
PLENTY = 100_000_000
SPREAD_SKUS = 1000
DRILL_STOCK, DRILL_BUYERS = 500, 2000
WARM_UP_S = 3.0

NextRequest = Callable[[], bytes | None]


class Buyer(msgspec.Struct, frozen=True):
    """What a buyer's requests have in common."""

    head: bytes
    tail: bytes


class Tally:
    """What came back, and how long it took."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []


class Connection(asyncio.Protocol):
    """One keep-alive connection that sends the next request when the last is answered."""

    def __init__(self, next_request: NextRequest, tally: Tally) -> None:
        self._next_request = next_request
        self._tally = tally
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # uvloop's transports have the methods of asyncio.Transport without being one.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Collect an answer; when it is whole, go on."""
        self._buffer = self._buffer + data if self._buffer else data
        end_of_head = self._buffer.find(b"\r\n\r\n")
        if end_of_head < 0:
            return
        head = self._buffer[:end_of_head].lower()
        start = head.index(b"content-length:") + 15
        length = int(head[start:].split(b"\r\n", 1)[0])
        if len(self._buffer) < end_of_head + 4 + length:
            return
        self._tally.statuses[int(head[9:12])] += 1
        self._tally.seconds.append(time.perf_counter() - self._sent_at)
        self._buffer = b""
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        """The server must not close on us."""
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        assert self._transport is not None
        request = self._next_request()
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


async def load(port: int, connections: int, next_request: NextRequest) -> Tally:
    """Run so many connections until there is no next request."""
    tally = Tally()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Connection(next_request, tally), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in made))
    return tally


async def seed_shop(database: "asyncpg.Connection[Any]", stocks: Sequence[int]) -> list[UUID]:
    """A shop with one product of so many SKUs."""
    shop_id, product_id, owner_id = new_id(), new_id(), new_id()
    await database.execute(
        "INSERT INTO shops.shop (shop_id, owner_id, name, name_key) VALUES ($1, $2, $3, $3)",
        shop_id,
        owner_id,
        f"shop {shop_id.hex[-8:]}",
    )
    await database.execute(
        """
        INSERT INTO catalog.product (product_id, shop_id, title, description, picture_urls, state, currency,
            created_at, changed_at)
        VALUES ($1, $2, '丹东草莓', '', '{/media/pictures/a.webp}', 'on_sale', 'CNY', now(), now())
        """,
        product_id,
        shop_id,
    )
    sku_ids = [new_id() for _ in stocks]
    await database.executemany(
        """
        INSERT INTO catalog.sku (sku_id, product_id, shop_id, position, name, price_minor)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [
            (sku_id, product_id, shop_id, position, f"{position + 1}斤装", PRICE_MINOR)
            for position, sku_id in enumerate(sku_ids)
        ],
    )
    await database.executemany(
        "INSERT INTO catalog.stock (stock_id, sku_id, on_hand) VALUES ($1, $1, $2)",
        list(zip(sku_ids, stocks, strict=True)),
    )
    return sku_ids


async def seed_buyers(database: "asyncpg.Connection[Any]", count: int) -> list[Buyer]:
    """Buyers who are signed in and have an address."""
    account_ids, address_ids = [new_id() for _ in range(count)], [new_id() for _ in range(count)]
    tokens = [new_session_token() for _ in range(count)]
    await database.executemany(
        "INSERT INTO accounts.account (account_id, sign_in, password_hash, display_name) VALUES ($1, $2, '-', '小丹')",
        [(account_id, f"{account_id.hex}@example.com") for account_id in account_ids],
    )
    await database.executemany(
        "INSERT INTO accounts.session (token_hash, account_id, expires_at) VALUES ($1, $2, $3)",
        [
            (hash_token(token), account_id, utc_now() + timedelta(days=1))
            for token, account_id in zip(tokens, account_ids, strict=True)
        ],
    )
    await database.executemany(
        """
        INSERT INTO accounts.address
        VALUES ($1, $2, '李小丹', '13800000001', '辽宁省 丹东市 振兴区', '江城大街 1 号', true)
        """,
        list(zip(account_ids, address_ids, strict=True)),
    )
    return [
        Buyer(
            head=(
                f"POST /api/checkout HTTP/1.1\r\nhost: localhost\r\ncookie: xd_session={token}\r\n"
                "content-type: application/json\r\nidempotency-key: "
            ).encode(),
            tail=(f'","quantity":1,"price_minor":{PRICE_MINOR}}}],"address_id":"{address_id}"}}').encode(),
        )
        for token, address_id in zip(tokens, address_ids, strict=True)
    ]


def request_of(buyer: Buyer, sku_id: bytes, number: int) -> bytes:
    """One checkout of one piece."""
    body = b'{"lines":[{"sku_id":"' + sku_id + buyer.tail
    return b"%s%s-%d\r\ncontent-length: %d\r\n\r\n%s" % (buyer.head, RUN, number, len(body), body)


RUN = uuid4().hex.encode()


class Requests:
    """Requests of random buyers for random SKUs of a list, until the time is over or so many are sent."""

    sent = 0

    def __init__(self, buyers: Sequence[Buyer], sku_ids: Sequence[UUID], *, until: float = 0, count: int = 0) -> None:
        self._buyers = buyers
        self._sku_ids = [str(sku_id).encode() for sku_id in sku_ids]
        self._until = until
        self._left = count

    def __call__(self) -> bytes | None:
        """The next one."""
        if self._until:
            if time.perf_counter() > self._until:
                return None
        elif self._left == 0:
            return None
        self._left -= 1
        Requests.sent += 1
        return request_of(random.choice(self._buyers), random.choice(self._sku_ids), Requests.sent)


def cpu_seconds(root: psutil.Process) -> float:
    """CPU time, user and system, of a process and all below it."""
    return sum(sum(process.cpu_times()[:2]) for process in (root, *root.children(recursive=True)))


async def count_oversold(database: "asyncpg.Connection[Any]") -> int:
    """Pieces in orders beyond the stock, and any difference between orders and what stock says is reserved or sold."""
    return int(
        await database.fetchval(
            """
            SELECT coalesce(sum(greatest(wanted - (on_hand + sold), 0) + abs(wanted - reserved - sold)), 0)
            FROM (SELECT stock_id, sum(quantity) AS wanted FROM orders.line GROUP BY stock_id) AS of_orders
                JOIN catalog.stock USING (stock_id)
            """
        )
    )


async def measure(platform: Platform, options: argparse.Namespace) -> dict[str, object]:
    """All figures."""
    database = await asyncpg.connect(platform.settings.database_url)
    port, connections = platform.settings.http_port, options.connections
    postmaster = int((platform.settings.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
    served = [psutil.Process(platform.children["http"].pid), psutil.Process(postmaster)]
    me = psutil.Process()
    buyers = await seed_buyers(database, options.buyers)
    hot, spread = await seed_shop(database, [PLENTY]), await seed_shop(database, [PLENTY] * SPREAD_SKUS)
    scarce = await seed_shop(database, [DRILL_STOCK])
    await database.execute("ANALYZE")

    await load(port, connections, Requests(buyers, hot, until=time.perf_counter() + WARM_UP_S))
    before, mine_before, started = [cpu_seconds(one) for one in served], sum(me.cpu_times()[:2]), time.perf_counter()
    tally = await load(port, connections, Requests(buyers, hot, until=started + options.seconds))
    seconds = time.perf_counter() - started
    app_cpu, postgres_cpu = (cpu_seconds(one) - was for one, was in zip(served, before, strict=True))
    mine = sum(me.cpu_times()[:2]) - mine_before
    orders = tally.statuses[201]
    if set(tally.statuses) != {201}:
        raise SystemExit(f"not every checkout succeeded: {dict(tally.statuses)}")

    started = time.perf_counter()
    over_many = await load(port, connections, Requests(buyers, spread, until=started + options.seconds))
    spread_seconds = time.perf_counter() - started
    drill = await load(port, connections, Requests(buyers, scarce, count=DRILL_BUYERS))
    if drill.statuses != {201: DRILL_STOCK, 409: DRILL_BUYERS - DRILL_STOCK}:
        raise SystemExit(f"the drill sold otherwise than it had: {dict(drill.statuses)}")
    oversold = await count_oversold(database)
    await database.close()
    return {
        "checkout_orders_per_s": f"{orders / seconds:.0f} orders/s",
        "checkout_spread_orders_per_s": f"{over_many.statuses[201] / spread_seconds:.0f} orders/s",
        "checkout_cpu_us_per_order": f"{(app_cpu + postgres_cpu) / orders * 1e6:.0f} us",
        "checkout_app_cpu_us_per_order": f"{app_cpu / orders * 1e6:.0f} us",
        "checkout_postgres_cpu_us_per_order": f"{postgres_cpu / orders * 1e6:.0f} us",
        "checkout_p99_ms": f"{sorted(tally.seconds)[int(len(tally.seconds) * 0.99)] * 1000:.1f} ms",
        "load_cpu_us_per_order": f"{mine / orders * 1e6:.0f} us",
        "oversold": oversold,
    }


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
            http_workers=options.http_workers,
            checkouts_per_minute=1_000_000,
            log_level="warning",
        )
        processes = ("http", "worker") if options.with_worker else ("http",)
        async with Platform(settings, processes) as platform:
            figures = await measure(platform, options)
    for name, value in figures.items():
        print(f"{name}: {value}")


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="measure for 8 s instead of 20 s")
    parser.add_argument("--seconds", type=float, default=0, help="measure each load for so long")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--buyers", type=int, default=2000)
    parser.add_argument("--http-workers", type=int, default=1)
    parser.add_argument("--with-worker", action="store_true", help="let the outbox relay run beside")
    options = parser.parse_args()
    options.seconds = options.seconds or (8.0 if options.quick else 20.0)
    configure_logging(level="warning", log_format="console", process="bench")
    uvloop.run(run(options))


if __name__ == "__main__":
    main()
