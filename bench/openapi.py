"""The open API on this machine: pages of products and orders, changes of stock, over real HTTP with durable commits.

    python bench/openapi.py [--quick] [--orders N] [--seconds N] [--connections N]

Starts embedded PostgreSQL (fsync on) and NATS and one HTTP process, writes a shop with a million orders (--quick: a
hundred thousand) straight into the tables, lets a system of its own in by OAuth, and calls with its token; budgets of
apps, the log of calls and the shop's log of deeds are in it. At the end, messages of webhooks, by bench/webhooks.py.

products_page_p99_ms       time to a page of 50 products with their SKUs
products_page_cpu_us       CPU time of HTTP process and PostgreSQL for one such page
orders_page_p99_ms         time to a page of 50 orders by changing filters: states, months, late ones, the oldest first
orders_page_cpu_us         CPU time for one such page
orders_in_shop             how many orders there are
stock_deltas_per_s         changes of stock a second, 500 a batch, journalled and told of
stock_delta_cpu_us         CPU time for one change
single_stock_deltas_per_s  the same, one a call
stock_wrong                SKUs whose stock is not what was acknowledged; must be 0
webhooks_per_s             messages that arrived a second, and the other figures of bench/webhooks.py
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count, cycle
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
import psutil
import uvloop

sys.path.append(str(Path(__file__).parents[1]))  # So that `bench` is found when this is run by its path.

from bench.festival import Meter
from bench.openapi_town import OpenShop, seed_open_shop
from bench.webhooks import run as run_webhooks

from xiaodian.cli.platform import Platform
from xiaodian.cli.rush.load import NextRequest, Request, Tally, load
from xiaodian.infra.logging import configure_logging
from xiaodian.settings import Settings

BATCH = 500
PLENTY_OF_CALLS = 1_000_000
ORDER_FILTERS = (
    "state=paid",
    "state=shipped",
    "state=cancelled",
    "state=completed",
    "state=pending_payment",
    "late=true",
    "placed_from={month}",
    "placed_to={month}&state=paid",
    "sort=oldest",
    "",
)


class Calls:
    """Requests of one program, as bytes, until their time is over."""

    def __init__(self, token: str, until: float, make: Callable[[], tuple[str, str, bytes]]) -> None:
        self._head = f"host: localhost\r\nauthorization: Bearer {token}\r\n"
        self._until = until
        self._make = make

    def __call__(self) -> Request | None:
        """The next one; None: it is over."""
        if time.perf_counter() >= self._until:
            return None
        method, path, body = self._make()
        more = (
            f"content-type: application/json\r\nidempotency-key: {uuid4().hex}\r\ncontent-length: {len(body)}\r\n"
            if body
            else ""
        )
        return Request(0, f"{method} /open/v1{path} HTTP/1.1\r\n{self._head}{more}\r\n".encode() + body)


class OpenBench:
    """One run: the platform, the shop, and what came of each part."""

    def __init__(self, platform: Platform, database: "asyncpg.Connection[Any]", options: argparse.Namespace) -> None:
        self._port = platform.settings.http_port
        self._database = database
        self._options = options
        postmaster = int((platform.settings.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        self._app, self._postgres = psutil.Process(platform.children["http"].pid), psutil.Process(postmaster)
        self.figures: dict[str, str | int] = {}

    async def run(self) -> None:
        """All parts, in order."""
        shop = await seed_open_shop(self._database, self._options.orders)
        token = await self._let_in(shop)
        self.figures["orders_in_shop"] = self._options.orders
        await self._measure_page("products", token, self._products())
        await self._measure_page("orders", token, self._orders())
        await self._measure_stock(shop, token)

    async def _let_in(self, shop: OpenShop) -> str:
        """A token of a system of the shop's own, by the very way that sellers take."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._port}") as client:
            scopes = ["products:read", "orders:read", "stock:write", "customers:read"]
            made = await client.post(
                f"/api/shops/{shop.shop_id}/systems",
                json={"name": "ERP", "scopes": scopes},
                headers={"cookie": shop.owner_cookie},
            )
            made.raise_for_status()
            answer = await client.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(made.json()["client_id"], made.json()["client_secret"]),
            )
            answer.raise_for_status()
            return str(answer.json()["access_token"])

    async def _measure_page(self, name: str, token: str, paths: Iterator[str]) -> None:
        def _make() -> tuple[str, str, bytes]:
            return "GET", next(paths), b""

        await self._call(token, 1.0, _make)
        tally, seconds, cpu = await self._call(token, self._options.seconds, _make)
        calls = tally.statuses[200]
        self.figures |= {
            f"{name}_page_p99_ms": f"{tally.percentile_ms(0.99):.1f} ms",
            f"{name}_page_cpu_us": f"{cpu / calls * 1e6:.0f} us",
            f"{name}_pages_per_s": f"{calls / seconds:.0f} pages/s",
        }

    async def _measure_stock(self, shop: OpenShop, token: str) -> None:
        changed: dict[UUID, int] = {}
        batches = _batches(shop.sku_ids, BATCH)

        def _make() -> tuple[str, str, bytes]:
            batch = next(batches)
            for sku_id in batch:
                changed[sku_id] = changed.get(sku_id, 0) + 1
            changes = [{"sku_id": sku_id, "delta": 1} for sku_id in batch]
            return "POST", "/stock-batches", msgspec.json.encode({"changes": changes, "reason": "ERP"})

        tally, seconds, cpu = await self._call(token, self._options.seconds, _make, connections=4)
        deltas = tally.statuses[200] * BATCH
        self.figures |= {
            "stock_deltas_per_s": f"{deltas / seconds:.0f} deltas/s",
            "stock_delta_cpu_us": f"{cpu / deltas * 1e6:.1f} us",
        }
        one_by_one = cycle(shop.sku_ids)

        def _make_one() -> tuple[str, str, bytes]:
            sku_id = next(one_by_one)
            changed[sku_id] = changed.get(sku_id, 0) + 1
            return "POST", f"/skus/{sku_id}/stock-deltas", b'{"delta":1}'

        tally, seconds, _ = await self._call(token, self._options.seconds / 2, _make_one)
        self.figures["single_stock_deltas_per_s"] = f"{tally.statuses[200] / seconds:.0f} deltas/s"
        rows = await self._database.fetch("SELECT sku_id, on_hand FROM catalog.stock")
        self.figures["stock_wrong"] = sum(row["on_hand"] != 100_000 + changed.get(row["sku_id"], 0) for row in rows)

    async def _call(
        self, token: str, seconds: float, make: Callable[[], tuple[str, str, bytes]], *, connections: int = 0
    ) -> tuple[Tally, float, float]:
        tally = Tally()
        meter = Meter(self._app, self._postgres)
        requests: NextRequest = Calls(token, time.perf_counter() + seconds, make)
        await load([self._port], connections or self._options.connections, requests, tally)
        if set(tally.statuses) != {200} or tally.cut:
            raise SystemExit(f"not every call succeeded: {dict(tally.statuses)}, {tally.cut} cut off")
        gone, app, postgres, _ = meter.read()
        return tally, gone, app + postgres

    @staticmethod
    def _products() -> Iterator[str]:
        return cycle(["/products?limit=50", "/products?limit=50&state=on_sale"])

    @staticmethod
    def _orders() -> Iterator[str]:
        """Every filter in turn, over changing months of the year."""
        year = time.gmtime().tm_year
        for number in count():
            month = f"{year - (number % 12 > 5)}-{number % 12 + 1:02d}-01T00:00:00Z"
            wanted = ORDER_FILTERS[number % len(ORDER_FILTERS)].format(month=month)
            yield f"/orders?limit=50&{wanted}".rstrip("&")


