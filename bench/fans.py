"""Fans of one great shop on this machine: pages, segments and cohorts over real HTTP, with durable commits.

    python bench/fans.py [--quick] [--orders N] [--buyers N] [--pages N] [--data-dir FOLDER] [--hold]

Starts embedded PostgreSQL (fsync on) and NATS, one HTTP process and one worker, and writes ten million orders of a
million buyers over two years straight into the tables (--quick: a million of a hundred thousand), skewed as trade is.
The client shares the machine, and what it takes itself is in the figures. With --data-dir the shop is kept there, and
measured again without being made again. With --hold the platform then stays up until Ctrl-C, so that the charts of such
a shop can be looked at: it prints the console's address and the owner's cookie.

rebuild_s                 `xiaodian fans rebuild` of all of them
fan_page_p99_ms           a fan's page, of buyers drawn by their orders
segment_count_ms          all ready segments, counted; the slowest of twenty
nested_count_ms           a condition of the shop's own: nested, over sums, purchases and a product; slowest of ten
segment_list_ms           the first page of a hundred of the largest ready segment; the slowest of twenty
all_fans_ms               the first page of a hundred of all fans in each of their orders; the slowest of ten
all_fans_deep_ms          a page far down of each
fans_named_ms             fans by a part of a name that nobody, few, or all have; the slowest of five
cohort_ms                 triangle and repurchase table together; the slowest of ten
event_to_page_ms          from a payment's event in the outbox to a page that shows it; the slowest of ten
summary_cpu_us_per_order  CPU time of PostgreSQL and this process to count newly paid orders, as a deep backlog is:
                          a fiftieth of all
summary_cpu_us_per_change the same of old orders of which some money went back
history_cpu_us_per_fan    the same to write the histories of all fans whose orders were just counted, which the worker
                          does every five minutes in large shops, and which is kept out of the two figures above
plain_sql_cohort_ms       the triangle by SQL over the orders, as a shop would otherwise write it
plain_sql_fan_page_ms     a fan's figures by such SQL
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import msgspec
import psutil
import uvloop

sys.path.append(str(Path(__file__).parents[1]))  # So that `bench` is found when this is run by its path.

from bench.fans_shop import NO_LIMIT_S, Shop, seed_shop, write_orders
from bench.fans_sql import FORECAST, NESTED, PLAIN_COHORT, PLAIN_PAGE, UNTRUE
from bench.festival import Meter

from xiaodian.cli.platform import Platform
from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.orders import OrderId, OrderPaid
from xiaodian.edge.context import Records
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.logging import configure_logging
from xiaodian.infra.outbox import emit
from xiaodian.infra.outbox_relay import POKE
from xiaodian.infra.work import Job
from xiaodian.infra.worker import run_job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans.api import rebuild
from xiaodian.modules.fans.handlers import ORDERS_AT_ONCE
from xiaodian.modules.fans.service.count_purchases import count_purchases
from xiaodian.modules.fans.service.write_histories import write_histories
from xiaodian.settings import Settings

COUNTED_SHARE = 50
"""One order in so many, a fortnight's, is counted as a backlog: what is read once is found again later."""
CHANGED = 20_000
DEEP_PAGES = 10
RESTS_WITHIN_S = 120.0
RESTS_FOR_S = 1.0
QUICK_RESTS_WITHIN_S = 2.0
TURN_TRIES = 6000
SHOWN_WITHIN_S = 30.0
KEPT = "bench-shop.json"
HISTORIES = "fans-histories"
FAN_TABLES = (
    "fans.purchase, fans.fan, fans.history, fans.cohort, fans.first_day, fans.bringer, fans.pause, fans.segment_size"
)
ORDER_TABLES = "orders.order, orders.line, accounts.account"


