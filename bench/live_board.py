"""Boards of rooms on air while their viewers buy: what a second of it costs, and how old what it shows is.

    python bench/live_board.py [--quick] [--rooms N] [--boards N] [--viewers N] [--rate N] [--seconds N]

Starts embedded PostgreSQL and NATS, an API process and a worker, and puts rooms on air, each of a host with ten rooms
before. Every room's board is followed on as many streams as people look at it. Buyers order and pay at a rate, through
the API, from the bags of all rooms. The same traffic is run once with nobody looking. While somebody looks, every room
has viewers whose pages tell of themselves, as browsers do.

board_cpu_us_per_push        CPU time of API, worker and database above the same traffic with nobody looking,
                             by boards that were told
board_push_interval_p99_ms   from one telling to the next on a stream
board_freshness_p50_ms, board_freshness_p99_ms
                             from the answer to a payment to the first board that counts it; budget 2000
click_to_board_ms, click_to_board_p99_ms
                             from a click on a card in a viewer's page to the first board that counts it, with the
                             200 ms that the page gathers; budget 1000
watch_to_board_ms, watch_to_board_p99_ms
                             how far the watch time that a board shows is from what each of the viewers had watched
                             when it was told, on average over them
page_report_cpu_us           CPU time of API, worker and database for one report of a page that watches on; each
                             page sends two a minute, so a hundred thousand viewers send 3,333 a second
boards_told, board_orders    how many
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import psutil
import uvloop

sys.path.append(str(Path(__file__).parents[1]))  # So that `bench` is found when this is run by its path.

from bench.live_board_pages import Pages

from xiaodian.cli.platform import Platform
from xiaodian.cli.show.client import Member
from xiaodian.contracts.insights import Board
from xiaodian.infra.database import Database
from xiaodian.infra.logging import configure_logging
from xiaodian.settings import Settings

PASSWORD = "correct horse battery"
PAST_ROOMS = 10
BUYERS = 40
SETTLE_S = 3.0
WARM_UP_S = 3.0
PRICE_MINOR = 2990
STOCK = 1_000_000
WAIT_S = 30.0
RUSH, QUICK_RUSH = 5_000, 1_500
PROCESSES = ("http", "worker")
_decode_board = msgspec.json.Decoder(Board).decode

_PAST = """
    INSERT INTO live.room SELECT (jsonb_populate_record(room, jsonb_build_object(
        'room_id', (uuidv7(make_interval(days => -number)))::text, 'stream_id', uuidv7()::text, 'state', 'ended',
        'started_at', now() - make_interval(days => number),
        'ended_at', now() - make_interval(days => number, hours => -2)
    ))).* FROM live.room, generate_series(1, $2) AS number WHERE room_id = $1 RETURNING room_id, shop_id, started_at
"""
_PAST_SALES = """
    INSERT INTO insights.room_sale_minute
    SELECT $1, $2, date_trunc('minute', $3::timestamptz) + make_interval(mins => number), 3, 2, 2, 5980, 0
    FROM generate_series(0, 119) AS number
"""
_PAST_VISITS = """
    INSERT INTO insights.room_visit_minute
    SELECT $1, date_trunc('minute', $2::timestamptz) + make_interval(mins => number), 20, 15, 0, 0, 0, 0, 0
    FROM generate_series(0, 119) AS number