def _batches(sku_ids: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    """Stretches of the SKUs, over and over."""
    for start in cycle(range(0, len(sku_ids) - size + 1, size)):
        yield sku_ids[start : start + size]


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
            open_api_burst=PLENTY_OF_CALLS,
            open_api_per_second=PLENTY_OF_CALLS,
            log_level="warning",
        )
        async with Platform(settings, ("http",)) as platform:
            database = await asyncpg.connect(platform.settings.database_url)
            bench = OpenBench(platform, database, options)
            await bench.run()
            await database.close()
    webhooks = argparse.Namespace(messages=options.messages, each=4, endpoints=4)
    return {**bench.figures, **await run_webhooks(webhooks)}


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="100,000 orders, each part for 3 s, 10,000 messages")
    parser.add_argument("--orders", type=int, default=0, help="so many orders in the shop")
    parser.add_argument("--seconds", type=float, default=0, help="measure each part for so long")
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    options.orders = options.orders or (100_000 if options.quick else 1_000_000)
    options.messages = 10_000 if options.quick else 100_000
    options.seconds = options.seconds or (3.0 if options.quick else 15.0)
    configure_logging(level="warning", log_format="console", process="bench")
    for name, value in uvloop.run(run(options)).items():
        print(f"{name}: {value}", flush=True)


if __name__ == "__main__":
    main()