class FansBench:
    """One run: the platform, the shop, and what came of each part."""

    def __init__(
        self,
        platform: Platform,
        connection: "asyncpg.Connection[Any]",
        broker: Broker,
        options: argparse.Namespace,
    ) -> None:
        self._settings = platform.settings
        self._connection = connection
        self._broker = broker
        self._options = options
        postmaster = int((platform.settings.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        self._postgres = psutil.Process(postmaster)

    async def run(self) -> None:
        """All parts, in order."""
        database = await Database.connect(self._settings.database_url, pool_size=2)
        kept = self._settings.data_dir / KEPT
        if kept.exists():
            shop = msgspec.json.decode(kept.read_bytes(), type=Shop)
        else:
            shop = await self._make(database)
            kept.write_bytes(msgspec.json.encode(shop))
        await self._connection.execute(FORECAST, shop.shop_id, self._settings.books_utc_offset_h)
        # The worker would write histories when its five minutes are over, in the middle of what is measured.
        turn = Job(name=HISTORIES, period_s=0, run=lambda: self._measure(database, shop))
        for _ in range(TURN_TRIES):
            if await run_job(database, turn):
                break
            await asyncio.sleep(0.1)
        else:
            raise SystemExit("the worker has been writing histories for ten minutes")
        await database.close()
        if self._options.hold:
            await self._hold(shop)

    async def _measure(self, database: Database, shop: Shop) -> None:
        site = f"http://127.0.0.1:{self._settings.http_port}"
        headers = {"cookie": shop.cookie, "origin": site}
        async with aiohttp.ClientSession(f"{site}/api/shops/{shop.shop_id}/", headers=headers) as client:
            await self._until_rests()
            await self._measure_reads(client, shop)
            await self._measure_event(client, shop)
        await self._measure_counting(database, shop)
        await self._measure_histories(database)
        await self._measure_plain(shop)

    async def _hold(self, shop: Shop) -> None:
        await self._connection.execute("DELETE FROM fans.prediction_report WHERE shop_id = $1", shop.shop_id)
        address = f"http://127.0.0.1:{self._settings.http_port}/console/shops/{shop.shop_id}/fans"
        print(f"held until Ctrl-C: {address} cookie {shop.cookie}", file=sys.stderr, flush=True)
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        await ended.wait()

    async def _make(self, database: Database) -> Shop:
        started = time.perf_counter()
        url = self._settings.database_url
        shop = await seed_shop(self._connection, url, orders=self._options.orders, buyers=self._options.buyers)
        self._tell("seed_s", f"{time.perf_counter() - started:.0f} s")
        # The orders are swept on the other processor meanwhile.
        async with asyncio.TaskGroup() as both:
            both.create_task(_vacuum(url, ORDER_TABLES))
            started = time.perf_counter()
            done = await rebuild(Records(settings=self._settings, database=database), utc_now())
            self._tell("rebuild_s", f"{time.perf_counter() - started:.0f} s")
        if done.orders != self._options.orders:
            raise SystemExit(f"{done.orders} of {self._options.orders} orders were rebuilt")
        await _vacuum(url, FAN_TABLES)
        # No shop writes two years of orders in a minute: what that left to be flushed would hold up the first events.
        await self._connection.execute("CHECKPOINT", timeout=NO_LIMIT_S)
        return shop

    async def _until_rests(self) -> None:
        """What two years of orders in minutes leave to be swept and written would not be there in a shop's life."""
        busy = """
            SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                AND (backend_type = 'autovacuum worker' OR backend_type = 'client backend' AND state <> 'idle')
        """
        most_s = QUICK_RESTS_WITHIN_S if self._options.quick else RESTS_WITHIN_S
        started = rested = time.perf_counter()
        while (now := time.perf_counter()) - rested < RESTS_FOR_S and now - started < most_s:
            await asyncio.sleep(0.05)
            if await self._connection.fetchval(busy):
                rested = time.perf_counter()

    def _tell(self, name: str, figure: str) -> None:
        print(f"{name}: {figure}", flush=True)

    async def _measure_reads(self, client: aiohttp.ClientSession, shop: Shop) -> None:
        rows = await self._connection.fetch(
            "SELECT buyer_id FROM orders.order TABLESAMPLE SYSTEM (1) WHERE shop_id = $1 LIMIT $2",
            shop.shop_id,
            self._options.pages,
        )
        pages = [await _time(lambda i=row[0]: _get(client, f"fans/{i}")) for row in rows]  # type: ignore[misc]
        pages = sorted(pages[len(pages) // 10 :])
        self._tell("fan_page_p99_ms", f"{pages[int(len(pages) * 0.99)] * 1e3:.1f} ms")
        self._tell("fan_page_p50_ms", f"{pages[len(pages) // 2] * 1e3:.1f} ms")
        await self._slowest("segment_count_ms", 20, lambda: _get(client, "segments"))
        sizes = (await _get(client, "segments"))["items"]
        largest = SegmentCode(max(sizes, key=lambda one: one["fans"])["segment"])
        await self._slowest("segment_list_ms", 20, lambda: _get(client, f"fans?segment={largest}&limit=100"))
        await self._measure_all_fans(client)
        product = await self._connection.fetchval("SELECT id FROM bench_product WHERE number = 0")
        asked = {"cel": NESTED.format(product=product)}
        await self._slowest("nested_count_ms", 10, lambda: _post(client, "segments/count", asked))
        now = utc_now()
        span = f"from={now.year - 2}-01-01&to={now:%Y-%m-%d}"

        async def _table() -> Any:
            await _get(client, "cohorts")
            await _get(client, f"repurchase?{span}&compare_from={now.year - 2}-01-01&compare_to={now.year - 1}-01-01")
            return await _get(client, f"repurchase/by/product?{span}")

        await self._slowest("cohort_ms", 10, _table)

    async def _measure_all_fans(self, client: aiohttp.ClientSession) -> None:
        first, deep = [], []
        for sort in ("last_purchase", "spent", "orders"):
            path = f"fans/all?limit=100&sort={sort}"
            cursor = (await _get(client, path))["next_cursor"]
            first += [await _time(lambda p=path: _get(client, p)) for _ in range(10)]  # type: ignore[misc]
            for _ in range(DEEP_PAGES):
                cursor = (await _get(client, f"{path}&cursor={cursor}"))["next_cursor"]
            deep += [await _time(lambda p=f"{path}&cursor={cursor}": _get(client, p)) for _ in range(5)]  # type: ignore[misc]
        self._tell("all_fans_ms", f"{max(first) * 1e3:.1f} ms")
        self._tell("all_fans_deep_ms", f"{max(deep) * 1e3:.1f} ms")
        named = []
        for name in ("nobody", "粉丝7", "粉丝77777", "丝"):
            named += [await _time(lambda n=name: _get(client, f"fans/all?limit=100&name={n}")) for _ in range(5)]  # type: ignore[misc]
        self._tell("fans_named_ms", f"{max(named) * 1e3:.1f} ms")

    async def _slowest(self, name: str, times: int, ask: Callable[[], Awaitable[Any]]) -> None:
        await ask()
        self._tell(name, f"{max([await _time(ask) for _ in range(times)]) * 1e3:.1f} ms")

    async def _measure_event(self, client: aiohttp.ClientSession, shop: Shop) -> None:
        """An order that was not paid is; its page is asked for until it says so."""
        waits = []
        for row in await self._draw(10):
            async with self._connection.transaction():
                before = (await _get(client, f"fans/{row['buyer_id']}"))["fan"]["figures"]["gmv_minor"]
                await self._connection.execute(
                    "UPDATE orders.line SET price_minor = price_minor + 1, amount_minor = amount_minor + 1 "
                    "WHERE order_id = $1",
                    row["order_id"],
                )
                await emit(self._connection, _paid(shop.shop_id, row))
            await self._broker.poke(POKE)

            async def _until_shown(buyer_id: UUID = row["buyer_id"], known: int = before) -> None:
                async with asyncio.timeout(SHOWN_WITHIN_S):
                    while (await _get(client, f"fans/{buyer_id}"))["fan"]["figures"]["gmv_minor"] == known:
                        pass

            waits.append(await _time(_until_shown))
        self._tell("event_to_page_ms", f"{max(waits) * 1e3:.0f} ms")

    async def _measure_counting(self, database: Database, shop: Shop) -> None:
        """Orders that were just paid, by the order of their payment; then a cent of as many old ones goes back."""
        last = await self._connection.fetchval("SELECT max(serial) FROM orders.order")
        paid = await write_orders(
            self._connection,
            shop.shop_id,
            orders=self._options.orders // COUNTED_SHARE,
            buyers=self._options.buyers,
            serial=last,
            at="now() - random() * interval '10 minutes'",
        )
        await self._count("summary_cpu_us_per_order", database, [OrderId(each) for each in paid])
        changed = [OrderId(row["order_id"]) for row in await self._draw(CHANGED)]
        await self._connection.execute(
            "UPDATE orders.line SET refunded_minor = least(amount_minor, refunded_minor + 1) WHERE order_id = ANY($1)",
            changed,
        )
        await self._count("summary_cpu_us_per_change", database, changed)

    async def _count(self, name: str, database: Database, ids: list[OrderId]) -> None:
        await self._connection.execute("CHECKPOINT", timeout=NO_LIMIT_S)
        meter = Meter(psutil.Process(), self._postgres)
        for start in range(0, len(ids), ORDERS_AT_ONCE):
            async with database.transaction() as connection:
                await count_purchases(connection, ids[start : start + ORDERS_AT_ONCE], 8, utc_now())
        _, mine, postgres, _ = meter.read()
        self._tell(name, f"{(mine + postgres) / len(ids) * 1e6:.0f} us")

    async def _measure_histories(self, database: Database) -> None:
        fans = await self._connection.fetchval(UNTRUE, timeout=NO_LIMIT_S)
        meter = Meter(psutil.Process(), self._postgres)
        await write_histories(database)
        _, mine, postgres, _ = meter.read()
        self._tell("history_cpu_us_per_fan", f"{(mine + postgres) / fans * 1e6:.0f} us")

    async def _measure_plain(self, shop: Shop) -> None:
        plain = self._connection
        cohort = await _time(lambda: plain.fetch(PLAIN_COHORT, shop.shop_id, timeout=NO_LIMIT_S))
        self._tell("plain_sql_cohort_ms", f"{cohort * 1e3:.0f} ms")
        rows = await self._draw(200)
        pages = sorted(
            [await _time(lambda b=row["buyer_id"]: plain.fetch(PLAIN_PAGE, shop.shop_id, b)) for row in rows]  # type: ignore[misc]
        )
        self._tell("plain_sql_fan_page_ms", f"{pages[int(len(pages) * 0.99)] * 1e3:.1f} ms")

    async def _draw(self, count: int) -> list[Any]:
        rows = await self._connection.fetch(
            "SELECT order_id, buyer_id FROM orders.order TABLESAMPLE SYSTEM (10) WHERE state = 'completed' LIMIT $1",
            count,
        )
        return random.sample(rows, len(rows))


def _paid(shop_id: UUID, row: Any) -> OrderPaid:
    return OrderPaid(
        order_id=row["order_id"],
        shop_id=shop_id,  # type: ignore[arg-type]
        buyer_id=row["buyer_id"],
        buyer_name="小*",
        room_id=None,
        is_quiet=True,
        lines=[],
        total_minor=1,
        currency="CNY",
    )


async def _vacuum(url: str, tables: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f"VACUUM ANALYZE {tables}", timeout=NO_LIMIT_S)
    await connection.close()


async def _get(client: aiohttp.ClientSession, path: str) -> Any:
    async with client.get(path) as answer:
        return await _read(answer)


async def _post(client: aiohttp.ClientSession, path: str, body: dict[str, str]) -> Any:
    async with client.post(path, json=body) as answer:
        return await _read(answer)


async def _read(answer: aiohttp.ClientResponse) -> Any:
    body = await answer.read()
    if not answer.ok:
        raise SystemExit(f"{answer.url}: {answer.status} {body[:200]!r}")
    return msgspec.json.decode(body)


async def _time(ask: Callable[[], Awaitable[Any]]) -> float:
    started = time.perf_counter()
    await ask()
    return time.perf_counter() - started


async def run(options: argparse.Namespace) -> None:
    """Start everything, measure, stop everything."""
    with tempfile.TemporaryDirectory(prefix="xd") as folder:
        settings = Settings(
            data_dir=options.data_dir or Path(folder),
            host="127.0.0.1",
            http_port=0,
            worker_port=0,
            gateway_port=0,
            rtmp_port=0,
            publisher_port=0,
            log_level="warning",
        )
        async with Platform(settings, ("http", "worker")) as platform:
            connection = await asyncpg.connect(platform.settings.database_url)
            broker = await Broker.connect(
                platform.settings.nats_url, prefix=platform.settings.nats_prefix, name="bench"
            )
            bench = FansBench(platform, connection, broker, options)
            await bench.run()
            await broker.close()
            await connection.close()


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a million orders of a hundred thousand buyers")
    parser.add_argument("--orders", type=int, default=0)
    parser.add_argument("--buyers", type=int, default=0)
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("--data-dir", type=Path, help="where the shop is kept")
    parser.add_argument("--hold", action="store_true", help="stay up until Ctrl-C, to look at the charts")
    options = parser.parse_args()
    options.orders = options.orders or (1_000_000 if options.quick else 10_000_000)
    options.buyers = options.buyers or (100_000 if options.quick else 1_000_000)
    options.pages = options.pages or (400 if options.quick else 2000)
    configure_logging(level="warning", log_format="console", process="bench")
    uvloop.run(run(options))


if __name__ == "__main__":
    main()
