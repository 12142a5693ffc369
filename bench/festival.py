"""A shopping festival on this machine: orders placed and paid over real HTTP, with durable commits.

    python bench/festival.py [--quick] [--seconds N] [--orders N] [--buyers N] [--skus N] [--hot-share X]
                             [--coupon-share X] [--connections N] [--http-workers N] [--with-worker]

Starts embedded PostgreSQL (fsync on) and NATS and the platform's HTTP processes, seeds buyers with sessions and
addresses, and lets so many connections place orders, each as fast as it gets its answers: session, Idempotency-Key,
risk verdict, coupons (for a share), stock, order, line and outbox are all in it. Then the same spread over the SKUs;
then payment callbacks, signed as a provider signs them, until every order is paid in the ledger; then two references
on the same PostgreSQL. At the end it looks at every row.

checkout_orders_per_s            orders placed a second, the hot share of them for one SKU
checkout_spread_orders_per_s     the same, spread evenly over all SKUs, by turns with the hot one
spread_ratio                     orders a second when spread, by those on the hot SKU in the same turns
checkout_p99_ms                  time to the answer
checkout_cpu_us_per_order        CPU time, user and system, of HTTP processes and PostgreSQL, for one order
checkout_app_cpu_us_per_order, checkout_postgres_cpu_us_per_order: its two parts
load_cpu_us_per_order            CPU time of this load generator for one order, for judging the rest
capture_per_s                    payments a second, from the first callback to the last order paid in the ledger
capture_cpu_us                   CPU time of HTTP processes and PostgreSQL for one payment
capture_app_cpu_us, capture_postgres_cpu_us: its two parts
single_row_orders_per_s          reference: one order a transaction on one SKU, bare SQL over 32 connections
batched_insert_orders_per_s      reference: bare inserts of 200 orders a transaction, the limit
growth_ratio                     orders a second in the last fifth of the run, by those in the first fifth
disk_bytes_per_order             what the database grew by for one order placed (and, for a share, paid)
ten_million_gib, ten_million_minutes: what ten million orders would take on this machine, by these figures
oversold, lost, double, unbalanced: promises 1 to 4 over every row; must be 0
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import psutil
import uvloop

sys.path.append(str(Path(__file__).parents[1]))  # So that `bench` is found when this is run by its path.

from bench.festival_captures import Captures
from bench.festival_references import measure_batched_inserts, measure_single_rows

from xiaodian.cli.platform import Platform
from xiaodian.cli.rush.buyers import Checkouts, keep_checkout_id
from xiaodian.cli.rush.load import Tally, load
from xiaodian.cli.rush.promises import check_promises
from xiaodian.cli.rush.town import Buyer, seed_buyers, seed_coupon, seed_shop
from xiaodian.infra.logging import configure_logging
from xiaodian.settings import Settings

PLENTY = 100_000_000
WARM_UP_S = 2.0
TEN_MILLION = 10_000_000
TURNS = 4
CAPTURES_A_SECOND = 4000


class Meter:
    """CPU time of HTTP processes and PostgreSQL, and of this process, since it was made."""

    def __init__(self, app: psutil.Process, postgres: psutil.Process) -> None:
        self._watched = [app, postgres, psutil.Process()]
        self._before = [self._read(process) for process in self._watched]
        self._started = time.perf_counter()

    def read(self) -> tuple[float, float, float, float]:
        """Seconds gone, and CPU seconds of the app, PostgreSQL, and this process."""
        app, postgres, mine = (self._read(process) for process in self._watched)
        return (
            time.perf_counter() - self._started,
            app - self._before[0],
            postgres - self._before[1],
            mine - self._before[2],
        )

    @staticmethod
    def _read(root: psutil.Process) -> float:
        below = [] if root.pid == psutil.Process().pid else root.children(recursive=True)
        return float(sum(sum(process.cpu_times()[:2]) for process in (root, *below)))


class Festival:
    """One run: a platform, a shop and its buyers, and what came of each part."""

    def __init__(self, platform: Platform, database: "asyncpg.Connection[Any]", options: argparse.Namespace) -> None:
        self._port = platform.settings.http_port
        self._database = database
        self._options = options
        postmaster = int((platform.settings.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        self._app, self._postgres = psutil.Process(platform.children["http"].pid), psutil.Process(postmaster)
        self._acknowledged: list[tuple[int, bytes]] = []
        self.figures: dict[str, str | int] = {}

    async def run(self) -> None:
        """All parts, in order."""
        buyers = await seed_buyers(self._database, self._options.buyers)
        sku_ids = await seed_shop(self._database, [PLENTY] * self._options.skus)
        coupon = await seed_coupon(self._database, sku_ids[0])
        await self._database.execute("ANALYZE")
        await self._place(buyers, sku_ids, coupon, hot=self._options.hot_share, seconds=WARM_UP_S)
        size_before = await self._database.fetchval("SELECT pg_database_size(current_database())")
        placed_before = len(self._acknowledged)
        await self._measure_checkout(buyers, sku_ids, coupon)
        await self._measure_captures()
        size = await self._database.fetchval("SELECT pg_database_size(current_database())")
        self._reckon_ten_million((size - size_before) / (len(self._acknowledged) - placed_before))
        await self._check()

    async def _place(
        self, buyers: Sequence[Buyer], sku_ids: Sequence[UUID], coupon: bytes, *, hot: float, seconds: float = 0.0
    ) -> Tally:
        tally = Tally(keep=keep_checkout_id)
        requests = Checkouts(
            buyers,
            sku_ids,
            hot=hot,
            until=time.perf_counter() + seconds if seconds else 0.0,
            count=0 if seconds else self._options.orders,
            more=coupon,
            more_share=self._options.coupon_share,
        )
        await load([self._port], self._options.connections, requests, tally)
        if set(tally.statuses) != {201} or tally.cut:
            raise SystemExit(f"not every checkout succeeded: {dict(tally.statuses)}, {tally.cut} cut off")
        self._acknowledged += tally.kept
        return tally

    async def _measure_checkout(self, buyers: Sequence[Buyer], sku_ids: Sequence[UUID], coupon: bytes) -> None:
        options = self._options
        meter = Meter(self._app, self._postgres)
        seconds_wanted = 0.0 if options.orders else options.seconds
        tally = await self._place(buyers, sku_ids, coupon, hot=options.hot_share, seconds=seconds_wanted)
        seconds, app, postgres, mine = meter.read()
        orders = tally.statuses[201]
        self.figures |= {
            "checkout_orders_per_s": f"{orders / seconds:.0f} orders/s",
            "checkout_p99_ms": f"{tally.percentile_ms(0.99):.1f} ms",
            "checkout_cpu_us_per_order": f"{(app + postgres) / orders * 1e6:.0f} us",
            "checkout_app_cpu_us_per_order": f"{app / orders * 1e6:.0f} us",
            "checkout_postgres_cpu_us_per_order": f"{postgres / orders * 1e6:.0f} us",
            "load_cpu_us_per_order": f"{mine / orders * 1e6:.0f} us",
            "growth_ratio": f"{_growth(tally.seconds):.2f} of 1",
        }
        self._orders_per_s = orders / seconds
        await self._compare_spread(buyers, sku_ids, coupon)

    async def _compare_spread(self, buyers: Sequence[Buyer], sku_ids: Sequence[UUID], coupon: bytes) -> None:
        """By turns, so that neither has the larger tables, nor the quieter machine, to itself."""
        rates: dict[float, list[float]] = {0.0: [], self._options.hot_share: []}
        for _ in range(TURNS):
            for hot, found in rates.items():
                meter = Meter(self._app, self._postgres)
                tally = await self._place(buyers, sku_ids, coupon, hot=hot, seconds=self._options.seconds / TURNS)
                found.append(tally.statuses[201] / meter.read()[0])
        spread, hot_again = sum(rates[0.0]) / TURNS, sum(rates[self._options.hot_share]) / TURNS
        self.figures |= {
            "checkout_spread_orders_per_s": f"{spread:.0f} orders/s",
            "spread_ratio": f"{spread / hot_again:.2f} of 1",
        }

    async def _measure_captures(self) -> None:
        captures = await Captures.prepare(self._database, most=int(self._options.seconds * CAPTURES_A_SECOND))
        meter = Meter(self._app, self._postgres)
        seconds = await captures.send(self._port, self._options.connections)
        _, app, postgres, _ = meter.read()
        self.figures |= {
            "capture_per_s": f"{captures.count / seconds:.0f} payments/s",
            "capture_cpu_us": f"{(app + postgres) / captures.count * 1e6:.0f} us",
            "capture_app_cpu_us": f"{app / captures.count * 1e6:.0f} us",
            "capture_postgres_cpu_us": f"{postgres / captures.count * 1e6:.0f} us",
        }

    def _reckon_ten_million(self, bytes_per_order: float) -> None:
        self.figures |= {
            "disk_bytes_per_order": f"{bytes_per_order:.0f} bytes",
            "ten_million_gib": f"{bytes_per_order * TEN_MILLION / 2**30:.1f} GiB",
            "ten_million_minutes": f"{TEN_MILLION / self._orders_per_s / 60:.0f} minutes",
        }

    async def _check(self) -> None:
        promises = await check_promises(self._database, self._acknowledged)
        self.figures |= msgspec.structs.asdict(promises)


def _growth(seconds: Sequence[float]) -> float:
    """How much faster the last fifth of the answers came than the first fifth: all connections are always busy."""
    fifth = max(len(seconds) // 5, 1)
    return sum(seconds[:fifth]) / sum(seconds[-fifth:])


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
            url = platform.settings.database_url
            database = await asyncpg.connect(url)
            festival = Festival(platform, database, options)
            await festival.run()
            await database.close()
            single, batched = (
                await measure_single_rows(url, options.seconds / 2),
                await measure_batched_inserts(url, options.seconds / 2),
            )
            festival.figures |= {
                "single_row_orders_per_s": f"{single:.0f} orders/s",
                "batched_insert_orders_per_s": f"{batched:.0f} orders/s",
            }
    for name, value in festival.figures.items():
        print(f"{name}: {value}")


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="measure each part for 6 s instead of 20 s")
    parser.add_argument("--seconds", type=float, default=0, help="measure each part for so long")
    parser.add_argument("--orders", type=int, default=0, help="place so many on the hot SKU, however long it takes")
    parser.add_argument("--buyers", type=int, default=2000)
    parser.add_argument("--skus", type=int, default=1000)
    parser.add_argument("--hot-share", type=float, default=1.0, help="of the orders that want the one SKU")
    parser.add_argument("--coupon-share", type=float, default=0.1, help="of the orders that redeem a coupon")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--http-workers", type=int, default=1)
    parser.add_argument("--with-worker", action="store_true", help="let the outbox relay run beside")
    options = parser.parse_args()
    options.seconds = options.seconds or (6.0 if options.quick else 20.0)
    configure_logging(level="warning", log_format="console", process="bench")
    uvloop.run(run(options))


if __name__ == "__main__":
    main()