"""


class Stage:
    """A host, the room on air, what it sells, and when each payment of its orders was answered."""

    def __init__(self, host: Member, room_id: str, sku: dict[str, Any], pages: Pages) -> None:
        self.host, self.room_id, self.sku, self.pages = host, room_id, sku, pages
        self.paid_at_s: list[float] = []
        self.seen_at_s: list[float] = []

    def see(self, board: Board, at_s: float) -> None:
        """A board was told: which orders does it count for the first time?"""
        counted = next(figure.now or 0 for figure in board.figures if figure.key == "orders_paid")
        self.seen_at_s += [at_s] * (int(counted) - len(self.seen_at_s))
        self.pages.see(board, at_s)


class Watch:
    """Streams of boards, and when each told of something."""

    def __init__(self) -> None:
        self.told = 0
        self.intervals_ms: list[float] = []
        self.news = asyncio.Event()

    async def follow(self, stage: Stage) -> None:
        """One person who looks, and comes again when the stream ends, as the page does."""
        path = f"/api/rooms/{stage.room_id}/metrics/board/stream"
        while True:
            last_s: float | None = None
            async with stage.host.http.stream("GET", path, timeout=60) as answer:
                answer.raise_for_status()
                async for line in answer.aiter_lines():
                    if not line.startswith("data: "):
                        continue
                    now_s = time.perf_counter()
                    self.told += 1
                    if last_s is not None:
                        self.intervals_ms.append((now_s - last_s) * 1000)
                    last_s = now_s
                    stage.see(_decode_board(line.removeprefix("data: ")), now_s)
                    self.news.set()

    async def until_counted(self, stages: Sequence[Stage]) -> None:
        """Until every board has counted every order."""
        async with asyncio.timeout(WAIT_S):
            while any(len(each.seen_at_s) < len(each.paid_at_s) or not each.pages.are_counted for each in stages):
                self.news.clear()
                await self.news.wait()


async def open_stage(address: str, database: Database, number: int) -> Stage:
    """A room on air with one product in its bag, and rooms before."""
    host = Member(address)
    await host.enter(f"{uuid4().hex[:12]}@example.com", PASSWORD, f"主播{number}")
    shop = await host.call("POST", "/api/shops", {"name": f"小店 {uuid4().hex[:8]}"})
    product = await host.call(
        "POST",
        f"/api/shops/{shop['shop_id']}/products",
        {
            "title": "丹东草莓",
            "description": "",
            "picture_urls": [],
            "state": "on_sale",
            "skus": [{"name": "3 斤装", "price_minor": PRICE_MINOR, "stock": STOCK}],
        },
    )
    room_id = (await host.call("POST", "/api/rooms", {"title": "专场", "cover_url": None}))["room_id"]
    await host.call("PUT", f"/api/rooms/{room_id}/control/bag", {"product_ids": [product["product_id"]]})
    async with database.transaction() as connection:
        for row in await connection.fetch(_PAST, room_id, PAST_ROOMS):
            await connection.execute(_PAST_SALES, row["room_id"], row["shop_id"], row["started_at"])
            await connection.execute(_PAST_VISITS, row["room_id"], row["started_at"])
        await connection.execute(
            "UPDATE live.room SET state = 'on_air', started_at = now() WHERE room_id = $1", room_id
        )
    pages = Pages(address, room_id, product["product_id"])
    return Stage(host, room_id, {**product["skus"][0], "flash_sale": None}, pages)


class Crowd:
    """Buyers, each of whom orders now and then."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._people: list[tuple[Member, str]] = []

    async def gather(self, count: int) -> None:
        """So many accounts with an address each."""
        for _ in range(count):
            member = Member(self._address)
            await member.enter(f"{uuid4().hex[:12]}@example.com", PASSWORD, "小海")
            self._people.append((member, await member.address("辽宁省 丹东市")))

    async def buy(self, stages: Sequence[Stage], rate: float, seconds: float) -> None:
        """Orders at a rate, from each room in turn."""
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number in range(int(rate * seconds)):
                await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
                tasks.create_task(self._buy_one(stages[number % len(stages)], number))

    async def _buy_one(self, stage: Stage, number: int) -> None:
        member, address_id = self._people[number % len(self._people)]
        await member.buy(stage.room_id, address_id, stage.sku, 1)
        stage.paid_at_s.append(time.perf_counter())

    async def close(self) -> None:
        """They leave."""
        for member, _ in self._people:
            await member.close()


def cpu_s(platform: Platform) -> float:
    """What API, worker and database have used."""
    total = 0.0
    roots = [*(psutil.Process(platform.children[name].pid) for name in PROCESSES), *_databases(platform)]
    for process in {each.pid: each for root in roots for each in (root, *root.children(recursive=True))}.values():
        with suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:2])
    return total


def _databases(platform: Platform) -> list[psutil.Process]:
    folder = str(platform.settings.data_dir)
    own = psutil.Process().children(recursive=True)
    found = []
    for process in own:
        with suppress(psutil.Error):
            if process.name().startswith("postgres") and any(folder in part for part in process.cmdline()):
                found.append(process)
    return found


async def measure(platform: Platform, options: argparse.Namespace) -> None:
    """The same traffic without and with people who look."""
    settings = platform.settings
    address = f"http://127.0.0.1:{settings.http_port}"
    database = await Database.connect(settings.database_url, pool_size=2)
    stages = [await open_stage(address, database, number) for number in range(options.rooms)]
    crowd = Crowd(address)
    await crowd.gather(BUYERS)
    # What is done for the first time costs more; without this, looking would seem to cost less than nothing.
    await crowd.buy(stages, options.rate, WARM_UP_S)
    await asyncio.sleep(SETTLE_S)

    begun = cpu_s(platform)
    await crowd.buy(stages, options.rate, options.seconds)
    await asyncio.sleep(SETTLE_S)
    alone_s = cpu_s(platform) - begun
    for stage in stages:
        stage.seen_at_s = list(stage.paid_at_s)  # Counted before anybody looked.
    before = [len(stage.paid_at_s) for stage in stages]

    watch = Watch()
    watchers = [asyncio.create_task(watch.follow(stage)) for stage in stages for _ in range(options.boards)]
    await asyncio.sleep(SETTLE_S)
    told, begun = watch.told, cpu_s(platform)
    await crowd.buy(stages, options.rate, options.seconds)
    await asyncio.sleep(SETTLE_S)
    looked_s, told = cpu_s(platform) - begun, watch.told - told
    await asyncio.gather(*(stage.pages.open(options.viewers) for stage in stages))
    clicks = options.rate / len(stages)
    await asyncio.gather(
        crowd.buy(stages, options.rate, options.seconds),
        *(stage.pages.click(clicks, options.seconds) for stage in stages),
    )
    await watch.until_counted(stages)
    for task in watchers:
        task.cancel()
    for result in await asyncio.gather(*watchers, return_exceptions=True):
        if isinstance(result, Exception) and not isinstance(result, httpx.HTTPError):
            raise result
    rush = QUICK_RUSH if options.quick else RUSH
    report_s = await measure_reports(platform, stages[0].pages, rush)
    waits_ms = [
        max(0.0, seen - paid) * 1000
        for stage, first in zip(stages, before, strict=True)
        for paid, seen in zip(stage.paid_at_s[first:], stage.seen_at_s[first:], strict=True)
    ]
    show("board_cpu_us_per_push", (looked_s - alone_s) / max(1, told) * 1e6, "us")
    show("board_push_interval_p99_ms", part_of(watch.intervals_ms, 0.99), "ms")
    show("board_freshness_p50_ms", part_of(waits_ms, 0.5), "ms")
    show("board_freshness_p99_ms", part_of(waits_ms, 0.99), "ms")
    show_pages(stages)
    show("page_report_cpu_us", report_s / rush * 1e6, "us")
    show("boards_told", told, "count")
    show("board_orders", len(waits_ms), "count")
    await crowd.close()
    for stage in stages:
        await stage.pages.close()
        await stage.host.close()
    await database.close()


async def measure_reports(platform: Platform, pages: Pages, rush: int) -> float:
    """CPU seconds that a rush of reports took, above what is used by the clock alone."""
    begun_s, begun = time.perf_counter(), cpu_s(platform)
    await asyncio.sleep(SETTLE_S)
    idle = (cpu_s(platform) - begun) / (time.perf_counter() - begun_s)
    begun_s, begun = time.perf_counter(), cpu_s(platform)
    await pages.rush(rush)
    await asyncio.sleep(SETTLE_S)
    return cpu_s(platform) - begun - idle * (time.perf_counter() - begun_s)


def show_pages(stages: Sequence[Stage]) -> None:
    """What viewers' pages told, and how soon it was on the boards."""
    pages = [stage.pages for stage in stages]
    waits_ms = [
        max(0.0, seen - clicked) * 1000
        for each in pages
        for clicked, seen in zip(each.clicked_at_s, each.click_seen_at_s, strict=False)
    ]
    behind_ms = [value for each in pages for value in each.behind_ms]
    show("click_to_board_ms", part_of(waits_ms, 0.5), "ms")
    show("click_to_board_p99_ms", part_of(waits_ms, 0.99), "ms")
    show("watch_to_board_ms", part_of(behind_ms, 0.5), "ms")
    show("watch_to_board_p99_ms", part_of(behind_ms, 0.99), "ms")


def part_of(values: Sequence[float], part: float) -> float:
    """The value that so many are not above."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def show(name: str, value: float, unit: str) -> None:
    """A line that programs and people read."""
    print(f"{name}: {value:.1f} {unit}", flush=True)


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
            sign_ups_per_hour=10_000,
            behaviour_reports_per_minute=1_000_000,
        )
        async with Platform(settings, PROCESSES) as platform:
            await measure(platform, options)


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer rooms, a shorter time")
    parser.add_argument("--rooms", type=int, default=0, help="rooms on air")
    parser.add_argument("--boards", type=int, default=5, help="people who look at each room's board")
    parser.add_argument("--viewers", type=int, default=50, help="viewers of each room whose pages tell of themselves")
    parser.add_argument("--rate", type=float, default=20.0, help="orders a second, and clicks, over all rooms")
    parser.add_argument("--seconds", type=float, default=0, help="how long each part goes on")
    options = parser.parse_args()
    options.rooms = options.rooms or (4 if options.quick else 10)
    options.seconds = options.seconds or (5.0 if options.quick else 40.0)
    configure_logging(level="warning", log_format="console", process="bench")
    uvloop.run(run(options))


if __name__ == "__main__":
    main()
